package client

import "fmt"

func callbackRules() []Rule {
	return []Rule{
		byOutcome(should("callbacks/signature-checked", "A callback whose signature is missing or wrong is not taken for true.", "docs/behaviour.md#callbacks (signature)", nil)),
		byOutcome(should("callbacks/doubles-harmless", "A callback that comes again is taken once.", "docs/behaviour.md#callbacks (delivered): what is not answered 200 comes again", nil)),
		should("callbacks/answered-200", "Callbacks that are signed rightly are answered 200, so that they do not come again.", "docs/behaviour.md#callbacks (delivered)", answered200),
	}
}

// forged is the fault of a callback that the judge itself sends, with a wrong signature or none.
const forged = "forged"

func answered200(e *Evidence) Finding {
	seen := e.where(func(x *Exchange) bool { return x.Operation == "callback" && x.Fault.Kind != forged })
	for _, i := range seen {
		if status := e.Exchanges[i].Status; status != 200 && status != 0 {
			return brokenAlone("200", fmt.Sprint(status), i)
		}
	}
	return kept(seen)
}
