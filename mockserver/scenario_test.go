package mockserver_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/scene"
)

const mine = `version: "1.0"
scenarios:
  - id: mine/one
    title: mine
    level: SHOULD
    requirement: mine
    source: mine
    given:
      fixture: empty
      credit: 12.5
      clock: {now: "2031-02-12T08:30:00Z", frozen: true}
      rateLimit: {limit: 4, window: 1h}
      tokens: [{as: first, name: the first, ttl: 60}]
      faults: [{name: no-scopes, match: {operation: scope.list}, effect: {kind: status, status: 503}}]
      accounts: {other: {credit: 1, clock: {now: "2031-02-13T08:30:00Z", frozen: true}, tokens: [{as: theirs}]}}
    steps: [{name: read, call: wallet.get, expect: {status: 200}}]
`

func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// readAs reads what an account of the scenario is answered: the status, a header, and the payload.
func readAs(t *testing.T, a *mocktest.Account, path, header string) (status int, value string, data any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://oauth.openapi.com"+path, http.NoBody)
	require.NoError(t, err)
	answer, err := a.InProcess().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	var envelope struct{ Data any }
	if answer.StatusCode != http.StatusServiceUnavailable {
		require.NoError(t, json.Unmarshal(body, &envelope), string(body))
	}
	return answer.StatusCode, answer.Header.Get(header), envelope.Data
}

func member(t *testing.T, value any, key string) any {
	t.Helper()
	object, ok := value.(map[string]any)
	require.True(t, ok, "%v", value)
	return object[key]
}

func TestAServerBeginsWithWhatAScenarioGivesAndAResetLeadsBack(t *testing.T) {
	mock := mocktest.Start(t, mockserver.WithScenario(scenarioFile(t, mine)))
	own, other := mock.Account(t, ""), mock.Account(t, "other")
	first := mock.Scene().Cast[0].Tokens[0]
	begun := func(t *testing.T) {
		t.Helper()
		assert.Equal(t, time.Date(2031, 2, 12, 8, 30, 0, 0, time.UTC), mock.Clock().Now())
		assert.True(t, mock.Clock().Frozen())
		status, limit, data := readAs(t, own, "/wallet", "RateLimit-Limit")
		assert.Equal(t, 200, status)
		assert.Equal(t, "4", limit)
		assert.Equal(t, 12.5, member(t, data, "credit"))
		_, left, data := readAs(t, own, "/tokens/"+first.Token, "RateLimit-Remaining")
		assert.Equal(t, "2", left)
		assert.Equal(t, "the first", member(t, data, "name"))
		assert.Equal(t, first.RefreshToken, member(t, data, "refreshToken"))
		assert.Equal(t, "2031-02-12T08:31:00+00:00", member(t, data, "expireAt"))
		status, rule, _ := readAs(t, own, "/scopes", "X-Mock-Fault")
		assert.Equal(t, 503, status)
		assert.Equal(t, "no-scopes", rule)

		status, limit, data = readAs(t, other, "/wallet", "RateLimit-Limit")
		assert.Equal(t, 200, status)
		assert.Equal(t, "10000", limit)
		assert.Equal(t, 1.0, member(t, data, "credit"))
		assert.Equal(t, time.Date(2031, 2, 13, 8, 30, 0, 0, time.UTC), other.Clock().Now())
		status, _, _ = readAs(t, other, "/scopes", "")
		assert.Equal(t, 200, status, "the fault is for the other account")
	}
	begun(t)
	own.Recharge(5)
	mock.Clock().Advance(time.Hour)
	status, _, _ := readAs(t, own, "/tokens/"+first.Token, "")
	assert.Equal(t, 404, status, "the token has expired")
	mock.Reset()
	begun(t)

	mock.Clock().Advance(time.Hour)
	own.Reset()
	status, _, data := readAs(t, own, "/tokens/"+first.Token, "")
	assert.Equal(t, 200, status, "a reset of the account alone begins its tokens anew")
	assert.Equal(t, "2031-02-12T09:31:00+00:00", member(t, data, "expireAt"))
}

func TestOptionsWinOverAScenarioInAnyOrder(t *testing.T) {
	file := scenarioFile(t, mine)
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	options := []mockserver.Option{
		mockserver.WithFixtures("demo"), mockserver.WithClock(start), mockserver.WithRunningClock(), mockserver.WithRateLimit(7),
	}
	for name, all := range map[string][]mockserver.Option{
		"before": append(options, mockserver.WithScenario(file)),
		"after":  append([]mockserver.Option{mockserver.WithScenario(file)}, options...),
	} {
		t.Run(name, func(t *testing.T) {
			mock := mocktest.Start(t, all...)
			own := mock.Account(t, "")
			assert.Equal(t, "dev@example.com", own.Email)
			assert.False(t, mock.Clock().Frozen())
			assert.WithinDuration(t, start, mock.Clock().Now(), time.Minute)
			_, limit, data := readAs(t, own, "/wallet", "RateLimit-Limit")
			assert.Equal(t, "7", limit)
			assert.Equal(t, 12.5, member(t, data, "credit"), "what no option speaks of is the scenario's")
		})
	}
	mock := mocktest.Start(t, mockserver.WithScenario("rate-limited"), mockserver.WithFrozenClock())
	assert.True(t, mock.Clock().Frozen())
}

func TestAScenarioSaysHowAnswersAreWrittenAndOptionsWinOverIt(t *testing.T) {
	const token = "/tokens/5f8041e42efdfc468b6e60ea"
	for name, tc := range map[string]struct {
		options []mockserver.Option
		wallet  []string
		single  string // a member that a single token has
		lacks   string
	}{
		"as the scenario says": {nil, []string{"data"}, "token", "data"},
		"another shape":        {[]mockserver.Option{mockserver.WithTokenShape("data")}, []string{"data"}, "data", "token"},
		"another envelope":     {[]mockserver.Option{mockserver.WithSuccessEnvelope("full")}, []string{"data", "success", "message", "error"}, "token", "data"},
	} {
		t.Run(name, func(t *testing.T) {
			mock, err := mockserver.New(append(tc.options, mockserver.WithScenario("as-documented"))...)
			require.NoError(t, err)
			assert.ElementsMatch(t, tc.wallet, slices.Collect(maps.Keys(object(t, send(mock.Handler(), "GET", "/wallet", "")))))
			single := object(t, send(mock.Handler(), "GET", token, ""))
			assert.Contains(t, single, tc.single)
			assert.NotContains(t, single, tc.lacks)
		})
	}
}

func TestFreshAccountsBeginLikeTheScenariosOwn(t *testing.T) {
	mock := mocktest.Start(t, mockserver.WithScenario(scenarioFile(t, mine)))
	fresh := mock.NewAccount(t)
	_, limit, data := readAs(t, fresh, "/wallet", "RateLimit-Limit")
	assert.Equal(t, "4", limit)
	assert.Equal(t, 12.5, member(t, data, "credit"))
	_, _, tokens := readAs(t, fresh, "/tokens", "")
	require.Len(t, tokens, 1)
	assert.NotEqual(t, mock.Scene().Cast[0].Tokens[0].Token, member(t, tokens.([]any)[0], "token"))
}

func TestReloadBeginsAnewOrChangesNothing(t *testing.T) {
	file := scenarioFile(t, mine)
	server, err := mockserver.New(mockserver.WithScenario(file))
	require.NoError(t, err)
	ask := func(method, path string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+path, http.NoBody)
		require.NoError(t, err)
		r.SetBasicAuth("empty@example.com", "e0a1b2c3d4e5f60718293a4b5c6d7e8f")
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, r)
		return w.Body.String()
	}
	assert.Contains(t, ask("GET", "/wallet"), `"credit":12.5,`)
	assert.Contains(t, ask("GET", "/__admin/requests"), "/wallet")
	before := server.Scene()

	for name, wrong := range map[string]string{
		"half of a file":      mine[:200],
		"an empty file":       "",
		"a misspelt key":      strings.Replace(mine, "credit: 12.5", "credti: 1", 1),
		"a scope that is not": strings.Replace(mine, "as: theirs", "as: theirs, scopes: [GET:nowhere.openapi.com/x]", 1),
		"a fault of no kind":  strings.Replace(mine, "kind: status", "kind: statsu", 1),
		"a world that is not": strings.Replace(mine, "fixture: empty", "fixture: \"generated:tokns=3\"", 1),
	} {
		require.NoError(t, os.WriteFile(file, []byte(wrong), 0o600))
		require.Error(t, server.Reload(mockserver.WithScenario(file)), name)
		assert.Contains(t, ask("GET", "/wallet"), `"credit":12.5,`, name)
		assert.Contains(t, ask("GET", "/__admin/faults"), "no-scopes", name)
		assert.Same(t, before, server.Scene(), name)
		ask("POST", "/__admin/reset")
		assert.Contains(t, ask("GET", "/wallet"), `"credit":12.5,`, name)
	}

	next := strings.NewReplacer("credit: 12.5", "credit: 77", "name: no-scopes", "name: another", "2031-02-12", "2032-03-04").Replace(mine)
	require.NoError(t, os.WriteFile(file, []byte(next), 0o600))
	require.NoError(t, server.Reload(mockserver.WithScenario(file)))
	assert.NotContains(t, ask("GET", "/__admin/requests"), "/wallet", "the journal begins anew")
	for range 2 {
		assert.Contains(t, ask("GET", "/wallet"), `"credit":77,`)
		assert.Contains(t, ask("GET", "/__admin/clock"), "2032-03-04T08:30:00Z")
		assert.Contains(t, ask("GET", "/__admin/faults"), "another")
		assert.NotContains(t, ask("GET", "/__admin/faults"), "no-scopes")
		ask("POST", "/__admin/reset") // leads to the new beginning
	}
	require.NoError(t, server.Reload(mockserver.WithFixtures("empty")))
	assert.Nil(t, server.Scene())
	assert.Contains(t, ask("GET", "/wallet"), `"credit":0,`)
	assert.NotContains(t, ask("GET", "/__admin/faults"), "another")
}

func TestAStateThatIsResumedWinsOverAScenarioUntilAReset(t *testing.T) {
	file, state := scenarioFile(t, mine), filepath.Join(t.TempDir(), "state.json")
	first, err := mockserver.New(mockserver.WithScenario(file), mockserver.WithStateFile(state), mockserver.WithFixtures("demo"))
	require.NoError(t, err)
	require.NoError(t, first.SaveState(t.Context()))

	mock := mocktest.Start(t, mockserver.WithScenario(file), mockserver.WithStateFile(state))
	status, _, _ := readAs(t, mock.Account(t, ""), "/wallet", "")
	assert.Equal(t, 401, status, "the state has demo's accounts")
	mock.Reset()
	status, _, data := readAs(t, mock.Account(t, ""), "/wallet", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, 12.5, member(t, data, "credit"))
}

func TestWhoCallsWhileTheServerReloadsSeesTheOneBeginningOrTheOther(t *testing.T) {
	one, two := scenarioFile(t, mine), scenarioFile(t, strings.Replace(mine, "credit: 12.5", "credit: 77", 1))
	server, err := mockserver.New(mockserver.WithScenario(one), mockserver.WithRateLimit(0))
	require.NoError(t, err)
	var calling, reloading sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		calling.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/wallet", http.NoBody)
				r.SetBasicAuth("empty@example.com", "e0a1b2c3d4e5f60718293a4b5c6d7e8f")
				w := httptest.NewRecorder()
				server.Handler().ServeHTTP(w, r)
				// 140 where the reload came between authentication and transaction.
				assert.Regexp(t, `"credit":(12\.5|77),|"error":140,`, w.Body.String())
			}
		})
	}
	for _, file := range []string{one, two} {
		reloading.Go(func() {
			for range 4 {
				assert.NoError(t, server.Reload(mockserver.WithScenario(file), mockserver.WithRateLimit(0)))
			}
		})
	}
	reloading.Wait()
	close(done)
	calling.Wait()
}

func TestEveryDevelopmentScenarioCanBeBegun(t *testing.T) {
	for _, name := range scene.Names() {
		mock := mocktest.Start(t, mockserver.WithScenario(name))
		assert.Equal(t, "dev@example.com", mock.Account(t, "").Email, name)
	}
}
