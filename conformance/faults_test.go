package conformance_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

// breakable stands before an honest server, takes rules of faults, and as long as there is one
// answers calls as the first says.
type breakable struct {
	mu    sync.Mutex
	rules []map[string]any
	seen  []map[string]any // every rule that ever came
	gone  []string
	// unnamed leaves out the header that names the rule.
	unnamed bool
}

func (b *breakable) serve(base *url.URL) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /__admin/faults", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST /__admin/faults", func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		var rule map[string]any
		_ = json.NewDecoder(r.Body).Decode(&rule)
		b.rules, b.seen = append(b.rules, rule), append(b.seen, rule)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(rule)
	})
	mux.HandleFunc("DELETE /__admin/faults/{name}", func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.gone = append(b.gone, r.PathValue("name"))
		for i, rule := range b.rules {
			if rule["name"] == r.PathValue("name") {
				b.rules = append(b.rules[:i:i], b.rules[i+1:]...)
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		rules := b.rules
		b.mu.Unlock()
		if len(rules) == 0 || strings.HasPrefix(r.URL.Path, "/__admin") {
			proxyTo(base, w, r)
			return
		}
		if name, _ := rules[0]["name"].(string); !b.unnamed {
			w.Header().Set("X-Mock-Fault", name)
		}
		if rules[0]["effect"].(map[string]any)["kind"] == "latency" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`[]`)) // a wrong answer, which no latency excuses
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("down"))
	})
	return mux
}

func newBreakable(t *testing.T, b *breakable) string {
	t.Helper()
	_, honest := newLiteral(t, true, true)
	base, err := url.Parse(honest)
	require.NoError(t, err)
	server := httptest.NewServer(b.serve(base))
	t.Cleanup(server.Close)
	return server.URL
}

const outage = `
  - id: v2/faults/outage
    title: outage
    level: SHOULD
    requirement: outage
    source: here
    given:
      tokens: [{as: first}]
      faults: [{name: outage, match: {operation: wallet.get, token: "${first.token}"}, armedBy: other, effect: {kind: status, status: 503}}]
    steps:
      - {name: call in the outage, call: wallet.get, expect: {status: 503, headers: {X-Mock-Fault: {matches: "outage.*"}}}}
      - {name: end it, control: {faults: {remove: outage}}}
      - {name: call afterwards, call: wallet.get, expect: {status: 200}}
      - {name: begin again, control: {faults: {add: [{name: again, effect: {kind: status, status: 503}}]}}, capture: {rule: $.name}}
      - {name: compare, compare: [{value: "${rule}", is: {matches: "again.+"}, why: the answer of the control API is captured from}]}
      - {name: call again, call: wallet.get, expect: {status: 503}}
`

func TestFaultsAreSetAfterTheStartingStateForOneAccountAndTakenAwayInTheEnd(t *testing.T) {
	b := &breakable{}
	out := run(t, target(newBreakable(t, b), true), conformance.Options{Scenarios: written(t, outage)})
	assert.Equal(t, "PASS", verdicts(out)["v2/faults/outage"], "%v", failed(out))

	require.Len(t, b.seen, 2)
	match, _ := b.seen[0]["match"].(map[string]any)
	account, _ := match["account"].(string)
	assert.Len(t, account, 24)
	assert.Equal(t, "wallet.get", match["operation"])
	assert.NotContains(t, match["token"], "$", "variables have their values")
	assert.Equal(t, "outage."+account, b.seen[0]["name"], "two scenarios may have rules of the same name")
	assert.Equal(t, "other."+account, b.seen[0]["armedBy"])
	assert.Equal(t, map[string]any{"account": account}, b.seen[1]["match"], "a step's rule is for its account as well")
	assert.Equal(t, []string{"outage." + account, "again." + account}, b.gone)
	assert.Empty(t, b.rules)
}

func TestAnAnswerThatAFaultDidNotMakeIsJudgedLikeAnyOther(t *testing.T) {
	for name, c := range map[string]struct {
		server *breakable
		kind   string
		want   string
	}{
		"a status that no header excuses": {&breakable{unnamed: true}, "status", "http.status-documented"},
		"an answer that is only late":     {&breakable{}, "latency", "http.status"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(outage, "kind: status", "kind: "+c.kind)
			out := run(t, target(newBreakable(t, c.server), true), conformance.Options{Scenarios: written(t, text)})
			assert.Contains(t, strings.Join(failed(out), "\n"), "call in the outage/"+c.want)
		})
	}
}

func TestWithoutFaultsInTheControlAPIScenariosThatNeedThemAreSkipped(t *testing.T) {
	_, url := newLiteral(t, true, true)
	list := written(t, outage)
	out := run(t, target(url, true), conformance.Options{Scenarios: list})
	assert.Equal(t, report.Skip, out.Results[0].Verdict, out.Results[0].Reason)
	assert.Contains(t, out.Results[0].Reason, "a control API with faults")
	out = run(t, target(url, false), conformance.Options{Scenarios: list})
	assert.Contains(t, out.Results[0].Reason, "needs a control API: it sets faults")
}
