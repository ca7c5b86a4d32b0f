package fault

import (
	"errors"
	"fmt"
	"slices"

	"oauthmock/mockserver/journal"
)

// Known is what rules can refer to. Names of a kind that it does not know are not checked.
type Known struct {
	// Codes reports whether some refusal has an error number.
	Codes func(code string) bool
	Names journal.Names
}

// Check returns what is wrong with rules, alone and together, or nil.
func Check(rules []Rule, known Known) error {
	_, err := compileAll(rules, known)
	return err
}

func compileAll(rules []Rule, known Known) ([]*rule, error) {
	if len(rules) > MaxRules {
		return nil, fmt.Errorf("there are %d rules; want at most %d", len(rules), MaxRules)
	}
	out := make([]*rule, 0, len(rules))
	for i, r := range rules {
		made, err := compile(r, known)
		if err == nil && slices.ContainsFunc(out, func(o *rule) bool { return o.Name == r.Name }) {
			err = wrongf("name", "is %q, as that of a rule before it; want one of its own", r.Name)
		}
		if err != nil {
			return nil, RuleError{Index: i, Name: r.Name, Err: err}
		}
		out = append(out, made)
	}
	for i, r := range out {
		if err := armable(r.Rule, out); err != nil {
			return nil, RuleError{Index: i, Name: r.Name, Err: err}
		}
	}
	return out, nil
}

// armable refuses a rule that nothing could arm.
func armable(r Rule, all []*rule) error {
	if r.ArmedBy == "" {
		return nil
	}
	by := r.ArmedBy
	for range all {
		i := slices.IndexFunc(all, func(o *rule) bool { return o.Name == by })
		switch {
		case i < 0:
			return wrongf("armedBy", "names %q, but there is no rule of that name", by)
		case all[i].effect != nil && all[i].kind.nature == handshakes:
			return wrongf("armedBy", "names %q, which fires for TLS handshakes: these have no account that it could arm a rule for", by)
		case all[i].ArmedBy == "":
			return nil
		}
		by = all[i].ArmedBy
	}
	return wrongf("armedBy", "leads in a circle: no rule of it would ever be armed")
}

// RuleError names the rule that is wrong.
type RuleError struct {
	Index int
	Name  string
	Err   error
}

// Error implements error.
func (e RuleError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("rule %d: %v", e.Index+1, e.Err)
	}
	return fmt.Sprintf("rule %d (%s): %v", e.Index+1, e.Name, e.Err)
}

// Place is the member of the rule that is wrong, such as "effect.kind"; empty where it is the rule
// as a whole.
func (e RuleError) Place() string {
	if member, ok := errors.AsType[wrong](e.Err); ok {
		return member.member
	}
	return ""
}

// Unwrap returns what is wrong with the rule.
func (e RuleError) Unwrap() error { return e.Err }
