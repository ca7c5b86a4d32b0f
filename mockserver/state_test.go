package mockserver_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver"
)

// lists are what the API shows of an account.
var lists = []string{"/tokens?limit=100", "/wallet", "/wallet/transactions?limit=100", "/errors?limit=100", "/callbacks", "/subscriptions", "/stats", "/stats/apis"}

// TestWhateverHappenedCanBeSavedAndResumed does all kinds of things to a server, sets its clocks
// back and forth, and goes on in another server with what the first one saved: it must be the same
// server.
func TestWhateverHappenedCanBeSavedAndResumed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		file := filepath.Join(dir, fmt.Sprint(round)+".json")
		options := []mockserver.Option{
			mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock(), mockserver.WithOpenAccounts(), mockserver.WithStateFile(file),
		}
		first, err := mockserver.New(options...)
		require.NoError(rt, err)
		h := first.Handler()
		keys := []string{demoKey, sandboxKey, "anybody's", "somebody's"}
		one := func(values ...string) string { return rapid.SampledFrom(values).Draw(rt, "value") }
		own := func() string { return "?account=" + one("demo", "demo-sandbox") }
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			key := one(keys...)
			tokens := func() string {
				var all []string
				listed, _ := object(t, send(h, "GET", "/tokens?limit=100", "", key))["data"].([]any) // none when the window is full
				for _, item := range listed {
					all = append(all, item.(map[string]any)["token"].(string))
				}
				return one(append(all, "656d1e2f8b3c2a001f7e4aff")...)
			}
			switch rapid.IntRange(0, 10).Draw(rt, "what") {
			case 0, 1:
				send(h, "POST", "/tokens", `{"scopes":["`+one("*:*/*", "*:*.openapi.com/*", "*:*.company.openapi.com/*", "GET:company.openapi.com/IT-start", "x")+`"],"name":"\u2028`+one("a", "b")+`","ttl":`+one("1", "3600", "0")+`,"limits":{"ip":["nowhere"]}}`, key)
			case 2:
				send(h, "PATCH", "/tokens/"+tokens(), `{"name":"changed","ttl":`+one("60", "86400")+`}`, key)
			case 3:
				send(h, "DELETE", "/tokens/"+tokens(), "", key)
			case 4:
				send(h, "PUT", "/__admin/clock"+one("", own()), `{"now":"`+one("1970-01-01T00:00:00Z", "2025-12-01T00:00:00Z", "2026-06-01T00:00:00.123456789Z", "2249-12-31T00:00:00Z")+`","frozen":`+one("true", "false")+`}`)
			case 5:
				send(h, "POST", "/__admin/clock/advance"+one("", own()), `{"by":"`+one("1s", "24h", "8760h")+`"}`)
			case 6:
				send(h, "POST", "/__admin/accounts/"+one("demo", "demo-sandbox")+"/wallet", `{"amount":`+one("100", "-50", "-130", "0.0001")+`}`)
			case 7:
				send(h, "PUT", "/__admin/ratelimit"+one("", own()), `{"limit":`+one("3", "50", "10000")+`,"window":"`+one("1s", "1h")+`"}`)
			case 8:
				send(h, "POST", "/__admin/accounts", `{"fixture":"`+one("demo", "empty")+`","environment":"`+one("production", "sandbox")+`","open":`+one("true", "false")+`}`)
			case 9:
				send(h, "POST", "/__admin/reset"+own(), "")
			case 10:
				send(h, "GET", one(lists...), "", key)
			}
		}
		// Both clocks must stand still, so that the two can be compared.
		require.Equal(rt, 200, send(h, "PUT", "/__admin/clock", `{"frozen":true}`).Code)
		require.NoError(rt, first.SaveState(t.Context()))
		state := send(h, "GET", "/__admin/state", "").Body.String()

		second, err := mockserver.New(options...)
		require.NoError(rt, err)
		assert.Equal(rt, state, send(second.Handler(), "GET", "/__admin/state", "").Body.String())
		send(h, "PUT", "/__admin/ratelimit", `{"enabled":false}`)
		send(second.Handler(), "PUT", "/__admin/ratelimit", `{"enabled":false}`)
		for _, key := range keys {
			for _, list := range append([]string{"POST"}, lists...) {
				ask := func(h http.Handler) string {
					if list == "POST" { // the ids go on as well
						return send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`, key).Body.String()
					}
					return send(h, "GET", list, "", key).Body.String()
				}
				assert.Equal(rt, ask(h), ask(second.Handler()), "%s of %s", list, key)
			}
		}
		wish := `{"fixture":"empty"}`
		assert.Equal(rt, send(h, "POST", "/__admin/accounts", wish).Body.String(), send(second.Handler(), "POST", "/__admin/accounts", wish).Body.String())
	})
}

func TestAResumedServerResetsToItsFixtures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first, err := mockserver.New(mockserver.WithStateFile(file))
	require.NoError(t, err)
	start := send(first.Handler(), "GET", "/wallet", "").Body.String()
	send(first.Handler(), "POST", "/__admin/accounts/demo/wallet", `{"amount":5}`)
	made := object(t, send(first.Handler(), "POST", "/__admin/accounts", "{}"))["id"].(string)
	require.NoError(t, first.SaveState(t.Context()))

	second, err := mockserver.New(mockserver.WithStateFile(file))
	require.NoError(t, err)
	h := second.Handler()
	assert.InDelta(t, 139.049, object(t, send(h, "GET", "/wallet", ""))["data"].(map[string]any)["credit"], 0.00001)
	send(h, "POST", "/__admin/accounts/"+made+"/wallet", `{"amount":5}`)
	for _, id := range []string{"demo", made} {
		require.Equal(t, 204, send(h, "POST", "/__admin/reset?account="+id, "").Code)
		assert.Contains(t, send(h, "GET", "/__admin/accounts/"+id, "").Body.String(), `"amount":50`)
	}
	assert.InDelta(t, 134.049, object(t, send(h, "GET", "/wallet", ""))["data"].(map[string]any)["credit"], 0.00001)
	require.Equal(t, 204, send(h, "POST", "/__admin/reset", "").Code)
	assert.Equal(t, 404, send(h, "GET", "/__admin/accounts/"+made, "").Code)
	assert.NotEmpty(t, start)
}

func TestARunningClockHasRunOnInAResumedServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	for name, c := range map[string]struct {
		change string
		// The test took from began to ended by the machine's clock; times are shown in whole
		// seconds.
		want func(saved, resumed, began, ended time.Time)
	}{
		"the machine's time stays the machine's": {"", func(_, resumed, began, ended time.Time) {
			assert.WithinRange(t, resumed, began.Truncate(time.Second), ended)
		}},
		"a clock that was moved stays ahead": {`{"now":"2031-05-06T07:08:09Z"}`, func(saved, resumed, began, ended time.Time) {
			assert.WithinRange(t, resumed, saved, saved.Add(ended.Sub(began)+time.Second))
		}},
		"a clock that stands stands": {`{"now":"2031-05-06T07:08:09Z","frozen":true}`, func(saved, resumed, _, _ time.Time) {
			assert.Equal(t, saved, resumed)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			now := func(h http.Handler) time.Time {
				at, err := time.Parse(time.RFC3339, object(t, send(h, "GET", "/__admin/clock", ""))["now"].(string))
				require.NoError(t, err)
				return at
			}
			began := time.Now()
			require.NoError(t, os.RemoveAll(file))
			first, err := mockserver.New(mockserver.WithStateFile(file))
			require.NoError(t, err)
			if c.change != "" {
				require.Equal(t, 200, send(first.Handler(), "PUT", "/__admin/clock", c.change).Code)
			}
			saved := now(first.Handler())
			require.NoError(t, first.SaveState(t.Context()))
			second, err := mockserver.New(mockserver.WithStateFile(file), mockserver.WithClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
			require.NoError(t, err)
			c.want(saved, now(second.Handler()), began, time.Now())
		})
	}
}

func TestAServerRefusesADamagedState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first, err := mockserver.New(mockserver.WithStateFile(file))
	require.NoError(t, err)
	require.NoError(t, first.SaveState(t.Context()))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, damaged := range map[string]string{
		"cut short":           string(text[:len(text)/3]),
		"two of one account":  strings.Replace(string(text), `"id":"demo-sandbox"`, `"id":"demo"`, 1),
		"a clock of no time":  strings.Replace(string(text), `"clock":{}`, `"clock":{"offset":"tomorrow"}`, 1),
		"a clock out of time": strings.Replace(string(text), `"clock":{}`, `"clock":{"offset":"2400000h"}`, 1),
		"two of one secret":   strings.Replace(string(text), `"apiKey":"`+sandboxKey+`"`, `"apiKey":"`+demoKey+`"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, string(text), damaged)
			require.NoError(t, os.WriteFile(file, []byte(damaged), 0o600))
			_, err := mockserver.New(mockserver.WithStateFile(file))
			require.Error(t, err)
			assert.Regexp(t, `state\.json:\d+: .`, err.Error())
			after, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, damaged, string(after))
		})
	}
}

func TestWithoutAStateFileNothingIsSaved(t *testing.T) {
	s, err := mockserver.New()
	require.NoError(t, err)
	require.ErrorIs(t, s.SaveState(t.Context()), mockserver.ErrNoStateFile)
	answer := send(s.Handler(), "POST", "/__admin/state/save", "")
	assert.Equal(t, 409, answer.Code)
	assert.Contains(t, answer.Body.String(), "--state")
}
