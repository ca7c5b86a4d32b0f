package mutant

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
	"oauthmock/scenarios"
)

// Config selects what to prove.
type Config struct {
	Scenarios []scenarios.Scenario
	Mutants   []Mutant
	// Start starts an honest server in process; given is Mutant.Given.
	Start func(given string) (http.Handler, error)
	// Parallel is how many mutants are tried at once; 0 means one.
	Parallel int
	// WithoutControl, unless nil, has the mutants judged like a server without a control API: by
	// every scenario of their surfaces that needs none, with these credentials.
	WithoutControl *Stranger
	// Tried, unless nil, hears of every mutant when it was tried, from one goroutine at a time.
	Tried func(Outcome)
}

// Outcome is the result for a mutant.
type Outcome struct {
	Name    string   `json:"name"`
	What    string   `json:"what"`
	Killed  bool     `json:"killed"`
	Killers []Killer `json:"killers"`
	// Changed is how many answers were falsified.
	Changed int `json:"changed"`
	// Problem says why a mutant that was not killed proves nothing, or what is wrong with it.
	Problem string `json:"problem,omitempty"`
}

// Killer is a named assertion that failed because of a mutant.
type Killer struct {
	Scenario  string `json:"scenario"`
	Assertion string `json:"assertion"`
	Kind      string `json:"kind"`
}

// Kind counts what a kind of assertion killed.
type Kind struct {
	Name string `json:"name"`
	// Kills is how many mutants it killed, Alone how many that no other kind killed.
	Kills int `json:"kills"`
	Alone int `json:"alone"`
	// Why is the justification of a kind that kills nothing.
	Why string `json:"why,omitempty"`
}

// Matrix lists which assertion killed which mutant.
type Matrix struct {
	Version  string    `json:"version"`
	Outcomes []Outcome `json:"mutants"`
	Kinds    []Kind    `json:"kinds"`
	Seconds  float64   `json:"seconds"`
}

// Survivors are the mutants that were not killed, or prove nothing.
func (m Matrix) Survivors() []Outcome {
	var out []Outcome
	for _, o := range m.Outcomes {
		if !o.Killed || o.Problem != "" {
			out = append(out, o)
		}
	}
	return out
}

// Share is how many of the mutants were killed, from 0 to 1.
func (m Matrix) Share() float64 {
	return 1 - float64(len(m.Survivors()))/float64(max(1, len(m.Outcomes)))
}

// Idle are the kinds of assertions that killed nothing and have no justification.
func (m Matrix) Idle() []Kind {
	var out []Kind
	for _, k := range m.Kinds {
		if k.Kills == 0 && k.Why == "" {
			out = append(out, k)
		}
	}
	return out
}

// Select returns the mutants whose names have one of the prefixes; no prefix selects all. An
// unknown prefix is an error.
func Select(all []Mutant, prefixes []string) ([]Mutant, error) {
	if len(prefixes) == 0 {
		return all, nil
	}
	var out []Mutant
	for _, prefix := range prefixes {
		n := len(out)
		for _, m := range all {
			if strings.HasPrefix(m.Name, prefix) && !slices.ContainsFunc(out, func(o Mutant) bool { return o.Name == m.Name }) {
				out = append(out, m)
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("no mutant's name begins with %q; the families are %s", prefix, strings.Join(families(all), ", "))
		}
	}
	return out, nil
}

func families(all []Mutant) []string {
	seen := map[string]bool{}
	for _, m := range all {
		family, _, _ := strings.Cut(m.Name, "/")
		seen[family] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Run tries every mutant. It returns an error if the whole proof would be worthless: the honest
// server does not pass the scenarios, or no scenario covers a mutant.
func Run(ctx context.Context, config Config) (Matrix, error) {
	started := time.Now()
	if config.WithoutControl != nil {
		config.Mutants = slices.DeleteFunc(slices.Clone(config.Mutants), Mutant.paid)
	}
	p := &prover{Config: config}
	if err := p.check(); err != nil {
		return Matrix{}, err
	}
	if err := p.honest(ctx); err != nil {
		return Matrix{}, err
	}
	matrix := Matrix{Version: "1.0", Outcomes: make([]Outcome, len(config.Mutants))}
	jobs := make(chan int)
	var workers sync.WaitGroup
	var telling sync.Mutex
	for range max(1, config.Parallel) {
		workers.Go(func() {
			for i := range jobs {
				try := p.try
				if config.WithoutControl != nil {
					try = p.tryWithout
				}
				o := try(ctx, config.Mutants[i])
				matrix.Outcomes[i] = o
				if config.Tried != nil {
					telling.Lock()
					config.Tried(o)
					telling.Unlock()
				}
			}
		})
	}
	for i := range config.Mutants {
		jobs <- i
	}
	close(jobs)
	workers.Wait()
	if config.WithoutControl == nil {
		matrix.Kinds = p.kinds(matrix.Outcomes)
	}
	matrix.Seconds = time.Since(started).Seconds()
	return matrix, ctx.Err()
}

// prover tries mutants.
type prover struct {
	Config
	places []place

	mu   sync.Mutex
	seen map[string]bool // kinds of assertions that were checked at all
}

// check refuses mutants that share a name, or whose scenarios do not exist.
func (p *prover) check() error {
	var errs []error
	names := map[string]bool{}
	for _, m := range p.Mutants {
		if names[m.Name] {
			errs = append(errs, fmt.Errorf("two mutants are called %s", m.Name))
		}
		names[m.Name] = true
		if len(m.Scenarios) == 0 {
			errs = append(errs, fmt.Errorf("mutant %s names no scenario that covers it", m.Name))
		}
		for _, id := range m.Scenarios {
			if len(p.covering([]string{id})) == 0 {
				errs = append(errs, fmt.Errorf("mutant %s is covered by %q, which is not a scenario", m.Name, id))
			}
		}
	}
	return errors.Join(errs...)
}

func (p *prover) covering(ids []string) []scenarios.Scenario {
	var out []scenarios.Scenario
	for _, s := range p.Config.Scenarios {
		if slices.ContainsFunc(ids, func(id string) bool { return id == s.ID || strings.HasSuffix(id, "/") && strings.HasPrefix(s.ID, id) }) {
			out = append(out, s)
		}
	}
	return out
}

// honest makes sure that every scenario that is used passes without any lie: otherwise a kill would
// prove nothing. The servers are started as for the mutants.
func (p *prover) honest(ctx context.Context) error {
	used := map[string][]string{}
	for _, m := range p.Mutants {
		used[m.Given] = append(used[m.Given], m.Scenarios...)
	}
	for given, ids := range used {
		server, err := p.Start(given)
		if err != nil {
			return err
		}
		if p.places == nil {
			if p.places, err = placesOf(ctx, server); err != nil {
				return err
			}
		}
		var result report.Report
		if p.WithoutControl != nil {
			result, err = p.honestWithout(ctx, server, ids)
		} else {
			result, err = p.run(ctx, server, nil, p.covering(ids), max(1, p.Parallel))
		}
		if err != nil {
			return err
		}
		for _, r := range result.Results {
			if r.Verdict != report.Pass && !(p.WithoutControl != nil && r.Verdict == report.Skip) {
				return fmt.Errorf("the honest server does not pass %s (%s: %s): what a mutant does there proves nothing", r.ID, r.Verdict, r.Reason)
			}
		}
	}
	return nil
}

// try runs the scenarios that cover a mutant against it.
func (p *prover) try(ctx context.Context, m Mutant) Outcome {
	o := Outcome{Name: m.Name, What: m.What, Killers: []Killer{}}
	server, err := p.Start(m.Given)
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	var changed atomic.Int64
	told := func() { changed.Add(1) }
	result, err := p.run(ctx, m.honestOr(server, p.places, told), m.between(told), p.covering(m.Scenarios), 1)
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	o.Changed = int(changed.Load())
	var other []string
	for _, r := range result.Results {
		// Only a FAIL is a kill: a crash, a timeout or an ERROR is no judgement.
		if r.Verdict != report.Fail {
			if r.Verdict != report.Pass {
				other = append(other, fmt.Sprintf("%s is %s: %s", r.ID, r.Verdict, r.Reason))
			}
			continue
		}
		o.add(r)
	}
	o.Killed = len(o.Killers) > 0
	switch {
	case o.Changed == 0:
		o.Problem = "it changed nothing on the wire"
		o.Killed = false
	case !o.Killed && len(other) > 0:
		o.Problem = strings.Join(other, "; ")
	case !o.Killed:
		o.Problem = "no assertion noticed it"
	}
	return o
}

// add takes the assertions that failed in a scenario.
func (o *Outcome) add(r report.Result) {
	if r.Verdict != report.Fail {
		return
	}
	for _, a := range r.Assertions {
		if a.Verdict == report.Fail {
			o.Killers = append(o.Killers, Killer{Scenario: r.ID, Assertion: a.ID, Kind: a.Kind})
		}
	}
}

// run judges a server in process.
func (p *prover) run(ctx context.Context, server http.Handler, between func(http.Handler) http.Handler, some []scenarios.Scenario, parallel int) (report.Report, error) {
	r, err := runner.New(targetOf(server, between), runner.Options{Scenarios: some, Parallel: parallel, Level: "observe"})
	if err != nil {
		return report.Report{}, err
	}
	defer r.Close()
	result := r.Run(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	for _, scenario := range result.Results {
		for _, a := range scenario.Assertions {
			p.seen[a.Kind] = true
		}
	}
	return result, nil
}

// kinds counts what every kind of assertion killed.
func (p *prover) kinds(outcomes []Outcome) []Kind {
	found := map[string]*Kind{}
	for name := range p.seen {
		found[name] = &Kind{Name: name, Why: justification(name)}
	}
	for _, o := range outcomes {
		if !o.Killed {
			continue
		}
		of := map[string]bool{}
		for _, k := range o.Killers {
			of[k.Kind] = true
		}
		for name := range of {
			found[name].Kills++
			if len(of) == 1 {
				found[name].Alone++
			}
		}
	}
	out := make([]Kind, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[name])
	}
	return out
}

// justification says why a kind of assertion may kill nothing; empty for one that must kill.
func justification(string) string { return "" }
