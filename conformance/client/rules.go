package client

import "slices"

// Rules returns the closed table of all rules.
func Rules() []Rule {
	return slices.Concat(taskRules(), readingRules(), listRules(), rotationRules(), credentialRules(), retryRules(), requestRules(), grantRules(), callbackRules())
}

// must and should make rules of any traffic; byOutcome makes those that the outcome of a case
// proves.
func must(id, requirement, source string, judge func(*Evidence) Finding) Rule {
	return Rule{ID: id, Level: "MUST", Requirement: requirement, Source: source, Scope: Anywhere, Clock: NoClock, judge: judge}
}

func should(id, requirement, source string, judge func(*Evidence) Finding) Rule {
	rule := must(id, requirement, source, judge)
	rule.Level = "SHOULD"
	return rule
}

func byOutcome(rule Rule) Rule {
	rule.Scope, rule.judge = Outcomes, outcome
	return rule
}

func ofCommands(rule Rule) Rule {
	rule.Scope = Commands
	return rule
}

func readingBodies(rule Rule) Rule {
	rule.bodies = true
	return rule
}

func onClock(clock Clock, rule Rule) Rule {
	rule.Clock = clock
	return rule
}

func taskRules() []Rule {
	return []Rule{
		ofCommands(onClock(Wall, must("task/ends", "The command ends by itself, within --timeout.", "docs/certifying-clients.md#exit-status", func(e *Evidence) Finding {
			if e.Ended == nil {
				return Finding{}
			}
			if e.Ended.TimedOut {
				return brokenAlone("the command ends by itself", "it was ended, with all its children, after "+e.Ended.Took.Round(100e6).String(), e.last(3)...)
			}
			return Finding{State: Kept}
		}))),
		byOutcome(must("task/result", "The command does its task, prints what the task says, and exits as the outcome demands.", "docs/certifying-clients.md#tasks", nil)),
	}
}

// last are the last exchanges of the client.
func (e *Evidence) last(n int) []int {
	judged := e.judged()
	return judged[max(0, len(judged)-n):]
}

func readingRules() []Rule {
	outcomes := []Rule{
		must("reads/token-shape", "Single tokens are read bare, under data, and as both.", "v2 TokenDetail against TokenListOrDetail", nil),
		must("reads/unknown-members", "Members that the document does not name are ignored.", "v2: schemas are open (no additionalProperties: false)", nil),
		must("reads/any-order", "Members of objects are read in any order.", "RFC 8259, 4", nil),
		must("reads/null", "null is read where the document says nullable.", "v2 CallbackListElement.completedAt", nil),
		must("reads/number-as-text", "Counts of subscriptions, which come as texts, are read as numbers.", "v2 Subscription.availableRequests", nil),
		should("reads/fraction-error", "An error number may be a fraction, such as 125.22.", "seen of the live services; docs/behaviour.md#paid-services", nil),
		must("reads/no-content", "204 without a body is read as nothing there.", "v1 GET /token 204", nil),
		should("reads/no-json", "An answer that is not JSON, as gateways send them, is a failure like any other.", "RFC 9110, 15.6.3", nil),
		should("reads/wrapped-and-flat", "The token of the client credentials is read under data, and beside it too.", "client credentials, 200; docs/behaviour.md#client-credentials", nil),
		must("reads/payment-required", "402 is told apart from 401: credit is missing, and the token is good.", "docs/behaviour.md#paid-services", nil),
	}
	for i := range outcomes {
		outcomes[i] = byOutcome(outcomes[i])
	}
	return outcomes
}

func listRules() []Rule {
	return []Rule{
		byOutcome(must("lists/to-the-end", "Lists are read to the end, beyond the first hundred.", "v2 parameters limit, skip", nil)),
		byOutcome(must("lists/any-page-size", "Pages may hold fewer entries than were asked for: a short page is not the last one.", "v2 parameter limit: an upper bound", nil)),
		byOutcome(should("lists/while-changing", "Entries that are there all the time are neither lost nor doubled while others come and go.", "docs/certifying-clients.md#lists", nil)),
	}
}
