package explain

import (
	"fmt"
	"strings"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/surface"
)

// Explanation is why an answer was given, in words and as data.
type Explanation struct {
	// Words are sentences in the order in which things were decided.
	Words          []string       `json:"words"`
	Matched        *Matched       `json:"matched"`
	Near           []Near         `json:"near"`
	Authentication Authentication `json:"authentication"`
	Account        string         `json:"account"`
	// Client is the client_id of the OAuth client that called; unset for other calls.
	Client string `json:"client,omitempty"`
	Rule   *Rule  `json:"rule"`
	Quota  *Quota `json:"quota"`
	// Charge is unset unless a paid service was called.
	Charge *Charge `json:"charge,omitempty"`
	Answer Answer  `json:"answer"`
	// Violations of the request against the document; empty if there are none, or where no
	// operation matched.
	Violations []openapi.Departure `json:"violations"`
}

// Matched is the operation that answered.
type Matched struct {
	Surface   string `json:"surface"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"` // template
}

// Near is an operation that the request came near to, and what was off.
type Near struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Off       string `json:"off"`
}

// Authentication is what the caller offered, and the result.
type Authentication struct {
	// Offered is "basic", "bearer", "none", or "unreadable".
	Offered string `json:"offered"`
	// Accepted reports whether the caller was identified by it. Why explains the decision.
	Accepted bool   `json:"accepted"`
	Why      string `json:"why"`
}

// Rule is the rule that refused, as a domain term.
type Rule struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// Quota is the account's window before and after the call.
type Quota struct {
	Limit   int64 `json:"limit"`
	Before  int64 `json:"before"` // remaining
	After   int64 `json:"after"`  // remaining
	ResetMs int64 `json:"resetMs"`
}

// Answer is how the caller was answered, and how well it is known that the real service would
// answer so.
type Answer struct {
	Status int    `json:"status"`
	Code   string `json:"code"` // error number, empty for successes
	// Grade is "documented", "observed" or "assumed", or "limit" for a full window, or "fault"
	// where a rule of faults took the call. Of successes the parts have grades of their own.
	Grade string `json:"grade"`
	// Row links to the row in docs/behaviour.md; Source is what it rests on.
	Row    string `json:"row"`
	Source string `json:"source"`
}

// Directory knows whose credentials are whose at this moment.
type Directory interface {
	Find(s account.Secret) (account.Identity, bool)
	EmailKnown(email string) bool
	// Ended returns how the token with a value or refresh token ended, and of which account it was.
	Ended(secret string) (account.ID, account.Ending, bool)
	// Retired reports whether a text was once a secret.
	Retired(secret string) bool
}

// Explainer explains exchanges. It is safe for concurrent use.
type Explainer struct {
	Directory Directory
	Surfaces  surface.Descriptions
	// Requests, unless nil, are where the request is looked for that ended a token.
	Requests Requests
}

// Explain explains an exchange. It reads the directory as it is now, which may differ from when the
// exchange took place.
func (x *Explainer) Explain(e *exchange.Exchange) Explanation {
	out := Explanation{Near: []Near{}, Violations: []openapi.Departure{}, Account: string(e.Account), Client: e.Client}
	if e.Delivery != nil {
		return delivery(e, out)
	}
	x.operation(e, &out)
	if e.Scope != "" {
		out.Charge = &Charge{Scope: e.Scope, PaidBy: e.PaidBy, Amount: e.Charged.String()}
		out.say("It falls under the scope %s. %s", e.Scope, payers(e.PaidBy, e.Charged))
	}
	out.Authentication = x.authentication(e)
	if out.Matched != nil {
		out.say("%s", out.Authentication.Why)
	}
	if e.Note != "" {
		out.say("%s", e.Note)
	}
	out.Words = append(out.Words, x.endedInPath(e)...)
	out.quota(e)
	out.decision(e)
	for _, v := range out.Violations {
		out.say("Against the document (%s): %s: %s.", v.Severity, v.Location, v.Message)
	}
	return out
}

func (out *Explanation) say(format string, a ...any) {
	out.Words = append(out.Words, fmt.Sprintf(format, a...))
}

// operation names the operation that answered and how the request violated its document, or the
// operations that came near.
func (x *Explainer) operation(e *exchange.Exchange, out *Explanation) {
	d := x.Surfaces.Of(e)
	if operation := d.Operation(e.Operation); operation != nil {
		out.Matched = matched(e, operation)
		if operation.Method != surface.AnyMethod {
			out.say("%s %s is the operation %s of surface %s.", operation.Method, operation.Path, e.Operation, e.Surface)
		}
		out.Violations = append(out.Violations, d.Violations(e)...)
	} else {
		out.Near = append(out.Near, x.near(e)...)
		out.say("No operation%s matches this method and path.", onSurface(e.Surface))
		for _, n := range out.Near {
			out.say("%s %s (%s) came near: %s.", n.Method, n.Path, n.Operation, n.Off)
		}
	}
	if d != nil && d.Explain != nil {
		out.Words = append(out.Words, d.Explain(e)...)
	}
}

// quota states what was left of the window before and after the call.
func (out *Explanation) quota(e *exchange.Exchange) {
	q := e.Quota
	if !q.Enabled {
		return
	}
	out.Quota = &Quota{Limit: q.Limit, Before: q.Remaining, After: q.Remaining, ResetMs: q.Reset.Milliseconds()}
	if e.Reason != string(account.RateLimited) {
		out.Quota.Before++
	}
	whose := "account's"
	switch {
	case out.Charge != nil:
		whose = "scope's"
	case e.Client != "":
		whose = "client's"
	}
	out.say("The %s window allows %d requests: %d were left before this one, %d are left after it; it ends in %s.",
		whose, q.Limit, out.Quota.Before, out.Quota.After, q.Reset.Round(time.Second))
}

// decision states what a fault rule did, or which rule of the account refused, and grades the
// answer.
func (out *Explanation) decision(e *exchange.Exchange) {
	out.Answer = answer(e)
	if f := e.Fault; f != nil {
		out.say("The fault rule %s took the call: %s, %s the call was carried out (docs/faults.md).", f.Name, faultWords(f), f.Where)
	}
	switch {
	case e.Fault != nil && e.Reason == "":
		out.say("%s", sent(e))
	case e.Reason == "":
		out.say("No rule refused: %d.", e.Response.Status)
	default:
		out.Rule = &Rule{e.Reason, e.Detail}
		said := e.Reason
		if e.Detail != "" {
			said += " (" + e.Detail + ")"
		}
		out.say("It was refused for the reason %s, which %s words as %d with error %s.", said, who(e), e.Response.Status, out.Answer.Code)
		out.say("That answer is %s: %s. See %s.", out.Answer.Grade, e.Source, out.Answer.Row)
	}
}

// matched is the operation that answered. Of one that takes any method and path it shows those of
// the request, as far as the path holds no secret.
func matched(e *exchange.Exchange, o *surface.Operation) *Matched {
	m := &Matched{e.Surface, e.Operation, o.Method, o.Path}
	if o.Method != surface.AnyMethod {
		return m
	}
	m.Method, m.Path = e.Request.Method, "/{path}"
	if _, endpoint, found := strings.Cut(e.Scope, "/"); found {
		m.Path = "/" + endpoint + "/{path}"
	}
	return m
}

// Redacted returns the explanation with each of its texts as text shows it: paths, and names of
// members and parameters, are the caller's, and may hold credentials.
func (out Explanation) Redacted(text func(string) string) Explanation {
	for i := range out.Words {
		out.Words[i] = text(out.Words[i])
	}
	for i := range out.Near {
		out.Near[i].Off = text(out.Near[i].Off)
	}
	out.Authentication.Why = text(out.Authentication.Why)
	if out.Rule != nil {
		out.Rule.Detail = text(out.Rule.Detail)
	}
	for i := range out.Violations {
		v := &out.Violations[i]
		v.Location, v.Message = text(v.Location), text(v.Message)
	}
	return out
}

// faultWords describes the effect of a fault.
func faultWords(f *exchange.Fault) string {
	switch {
	case f.Kind == "none":
		return "no effect, only what it does beside"
	case f.Delay > 0:
		return fmt.Sprintf("%s of up to %s", f.Kind, f.Delay)
	}
	return f.Kind
}

// sent describes what was sent of an answer that a fault changed.
func sent(e *exchange.Exchange) string {
	if e.Response.Status == 0 {
		return "No answer was sent."
	}
	return fmt.Sprintf("No rule of the account refused; what was sent is a %d.", e.Response.Status)
}

func onSurface(name string) string {
	if name == "" {
		return ""
	}
	return " of surface " + name
}

func who(e *exchange.Exchange) string {
	if e.Operation == "" {
		return "the surface"
	}
	return "the operation " + e.Operation
}

// answer grades an answer.
func answer(e *exchange.Exchange) Answer {
	a := Answer{Status: e.Response.Status, Code: e.Code, Grade: e.Grade, Source: e.Source, Row: "docs/behaviour.md#refusals"}
	switch {
	case e.Fault != nil && e.Fault.Kind != "none":
		a.Grade, a.Row = "fault", "docs/faults.md"
	case e.Reason == "":
		a.Row = "docs/behaviour.md#answers"
	case e.Reason == string(account.RateLimited):
		a.Grade, a.Row = "limit", "docs/behaviour.md#accounting"
	case strings.HasPrefix(e.Reason, "credentials") || e.Reason == string(account.RefreshTokenInvalid):
		a.Row = "docs/behaviour.md#authentication"
	}
	return a
}
