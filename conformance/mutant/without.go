package mutant

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
	"oauthmock/scenarios"
)

// Stranger is what is known of a server without a control API: an account, its sandbox, an OAuth
// client and a user.
type Stranger struct {
	Email, APIKey, SandboxAPIKey        string
	ClientID, ClientSecret, RedirectURI string
	Username, Password                  string
}

// paid reports whether only scenarios of the paid services cover a mutant. They need money that
// only a control API gives.
func (m Mutant) paid() bool {
	return !slices.ContainsFunc(m.Scenarios, func(id string) bool { return !strings.HasPrefix(id, "services/") })
}

// tryWithout judges a mutant without a control API: with every scenario of its surfaces that needs
// none, those that cover it first, up to the first that fails.
func (p *prover) tryWithout(ctx context.Context, m Mutant) Outcome {
	o := Outcome{Name: m.Name, What: m.What, Killers: []Killer{}}
	server, err := p.Start(m.Given)
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	var changed atomic.Int64
	told := func() { changed.Add(1) }
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result, err := p.runWithout(ctx, m.honestOr(server, p.places, told), server, m.between(told), p.nearest(m), &untilFailed{cancel})
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	o.Changed = int(changed.Load())
	for _, r := range result.Results {
		o.add(r)
	}
	o.Killed = len(o.Killers) > 0 && o.Changed > 0
	switch {
	case o.Changed == 0:
		o.Problem = "without a control API nothing asks what it lies about"
	case !o.Killed:
		o.Problem = "without a control API no assertion noticed it"
	}
	return o
}

// nearest returns the scenarios that judge a mutant without a control API: those that cover it,
// their neighbours, the others of their surfaces.
func (p *prover) nearest(m Mutant) []scenarios.Scenario {
	head := func(id string, parts int) string {
		return strings.Join(slices.Clip(strings.SplitN(id, "/", parts+1))[:parts], "/") + "/"
	}
	var surfaces, neighbours []string
	covering := p.covering(m.Scenarios)
	for _, s := range covering {
		surfaces, neighbours = append(surfaces, head(s.ID, 1)), append(neighbours, head(s.ID, 2))
	}
	rank := func(s *scenarios.Scenario) int {
		begins := func(head string) bool { return strings.HasPrefix(s.ID, head) }
		switch {
		case slices.ContainsFunc(covering, func(one scenarios.Scenario) bool { return one.ID == s.ID }):
			return 0
		case slices.ContainsFunc(neighbours, begins):
			return 1
		case slices.ContainsFunc(surfaces, begins):
			return 2
		}
		return -1
	}
	var sorted [3][]scenarios.Scenario
	for i := range p.Config.Scenarios {
		s := &p.Config.Scenarios[i]
		if of := rank(s); of >= 0 && len(s.ControlReasons()) == 0 {
			sorted[of] = append(sorted[of], *s)
		}
	}
	return slices.Concat(sorted[0], sorted[1], sorted[2])
}

// honestWithout makes sure that no scenario that needs no control API accuses the honest server.
func (p *prover) honestWithout(ctx context.Context, server http.Handler, used []string) (report.Report, error) {
	return p.runWithout(ctx, server, server, nil, p.nearest(Mutant{Scenarios: used}), nil)
}

// runWithout judges a server in process as if it had no control API. What scenarios wait for passes
// on the honest server's clock at once.
func (p *prover) runWithout(ctx context.Context, server, honest http.Handler, between func(http.Handler) http.Handler, some []scenarios.Scenario, listener report.Listener) (report.Report, error) {
	const base = "http://localhost"
	who := p.WithoutControl
	addresses := map[string]string{}
	for _, at := range p.places {
		if at.Name != "v2" {
			addresses[at.Name] = base + at.prefix
		}
	}
	r, err := runner.New(runner.Target{
		Name: "mutant", BaseURL: base, Addresses: addresses, InProcess: true, Email: who.Email, APIKey: who.APIKey, SandboxAPIKey: who.SandboxAPIKey,
		ClientID: who.ClientID, ClientSecret: who.ClientSecret, RedirectURI: who.RedirectURI, Username: who.Username, Password: who.Password,
		WrapReceiver: between, CallbackTimeout: time.Second,
		Clock: &turned{honest: honest}, Client: &http.Client{Transport: inprocess.Transport{Handler: server}},
	}, runner.Options{Scenarios: some, Level: "observe", Listener: listener})
	if err != nil {
		return report.Report{}, err
	}
	defer r.Close()
	return r.Run(ctx), nil
}

// turned is the clock of a server in process: waiting turns it on.
type turned struct {
	honest http.Handler
	by     time.Duration
}

// Now implements runner.Clock.
func (c *turned) Now() time.Time { return time.Now().Add(c.by) }

// Wait implements runner.Clock.
func (c *turned) Wait(ctx context.Context, d time.Duration) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/__admin/clock/advance", strings.NewReader(`{"by":"`+d.String()+`"}`))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := inprocess.Transport{Handler: c.honest}.RoundTrip(request)
	if err != nil {
		return err
	}
	c.by += d
	return answer.Body.Close()
}

// untilFailed ends a run with the first scenario that fails.
type untilFailed struct{ cancel context.CancelFunc }

// Hear implements report.Listener.
func (u *untilFailed) Hear(event report.Event) {
	if event.Kind == report.Finished && event.Result.Verdict == report.Fail {
		u.cancel()
	}
}
