package explore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
)

// Options say what is looked for, and for how long.
type Options struct {
	// Options say how the target is asked. Scenarios, Files, Tags and IDs are not used.
	runner.Options
	// For is how long to look. What is being shrunk when it ends is finished.
	For time.Duration
	// Most is how many different failures end the search; 0 for any number, up to 100.
	Most int
	// Told hears of each failure when it was shrunk, in the goroutine that looks.
	Told func(Finding)
}

// Finding is one failure, with the shortest sequence that shows it.
type Finding struct {
	// Key tells failures apart: surface, operation and what was asserted.
	Key    string
	Result report.Result
	// Text is a scenario file that shows the failure.
	Text []byte
	// Steps is how many steps it has; Moves how many moves the sequence had before.
	Steps, Moves int
}

// Outcome is what a search came to.
type Outcome struct {
	Findings []Finding
	// Sequences and Steps are how many were carried out and came out as expected.
	Sequences, Steps int
	// Skipped are reasons why sequences could not be judged, by family.
	Skipped map[string]string
	// Stopped is why nothing could be looked for; "" otherwise.
	Stopped string
	Report  report.Report
}

// family is a kind of sequences.
type family struct {
	name    string
	surface string
	title   string
	// setting says what the sequences start from.
	setting setting
	given   map[string]any
	needs   []string
	moves   int
	deeds   []deed
	begin   func(*world)
}

// move is a deed with the seed of what it draws.
type move struct {
	deed *deed
	seed uint64
}

// tell tells the model a list of moves, and returns the scenario that came of it; nil where no step
// did.
func (f *family) tell(moves []move, id string) *draft {
	w := &world{setting: f.setting}
	if f.begin != nil {
		f.begin(w)
	}
	for _, m := range moves {
		m.deed.do(w, rand.New(rand.NewPCG(m.seed, 1)))
	}
	if !slices.ContainsFunc(w.steps, func(s *step) bool { return s.Expect != nil || len(s.Compare) > 0 || len(s.Outcomes) > 0 }) {
		return nil
	}
	d := &draft{ID: id, Title: f.title, Level: should, Requirement: "Each answer is as the documents and the calls before it say.", Source: "docs/behaviour.md; assumed where it says so",
		Tags: []string{"explore"}, Given: f.given, Steps: w.steps}
	for _, s := range w.steps {
		if strings.Contains(s.Call, "/__services/") {
			d.Needs = f.needs
		}
	}
	return d
}

// draw draws a sequence of moves.
func (f *family) draw(r *rand.Rand) []move {
	total := 0
	for _, d := range f.deeds {
		total += d.weight
	}
	moves := make([]move, 0, f.moves)
	for range f.moves {
		n := r.IntN(total)
		for i := range f.deeds {
			if n -= f.deeds[i].weight; n < 0 {
				moves = append(moves, move{&f.deeds[i], r.Uint64()})
				break
			}
		}
	}
	return moves
}

// patient makes what has to be waited for rare.
func patient(deeds []deed) []deed {
	for i := range deeds {
		if deeds[i].weight *= 10; deeds[i].name == "until it expires" {
			deeds[i].weight = 3
		}
	}
	return deeds
}

// Run looks for failures of a target until the time is over, enough was found, or the context ends.
// Whatever it made is removed. The error says what must be given instead.
func Run(ctx context.Context, target runner.Target, options Options) (Outcome, error) {
	families := familiesOf(target, options)
	if len(families) == 0 {
		return Outcome{}, errors.New("there is nothing to explore: what may be asked of this target is too little")
	}
	e := &explorer{options: options, families: families, seen: map[string]bool{}}
	e.outcome.Skipped = map[string]string{}
	if e.options.Most == 0 {
		e.options.Most = 100
	}
	judge := options.Options
	judge.Files, judge.Surfaces, judge.Tags, judge.IDs, judge.Parallel = nil, nil, nil, nil, 1
	for i := range families {
		d := families[i].tell(families[i].draw(rand.New(rand.NewPCG(options.Seed, uint64(i)))), e.id(&families[i], 0))
		if d == nil {
			continue
		}
		list, err := read("explore.yaml", d)
		if err != nil {
			return Outcome{}, err
		}
		judge.Scenarios = append(judge.Scenarios, list...)
	}
	var err error
	if e.runner, err = runner.New(target, judge); err != nil {
		return Outcome{}, err
	}
	defer e.runner.Close()
	started := time.Now()
	if e.outcome.Stopped = e.runner.Begin(ctx); e.outcome.Stopped == "" {
		if err := e.search(ctx, started); err != nil {
			return e.outcome, err
		}
	}
	e.outcome.Report = e.runner.End(ctx, e.results(), started, e.outcome.Stopped)
	return e.outcome, nil
}

type explorer struct {
	options  Options
	families []family
	runner   *runner.Runner
	seen     map[string]bool
	outcome  Outcome
}

// id names a sequence of a family.
func (e *explorer) id(f *family, n int) string {
	return fmt.Sprintf("%s/explore/%s-%d-%d", f.surface, f.name, e.options.Seed, n)
}

func (e *explorer) search(ctx context.Context, started time.Time) error {
	for n := 0; ctx.Err() == nil && time.Since(started) < e.options.For && len(e.outcome.Findings) < e.options.Most; n++ {
		f := &e.families[n%len(e.families)]
		if e.outcome.Skipped[f.name] != "" {
			if len(e.outcome.Skipped) == len(e.families) {
				return nil
			}
			continue
		}
		moves := f.draw(rand.New(rand.NewPCG(e.options.Seed, uint64(n))))
		id := e.id(f, n)
		result, err := e.try(ctx, f, moves, id)
		if err != nil {
			return err
		}
		switch result.Verdict {
		case report.Skip, report.Inconclusive, report.Error:
			if ctx.Err() == nil {
				e.outcome.Skipped[f.name] = string(result.Verdict) + ": " + result.Reason
			}
		case report.Fail:
			if err := e.found(ctx, f, moves, id, result); err != nil {
				return err
			}
		default:
			e.outcome.Sequences++
			e.outcome.Steps += len(result.Steps)
		}
		e.runner.Forget()
	}
	return nil
}

// try carries a sequence out. The verdict is "" where it has no step.
func (e *explorer) try(ctx context.Context, f *family, moves []move, id string) (report.Result, error) {
	d := f.tell(moves, id)
	if d == nil {
		return report.Result{}, nil
	}
	return e.carry(ctx, f, d)
}

// carry carries a draft out.
func (e *explorer) carry(ctx context.Context, f *family, d *draft) (report.Result, error) {
	list, err := read(f.name+".yaml", d)
	if err != nil {
		return report.Result{}, err
	}
	return e.runner.One(ctx, &list[0]), nil
}

// found shrinks a failure, unless one of its kind is known.
func (e *explorer) found(ctx context.Context, f *family, moves []move, id string, result report.Result) error {
	keys := keysOf(result)
	fresh := slices.IndexFunc(keys, func(key string) bool { return !e.seen[key] })
	if fresh < 0 {
		return nil
	}
	key := keys[fresh]
	shrunk, failed := shrink(moves, func(some []move) bool {
		if ctx.Err() != nil {
			return false
		}
		tried, err := e.try(ctx, f, some, id)
		if err != nil || !slices.Contains(keysOf(tried), key) {
			return false
		}
		result = tried
		return true
	})
	d := f.tell(shrunk, id)
	if !failed || d == nil {
		// It did not fail twice.
		e.seen[key] = true
		return nil
	}
	// What else is expected would only hide it.
	if brief := f.tell(shrunk, id); brief != nil {
		if at := slices.IndexFunc(result.Assertions, func(a report.Assertion) bool { return a.Verdict == report.Fail && unnumbered(a.ID) == key }); at >= 0 {
			name, place, _ := strings.Cut(result.Assertions[at].ID, "/")
			kind, path, _ := strings.Cut(place, "/")
			brief.only(name, kind, path)
			if tried, err := e.carry(ctx, f, brief); err == nil && slices.Contains(keysOf(tried), key) {
				d, result = brief, tried
			}
		}
	}
	text, err := write(d)
	if err != nil {
		return err
	}
	for _, one := range keysOf(result) {
		e.seen[one] = true
	}
	e.seen[key] = true
	finding := Finding{Key: key, Result: result, Text: text, Steps: len(d.Steps), Moves: len(moves)}
	e.outcome.Findings = append(e.outcome.Findings, finding)
	if e.options.Told != nil {
		e.options.Told(finding)
	}
	return nil
}

// results are what a report lists: what was found, and what could not be judged.
func (e *explorer) results() []report.Result {
	var all []report.Result
	for _, found := range e.outcome.Findings {
		all = append(all, found.Result)
	}
	return all
}

// keysOf tells failures apart, by step and assertion without their numbers: those of the first step
// that failed. What fails after it may only follow from it.
func keysOf(result report.Result) []string {
	var keys []string
	first := ""
	for _, a := range result.Assertions {
		name, _, _ := strings.Cut(a.ID, "/")
		if a.Verdict == report.Fail && (first == "" || name == first) {
			keys, first = append(keys, unnumbered(a.ID)), name
		}
	}
	return keys
}

// familiesOf are the families that a target can be asked.
func familiesOf(target runner.Target, options Options) []family {
	wanted := func(surface string) bool {
		return len(options.Surfaces) == 0 || slices.Contains(options.Surfaces, surface)
	}
	var all []family
	if target.AdminURL != "" && !options.ReadOnly {
		given := func(more ...string) map[string]any {
			g := map[string]any{"fixture": "empty", "credit": "0.5", "scopes": 3, "clock": map[string]any{"now": began().Format(time.RFC3339), "frozen": true}}
			for _, environment := range more {
				g["environment"] = environment
			}
			return g
		}
		begin := func(call string) func(*world) {
			return func(w *world) {
				w.credit = 5000
				w.moved = []movement{{5000, 0}}
				w.count(call, nil)
			}
		}
		known, services := setting{frozen: true, fresh: true, scopes: 3}, []string{"services"}
		paid := known
		paid.services = true
		trial := paid
		trial.sandbox = true
		if wanted("services") {
			deeds := slices.Concat(tokenDeeds(), accountDeeds(), serviceDeeds())
			all = append(all, family{name: "paid", surface: "services", title: "What tokens call, and who pays", setting: paid, given: given(), needs: services, moves: 45, deeds: deeds, begin: begin("scope.list")},
				family{name: "sandbox", surface: "services", title: "What tokens of a sandbox call", setting: trial, given: given("sandbox"), needs: services, moves: 45, deeds: deeds, begin: begin("scope.list")})
		}
		if wanted("v2") {
			all = append(all, family{name: "tokens", surface: "v2", title: "The life of tokens", setting: known, given: given(), moves: 45,
				deeds: slices.Concat(tokenDeeds(), accountDeeds()), begin: begin("scope.list")})
		}
		if wanted("v1") {
			all = append(all, family{name: "both", surface: "v1", title: "Tokens in both versions", setting: paid, given: given(), needs: services, moves: 45,
				deeds: slices.Concat(v1Deeds(), v1Deeds(), tokenDeeds(), accountDeeds(), serviceDeeds()[:1]), begin: begin("v1.scope.list")})
		}
	}
	if target.AdminURL == "" && !options.ReadOnly && wanted("v2") {
		all = append(all, family{name: "tokens", surface: "v2", title: "The life of tokens", setting: setting{scopes: 2}, given: map[string]any{"scopes": 2}, moves: 20, deeds: patient(tokenDeeds())})
	}
	return all
}
