package conformance_test

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

func proxyTo(base *url.URL, w http.ResponseWriter, r *http.Request) {
	httputil.NewSingleHostReverseProxy(base).ServeHTTP(w, r)
}

func TestWhatMakesNoSenseDoesNotStart(t *testing.T) {
	good := target("http://127.0.0.1:1", false)
	tests := map[string]struct {
		target  func(*conformance.Target)
		options func(*conformance.Options)
		want    string
	}{
		"no URL":                {func(x *conformance.Target) { x.BaseURL = "127.0.0.1:80" }, nil, `base URL "127.0.0.1:80" is not a URL such as http://127.0.0.1:8080`},
		"a URL with a password": {func(x *conformance.Target) { x.BaseURL = "http://a:b@c" }, nil, `base URL must not hold a user, a query or a fragment`},
		"a wrong admin URL":     {func(x *conformance.Target) { x.AdminURL = "/__admin" }, nil, `admin URL "/__admin" is not a URL`},
		"no credentials":        {func(x *conformance.Target) { x.APIKey = "" }, nil, `an e-mail and an API key are needed`},
		"an unknown level":      {nil, func(x *conformance.Options) { x.Level = "MUST" }, `level "MUST" is unknown; it is must, should or observe`},
		"an unknown surface":    {nil, func(x *conformance.Options) { x.Surfaces = []string{"v9"} }, `no scenario is about surface "v9"; there are v2`},
		"an unknown tag":        {nil, func(x *conformance.Options) { x.Tags = []string{"nope"} }, `no scenario has the tag "nope"; there are accounts, clock, `},
		"an unknown id":         {nil, func(x *conformance.Options) { x.IDs = []string{"v2/nope"} }, `no scenario has the id "v2/nope"`},
		"an unknown failure":    {nil, func(x *conformance.Options) { x.Baseline = report.Baseline{{ID: "v2/nope", Reason: "x"}} }, `expected failure "v2/nope": no scenario has this id`},
		"a negative timeout":    {nil, func(x *conformance.Options) { x.Timeout = -1 }, `timeout -1ns is negative`},
		"negative parallel":     {nil, func(x *conformance.Options) { x.Parallel = -1 }, `parallel is -1`},
		"a scenario twice":      {nil, func(x *conformance.Options) { x.Scenarios = slices.Concat(x.Scenarios, x.Scenarios) }, `two scenarios have the id "v2/features/rotation"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			target, options := good, conformance.Options{Scenarios: features(t)}
			if test.target != nil {
				test.target(&target)
			}
			if test.options != nil {
				test.options(&options)
			}
			_, err := conformance.Run(t.Context(), target, options)
			require.ErrorContains(t, err, test.want)
			_, err = conformance.Plan(t.Context(), target, options)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestFiltersChooseScenarios(t *testing.T) {
	_, url := newLiteral(t, true, true)
	tests := map[string]struct {
		options conformance.Options
		want    []string
	}{
		"by id":             {conformance.Options{IDs: []string{"v2/features/race"}}, []string{"v2/features/race"}},
		"by part of the id": {conformance.Options{IDs: []string{"v2/"}, Tags: []string{"race", "dates"}}, []string{"v2/features/race", "v2/features/dates"}},
		"by surface":        {conformance.Options{Surfaces: []string{"v2"}, Tags: []string{"wallet"}}, []string{"v2/features/wallet"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.options.Scenarios = features(t)
			var ids []string
			for _, result := range run(t, target(url, true), test.options).Results {
				ids = append(ids, result.ID)
			}
			assert.Equal(t, test.want, ids)
		})
	}
}

const two = `
  - {id: v2/two/bad, title: a, level: SHOULD, requirement: a, source: a, steps: [{name: read, call: wallet.get, expect: {status: 404}}]}
  - {id: v2/two/good, title: a, level: SHOULD, requirement: a, source: a, steps: [{name: read, call: wallet.get, expect: {status: 200}}]}
`

func TestTheLevelDecidesWhatAFailedShouldIs(t *testing.T) {
	_, url := newLiteral(t, true, true)
	options := conformance.Options{Scenarios: written(t, two)}
	assert.Equal(t, "FAIL: read/http.status: expected status 404, got status 200", verdicts(run(t, target(url, true), options))["v2/two/bad"])
	options.Level = "must"
	out := run(t, target(url, true), options)
	assert.Equal(t, "WARN: read/http.status: expected status 404, got status 200", verdicts(out)["v2/two/bad"])
	assert.Equal(t, report.ExitPassed, out.ExitCode())
}

func TestExpectedFailuresAreHeldToTheirWord(t *testing.T) {
	_, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: written(t, two),
		Baseline: report.Baseline{{ID: "v2/two/bad", Reason: "known"}, {ID: "v2/two/good", Reason: "known"}}})
	assert.Equal(t, "XFAIL: expected: known (read/http.status: expected status 404, got status 200)", verdicts(out)["v2/two/bad"])
	assert.Equal(t, "XPASS: expected to fail (known), but it passed; take it off the list", verdicts(out)["v2/two/good"])
	assert.Equal(t, report.ExitFailed, out.ExitCode())
	assert.Equal(t, 1, out.Summary.XFailed)
	assert.Equal(t, 1, out.Summary.XPassed)
}

func TestObservationsAreToldAndChangeNothing(t *testing.T) {
	_, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: written(t, `
  - {id: v2/a/observe, title: a, level: OBSERVE, requirement: a, source: a, steps: [{name: read, call: wallet.get, expect: {status: 404}}]}
`)})
	require.Equal(t, report.Pass, out.Results[0].Verdict)
	i := slices.IndexFunc(out.Results[0].Assertions, func(a report.Assertion) bool { return a.ID == "read/http.status" })
	assert.Equal(t, report.Warn, out.Results[0].Assertions[i].Verdict)
}

func TestStepsThatNeedAFailedCaptureAreNotRun(t *testing.T) {
	l, url := newLiteral(t, true, false)
	out := run(t, target(url, false), conformance.Options{Scenarios: written(t, `
  - id: v2/a/cascade
    title: a
    level: MUST
    requirement: a
    source: a
    steps:
      - {name: create, call: token.create, body: {}, expect: {status: 200}, capture: {t: $.token}}
      - {name: read, call: token.get, path: {token: "${t}"}, expect: {status: 200}}
      - {name: compare, compare: [{value: "${t}", is: {format: id}, why: x}]}
      - {name: wallet, call: wallet.get, expect: {status: 200}}
`)})
	assert.Equal(t, `FAIL: create/http.status: expected status 200, got status 422 (error 70, "missing scopes array"); not run: "read" needs ${t}, "compare" needs ${t}`, verdicts(out)["v2/a/cascade"])
	assert.Equal(t, []string{"GET /tokens", "POST /tokens", "GET /wallet"}, l.requests, "the first is the first contact")
}

func TestCoverageCountsOnlyWhatWasMet(t *testing.T) {
	_, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: features(t), IDs: []string{"v2/features/rotation"}})
	c := out.Coverage
	assert.Equal(t, 18, c.Operations.Total)
	assert.Equal(t, 41, c.Statuses.Total)
	assert.Equal(t, 27, c.Refusals.Total)
	assert.Equal(t, 2, c.Refusals.Covered)
	assert.NotContains(t, c.Refusals.Missing, "PATCH /tokens/{token} 401 130")
	assert.Contains(t, c.Refusals.Missing, "PATCH /tokens/{token} 401 140")
	assert.Contains(t, c.Operations.Missing, "token.delete", "a refused deletion is none")
	assert.NotContains(t, c.Statuses.Missing, "DELETE /tokens/{token} 404")
	assert.NotContains(t, c.Parameters.Missing, "PATCH /tokens/{token} path token")
	assert.Contains(t, c.Parameters.Missing, "GET /errors query skip")
	for _, missing := range [][]string{c.Operations.Missing, c.Statuses.Missing, c.Refusals.Missing, c.Properties.Missing, c.Parameters.Missing} {
		assert.True(t, slices.IsSorted(missing))
	}
}

func TestAPlanSendsNothing(t *testing.T) {
	l, url := newLiteral(t, true, true)
	plan, err := conformance.Plan(t.Context(), target(url, false), conformance.Options{Scenarios: features(t)})
	require.NoError(t, err)
	assert.Empty(t, l.requests)
	byID := map[string]conformance.Planned{}
	for _, planned := range plan.Scenarios {
		byID[planned.ID] = planned
	}
	race := byID["v2/features/race"]
	assert.Empty(t, race.Skip)
	assert.Equal(t, []conformance.Request{
		{Step: "given scopes", Method: "GET", Path: "/scopes", Times: 1, AtMost: 1},
		{Step: "given token first", Method: "POST", Path: "/tokens", Times: 1, AtMost: 1, Writes: true},
		{Step: "rotate at once", Method: "PATCH", Path: "/tokens/{token}", Times: 8, AtMost: 8, Writes: true},
		{Step: "the winner lives", Method: "GET", Path: "/tokens/{token}", Times: 1, AtMost: 1},
	}, race.Requests)
	assert.Equal(t, 6, byID["v2/features/dates"].Requests[1].Times)
	assert.Contains(t, byID["v2/features/wallet"].Skip, "needs a control API")

	plan, err = conformance.Plan(t.Context(), target(url, true), conformance.Options{Scenarios: features(t)})
	require.NoError(t, err)
	for _, planned := range plan.Scenarios {
		assert.Empty(t, planned.Skip)
		if planned.ID == "v2/features/strangers" {
			assert.Equal(t, 3, planned.Accounts)
		}
	}
}

// listener keeps what it hears; a second caller at the same time would be a data race.
type listener struct {
	total int
	ids   []string
	report.Model
}

func (l *listener) Hear(event report.Event) {
	switch event.Kind {
	case report.Started:
		l.total = event.Total
	case report.Finished:
		l.ids = append(l.ids, event.Scenario)
	}
	l.Model.Hear(event)
}

func TestTheListenerHearsOfEveryScenario(t *testing.T) {
	_, url := newLiteral(t, true, true)
	heard := &listener{}
	out := run(t, target(url, true), conformance.Options{Scenarios: features(t), Parallel: 8, Listener: heard})
	assert.Equal(t, len(features(t)), heard.total)
	assert.Len(t, heard.ids, heard.total)

	told := heard.Report()
	assert.ElementsMatch(t, out.Results, told.Results, "the events amount to the report")
	out.Results, told.Results = nil, nil
	assert.Equal(t, out, told)
}

func TestTheSeedDecidesTheOrder(t *testing.T) {
	_, url := newLiteral(t, true, true)
	order := func(options conformance.Options) []string {
		heard := &listener{}
		options.Scenarios, options.Listener = features(t), heard
		run(t, target(url, true), options)
		return heard.ids
	}
	straight := order(conformance.Options{})
	shuffled := order(conformance.Options{Shuffle: true, Seed: 7})
	assert.NotEqual(t, straight, shuffled)
	assert.Equal(t, shuffled, order(conformance.Options{Shuffle: true, Seed: 7}))
	assert.NotEqual(t, shuffled, order(conformance.Options{Shuffle: true, Seed: 8}))
}

func TestAnInterruptedRunReportsWhatItHas(t *testing.T) {
	_, honest := newLiteral(t, true, true)
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	proxy := lying(t, honest, func(q *http.Request, _ *http.Response) {
		if q.Method == http.MethodPatch {
			once.Do(cancel)
		}
	})
	out, err := conformance.Run(ctx, target(proxy, true), conformance.Options{Scenarios: features(t), Timeout: 5 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, len(features(t)), out.Summary.Scenarios)
	assert.Equal(t, "INCONCLUSIVE: interrupted before it started", verdicts(out)["v2/features/raw"])
	assert.Equal(t, report.ExitInconclusive, out.ExitCode())
}

func TestDiscoverFindsAControlAPI(t *testing.T) {
	_, with := newLiteral(t, true, true)
	_, without := newLiteral(t, true, false)
	assert.Equal(t, with+"/__admin", conformance.Discover(t.Context(), nil, with))
	assert.Equal(t, with+"/__admin", conformance.Discover(t.Context(), http.DefaultClient, with+"/"))
	assert.Empty(t, conformance.Discover(t.Context(), nil, without))
	assert.Empty(t, conformance.Discover(t.Context(), nil, "nonsense"))
}
