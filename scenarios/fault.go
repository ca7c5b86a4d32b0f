package scenarios

import (
	"regexp"
	"slices"
	"sync"
)

// ruleName leaves room for what the runner adds, so that rules of several scenarios can coexist.
var ruleName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`) })

// faults checks what is the same for every engine of fault rules; place names where they are.
func (v *validator) faults(place string, rules []FaultRule) {
	seen := map[string]int{}
	for i := range rules {
		rule := &rules[i]
		if rule.Rule == nil {
			continue // already reported
		}
		if !ruleName().MatchString(rule.Name) {
			v.problem(rule.Line, "%s: a rule needs a name of at most 32 letters, digits, - and _, such as outage, not %q", place, rule.Name)
		} else if first, twice := seen[rule.Name]; twice {
			v.problem(rule.Line, "%s: the name %q is already used on line %d", place, rule.Name, first)
		}
		seen[rule.Name] = rule.Line
		if match, ok := rule.Rule["match"].(map[string]any); ok {
			if _, ok := match["account"]; ok {
				v.problem(rule.Line, "%s: rule %q must not match an account: it is for the account that it is given to", place, rule.Name)
			}
		}
		v.texts(rule.Line, rule.Rule)
	}
}

// controlFaults checks a step that adds or removes rules.
func (v *validator) controlFaults(control *Control) {
	faults := control.Faults
	kinds := slices.DeleteFunc([]string{"add", "remove"}, func(kind string) bool { return !faults.Has(kind) })
	if len(kinds) != 1 || len(faults.Add)+len(faults.Remove) == 0 {
		v.problem(control.LineOf("faults"), "faults must have either add, a list of rules, or remove, the names of rules; it has %s", orNone(kinds))
		return
	}
	v.faults("faults", faults.Add)
	for _, rule := range faults.Add {
		v.rules[rule.Name] = true
	}
	for _, name := range faults.Remove {
		if !v.rules[name] {
			v.problem(faults.LineOf("remove"), "faults: there is no rule %q up to here%s", name, didYouMean(name, sortedKeys(v.rules)))
		}
	}
}

// setsFaults reports whether a given has rules, of any of its accounts.
func (g *Given) setsFaults() bool {
	if len(g.Faults) > 0 {
		return true
	}
	for _, other := range g.Accounts {
		if len(other.Faults) > 0 {
			return true
		}
	}
	return false
}
