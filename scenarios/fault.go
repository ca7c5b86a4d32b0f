package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// ruleName leaves room for what the runner adds, so that rules of several scenarios can stand side by side.
var ruleName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// decode keeps a rule as it is written.
func (f *FaultRule) decode(d *decoder, node *yaml.Node, what string) {
	f.Line = node.Line
	if node.Kind != yaml.MappingNode {
		d.problem(node.Line, "%s must be a mapping with a name and an effect, not %s", what, describe(node))
		return
	}
	value, ok := d.plain(node, what)
	if !ok {
		return
	}
	f.Rule, _ = value.(map[string]any)
	f.Name, _ = f.Rule["name"].(string)
	f.lines = map[string]int{}
	f.note(node, "")
}

// note remembers on which lines the members of a rule stand.
func (f *FaultRule) note(node *yaml.Node, place string) {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		at := node.Content[i].Value
		if place != "" {
			at = place + "." + at
		}
		f.lines[at] = node.Content[i].Line
		f.note(node.Content[i+1], at)
	}
}

// LineOf is the line on which a member stands, such as "effect.kind", or the nearest around it that was written.
func (f *FaultRule) LineOf(place string) int {
	for place != "" {
		if line, ok := f.lines[place]; ok {
			return line
		}
		place = place[:max(0, strings.LastIndexByte(place, '.'))]
	}
	return f.Line
}

// faults checks of rules what does not depend on who carries them out; place says in words where they stand.
func (v *validator) faults(place string, rules []FaultRule) {
	seen := map[string]int{}
	for i := range rules {
		rule := &rules[i]
		if rule.Rule == nil {
			continue // told already
		}
		if !ruleName.MatchString(rule.Name) {
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

// setsFaults says whether a given has rules, of any of its accounts.
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
