package client

import "slices"

// Version of the tables of tasks, cases and rules. A newer minor version only adds.
const Version = "1.0"

// Scope is where a rule is applied.
type Scope string

// The scopes of rules.
const (
	// Anywhere: to any traffic, whatever the client was asked to do.
	Anywhere Scope = "any traffic"
	// Commands: to every case of a command.
	Commands Scope = "commands"
	// Outcomes: to the cases that name the rule as what their outcome proves.
	Outcomes Scope = "outcome of a case"
)

// Clock is the clock by which a rule measures time.
type Clock string

// The clocks of rules.
const (
	NoClock Clock = "none"
	// Wall is the machine's clock, with small windows; where an account's clock was moved on by
	// more, that counts.
	Wall Clock = "wall"
	// Account is the account's clock, which a task gives the client as its parameter "now".
	Account Clock = "account"
)

// Rule is something that a client must do or leave.
type Rule struct {
	ID string `json:"id"`
	// Level is MUST, where it rests on the published documents or on a MUST of an RFC, or SHOULD.
	Level       string `json:"level"`
	Requirement string `json:"requirement"`
	Source      string `json:"source"`
	Scope       Scope  `json:"scope"`
	Clock       Clock  `json:"clock"`
	// Bodies means that the rule reads bodies, so that cut ones leave it open.
	bodies bool
	judge  func(*Evidence) Finding
}

// State is the result of a rule.
type State int

// The states.
const (
	Unseen State = iota // there was nothing to apply the rule to
	Kept                // there was, and the rule was kept
	Broken              // the rule was broken
)

// Finding is the result of applying a rule.
type Finding struct {
	State State
	// Expected and Actual in words, where the rule was broken.
	Expected, Actual string
	// At are the exchanges that show it, by index; of a kept rule those that it was applied to.
	At []int
	// Alone means that the exchanges named prove it by themselves, whatever else was dropped.
	Alone bool
}

// Judge applies the rule. It has no side effects.
func (r *Rule) Judge(e *Evidence) Finding { return r.judge(e) }

// kept is a finding that a rule was kept where it applied to exchanges, and that it was not applied
// if there are none.
func kept(at []int) Finding {
	if len(at) == 0 {
		return Finding{}
	}
	return Finding{State: Kept, At: at}
}

func broken(expected, actual string, at ...int) Finding {
	slices.Sort(at)
	return Finding{State: Broken, Expected: expected, Actual: actual, At: slices.Compact(at)}
}

func brokenAlone(expected, actual string, at ...int) Finding {
	finding := broken(expected, actual, at...)
	finding.Alone = true
	return finding
}

// outcome is the rule of cases whose outcome reports whether it was kept.
func outcome(e *Evidence) Finding {
	if e.Ended == nil {
		return Finding{}
	}
	judged := e.judged()
	if e.Mismatch.Actual != "" {
		return broken(e.Mismatch.Expected, e.Mismatch.Actual, judged[max(0, len(judged)-3):]...)
	}
	return Finding{State: Kept, At: judged}
}

// Find returns the rule of an id, or nil.
func Find(id string) *Rule {
	for _, rule := range Rules() {
		if rule.ID == id {
			return &rule
		}
	}
	return nil
}
