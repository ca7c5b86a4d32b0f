package explain

import (
	"fmt"

	"oauthmock/mockserver/exchange"
)

// delivery explains an attempt to deliver a callback: the server sent the request, so there was no
// authentication and no match.
func delivery(e *exchange.Exchange, out Explanation) Explanation {
	d := e.Delivery
	say := func(format string, a ...any) { out.Words = append(out.Words, fmt.Sprintf(format, a...)) }
	say("It is attempt %d to deliver callback %s of the scope %s of account %s: the mock sent it.", d.Attempt, d.Callback, e.Scope, e.Account)
	if e.Note != "" {
		say("%s", e.Note)
	}
	if f := e.Fault; f != nil {
		say("The fault rule %s took the attempt: %s (docs/faults.md).", f.Name, faultWords(f))
	}
	switch {
	case d.Error != "":
		say("There was no answer: %s.", d.Error)
	case e.Response.Status == 200:
		say("The receiver answered 200, so the callback is delivered.")
	default:
		say("The receiver answered %d, and only 200 counts as delivered (docs/behaviour.md).", e.Response.Status)
	}
	out.Authentication = Authentication{Offered: "none", Why: "The mock sent the request."}
	out.Answer.Status = e.Response.Status
	return out
}
