package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

const callsAService = `
  - id: services/one/call
    title: A service is called
    level: MUST
    requirement: it answers
    source: somewhere
    needs: [services]
    steps:
      - {name: call, call: GET /__services/company.openapi.com/IT-start/1, auth: {bearer: x}, expect: {status: 200, headers: {X-Cost: "0.06"}, body: {$.cost: 0.06}}}
  - id: services/two/call
    title: A service is called again
    level: MUST
    requirement: it answers
    source: somewhere
    needs: [services]
    steps:
      - {name: call, call: GET /__services/company.openapi.com/IT-start/2, auth: {bearer: x}, expect: {status: 200}}
`

// seller offers paid services: it refuses who has no token with this status and body, and answers
// everybody else.
type seller struct {
	status int
	body   string
	// everywhere refuses so whatever is asked for, not only what lies below /__services/.
	everywhere bool
	asked      atomic.Int64
	questions  atomic.Int64
}

func (s *seller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if r.Header.Get("Authorization") == "" {
		s.questions.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if !s.everywhere && !strings.HasPrefix(r.URL.Path, "/__services/") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, notFound)
			return
		}
		w.WriteHeader(s.status)
		fmt.Fprint(w, s.body)
		return
	}
	// No envelope, and no member that v2 knows: what a service answers is its own affair.
	w.Header().Set("Content-Type", "application/vnd.company+json")
	w.Header().Set("X-Cost", "0.06")
	fmt.Fprint(w, `{"cost": 0.060}`)
}

const notFound = `{"success":false,"message":"Not Found","error":404,"data":null}`

const wrongToken = `{"success":false,"message":"Wrong Token","error":125.22,"data":null}`

func TestScenariosOfServicesRunWhereThereAreServices(t *testing.T) {
	tests := map[string]struct {
		status     int
		body       string
		everywhere bool
		questions  int
		verdict    string
	}{
		"a target that offers them":         {401, wrongToken, false, 1, "PASS"},
		"another error number as text":      {401, strings.Replace(wrongToken, "125.22", `"125.22"`, 1), false, 2, "PASS"},
		"the right error as another status": {403, wrongToken, false, 2, "PASS"},
		"a target that knows no such path": {404, notFound, false, 2, "SKIP: needs the paid services: GET /__services/company.openapi.com/ without a token answered status 404, error 404, \"Not Found\"; " +
			"a target that offers them below /__services/ refuses it in its own way (status 401, error 125.22)"},
		"a target that refuses everybody": {401, `{"success":false,"message":"Unauthorized","error":140,"data":null}`, true, 2, "SKIP: needs the paid services"},
		"a target that answers anything":  {200, `{}`, true, 1, "SKIP: needs the paid services: GET /__services/company.openapi.com/ without a token answered status 200;"},
		"a target that is in trouble":     {503, notFound, false, 6, "INCONCLUSIVE: whether the target offers the paid services is not known: GET /__services/company.openapi.com/ answered status 503"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &seller{status: test.status, body: test.body, everywhere: test.everywhere}
			server := httptest.NewServer(s)
			defer server.Close()
			out := run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, callsAService)})
			for id, verdict := range verdicts(out) {
				assert.True(t, strings.HasPrefix(verdict, test.verdict), "%s: %s", id, verdict)
			}
			assert.EqualValues(t, test.questions, s.questions.Load(), "an answer is found out once in a run")
			if test.verdict != "PASS" {
				assert.Equal(t, s.questions.Load(), s.asked.Load(), "nothing else is sent")
				assert.Zero(t, out.Summary.Passed)
			}
		})
	}
}

func TestWithoutScenariosOfServicesNobodyAsksForThem(t *testing.T) {
	s := &seller{status: 401, body: wrongToken}
	server := httptest.NewServer(s)
	defer server.Close()
	run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, `
  - {id: v2/a/b, title: A, level: MUST, requirement: x, source: x, steps: [{name: read, call: wallet.get, expect: {status: 200}}]}
`)})
	assert.Zero(t, s.questions.Load())
}

func TestATargetThatDoesNotAnswerIsNotOneWithoutServices(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, callsAService)})
	assert.Equal(t, 2, out.Summary.Inconclusive, "%v", verdicts(out))
	assert.Contains(t, verdicts(out)["services/one/call"], "whether the target offers the paid services is not known")
}

func TestWhatAServiceAnswersIsJudgedByTheScenarioAlone(t *testing.T) {
	s := &seller{status: 401, body: wrongToken}
	server := httptest.NewServer(s)
	defer server.Close()
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, callsAService)})
	for _, result := range out.Results {
		for _, a := range result.Assertions {
			assert.Contains(t, []string{"redirect", "secret.leak", "http.status", "header", "body"}, a.Kind)
		}
	}
	assert.Equal(t, []string{"call/http.status", "call/header/X-Cost", "call/body/$.cost"}, assertionsOf(out, "services/one/call", "http.status", "header", "body"))

	wrong := strings.Replace(callsAService, `X-Cost: "0.06"`, `X-Cost: "0.07"`, 1)
	out = run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, strings.Replace(wrong, "$.cost: 0.06", "$.cost: 0.0601", 1))})
	assert.ElementsMatch(t, []string{"services/one/call call/header/X-Cost", "services/one/call call/body/$.cost"}, failed(out))
}

// assertionsOf lists the assertions of some kinds that a scenario made.
func assertionsOf(out report.Report, id string, kinds ...string) []string {
	var list []string
	for _, result := range out.Results {
		for _, a := range result.Assertions {
			if result.ID == id && strings.Contains(strings.Join(kinds, " "), a.Kind) {
				list = append(list, a.ID)
			}
		}
	}
	return list
}

func TestCallsOfServicesCostMoneyAndAreNotSentElsewhereUnasked(t *testing.T) {
	elsewhere := target("http://api.example.com", false)
	options := conformance.Options{Scenarios: written(t, callsAService)}
	plan, err := conformance.Plan(t.Context(), elsewhere, options)
	assert.NoError(t, err)
	assert.Equal(t, "writes (GET /__services/company.openapi.com/IT-start/1), and api.example.com is not this machine; allow it with --allow-writes", plan.Scenarios[0].Skip)
	out := run(t, elsewhere, options)
	assert.Equal(t, 2, out.Summary.Skipped)
	assert.Zero(t, out.Summary.Requests, "nor is the question sent whether there are any")

	options.AllowWrites = true
	plan, err = conformance.Plan(t.Context(), elsewhere, options)
	assert.NoError(t, err)
	first := plan.Scenarios[0]
	assert.Empty(t, first.Skip, "whether there are services only a run finds out")
	assert.Equal(t, []string{"services"}, first.Needs)
	assert.Equal(t, 1, first.Paid)
	assert.Equal(t, []conformance.Request{{Step: "call", Method: "GET", Path: "/__services/company.openapi.com/IT-start/1", Times: 1, AtMost: 1, Writes: true, Paid: true}}, first.Requests)
}

// controlled is a control API that has one account, and remembers what else it was asked.
type controlled struct {
	violations string

	mu    sync.Mutex
	heard []string
}

func (c *controlled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.URL.Path {
	case "/__admin/accounts":
		fmt.Fprint(w, `{"id":"a1","email":"a@example.com","apiKey":"0123456789abcdef","environment":"production"}`)
	case "/__admin/invariants":
		c.heard = append(c.heard, r.Method+" "+r.URL.RequestURI())
		fmt.Fprintf(w, `{"holds":false,"violations":%s}`, c.violations)
	default:
		body, _ := io.ReadAll(r.Body)
		c.heard = append(c.heard, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		fmt.Fprint(w, `{}`)
	}
}

func TestStepsLimitScopesAndAskWhatDoesNotHold(t *testing.T) {
	text := `
  - id: v2/one/sums
    title: Sums hold
    level: MUST
    requirement: sums hold
    source: somewhere
    steps:
      - {name: limit, control: {rateLimit: {scope: "GET:company.openapi.com/IT-start", limit: 3, window: 1m}}, capture: {limited: $}}
      - {name: ask, control: {invariants: true}, capture: {violations: $.violations}}
      - {name: look, compare: [{value: "${violations}", is: [], why: every sum holds}, {value: "${limited}", is: {equals: {}}, why: it answers}]}
`
	for violations, verdict := range map[string]string{
		`[]`: "PASS",
		`[{"account":"a1","invariant":"wallet.credit","detail":"3 off"}]`: "FAIL: look/compare/${violations}: expected every sum holds: [], got [{\"account\":\"a1\",\"detail\":\"3 off\",\"invariant\":\"wallet.credit\"}]",
	} {
		c := &controlled{violations: violations}
		server := httptest.NewServer(c)
		out := run(t, target(server.URL, true), conformance.Options{Scenarios: written(t, text)})
		server.Close()
		assert.Equal(t, verdict, verdicts(out)["v2/one/sums"])
		assert.Equal(t, []string{
			"GET /__admin/ratelimit",
			`PUT /__admin/ratelimit?account=a1&scope=GET%3Acompany.openapi.com%2FIT-start {"enabled":true,"limit":3,"window":"1m"}`,
			"GET /__admin/invariants?account=a1",
			"DELETE /__admin/accounts/a1",
			"GET /__admin/clock", // for the report's first paragraph
		}, c.heard)
	}
}
