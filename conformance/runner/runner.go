package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// Runner executes chosen scenarios against one target. Scenarios of a target without a control API
// share one account and must run one after the other; otherwise One may be called by several
// goroutines.
type Runner struct {
	sender
	target  Target
	options Options
	chosen  []*scenarios.Scenario
	control *control
	// hook is the user's own way to reach states, where there is no control API; nil for none.
	hook *control
	// told is a control API that is only asked for addresses, because the run is read-only.
	told      *control
	judgement *check.Judge
	coverage  *coverage
	// foreign are tokens that answers showed and no scenario made.
	foreign *tokenSet
	// base is that of the target's first surface, addresses those of all.
	base      *url.URL
	addresses *addresses
	// observations are the target's choices, for reports that are compared.
	observations observations
	receiver     *receiver
	// secrets of all scenarios: a target may answer one with those of another.
	secrets     *report.Redactor
	discoveries *discoveries
	leaving     *leaving
	purse       *purse
	// removal stops a clean-up that waits for a target that does not answer.
	removal *breaker
}

// New checks target and options, without sending anything. Its errors say what must be given
// instead.
func New(target Target, options Options) (*Runner, error) {
	if target.Clock == nil {
		target.Clock = machine{}
	}
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Runner{target: target, options: options, foreign: &tokenSet{}, secrets: report.NewRedactor()}
	if r.base, err = parseBase("base URL", target.BaseURL); err != nil {
		return nil, err
	}
	if r.addresses, err = newAddresses(target); err != nil {
		return nil, err
	}
	if err := Permitted(target, options); err != nil {
		return nil, err
	}
	r.client, r.breaker = newClient(target.Client, target.Connection, options, target.Sent), newBreaker("the target")
	r.readOnly, r.journal = options.ReadOnly, options.Journal
	if r.purse, err = newPurse(options.MaxSpend); err != nil {
		return nil, err
	}
	r.leaving, r.removal = &leaving{}, newBreaker("the target")
	r.discoveries = &discoveries{list: target.Discovered}
	if r.receiver, err = newReceiver(target); err != nil {
		return nil, err
	}
	if target.AdminURL != "" {
		admin, err := parseBase("admin URL", target.AdminURL)
		if err != nil {
			return nil, err
		}
		r.control = newControl(admin, r.client, "the control API")
		r.control.token, r.control.journal = target.AdminToken, options.Journal
	}
	if r.chosen, err = choose(options); err != nil {
		return nil, err
	}
	if r.judgement, err = check.NewJudge(options.Contracts...); err != nil {
		return nil, err
	}
	if target.StateHook != "" {
		hook, err := parseBase("state hook", target.StateHook)
		if err != nil {
			return nil, err
		}
		r.hook = newControl(hook, newClient(nil, Connection{}, Options{Timeout: options.Timeout, Patience: options.Patience}, 0), "the state hook")
		r.hook.hook = true
	}
	if options.ReadOnly {
		r.hook = nil
		// It still provides addresses, but creates nothing.
		r.control, r.told = nil, r.control
	}
	if r.control == nil && target.Stopped == "" && (target.Email == "" || target.APIKey == "") && slices.ContainsFunc(r.chosen, r.takesGivenAccount) {
		if options.ReadOnly {
			return nil, errReadOnly
		}
		return nil, errNoCredentials
	}
	for name := range target.Addresses {
		if r.judgement.Surface(name) == nil {
			return nil, fmt.Errorf("there is no surface %q to give an address of", name)
		}
	}
	r.coverage = newCoverage(r.judgement)
	return r, nil
}

// takesGivenAccount reports whether a scenario calls anything that wants the credentials of an
// account, and no hook may give it one.
func (r *Runner) takesGivenAccount(scenario *scenarios.Scenario) bool {
	return r.takesAccount(scenario) && r.controlOf(scenario) == nil && r.skip(scenario) == ""
}

// takesAccount reports whether a scenario calls anything that wants the credentials of an account.
func (r *Runner) takesAccount(scenario *scenarios.Scenario) bool {
	return slices.ContainsFunc(r.called(scenario), func(surface *check.Surface) bool { return surface.TakesAccount(nil) })
}

// Close lets go of idle connections.
func (r *Runner) Close() {
	r.client.close()
	r.receiver.close()
}

// Chosen are the scenarios that the options chose, in their order.
func (r *Runner) Chosen() []*scenarios.Scenario {
	return r.chosen
}

// Run executes all chosen scenarios. A cancelled context ends it soon: what was not finished is
// INCONCLUSIVE.
func (r *Runner) Run(ctx context.Context) report.Report {
	started := time.Now()
	outcomes := make([]outcome, len(r.chosen))
	order := make([]int, len(r.chosen))
	for i := range order {
		order[i] = i
	}
	if r.options.Shuffle {
		rand.New(rand.NewPCG(r.options.Seed, 0)).Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	}
	stream := &stream{listener: r.options.Listener, secrets: r.secrets}
	stream.hear(report.Event{Kind: report.Started, Time: started, Total: len(order), Run: &report.Report{
		Version: report.Version, Target: r.name(), Seed: r.options.Seed, Level: r.options.Level, Started: started.UTC()}})
	stopped := r.Begin(ctx)
	for _, shift := range r.shifts(order) {
		jobs := make(chan int)
		var workers sync.WaitGroup
		for range shift.workers {
			workers.Go(func() {
				for i := range jobs {
					outcomes[i] = r.execute(ctx, r.chosen[i], stopped)
					stream.finished(outcomes[i].result)
				}
			})
		}
		for _, i := range shift.scenarios {
			jobs <- i
		}
		close(jobs)
		workers.Wait()
	}
	revised := map[int]bool{}
	shape, envelope := r.compare(tokenShape(), outcomes, revised), r.compare(successEnvelope(), outcomes, revised)
	results := make([]report.Result, len(outcomes))
	for i, one := range outcomes {
		results[i] = one.result
		if revised[i] {
			stream.finished(one.result)
		}
	}
	whole := r.end(ctx, results, started, stopped)
	whole.TokenShape, whole.SuccessEnvelope = shape, envelope
	r.secrets.Report(&whole)
	stream.ended(whole)
	return whole
}

// Begin notes in the journal that a run begins, and returns why nothing can be judged, as
// [Runner.Preflight] does. It is for callers of [Runner.One].
func (r *Runner) Begin(ctx context.Context) string {
	r.journal.begin(r.addresses.bases, r.target.AdminURL, r.target.Email)
	return r.Preflight(ctx)
}

// End removes what is left of a run, and reports on the results that callers of [Runner.One] kept.
// stopped is what [Runner.Begin] returned.
func (r *Runner) End(ctx context.Context, results []report.Result, started time.Time, stopped string) report.Report {
	whole := r.end(ctx, results, started, stopped)
	r.secrets.Report(&whole)
	return whole
}

func (r *Runner) end(ctx context.Context, results []report.Result, started time.Time, stopped string) report.Report {
	left := r.Leftovers(ctx)
	whole := r.report(ctx, results, started)
	whole.Stopped, whole.Leftovers = stopped, left
	return whole
}

// Forget forgets the secrets of scenarios that are over, so that a run of many thousands keeps no
// more than one of a few. Where the account is the user's own, nothing is forgotten. It must not be
// called while a scenario is under way.
func (r *Runner) Forget() {
	if r.control != nil {
		r.secrets, r.foreign = report.NewRedactor(), &tokenSet{}
	}
}

// One executes one scenario.
func (r *Runner) One(ctx context.Context, scenario *scenarios.Scenario) report.Result {
	return r.execute(ctx, scenario, "").result
}

// outcome is a result with what is needed to judge all of them together.
type outcome struct {
	result  report.Result
	choices []chosen
}

// execute executes a scenario, unless it is known why nothing can be judged.
func (r *Runner) execute(ctx context.Context, scenario *scenarios.Scenario, stopped string) outcome {
	started := time.Now()
	result := resultOf(scenario)
	if reason := r.skip(scenario); reason != "" {
		result.Verdict, result.Reason = report.Skip, reason
		return outcome{result: result}
	}
	if reason := cmp.Or(stopped, r.hopeless(ctx)); reason != "" {
		return outcome{result: r.unjudged(scenario, reason)}
	}
	if verdict, reason := r.unavailable(ctx, scenario); verdict != "" {
		result.Verdict, result.Reason = verdict, r.secrets.Text(reason)
		return outcome{result: result}
	}
	s := &session{Runner: r, control: r.controlOf(scenario), shared: r.controlOf(scenario) == nil, scenario: scenario, accounts: map[string]*account{}, vars: map[string]any{}, breaking: map[string]bool{}, leaks: r.secrets.Beside(), provokes: provokes(scenario)}
	s.vars["provided"] = r.providedVariables()
	err := s.run(ctx)
	r.coverage.noteCells(s)
	r.observations.note(s.evidence)
	secrets := s.redactor()
	result.Verdict, result.Reason = s.conclude(err)
	result.Reason = cut(secrets.Text(result.Reason), maxText)
	result.Assertions, result.Steps = s.assertions(secrets), s.steps(secrets, result.Verdict)
	if result.Verdict == report.Fail {
		result.Script = s.script(secrets, result.Assertions)
	}
	result.Seconds = time.Since(started).Seconds()
	r.expectFailure(&result)
	return outcome{result: result, choices: s.choices()}
}

// resultOf is the result of a scenario that nothing is known of yet.
func resultOf(scenario *scenarios.Scenario) report.Result {
	return report.Result{ID: scenario.ID, Title: scenario.Title, Level: string(scenario.Level), File: scenario.File, Line: scenario.Line,
		Tags: scenario.Tags, Assertions: []report.Assertion{}, Steps: []report.Step{}}
}

// unjudged is the result of a scenario that was not begun.
func (r *Runner) unjudged(scenario *scenarios.Scenario, reason string) report.Result {
	result := resultOf(scenario)
	result.Verdict, result.Reason = report.Inconclusive, r.secrets.Text(reason)
	return result
}

// hopeless says why it makes no sense to start another scenario.
func (r *Runner) hopeless(ctx context.Context) string {
	if ctx.Err() != nil {
		return "interrupted before it started"
	}
	if reason := r.breaker.given(""); reason != "" {
		return reason
	}
	if reason := r.client.gate.closed(); reason != "" {
		return reason
	}
	if r.control != nil {
		return r.control.breaker.given("")
	}
	return ""
}

// unavailable returns the verdict on a scenario that calls a surface which cannot be asked, and the
// reason; no verdict where all can.
func (r *Runner) unavailable(ctx context.Context, scenario *scenarios.Scenario) (report.Verdict, string) {
	for _, surface := range r.called(scenario) {
		if r.addresses.of(surface) == nil {
			if err := r.addresses.ask(ctx, cmp.Or(r.control, r.told), r.base.Host, r.discoveries); err != nil {
				return report.Inconclusive, fmt.Sprintf("the address of %s could not be found out: %v", surface.Title, err)
			}
		}
		if r.addresses.of(surface) == nil {
			return report.Skip, r.addresses.unaddressed(surface)
		}
		if surface.Probe != nil {
			if verdict, reason := r.addresses.missing(ctx, &r.sender, surface, r.discoveries); verdict != "" {
				return verdict, reason
			}
		}
	}
	return r.unoffered(ctx, scenario)
}

// conclude returns the verdict of a scenario that ended with err. A failed assertion is a failure
// whatever came after it.
func (s *session) conclude(err error) (report.Verdict, string) {
	verdict, reason := s.ledger.verdict()
	var stopped stop
	var refused controlError
	switch {
	case verdict == report.Fail && s.shared && s.slowest > tooSlow && s.timed():
		verdict, reason = report.Inconclusive, fmt.Sprintf("answers took up to %.1f s, and its lifetimes are of seconds (%s)", s.slowest, reason)
	case verdict == report.Fail:
	case errors.As(err, new(notOffered)):
		verdict, reason = report.Skip, err.Error()
	case errors.As(err, &stopped):
		verdict, reason = stopped.verdict, stopped.reason
	case isTransport(err):
		verdict, reason = report.Inconclusive, err.Error()
	case errors.As(err, &refused), err != nil:
		verdict, reason = report.Error, err.Error()
	case len(s.ledger.order) == 0:
		verdict, reason = report.Error, "it executed no assertion"
	}
	if len(s.notRun) > 0 {
		reason = strings.TrimPrefix(reason+"; not run: "+strings.Join(s.notRun, ", "), "; ")
	}
	return verdict, reason
}

// expectFailure turns a failure that is known into XFAIL, and a pass that should have failed into
// XPASS.
func (r *Runner) expectFailure(result *report.Result) {
	r.options.Baseline.Apply(result, time.Now())
}

// skip says why a scenario cannot or must not run against the target, and what would change that;
// "" when it can.
func (r *Runner) skip(scenario *scenarios.Scenario) string {
	if reasons := r.controlReasons(scenario); len(reasons) > 0 && r.controlOf(scenario) == nil {
		if r.options.ReadOnly {
			return fmt.Sprintf("needs accounts of its own (%s), and the run is read-only", reasons[0])
		}
		// The first reason is enough, and keeps the number of different reasons in a report small.
		return fmt.Sprintf("needs a control API: %s; give --admin-url where the target has one", reasons[0])
	}
	for _, name := range scenario.Provided {
		if r.provided(name) == "" {
			return fmt.Sprintf("needs a state that calls cannot reach; give --provide %s=VALUE", name)
		}
	}
	if scenario.NeedsSandbox() && r.controlOf(scenario) == nil && r.target.SandboxAPIKey == "" {
		return "needs a sandbox account; give --sandbox-api-key"
	}
	if flags := r.missingFlags(scenario); r.controlOf(scenario) == nil && len(flags) > 0 {
		return "needs credentials; give " + strings.Join(flags, ", ")
	}
	for _, surface := range r.called(scenario) {
		if r.control == nil && r.told == nil && r.addresses.of(surface) == nil {
			return r.addresses.unaddressed(surface)
		}
	}
	if reason := r.unreceived(scenario); reason != "" {
		return reason
	}
	if r.mayWrite() {
		return ""
	}
	if write := r.firstWrite(scenario); write != "" {
		if r.options.ReadOnly {
			return fmt.Sprintf("writes (%s), and the run is read-only", write)
		}
		return fmt.Sprintf("writes (%s), and %s is not this machine; allow it with --allow-writes", write, r.base.Hostname())
	}
	return ""
}

func (r *Runner) mayWrite() bool {
	return !r.options.ReadOnly && (r.options.AllowWrites || r.target.InProcess || loopback(r.base.Host))
}

// firstWrite names the first request of a scenario that is not a GET, or costs money; "" if there
// is none.
func (r *Runner) firstWrite(scenario *scenarios.Scenario) string {
	for _, one := range r.requests(scenario) {
		if one.Writes {
			return one.Method + " " + one.Path
		}
	}
	return ""
}

func isRead(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// name of the target in reports.
func (r *Runner) name() string {
	return cmp.Or(r.target.Name, r.target.BaseURL)
}

func (r *Runner) report(ctx context.Context, results []report.Result, started time.Time) report.Report {
	addressed := func(s *check.Surface) bool { return r.addresses.of(s) != nil }
	out := report.Report{Version: report.Version, Target: r.name(), Seed: r.options.Seed, Results: results,
		Level: r.options.Level, Started: started.UTC(), About: r.about(ctx), Coverage: r.coverage.report(addressed), Matrix: r.coverage.matrix(addressed)}
	out.Observations, out.Addresses = r.observations.texts(), r.addresses.texts()
	out.Discovery, out.Connection = r.discoveries.all(), r.target.Connection.Told
	out.Summary = report.Summary{Scenarios: len(results), Requests: int(r.count.Load()), Seconds: time.Since(started).Seconds(), Must: r.judged(results)}
	for _, result := range results {
		switch result.Verdict {
		case report.Pass:
			out.Summary.Passed++
		case report.Fail:
			out.Summary.Failed++
		case report.Warn:
			out.Summary.Warned++
		case report.Skip:
			out.Summary.Skipped++
		case report.XFail:
			out.Summary.XFailed++
		case report.XPass:
			out.Summary.XPassed++
		case report.Inconclusive:
			out.Summary.Inconclusive++
		case report.Error:
			out.Summary.Errors++
		}
	}
	return out
}

// tokenSet is a set of tokens, safe for concurrent use.
type tokenSet struct {
	mu  sync.Mutex
	set map[string]bool
}

func (t *tokenSet) add(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.set == nil {
		t.set = map[string]bool{}
	}
	t.set[token] = true
}

func (t *tokenSet) has(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.set[token]
}
