package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"oauthmock/conformance/check"
	"oauthmock/conformance/contract"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// setUp sets up the state that the scenario starts from. Its ordinary calls are judged like any
// step: an unusable answer is the target's fault, not the suite's.
func (s *session) setUp(ctx context.Context) error {
	given := s.scenario.Given
	names := slices.Sorted(maps.Keys(given.Accounts))
	if err := s.setUpAccount(ctx, "", given); err != nil {
		return err
	}
	for _, name := range names {
		if err := s.setUpAccount(ctx, name, given.Accounts[name]); err != nil {
			return err
		}
	}
	if err := s.setUpContent(ctx, "", given); err != nil {
		return err
	}
	for _, name := range names {
		if err := s.setUpContent(ctx, name, given.Accounts[name]); err != nil {
			return err
		}
	}
	// Last, so that no call until here meets one.
	for _, name := range append([]string{""}, names...) {
		g := given
		if name != "" {
			g = given.Accounts[name]
		}
		if err := s.addFaults(ctx, s.accounts[name], g.Faults, s.lookup(ctx, name, nil), nil); errors.As(err, new(errUndefined)) {
			return stop{report.Error, err.Error()}
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) setUpAccount(ctx context.Context, name string, given scenarios.Given) error {
	environment := given.Environment
	if environment == "" {
		environment = "production"
	}
	if s.control == nil {
		s.shareAccount(name, environment)
		return nil
	}
	fixture := given.Fixture
	if fixture == "" {
		fixture = "demo" // with entries in every list, so that a scenario that fits any account has something to judge
	}
	made, err := s.control.createAccount(ctx, fixture, environment)
	if errors.As(err, new(notOffered)) && given.Fixture == "" && s.target.Email != "" && !slices.Contains(s.scenario.Needs, "control") {
		// The hook reaches states of the account that there is.
		s.shared = true
		s.shareAccount(name, environment)
		return s.reach(ctx, s.accounts[name], given, "")
	}
	if err != nil {
		return err
	}
	s.made = append(s.made, made)
	s.accounts[name] = made
	s.keepSecret(made)
	own := s.vars
	if name != "" {
		own = map[string]any{"email": made.Email, "apiKey": made.APIKey}
		s.vars[name] = own
	}
	s.takeCredentials(own, made)
	if missing := s.missingCredentials(s.vars); name == "" && len(missing) > 0 {
		return stop{report.Skip, "the control API gives no " + strings.Join(missing, ", ")}
	}
	return s.reach(ctx, made, given, fixture)
}

// shareAccount acts as an account of the user's.
func (s *session) shareAccount(name, environment string) {
	one := &account{ID: s.target.Email, Email: s.target.Email, APIKey: s.target.APIKey, Environment: environment}
	switch {
	case name != "" && environment != "sandbox" && s.provided(providedKey) != "":
		one.ID, one.Email, one.APIKey = s.provided(providedEmail), s.provided(providedEmail), s.provided(providedKey)
	case environment == "sandbox":
		one.APIKey = s.target.SandboxAPIKey
	}
	s.accounts[name] = one
	s.keepSecret(one)
	own := s.vars
	if name != "" {
		own = map[string]any{"email": one.Email, "apiKey": one.APIKey}
		s.vars[name] = own
	}
	s.takeCredentials(own, one)
}

// reach brings an account to its state. fixture is the world that it was made from; "" for an
// account that was there before.
func (s *session) reach(ctx context.Context, made *account, given scenarios.Given, fixture string) error {
	if err := s.register(ctx, made, given); err != nil {
		return err
	}
	if given.Clock != nil {
		if err := s.control.setClock(ctx, made.ID, given.Clock, nil); err != nil {
			return err
		}
	}
	if given.Credit != "" && !(fixture == "empty" && isZero(amountOf(given.Credit))) {
		if err := s.setCredit(ctx, made, given.Credit); err != nil {
			return err
		}
	}
	limit := given.RateLimit
	if limit == nil && s.control.tight(ctx) {
		limit = &scenarios.GivenRateLimit{Limit: ampleRateLimit, Window: "1m"}
	}
	if limit != nil {
		return s.control.setRateLimit(ctx, made.ID, limit, nil)
	}
	return nil
}

func (s *session) keepSecret(a *account) {
	for _, known := range []*report.Redactor{s.secrets, s.leaks} {
		known.Add("OAUTH_API_KEY", a.APIKey)
		known.Add("OAUTH_BASIC", basicCredential(a.Email, a.APIKey))
	}
}

// setCredit brings a wallet to an amount. What it holds before is only known from the answer to a
// first movement.
func (s *session) setCredit(ctx context.Context, a *account, want string) error {
	amount := amountOf(want)
	if isZero(amount) {
		amount = "0.0001" // a movement of nothing may be refused
	}
	var answer struct {
		Credit json.Number `json:"credit"`
	}
	if err := s.control.moveCredit(ctx, a.ID, amount, "", &answer); err != nil {
		return err
	}
	target, okTarget := new(big.Rat).SetString(want)
	got, okGot := new(big.Rat).SetString(string(answer.Credit))
	if !okTarget || !okGot {
		return controlError{text: fmt.Sprintf("the wallet answered credit %q", answer.Credit)}
	}
	difference := new(big.Rat).Sub(target, got)
	if difference.Sign() == 0 {
		return nil
	}
	return s.control.moveCredit(ctx, a.ID, json.Number(difference.FloatString(4)), "", nil)
}

func isZero(amount json.Number) bool {
	value, ok := new(big.Rat).SetString(string(amount))
	return ok && value.Sign() == 0
}

// amountOf is a decimal number as written, as JSON.
func amountOf(text string) json.Number {
	return json.Number(strings.TrimSpace(text))
}

// setUpContent finds the scopes, checks that lists hold enough, and creates the tokens of one
// account.
func (s *session) setUpContent(ctx context.Context, name string, given scenarios.Given) error {
	if err := s.setUpScopes(ctx, name, given.Scopes); err != nil {
		return err
	}
	for _, operation := range slices.Sorted(maps.Keys(given.Items)) {
		if err := s.setUpItems(ctx, name, operation, given.Items[operation]); err != nil {
			return err
		}
	}
	for _, token := range given.Tokens {
		if err := s.setUpToken(ctx, name, token); err != nil {
			return err
		}
	}
	return nil
}

// setUpCall sends an ordinary call of the set-up; anything but 200 fails the scenario there and
// then.
func (s *session) setUpCall(ctx context.Context, label, account string, step scenarios.Step) (*sent, int, error) {
	step.Name, step.As = label, account
	call, err := s.build(ctx, &step, label, nil)
	if err != nil {
		return nil, -1, err
	}
	got, err := s.send(ctx, call)
	if got == nil {
		return nil, -1, stop{report.Error, err.Error()}
	}
	if step.Premise && got.status >= 400 && got.status < 500 {
		return got, -1, stop{report.Skip, fmt.Sprintf("the target refuses what the scenario starts from: %q answered %d", label, got.status)}
	}
	index := s.judge(label, got, scenarios.Must)
	if err != nil {
		return got, index, s.unanswered(ctx, label, got, index, scenarios.Must, err)
	}
	status := check.Status(got.surface.Successes(step.Call), got.exchange, scenarios.Must, s.scenario.LineOf("given"))
	if s.ledger.add(s, label, status, index); !status.OK {
		return got, index, stop{report.Fail, fmt.Sprintf("the starting state was not reached: %q answered %d", label, got.status)}
	}
	return got, index, nil
}

// lacks ends a scenario whose account holds less than it needs: what is only possible is not
// required of a target.
func (s *session) lacks(expected, actual string) error {
	return stop{report.Skip, fmt.Sprintf("the account has %s; the scenario needs %s", actual, expected)}
}

// noList ends a scenario whose list answer is not a list, whatever the account.
func (s *session) noList(label string, index int) error {
	s.ledger.add(s, label, check.Finding{Kind: "given", Level: scenarios.Must, Expected: "a list under data", Actual: "none", Line: s.scenario.LineOf("given")}, index)
	return stop{report.Fail, fmt.Sprintf("the starting state was not reached: %q answered without a list", label)}
}

func (s *session) setUpScopes(ctx context.Context, name string, count int) error {
	if count == 0 {
		return nil
	}
	label := labelled("given scopes", name)
	got, index, err := s.setUpCall(ctx, label, name, scenarios.Step{Call: s.scopesOf(s.scenario).Scopes.List})
	if err != nil {
		return err
	}
	payload, _ := got.exchange.Payload()
	list, ok := payload.([]any)
	if !ok {
		return s.noList(label, index)
	}
	var enabled []string
	for _, item := range list {
		if scope := enabledScope(item, got.surface.Scopes); scope != "" && !slices.Contains(enabled, scope) {
			enabled = append(enabled, scope)
		}
	}
	if len(enabled) < count {
		return s.lacks(fmt.Sprintf("%d enabled scopes", count), fmt.Sprint(len(enabled)))
	}
	for i, scope := range enabled[:count] {
		variable := "scope"
		if i > 0 {
			variable = fmt.Sprintf("scope%d", i+1)
		}
		if name == "" {
			s.vars[variable] = scope
		} else if other, ok := s.vars[name].(map[string]any); ok {
			other[variable] = scope
		}
	}
	return nil
}

// enabledScope is the scope that an entry of a list names, "" where it is not enabled.
func enabledScope(item any, in contract.Scopes) string {
	if text, ok := item.(string); ok {
		return text
	}
	object, _ := item.(map[string]any)
	scope, _ := object[in.Scope].(string)
	if on, _ := object[in.Enabled].(bool); !on && in.Enabled != "" {
		return ""
	}
	return scope
}

func (s *session) setUpItems(ctx context.Context, name, operation string, count int) error {
	label := labelled("given items of "+operation, name)
	got, index, err := s.setUpCall(ctx, label, name, scenarios.Step{Call: operation})
	if err != nil {
		return err
	}
	payload, _ := got.exchange.Payload()
	size := -1
	switch v := payload.(type) {
	case []any:
		size = len(v)
	case map[string]any:
		size = len(v)
	}
	if size < 0 {
		return s.noList(label, index)
	}
	if size < count {
		return s.lacks(fmt.Sprintf("%d entries in %s", count, operation), fmt.Sprint(size))
	}
	return nil
}

// open reports whether a target may refuse to create a token: with a wildcard, which v2's document
// does not mention, or a lifetime of over a year.
func open(token scenarios.GivenToken) bool {
	const year = 365 * 24 * 60 * 60
	return token.TTL != nil && *token.TTL > year || slices.ContainsFunc(token.Scopes, func(scope string) bool { return strings.Contains(scope, "*") })
}

func (s *session) setUpToken(ctx context.Context, name string, token scenarios.GivenToken) error {
	body := map[string]any{}
	scopes := []any{"${scope}"}
	if name != "" {
		scopes = []any{"${" + name + ".scope}"}
	}
	if token.Has("scopes") {
		scopes = scopes[:0]
		for _, scope := range token.Scopes {
			scopes = append(scopes, scope)
		}
	}
	body["scopes"] = scopes
	if token.Name != "" {
		body["name"] = token.Name
	}
	if token.TTL != nil {
		body["ttl"] = json.Number(fmt.Sprint(*token.TTL))
	}
	if token.Limits != nil {
		body["limits"] = token.Limits
	}
	numbered := map[string]any{}
	for i := range max(1, token.Count) {
		label := labelled("given token "+token.As, name)
		if token.Has("count") {
			label = fmt.Sprintf("%s %d", label, i+1)
		}
		got, index, err := s.setUpCall(ctx, label, name, scenarios.Step{Call: s.makerOf(s.scenario).Lifecycle.Create, Body: body, Premise: open(token)})
		if errors.As(err, new(errUndefined)) {
			return stop{report.Error, err.Error()}
		}
		if err != nil {
			return err
		}
		payload, ok := got.exchange.Payload()
		made, isObject := payload.(map[string]any)
		if id, _ := made[got.surface.Lifecycle.ID].(string); !ok || !isObject || id == "" {
			s.ledger.add(s, label, check.Finding{Kind: "given", Level: scenarios.Must, Expected: "a token", Actual: "none", Line: token.LineOf("as")}, index)
			return stop{report.Fail, fmt.Sprintf("the starting state was not reached: %q answered without a token", label)}
		}
		numbered[fmt.Sprint(i+1)] = made
		s.vars[token.As] = made
		if token.Deleted {
			life := got.surface.Lifecycle
			undo := scenarios.Step{Call: life.Undo, Path: map[string]string{life.ID: fmt.Sprint(made[life.ID])}}
			if _, _, err := s.setUpCall(ctx, label+" deleted", name, undo); err != nil {
				return err
			}
		}
	}
	if token.Has("count") {
		s.vars[token.As] = numbered
	}
	return nil
}

func labelled(label, account string) string {
	if account == "" {
		return label
	}
	return label + " of " + account
}
