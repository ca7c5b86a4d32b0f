package mockserver_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/mocktest"
)

// asked is one call of an account, in process.
func asked(m *mocktest.Mock, a *mocktest.Account, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	a.Authenticate(r)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	return w
}

// tokenOf makes a token and answers it.
func tokenOf(t *testing.T, m *mocktest.Mock, a *mocktest.Account) (token, refresh string) {
	t.Helper()
	var made struct {
		Data struct{ Token, RefreshToken string }
	}
	w := asked(m, a, "POST", "/tokens", newToken)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made), w.Body)
	return made.Data.Token, made.Data.RefreshToken
}

func TestAFaultInTheErrorsOfARotation(t *testing.T) {
	rotate := func(m *mocktest.Mock, token, refresh string) int {
		r := httptest.NewRequest("PATCH", "http://localhost/tokens/"+token, strings.NewReader("{}"))
		r.Header.Set("Authorization", "Bearer "+refresh)
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for where, again := range map[string]int{fault.Before: 200, fault.After: 401} {
		t.Run(where, func(t *testing.T) {
			m := newFaulty(t)
			a := m.NewAccount(t)
			token, refresh := tokenOf(t, m, a)
			a.AddFault(fault.Rule{Name: "one", Where: where, Match: &fault.Match{Token: token}, When: &fault.When{First: new(1)}, Effect: &fault.Effect{Kind: "refusal", Code: 130}})
			assert.Equal(t, 401, rotate(m, token, refresh), "130 although the refresh token is right")
			assert.Equal(t, again, rotate(m, token, refresh), "and whether it still is")
		})
	}
}

func TestStaleAnswersAreThoseBeforeTheLastChange(t *testing.T) {
	m := newFaulty(t)
	a := m.NewAccount(t)
	rule := func(where string) {
		m.Reset()
		m.AddFault(fault.Rule{Name: "lagging", Match: &fault.Match{Method: "GET"}, Where: where, Effect: &fault.Effect{Kind: "stale"}})
		a = m.NewAccount(t)
	}
	body := func(path string) string { return asked(m, a, "GET", path, "").Body.String() }
	for _, where := range []string{fault.Before, fault.After} {
		t.Run(where, func(t *testing.T) {
			rule(where)
			unchanged := body("/wallet")
			a.Recharge(10)
			assert.Equal(t, unchanged, body("/wallet"), "a change by the control API is one too")
			token, _ := tokenOf(t, m, a)
			assert.Equal(t, 404, asked(m, a, "GET", "/tokens/"+token, "").Code, "the token is not there yet")
			assert.NotEqual(t, unchanged, body("/wallet"), "the last change was another by now")
			require.Equal(t, 200, asked(m, a, "PATCH", "/tokens/"+token, `{"name":"another"}`).Code)
			assert.Contains(t, body("/tokens/"+token), `"name":"whole"`)
			require.Equal(t, 200, asked(m, a, "DELETE", "/tokens/"+token, "").Code)
			assert.Contains(t, body("/tokens/"+token), `"name":"another"`, "although it is deleted")
			m.RemoveFault("lagging")
			assert.Equal(t, 404, asked(m, a, "GET", "/tokens/"+token, "").Code)
		})
	}
	t.Run("another past than that of the account that is restored is nobody's", func(t *testing.T) {
		rule(fault.Before)
		before := body("/wallet")
		control := func(method, path string) {
			w := httptest.NewRecorder()
			m.Handler().ServeHTTP(w, httptest.NewRequest(method, "http://localhost/__admin"+path, http.NoBody))
			require.Less(t, w.Code, 300, w.Body)
		}
		a.Recharge(1)
		control("PUT", "/snapshots/one?account="+a.ID)
		a.Recharge(1)
		control("POST", "/snapshots/one/restore?account="+a.ID)
		assert.NotEqual(t, before, body("/wallet"))
		assert.Contains(t, body("/wallet"), `"credit":135.049`, "there was no change since")
	})
	t.Run("a stale answer is counted after, and not before", func(t *testing.T) {
		for where, want := range map[string]string{fault.Before: `"totalRequests":1,`, fault.After: `"totalRequests":2,`} {
			m.Reset()
			m.AddFault(fault.Rule{Name: "lagging", Match: &fault.Match{Operation: "wallet.get"}, Where: where, Effect: &fault.Effect{Kind: "stale"}})
			a = m.NewAccount(t, mocktest.AccountOptions{Fixture: "empty"})
			body("/wallet")
			asked(m, a, "GET", "/tokens", "")
			assert.Contains(t, body("/stats"), want)
		}
	})
}

func TestPaidCallsMeetFaultsToo(t *testing.T) {
	m := newFaulty(t)
	for _, kind := range []fault.Effect{{Kind: "status", Status: 503}, {Kind: "malformed-json"}, {Kind: "stale"}} {
		for _, where := range []string{fault.Before, fault.After} {
			t.Run(kind.Kind+" "+where, func(t *testing.T) {
				a := m.NewAccount(t)
				token, _ := tokenOf(t, m, a)
				rule := a.AddFault(fault.Rule{Name: "one", Match: &fault.Match{Surface: "services", Operation: "service.call", Token: token}, Where: where, Effect: &kind})
				before, _ := stateOf(t, m, a)
				r := httptest.NewRequest("GET", "http://localhost/__services/company.openapi.com/IT-advanced/12485671007", nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				m.Handler().ServeHTTP(w, r)
				assert.Equal(t, rule, w.Header().Get(fault.Header))
				after, _ := stateOf(t, m, a)
				assert.Equal(t, where == fault.Before, before == after, "who pays is asked only if the call is carried out")
				entry := a.Requests()[1]
				assert.Equal(t, where == fault.After, entry.Charge != nil, "the journal tells what was charged, not what would have been")
			})
		}
	}
}

func TestRulesArmOneAnother(t *testing.T) {
	m := newFaulty(t)
	a := m.NewAccount(t)
	get := func(where *mocktest.Account) string {
		return strings.TrimPrefix(asked(m, where, "GET", "/wallet", "").Header().Get(fault.Header), where.ID+".")
	}
	a.AddFault(fault.Rule{Name: "spark", When: &fault.When{Nth: new(2)}, Effect: teapot()})
	a.AddFault(fault.Rule{Name: "fire", ArmedBy: "spark", When: &fault.When{First: new(2), For: "1m"}, Effect: teapot()})
	a.AddFault(fault.Rule{Name: "ash", ArmedBy: "fire", When: &fault.When{Nth: new(1)}, Effect: teapot()})
	var met []string
	for range 8 {
		met = append(met, get(a))
	}
	assert.Equal(t, []string{"", "spark", "fire", "fire", "ash", "", "", ""}, met)

	m.AddFault(fault.Rule{Name: "each-third", When: &fault.When{Every: new(3)}, Effect: teapot()})
	m.AddFault(fault.Rule{Name: "then", ArmedBy: "each-third", When: &fault.When{First: new(1)}, Effect: teapot()})
	b, c := m.NewAccount(t), m.NewAccount(t)
	met = nil
	for range 7 {
		met = append(met, get(b))
	}
	assert.Equal(t, []string{"", "", "each-third", "then", "", "each-third", "then"}, met, "each firing arms it anew")
	assert.Empty(t, get(c), "for one account alone")
}

func TestARuleActsOnItsAccount(t *testing.T) {
	t.Run("the credit is gone, before the call sees it, or after", func(t *testing.T) {
		for where, first := range map[string]string{fault.Before: `"credit":0,`, fault.After: `"credit":134.049,`} {
			m := newFaulty(t)
			a := m.NewAccount(t)
			a.AddFault(fault.Rule{Name: "poor", Where: where, When: &fault.When{Nth: new(1)}, Do: &fault.Action{Credit: new(0.0)}})
			assert.Contains(t, asked(m, a, "GET", "/wallet", "").Body.String(), first, where)
			assert.Contains(t, asked(m, a, "GET", "/wallet", "").Body.String(), `"credit":0,`, where)
			assert.Contains(t, asked(m, a, "GET", "/wallet/transactions", "").Body.String(), `"Set by a fault rule"`)
			other := m.NewAccount(t)
			assert.Contains(t, asked(m, other, "GET", "/wallet", "").Body.String(), `"credit":134.049,`)
		}
	})
	t.Run("the token of the call expires", func(t *testing.T) {
		m := newFaulty(t)
		a := m.NewAccount(t)
		token, _ := tokenOf(t, m, a)
		kept, _ := tokenOf(t, m, a)
		a.AddFault(fault.Rule{Name: "short", Where: fault.After, When: &fault.When{Nth: new(1)}, Do: &fault.Action{Expire: "token"}})
		assert.Equal(t, 200, asked(m, a, "GET", "/tokens/"+token, "").Code)
		assert.Equal(t, 404, asked(m, a, "GET", "/tokens/"+token, "").Code)
		assert.Equal(t, 200, asked(m, a, "GET", "/tokens/"+kept, "").Code)
		name := a.AddFault(fault.Rule{Name: "all", When: &fault.When{Nth: new(1)}, Do: &fault.Action{Expire: "all"}})
		assert.Equal(t, 404, asked(m, a, "GET", "/tokens/"+kept, "").Code)
		m.RemoveFault(name)
		one, _ := tokenOf(t, m, a)
		a.AddFault(fault.Rule{Name: "named", Match: &fault.Match{Operation: "wallet.get"}, Do: &fault.Action{Expire: one}})
		asked(m, a, "GET", "/wallet", "")
		assert.Equal(t, 404, asked(m, a, "GET", "/tokens/"+one, "").Code)
	})
	t.Run("its clock moves on, and only its own", func(t *testing.T) {
		m := newFaulty(t)
		a, b := m.NewAccount(t), m.NewAccount(t)
		a.AddFault(fault.Rule{Name: "hour", When: &fault.When{First: new(2)}, Do: &fault.Action{Advance: "1h"}, Effect: teapot()})
		began := a.Clock().Now()
		assert.Equal(t, 418, asked(m, a, "GET", "/wallet", "").Code)
		assert.Equal(t, 418, asked(m, a, "GET", "/wallet", "").Code)
		assert.Equal(t, 200, asked(m, a, "GET", "/wallet", "").Code)
		assert.Equal(t, 2*time.Hour, a.Clock().Now().Sub(began))
		assert.Equal(t, began, b.Clock().Now())
	})
}

// TestDelaysEndWhenTheyAreCancelled runs in a bubble of its own time: whatever is not cancelled
// takes ten minutes there, and nothing here.
func TestDelaysEndWhenTheyAreCancelled(t *testing.T) {
	type outcome struct {
		status int
		err    bool
	}
	broken, answered := outcome{err: true}, outcome{status: 200}
	control := func(m *mocktest.Mock, method, path string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "http://localhost/__admin"+path, http.NoBody)
		m.Handler().ServeHTTP(w, r)
	}
	for name, c := range map[string]struct {
		rule   fault.Rule
		cancel func(m *mocktest.Mock, a *mocktest.Account)
		want   outcome
		tokens int // more than before
		took   time.Duration
	}{
		"a reset breaks off what waits before": {fault.Rule{Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { a.Reset() }, broken, 0, time.Second},
		"a reset of all does": {fault.Rule{Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { m.Reset() }, broken, 0, time.Second},
		"a reset breaks off an answer that waits": {fault.Rule{Where: fault.After, Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { a.Reset() }, broken, 0, time.Second},
		"a reset of another account does nothing": {fault.Rule{Effect: &fault.Effect{Kind: "latency", Fixed: "1m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { control(m, "POST", "/reset?account=demo") }, answered, 1, time.Minute},
		"a reset ends what hangs": {fault.Rule{Effect: &fault.Effect{Kind: "hang"}},
			func(m *mocktest.Mock, a *mocktest.Account) { a.Reset() }, broken, 0, time.Second},
		"removing the rule lets the call go on": {fault.Rule{Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { m.RemoveFault(a.ID + ".slow") }, answered, 1, time.Second},
		"removing the rule lets the answer go": {fault.Rule{Where: fault.After, Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(m *mocktest.Mock, a *mocktest.Account) { m.RemoveFault(a.ID + ".slow") }, answered, 1, time.Second},
		"removing the rule ends what hangs": {fault.Rule{Effect: &fault.Effect{Kind: "hang"}},
			func(m *mocktest.Mock, a *mocktest.Account) { control(m, "DELETE", "/faults") }, broken, 0, time.Second},
		"nobody cancels": {fault.Rule{Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
			func(*mocktest.Mock, *mocktest.Account) {}, answered, 1, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newFaulty(t)
				a := m.NewAccount(t)
				_, tokens := stateOf(t, m, a)
				c.rule.Name, c.rule.Match = "slow", &fault.Match{Operation: "token.create"}
				a.AddFault(c.rule)
				began := time.Now()
				var got outcome
				var waiting sync.WaitGroup
				waiting.Go(func() {
					answer, err := a.InProcess().Post("https://oauth.openapi.com/tokens", "application/json", strings.NewReader(newToken))
					got.err = err != nil
					if err == nil {
						got.status = answer.StatusCode
						_ = answer.Body.Close()
					}
				})
				time.Sleep(time.Second) //nolint:forbidigo // within the bubble it takes no time, and only there can the call be made to wait so
				c.cancel(m, a)
				waiting.Wait()
				assert.Equal(t, c.want, got)
				assert.Equal(t, c.took, time.Since(began))
				if name == "a reset of all does" {
					return // the account is gone
				}
				_, now := stateOf(t, m, a)
				assert.Equal(t, tokens+c.tokens, now)
				if c.want == broken && c.rule.Effect.Kind == "latency" {
					assert.Empty(t, a.Requests(), "the journal was cleared by the reset")
				}
			})
		})
	}
}

func TestAServerThatStopsWaitsForNoFault(t *testing.T) {
	server, err := mockserver.New(mockserver.WithFaults(
		fault.Rule{Name: "slow", Match: &fault.Match{Operation: "wallet.get"}, Effect: &fault.Effect{Kind: "latency", Fixed: "10m"}},
		fault.Rule{Name: "never", Effect: &fault.Effect{Kind: "hang"}}))
	require.NoError(t, err)
	web := &http.Server{Handler: server.Handler()}
	web.RegisterOnShutdown(server.Interrupt)
	listening := httptest.NewUnstartedServer(nil)
	listening.Config = web
	listening.Start()
	var calls sync.WaitGroup
	for path, want := range map[string]bool{"/wallet": true, "/tokens": false} {
		calls.Go(func() {
			r, err := http.NewRequest("GET", listening.URL+path, http.NoBody)
			if !assert.NoError(t, err) {
				return
			}
			r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
			answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
			assert.Equal(t, want, err == nil, "%s: %v", path, err)
			if err == nil {
				assert.NoError(t, answer.Body.Close())
			}
		})
	}
	require.Eventually(t, func() bool {
		w := httptest.NewRecorder()
		server.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/__admin/faults", nil))
		return strings.Count(w.Body.String(), `"hits":1`) == 2
	}, time.Minute, time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, web.Shutdown(ctx))
	calls.Wait()
	listening.Close()
}

func TestAResetLeadsBackToTheRulesThatTheServerBeganWith(t *testing.T) {
	m := newFaulty(t, mockserver.WithFaults(
		fault.Rule{Name: "first", Match: &fault.Match{Operation: "wallet.get"}, When: &fault.When{First: new(1)}, Effect: teapot()},
		fault.Rule{Name: "of-demo", Match: &fault.Match{Account: "demo"}, When: &fault.When{First: new(1)}, Effect: teapot()},
	), mockserver.WithChaos("rate-limited", "rate-limited"))
	names := func() (out []string) {
		for _, v := range m.Faults() {
			out = append(out, v.Name)
		}
		return out
	}
	began := []string{"first", "of-demo", "chaos.rate-limited"}
	assert.Equal(t, began, names())
	a := m.NewAccount(t)
	assert.Equal(t, []int{1, 4, 7}, wentWrong(t, m, a, 7))
	m.RemoveFault("of-demo")
	m.AddFault(fault.Rule{Name: "more", Effect: teapot()})
	own := a.AddFault(fault.Rule{Name: "own", Effect: teapot()})
	assert.Equal(t, []string{"first", "chaos.rate-limited", "more", own}, names())

	a.Reset()
	assert.Equal(t, []string{"first", "chaos.rate-limited", "more"}, names(), "what is confined to the account goes with its reset, nothing else")
	assert.Equal(t, "first", asked(m, a, "GET", "/wallet", "").Header().Get(fault.Header), "and all count anew for it")
	assert.Equal(t, uint64(1), m.Faults()[0].Hits)

	m.Reset()
	assert.Equal(t, began, names())
	for _, v := range m.Faults() {
		assert.Zero(t, v.Hits+v.Calls, v.Name)
	}
}

func TestAnAccountThatIsRemovedTakesItsRulesAlong(t *testing.T) {
	m := newFaulty(t)
	m.AddFault(fault.Rule{Name: "all", When: &fault.When{First: new(1)}, Effect: teapot()})
	t.Run("", func(t *testing.T) {
		a := m.NewAccount(t)
		a.AddFault(fault.Rule{Name: "own", Effect: teapot()})
		assert.Len(t, wentWrong(t, m, a, 2), 2)
		assert.Len(t, m.Faults(), 2)
	})
	require.Len(t, m.Faults(), 1)
	assert.Equal(t, uint64(1), m.Faults()[0].Hits, "what it hit stays counted")
}

func TestFaultsAreToldInJournalExplanationAndMetrics(t *testing.T) {
	m := newFaulty(t)
	a := m.NewAccount(t)
	a.AddFault(fault.Rule{Name: "slow", Match: &fault.Match{Operation: "token.list"}, Effect: &fault.Effect{Kind: "latency", Fixed: "2ms"}})
	a.AddFault(fault.Rule{Name: "gone", Match: &fault.Match{Operation: "scope.list"}, Effect: &fault.Effect{Kind: "reset"}})
	asked(m, a, "GET", "/tokens", "")
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { asked(m, a, "GET", "/scopes", "") }, "there is no connection that could be broken")
	entries := a.Requests()
	require.Len(t, entries, 2)
	assert.Equal(t, "latency", entries[0].Fault.Kind)
	assert.InDelta(t, 2.0, entries[0].Fault.DelayMs, 0)
	assert.Equal(t, uint64(mockserver.DefaultSeed), entries[0].Fault.Seed)
	assert.Zero(t, entries[1].Response.Status, "no answer was sent")
	get := func(path string) string {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost"+path, nil))
		return w.Body.String()
	}
	assert.Contains(t, get("/__admin/requests/"+entries[1].ID), `The fault rule `+a.ID+`.gone took the call: reset, before the call was carried out`)
	assert.Contains(t, get("/__admin/requests/"+entries[1].ID), `No answer was sent.`)
	assert.Contains(t, get("/metrics"), `oauthmock_faults_total{kind="latency"} 1`)
	assert.Contains(t, get("/metrics"), `oauthmock_faults_total{kind="reset"} 1`)
}
