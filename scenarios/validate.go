package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"oauthmock/spec"
)

// What the fixtures, environments and needs of the format may be.
var (
	scenarioID = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){1,6}$`)
	})
	// Which keys a generated world may have, the target knows.
	generated = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^generated:([a-z]+=[a-z0-9]+(,[a-z]+=[a-z0-9]+)*)?$`)
	})
	decimal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$`) })
)

const maxScopes = 100

// validator checks what the scenarios mean, once their form is known to be right.
type validator struct {
	contract
	problems []Problem

	// of the scenario at hand
	scenario *Scenario
	names    *names
	asserts  bool
	rules    map[string]bool // the names of faults that were set so far
}

// contract is what the scenarios are about: the published operations and refusals of all surfaces.
type contract struct {
	operations []spec.Operation
	triples    []string
}

// newContract reads the embedded documents and those that the caller adds.
func newContract(more []*spec.Document) (contract, error) {
	var c contract
	for _, document := range append(spec.All(), more...) {
		operations, err := document.Operations()
		if err != nil {
			return contract{}, err
		}
		triples, err := document.Triples()
		if err != nil {
			return contract{}, err
		}
		for _, o := range operations {
			if i := slices.IndexFunc(c.operations, func(known spec.Operation) bool { return known.Name == o.Name }); i >= 0 {
				return contract{}, fmt.Errorf("the documents of %s and %s both have an operation %s; want another name in one", c.operations[i].Surface, o.Surface, o.Name)
			}
		}
		c.operations = append(c.operations, operations...)
		for _, triple := range triples {
			c.triples = append(c.triples, triple.String())
		}
	}
	return c, nil
}

// misread returns in words why a call is not understood.
func (c contract) misread(call string) string {
	surface, rest, written := strings.Cut(call, " ")
	if _, _, whole := strings.Cut(rest, " "); written && whole && refersToSurface(surface) {
		known := slices.DeleteFunc(surfacesOf(c.operations), func(name string) bool { return name == surfaceV2 })
		if surface == surfaceV2 || surface == surfaceServices {
			return fmt.Sprintf("call %q: calls of %s are written without the surface: %q", call, surface, rest)
		}
		if !slices.Contains(known, surface) {
			return fmt.Sprintf("call %q: there is no surface %q%s", call, surface, didYouMean(surface, known))
		}
	}
	return fmt.Sprintf(`call %q must be an operation (token.create) or a method and a path ("POST /tokens", "v1 GET /scopes"); query parameters stand under query%s`,
		call, didYouMean(call, c.aliases()))
}

// refersToSurface reports whether a word before a method is meant as a surface.
func refersToSurface(word string) bool {
	return word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// validate checks all scenarios, and completes Given.Scopes.
func validate(all []Scenario, about contract) []Problem {
	v := &validator{contract: about}
	ids := map[string]*Scenario{}
	for i := range all {
		v.scenario = &all[i]
		if first, twice := ids[all[i].ID]; twice && all[i].ID != "" {
			v.problem(all[i].LineOf("id"), "id %q is already taken by %s:%d", all[i].ID, first.File, first.Line)
		} else {
			ids[all[i].ID] = &all[i]
		}
		v.check()
	}
	return v.problems
}

func (v *validator) problem(line int, format string, args ...any) {
	v.problems = append(v.problems, Problem{File: v.scenario.File, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) check() {
	s := v.scenario
	v.names, v.asserts, v.rules = newNames(), false, map[string]bool{}
	required := []struct{ key, value string }{
		{"id", s.ID}, {"title", s.Title}, {"level", string(s.Level)}, {"requirement", s.Requirement}, {"source", s.Source},
	}
	for _, one := range required {
		if strings.TrimSpace(one.value) == "" {
			v.problem(s.LineOf(one.key), "scenario %s: %q is missing or empty", s.ID, one.key)
		}
	}
	if s.ID != "" && !scenarioID().MatchString(s.ID) {
		v.problem(s.LineOf("id"), "id %q must be words in lower case, joined with - and /, such as v2/tokens/rotation/old-pair-is-gone", s.ID)
	}
	v.level(s.LineOf("level"), s.Level)
	for _, need := range s.Needs {
		v.oneOf(s.LineOf("needs"), "needs", need, "control", needServices)
	}
	v.given(&s.Given, "")
	stepNames := map[string]int{}
	for i := range s.Steps {
		step := &s.Steps[i]
		if first, twice := stepNames[step.Name]; twice && step.Name != "" {
			v.problem(step.LineOf("name"), "step name %q is already used on line %d; assertions are named after it", step.Name, first)
		}
		stepNames[step.Name] = step.Line
		v.step(step)
	}
	switch {
	case len(s.Steps) == 0:
		v.problem(s.LineOf("steps"), "scenario %s has no steps", s.ID)
	case !v.asserts:
		v.problem(s.LineOf("steps"), "scenario %s expects nothing; give at least one step an `expect`, `outcomes` or `compare`", s.ID)
	}
	v.services()
	v.covers()
	v.names.finish(v)
}

// services checks the calls of steps against what the scenario declares that it needs.
func (v *validator) services() {
	s, called := v.scenario, false
	for i := range s.Steps {
		step := &s.Steps[i]
		if call, ok := ResolveCall(v.operations, step.Call); !ok || !call.Service() {
			continue
		}
		called = true
		if !s.NeedsServices() {
			v.problem(step.LineOf("call"), "step %q calls a paid service, which few targets offer; add needs: [services]", step.Name)
		}
		if !step.Expect.Has("status") && len(step.Outcomes) == 0 {
			v.problem(step.Line, "step %q: expect.status is missing; no document says what a paid service answers", step.Name)
		}
	}
	if s.NeedsServices() && !called {
		v.problem(s.LineOf("needs"), "needs names services, but no step calls one (GET %scompany.openapi.com/…); leave it out", ServicesPrefix)
	}
}

func (v *validator) covers() {
	s := v.scenario
	for i, covered := range s.Covers {
		if !slices.Contains(v.triples, covered) {
			v.problem(s.LineOf("covers"), "covers: %q is not a documented refusal (METHOD path status code)%s", covered, didYouMean(covered, v.triples))
			continue
		}
		if slices.Contains(s.Covers[:i], covered) {
			v.problem(s.LineOf("covers"), "covers: %q stands twice", covered)
		}
		if !slices.ContainsFunc(s.Steps, func(step Step) bool { return v.expects(&step, covered) }) {
			v.problem(s.LineOf("covers"), "covers %q, but no step on that operation expects this status and code", covered)
		}
	}
}

// expects reports whether a step asks for the refusal; a code or path that is a variable counts as
// any.
func (v *validator) expects(step *Step, triple string) bool {
	call, ok := ResolveCall(v.operations, step.Call)
	if !ok || call.Operation == nil && !hasVariables(call.Path) {
		return false
	}
	is := func(status int, code any) bool {
		want := fmt.Sprintf(" %d %s", status, Text(code))
		if len(Variables(code)) > 0 {
			want = fmt.Sprintf(" %d ", status)
			triple = triple[:strings.LastIndexByte(triple, ' ')+1]
		}
		if call.Operation == nil {
			return strings.HasPrefix(triple, spec.Qualified(call.Surface, call.Method+" ")) && strings.HasSuffix(triple, want)
		}
		return triple == spec.Qualified(call.Surface, call.Method+" "+call.Operation.Path+want)
	}
	for _, status := range step.Expect.Status {
		if is(status, step.Expect.Code) {
			return true
		}
	}
	return slices.ContainsFunc(step.Outcomes, func(outcome Outcome) bool { return is(outcome.Status, outcome.Code) })
}

// given checks a starting state; account is "" for the scenario's own.
func (v *validator) given(g *Given, account string) {
	if g.Has("fixture") && !generated().MatchString(g.Fixture) {
		v.oneOf(g.LineOf("fixture"), "fixture", g.Fixture, "demo", "empty", "generated:seed=7,tokens=250")
	}
	if g.Has("environment") {
		v.oneOf(g.LineOf("environment"), "environment", g.Environment, "production", "sandbox")
	}
	if g.Has("credit") && (!decimal().MatchString(g.Credit) || strings.HasPrefix(g.Credit, "-")) {
		v.problem(g.LineOf("credit"), "credit must be a decimal number with at most 4 places and not negative, such as 10.5, not %q", g.Credit)
	}
	if g.Clock != nil {
		v.clock(g.Clock)
	}
	if g.RateLimit != nil {
		v.rateLimit(g.RateLimit)
		if g.RateLimit.Has("scope") {
			v.problem(g.RateLimit.LineOf("scope"), "rateLimit: the limit of a scope is set by a step: control: {rateLimit: {scope: …, limit: …, window: …}}")
		}
	}
	if a := g.Answers; a != nil {
		if account != "" {
			v.problem(g.LineOf("answers"), "answers are those of the whole mock; write them under given")
		}
		if a.Has("tokenShape") {
			v.oneOf(a.LineOf("tokenShape"), "answers: tokenShape", a.TokenShape, "both", "data", "flat")
		}
		if a.Has("successEnvelope") {
			v.oneOf(a.LineOf("successEnvelope"), "answers: successEnvelope", a.SuccessEnvelope, "full", "documented")
		}
	}
	if g.Scopes < 0 || g.Scopes > maxScopes {
		v.problem(g.LineOf("scopes"), "scopes must be between 1 and %d, not %d", maxScopes, g.Scopes)
	}
	for name, count := range g.Items {
		operation := slices.IndexFunc(v.operations, func(o spec.Operation) bool { return o.Name == name })
		if operation < 0 {
			v.problem(g.LineOf("items"), "items: unknown operation %q%s", name, didYouMean(name, v.aliases()))
		} else if v.operations[operation].Method != "GET" || len(pathParameters(v.operations[operation].Path)) > 0 {
			v.problem(g.LineOf("items"), "items: %s is not a list; use one such as callback.list", name)
		}
		if count < 1 {
			v.problem(g.LineOf("items"), "items: %s must be at least 1, not %d", name, count)
		}
	}
	if account != "" && len(g.Accounts) > 0 {
		v.problem(g.LineOf("accounts"), "accounts cannot have accounts of their own; name them all under given.accounts")
	}
	v.receiver(g, account)
	others := sortedKeys(g.Accounts)
	if account != "" {
		others = nil
	}
	for _, name := range others {
		v.names.account(v, name, g.LineOf("accounts"))
	}
	for i := range g.Tokens {
		v.givenToken(&g.Tokens[i], account)
	}
	v.registered(g)
	for _, name := range others {
		other := g.Accounts[name]
		v.given(&other, name)
	}
	v.faults("given.faults", g.Faults)
	for _, rule := range g.Faults {
		v.rules[rule.Name] = true
	}
}

func (v *validator) givenToken(token *GivenToken, account string) {
	if !rootName().MatchString(token.As) {
		v.problem(token.LineOf("as"), "tokens: `as` must be a word by which steps know the token, such as first, not %q", token.As)
		return
	}
	if token.Has("count") && token.Count < 1 {
		v.problem(token.LineOf("count"), "tokens: count must be at least 1, not %d", token.Count)
	}
	if !token.Has("scopes") {
		scope := "scope"
		if account != "" {
			scope = account + ".scope"
		}
		v.names.use(v, scope, token.LineOf(""))
	}
	for _, scope := range token.Scopes {
		v.texts(token.LineOf("scopes"), scope)
	}
	v.texts(token.LineOf("name"), token.Name)
	v.texts(token.LineOf("limits"), token.Limits)
	v.names.define(v, token.As, token.LineOf(""), false)
}

func (v *validator) clock(c *GivenClock) {
	if _, err := time.Parse(time.RFC3339, c.Now); err != nil && !hasVariables(c.Now) {
		v.problem(c.LineOf("now"), "clock: now must be a time such as 2026-02-12T08:30:00Z, not %q", c.Now)
	}
}

func (v *validator) rateLimit(r *GivenRateLimit) {
	if r.Limit < 1 {
		v.problem(r.LineOf("limit"), "rateLimit: limit must be at least 1, not %d", r.Limit)
	}
	v.duration(r.LineOf("window"), "rateLimit: window", r.Window)
}

func (v *validator) duration(line int, what, text string) {
	if _, err := time.ParseDuration(text); err != nil && !hasVariables(text) {
		v.problem(line, "%s must be a duration such as 90s or 24h, not %q", what, text)
	}
}

func (v *validator) level(line int, level Level) {
	if level != "" {
		v.oneOf(line, "level", string(level), string(Must), string(Should), string(Observe))
	}
}

func (v *validator) oneOf(line int, what, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		v.problem(line, "unknown %s %q; it is one of %s%s", what, value, quoted(allowed), didYouMean(strings.ToUpper(value), allowed))
	}
}

// texts notes the variables that a value refers to.
func (v *validator) texts(line int, value any) {
	for _, name := range Variables(value) {
		v.names.use(v, name, line)
	}
}

func (c contract) aliases() []string {
	list := make([]string, len(c.operations))
	for i, operation := range c.operations {
		list[i] = operation.Name
	}
	return list
}

func hasVariables(text string) bool {
	return len(Variables(text)) > 0
}
