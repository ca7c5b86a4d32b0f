package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
)

// stateHook reaches states of a mock, those that are offered, and keeps what it was asked for.
type stateHook struct {
	mock    http.Handler
	offered []string

	mu    sync.Mutex
	asked []string
}

func (h *stateHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Version, State, Account string
		Params                  json.RawMessage
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil || r.Method != http.MethodPost || asked.Version != "1.0" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.asked = append(h.asked, asked.State)
	h.mu.Unlock()
	// The account of the user's has its e-mail instead of an id.
	account := strings.Replace(asked.Account, demoEmail, "demo", 1)
	call := map[string]string{
		"account": "POST /accounts", "account.gone": "DELETE /accounts/" + account, "wallet.move": "POST /accounts/" + account + "/wallet",
		"clock": "PUT /clock?account=" + account, "clock.read": "GET /clock?account=" + account, "clock.advance": "POST /clock/advance?account=" + account,
	}[asked.State]
	if !slices.Contains(h.offered, asked.State) {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	method, path, _ := strings.Cut(call, " ")
	request := httptest.NewRequestWithContext(r.Context(), method, "/__admin"+path, strings.NewReader(string(asked.Params)))
	request.Header.Set("Content-Type", "application/json")
	request.Host = "127.0.0.1"
	h.mock.ServeHTTP(w, request)
}

func TestAStateHookReachesWhatAControlAPIWould(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	tests := map[string]struct {
		offered []string
		id      string
		want    report.Verdict
		reason  string
	}{
		"an account of its own":       {[]string{"account", "account.gone"}, "v2/tokens/list/new-account-has-none", report.Pass, ""},
		"a clock":                     {[]string{"account", "account.gone", "clock", "clock.read", "clock.advance", "wallet.move"}, "v2/clock/", report.Pass, ""},
		"a state that is not offered": {[]string{"account", "account.gone"}, "v2/clock/", report.Skip, `the state hook does not offer "clock`},
		"no account":                  {nil, "v2/tokens/list/new-account-has-none", report.Skip, `the state hook does not offer "account"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			mock, err := mockserver.New()
			require.NoError(t, err)
			server := httptest.NewServer(without("/__admin", mock.Handler()))
			defer server.Close()
			h := &stateHook{mock: mock.Handler(), offered: test.offered}
			hook := httptest.NewServer(h)
			defer hook.Close()
			out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: server.URL, Email: demoEmail, APIKey: demoKey, StateHook: hook.URL},
				conformance.Options{Scenarios: all, IDs: []string{test.id}})
			require.NoError(t, err)
			for _, result := range out.Results {
				if !strings.Contains(result.Reason, "faults") {
					assert.Equal(t, test.want, result.Verdict, "%s: %s", result.ID, result.Reason)
					assert.Contains(t, result.Reason, test.reason)
				}
			}
			assert.Empty(t, out.Leftovers)
			if slices.Contains(test.offered, "account") {
				assert.Contains(t, h.asked, "account.gone")
			}
		})
	}
}

func TestAReadOnlyRunAsksNoStateHook(t *testing.T) {
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	defer hook.Close()
	assert.Zero(t, run(t.Context(), []string{"run", "--id", "v2/wallet/", "--read-only", "--admin-url", "none", "--state-hook", hook.URL}, func(string) string { return "" }, io.Discard, io.Discard))
}

func TestWhatIsProvidedIsAVariable(t *testing.T) {
	const text = `
version: "1.0"
scenarios:
  - id: mine/scope/named
    title: A scope that I name
    level: MUST
    requirement: It is refused.
    source: mine
    steps: [{name: make, call: token.create, body: {scopes: ["${provided.scope.disabled}"]}, expect: {status: 422}}]
`
	file := t.TempDir() + "/mine.yaml"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	ask := func(args ...string) (int, string) {
		var out strings.Builder
		status := run(t.Context(), append([]string{"run", "--scenarios", file}, args...), func(string) string { return "" }, &out, &out)
		return status, out.String()
	}
	status, out := ask()
	assert.Equal(t, report.ExitInconclusive, status)
	assert.Contains(t, out, "needs a state that calls cannot reach; give --provide scope.disabled=VALUE")
	status, out = ask("--provide", "scope.disabled=GET:company.openapi.com/CH-start")
	assert.Zero(t, status, out)
	for _, wrong := range []string{"scope", "=x", "a=", "a..b=x", "1=x"} {
		status, out = ask("--provide", wrong)
		assert.Equal(t, report.ExitError, status)
		assert.Contains(t, out, "--provide must be NAME=VALUE")
	}
	_, out = ask("--provide", "second.email=a@example.com")
	assert.Contains(t, out, "second.email and --provide second.apiKey belong together")
}
