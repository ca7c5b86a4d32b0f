package scenarios

import (
	"slices"
	"strings"
)

// names follows which variables of a scenario are defined, and which are used, in the order of the
// steps.
type names struct {
	known    map[string]*definition
	accounts []string
	// scopes is the highest ${scopeN} that was used, by account ("" is the scenario's own).
	scopes map[string]int
	// credentials are those of the scenario's own account that were used: "client.id".
	credentials map[string]bool
	// provided are the states that the user supplies, without "provided.".
	provided map[string]bool
}

type definition struct {
	line     int
	used     bool
	optional bool // need not be used: given tokens may only have to be there
}

func newNames() *names {
	return &names{known: map[string]*definition{}, scopes: map[string]int{}, credentials: map[string]bool{}, provided: map[string]bool{}}
}

func (n *names) account(v *validator, name string, line int) {
	n.accounts = append(n.accounts, name)
	n.define(v, name, line, false)
}

// define makes a variable known from here on; mustBeUsed makes it a problem if nothing refers to
// it.
func (n *names) define(v *validator, name string, line int, mustBeUsed bool) {
	if !rootName().MatchString(name) {
		v.problem(line, "variable %q must be a word of letters, digits, - and _", name)
		return
	}
	if slices.Contains(builtins(), name) || scopeNumber(name) > 0 || name == "client" || name == "user" {
		v.problem(line, "variable %q is one of the suite's own; choose another name", name)
		return
	}
	if first, twice := n.known[name]; twice {
		v.problem(line, "variable %q is already defined on line %d", name, first.line)
		return
	}
	n.known[name] = &definition{line: line, optional: !mustBeUsed}
}

// forget ends the life of a matrix key.
func (n *names) forget(v *validator, name string) {
	if d, ok := n.known[name]; ok && !d.used && !d.optional {
		v.problem(d.line, "matrix key %q is never used as ${%s}", name, name)
	}
	delete(n.known, name)
}

func (n *names) use(v *validator, name string, line int) {
	name, form, formed := strings.Cut(name, "|")
	if formed && !slices.Contains(Forms(), form) {
		v.problem(line, "${%s|%s}: a text can be %s", name, form, quoted(Forms()))
		return
	}
	if !variableName().MatchString(name) {
		v.problem(line, "${%s} is not a variable's name; write $${ for a literal ${", name)
		return
	}
	root, rest, _ := strings.Cut(name, ".")
	if number := scopeNumber(name); number > 0 {
		n.scope(v, "", number, line)
		return
	}
	if slices.Contains(builtins(), name) {
		return
	}
	if root == "client" || root == "user" {
		if !slices.Contains(credentialNames(), name) {
			v.problem(line, "${%s}: there are %s", name, quoted(credentialNames()))
		}
		n.credentials[name] = true
		return
	}
	if root == "provided" && rest != "" {
		n.provided[rest] = true
		return
	}
	d, ok := n.known[root]
	if !ok {
		candidates := append(builtins(), "scope", "client", "user")
		candidates = append(candidates, sortedKeys(n.known)...)
		v.problem(line, "${%s} is not defined up to here%s", name, didYouMean(root, candidates))
		return
	}
	d.used = true
	if !slices.Contains(n.accounts, root) {
		return
	}
	if number := scopeNumber(rest); number > 0 {
		n.scope(v, root, number, line)
	} else if rest != "email" && rest != "apiKey" && !slices.Contains(credentialNames(), rest) {
		v.problem(line, "${%s}: an account has email, apiKey, scope, scope2, …, client.id, client.secret, client.redirectUri, user.username and user.password", name)
	}
}

func (n *names) scope(v *validator, account string, number, line int) {
	n.scopes[account] = max(n.scopes[account], number)
	if number > maxScopes {
		v.problem(line, "scope%d is beyond what a scenario may ask for (%d)", number, maxScopes)
	}
}

// finish reports captures that nothing uses, and records how many scopes the scenario needs.
func (n *names) finish(v *validator) {
	for _, name := range sortedKeys(n.known) {
		if d := n.known[name]; !d.used && !d.optional {
			v.problem(d.line, "%q is captured but never used; use ${%s} or leave it out", name, name)
		}
	}
	v.scenario.Credentials, v.scenario.Provided = sortedKeys(n.credentials), sortedKeys(n.provided)
	given := &v.scenario.Given
	given.Scopes = n.complete(v, given, "")
	for _, name := range sortedKeys(given.Accounts) {
		other := given.Accounts[name]
		other.Scopes = n.complete(v, &other, name)
		given.Accounts[name] = other
	}
}

func (n *names) complete(v *validator, given *Given, account string) int {
	used := n.scopes[account]
	if given.Has("scopes") && given.Scopes < used {
		v.problem(given.LineOf("scopes"), "scopes is %d, but ${scope%d} is used", given.Scopes, used)
	}
	return max(given.Scopes, used)
}
