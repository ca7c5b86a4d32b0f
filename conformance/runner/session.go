package runner

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// session is the execution of one scenario. Only the requests of a concurrent step run on
// goroutines of their own; everything else, including all fields here, belongs to one goroutine.
type session struct {
	*Runner
	// control reaches the scenario's states; nil where nothing does.
	control *control
	// shared means that the account is the user's own.
	shared   bool
	scenario *scenarios.Scenario
	// accounts by name; "" is the scenario's own.
	accounts map[string]*account
	vars     map[string]any
	evidence []*sent
	ledger   ledger
	// created are the tokens, or what else a surface creates, that this scenario created, in order.
	created []createdToken
	made    []*account // by the control API, to be deleted
	faults  []setFault
	// breaking tells for every rule that was ever set, by its name in the target, whether it makes
	// answers of its own.
	breaking map[string]bool
	notRun   []string
	leaks    *report.Redactor
	// asked are the calls of the control API and the pauses, for the script.
	asked []request
	// slowest is how many seconds the slowest answer took.
	slowest float64
	// provokes means that 429 may be what the scenario is about.
	provokes bool
	// cookies that answers of APIs with pages set, by the name of the browser.
	cookies map[string]http.CookieJar
	// mail holds the callbacks received; nil if the scenario receives none.
	mail *mailbox
}

type createdToken struct {
	id      string
	surface *check.Surface
	account *account
}

// errUndefined means that a variable has no value, because the step that captures it did not go as
// expected.
type errUndefined struct{ name string }

func (e errUndefined) Error() string { return fmt.Sprintf("${%s} has no value", e.name) }

// stop ends a scenario early: skipped and inconclusive ones, and the suite's own troubles.
type stop struct {
	verdict report.Verdict
	reason  string
}

func (s stop) Error() string { return s.reason }

// run executes the scenario and cleans up behind it, whatever happened.
func (s *session) run(ctx context.Context) error {
	defer s.cleanUp(ctx)
	if err := s.setUpReceiver(ctx); err != nil {
		return err
	}
	ctx = withRequests(ctx, func(one request) {
		one.before = len(s.evidence)
		s.asked = append(s.asked, one)
	})
	if err := s.setUp(ctx); err != nil {
		return err
	}
	for i := range s.scenario.Steps {
		if ctx.Err() != nil {
			return transportError{errors.New("interrupted")}
		}
		step := &s.scenario.Steps[i]
		err := s.step(ctx, step)
		var undefined errUndefined
		switch {
		case errors.As(err, &undefined):
			s.notRun = append(s.notRun, fmt.Sprintf("%q needs ${%s}", step.Name, undefined.name))
		case err != nil:
			return err
		}
	}
	return nil
}

func (s *session) step(ctx context.Context, step *scenarios.Step) error {
	switch {
	case step.Wait != "":
		return s.wait(ctx, step)
	case step.Has("receive"):
		return s.receiveStep(ctx, step)
	case step.Control != nil:
		return s.controlStep(ctx, step)
	case step.Follow != nil:
		return s.followStep(ctx, step)
	case step.Call != "", step.Authorize != nil:
		return s.callStep(ctx, step)
	}
	return s.compareStep(step)
}

// judge keeps an answer as evidence and applies the standing checks.
func (s *session) judge(step string, sent *sent, level scenarios.Level) int {
	index := len(s.evidence)
	s.evidence = append(s.evidence, sent)
	s.slowest = max(s.slowest, sent.seconds)
	if sent.exchange == nil {
		return index
	}
	if sent.clientSecret != "" {
		s.leaks.Add("OAUTH_CLIENT_SECRET", sent.clientSecret)
	}
	broken := s.broken(sent)
	for _, finding := range sent.surface.Standing(sent.exchange, level, s.leak) {
		if !broken || finding.Kind == "secret.leak" {
			s.ledger.add(s, step, finding, index)
		}
	}
	if !broken {
		s.coverage.count(sent)
	}
	s.keepCookies(sent)
	s.noteTokens(sent)
	return index
}

// leak reports whether a text holds the account's API key or Basic credential, in any form.
func (s *session) leak(text string) bool {
	return s.leaks.Finds(text)
}

// noteTokens remembers which tokens the scenario made, and which it only saw.
func (s *session) noteTokens(sent *sent) {
	life := sent.surface.Lifecycle
	payload, _ := sent.exchange.Payload()
	object, _ := payload.(map[string]any)
	token, _ := object[life.ID].(string)
	if sent.exchange.Success() && token != "" && sent.operation != nil {
		switch sent.operation.Name {
		case life.Create:
			s.own(token, sent)
		case life.Renew: // a new one instead of one of ours
			if s.owns(sent.parameter(life.ID)) {
				s.own(token, sent)
			}
		}
	}
	for _, secret := range sent.secrets {
		if s.namesMade(secret.key) && !s.owns(secret.text) {
			s.foreign.add(secret.text)
		}
	}
}

// namesMade reports whether a member of an answer names what some surface makes.
func (s *session) namesMade(key string) bool {
	return slices.ContainsFunc(s.judgement.Surfaces(), func(surface *check.Surface) bool { return surface.Lifecycle.ID == key })
}

func (s *session) own(token string, from *sent) {
	if !s.owns(token) {
		s.created = append(s.created, createdToken{token, from.surface, from.account})
		s.secrets.Add("ANOTHER_TOKEN", token)
	}
}

func (s *session) owns(token string) bool {
	return slices.ContainsFunc(s.created, func(c createdToken) bool { return c.id == token })
}

// mayTouch refuses changes to tokens of a shared account that the suite only saw. Accounts that a
// scenario made for itself are its own.
func (s *session) mayTouch(c *call) error {
	if !s.shared || c.operation == nil || c.method == http.MethodGet {
		return nil
	}
	id := c.parameter(c.surface.Lifecycle.ID)
	if id == "" || s.owns(id) || !s.foreign.has(id) {
		return nil
	}
	return stop{report.Error, fmt.Sprintf("step %q would change a token that the suite did not make; it was not sent", c.step)}
}

// lookup is the value of a variable for a step that acts as an account.
func (s *session) lookup(ctx context.Context, as string, local map[string]any) func(string) (any, error) {
	var find func(name string) (any, error)
	find = func(name string) (any, error) {
		if plain, form, formed := strings.Cut(name, "|"); formed {
			value, err := find(plain)
			if err != nil {
				return nil, err
			}
			if text, ok := scenarios.Formed(value, form); ok {
				if strings.HasSuffix(plain, "apiKey") || strings.HasSuffix(plain, "oken") {
					s.secrets.Add("NEARLY_A_SECRET", text) // one letter from a credential
				}
				return text, nil
			}
			return nil, errUndefined{name}
		}
		root, rest, dotted := strings.Cut(name, ".")
		for _, vars := range []map[string]any{local, s.vars} {
			value, ok := vars[root]
			if !ok {
				continue
			}
			var parts []string
			if dotted {
				parts = strings.Split(rest, ".")
			}
			if reached, ok := scenarios.Reach(value, parts); ok {
				return reached, nil
			}
			return nil, errUndefined{name}
		}
		switch name {
		case "email":
			return s.accounts[""].Email, nil
		case "apiKey":
			return s.accounts[""].APIKey, nil
		case "basic":
			own := s.accounts[""]
			return base64.StdEncoding.EncodeToString([]byte(own.Email + ":" + own.APIKey)), nil
		case "nonce":
			return s.nonce(), nil
		case "now", "today", "month", "year":
			at, err := s.clock(ctx, s.accounts[as])
			layout := map[string]string{"now": time.RFC3339, "today": time.DateOnly, "month": "2006-01", "year": "2006"}[name]
			return at.UTC().Format(layout), err
		}
		return nil, errUndefined{name}
	}
	return find
}

func (s *session) clock(ctx context.Context, account *account) (time.Time, error) {
	if s.control == nil {
		return s.target.Clock.Now(), nil
	}
	at, err := s.control.now(ctx, account.ID)
	if errors.As(err, new(notOffered)) {
		return s.target.Clock.Now(), nil
	}
	return at, err
}

// nonce belongs to the scenario and the seed, so that a run can be repeated.
func (s *session) nonce() string {
	hash := sha256.New()
	_ = binary.Write(hash, binary.BigEndian, s.options.Seed)
	hash.Write([]byte(s.scenario.ID))
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

func basicHeader(account *account) http.Header {
	return http.Header{
		"Accept":        {"application/json"},
		"Authorization": {"Basic " + basicCredential(account.Email, account.APIKey)},
	}
}

// compareStep holds captured values against what they must be.
func (s *session) compareStep(step *scenarios.Step) error {
	seen := map[string]int{}
	lookup := s.lookup(context.Background(), "", nil)
	for _, comparison := range step.Compare {
		path := scenarios.Text(comparison.Value)
		if seen[path]++; seen[path] > 1 {
			path = fmt.Sprintf("%s#%d", path, seen[path])
		}
		value, err := scenarios.Expand(comparison.Value, lookup)
		if err != nil {
			return err
		}
		matcher, err := expandMatcher(comparison.Is, lookup)
		if err != nil {
			return err
		}
		level := s.scenario.Level
		if comparison.Level != "" {
			level = comparison.Level
		}
		finding := check.Value(path, matcher, value, level)
		finding.Requirement = s.scenario.Requirement
		finding.Expected = comparison.Why + ": " + finding.Expected
		finding.Line = comparison.LineOf("is")
		s.ledger.add(s, step.Name, finding, -1)
	}
	return nil
}

// wait lets time pass for the step's account.
func (s *session) wait(ctx context.Context, step *scenarios.Step) error {
	d, err := time.ParseDuration(step.Wait)
	if err != nil {
		return err
	}
	if s.control != nil {
		err = s.control.advance(ctx, s.accounts[step.As].ID, step.Wait, nil)
	}
	if s.control != nil && !errors.As(err, new(notOffered)) {
		// its clock was advanced
	} else if err = s.target.Clock.Wait(ctx, d); err != nil {
		return transportError{errors.New("interrupted")}
	} else {
		noteRequest(ctx, request{pause: d.Seconds()})
	}
	if err != nil {
		return fmt.Errorf("step %q: %w", step.Name, err)
	}
	return nil
}

// controlStep acts on the control API and captures from its answer.
func (s *session) controlStep(ctx context.Context, step *scenarios.Step) error {
	account, lookup := s.accounts[step.As], s.lookup(ctx, step.As, nil)
	var failed error
	text := func(written string) string {
		expanded, err := scenarios.ExpandText(written, lookup)
		if err != nil && failed == nil {
			failed = err
		}
		return expanded
	}
	var answer any
	var act func() error
	switch control := step.Control; {
	case control.Clock != nil:
		clock := *control.Clock
		clock.Now = text(clock.Now)
		act = func() error { return s.control.setClock(ctx, account.ID, &clock, &answer) }
	case control.RateLimit != nil:
		limit := *control.RateLimit
		limit.Scope = text(limit.Scope)
		act = func() error { return s.control.setRateLimit(ctx, account.ID, &limit, &answer) }
	case control.Invariants:
		act = func() error { return s.control.invariants(ctx, account.ID, &answer) }
	case control.Faults != nil:
		act = func() error { return s.changeFaults(ctx, account, control.Faults, lookup, &answer) }
	case control.Credit != nil:
		amount, description := text(control.Credit.Amount), text(control.Credit.Description)
		act = func() error { return s.control.moveCredit(ctx, account.ID, amountOf(amount), description, &answer) }
	default:
		by := text(control.Advance)
		act = func() error { return s.control.advance(ctx, account.ID, by, &answer) }
	}
	if failed != nil {
		return failed
	}
	if err := act(); err != nil {
		return fmt.Errorf("step %q: %w", step.Name, err)
	}
	return s.capture(step, step.Name, step.Capture, answer, true, lookup, -1, s.vars)
}
