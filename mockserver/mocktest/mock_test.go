package mocktest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/verify"
)

// get asks for a URL and answers the status and the body.
func get(t testing.TB, c *http.Client, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return do(t, c, r)
}

func do(t testing.TB, c *http.Client, r *http.Request) (int, string) {
	t.Helper()
	answer, err := c.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body)
}

func TestFiftyMocksInOneProcess(t *testing.T) {
	t.Parallel()
	for i := range 50 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			m := mocktest.Start(t, mockserver.WithSeed(uint64(i+1)))
			a := m.NewAccount(t)
			assert.InDelta(t, 134.049+float64(i), a.Recharge(float64(i)+0.0001), 0.001)
			client := a.Client()
			if i%2 == 0 {
				client = a.InProcess()
			}
			for range i%5 + 1 {
				status, body := get(t, client, m.URL()+"/wallet")
				assert.Equal(t, 200, status, body)
			}
			assert.Len(t, m.Requests(), i%5+1)
			m.Clock().Advance(time.Duration(i+1) * time.Hour)
			assert.WithinDuration(t, time.Now().Add(time.Duration(i+1)*time.Hour), a.Clock().Now(), time.Minute)
		})
	}
}

func TestBothClientsAskTheMockWhateverHostIsNamed(t *testing.T) {
	m := mocktest.Start(t)
	a := m.NewAccount(t)
	for name, c := range map[string]struct {
		client *http.Client
		url    string
		status int
	}{
		"over the port":                          {a.Client(), m.URL() + "/wallet", 200},
		"over the port, a host of the provider":  {a.Client(), "http://oauth.openapi.com/wallet", 200},
		"over the port, the other environment":   {a.Client(), "http://test.oauth.openapi.com/wallet", 401},
		"in process":                             {a.InProcess(), m.URL() + "/wallet", 200},
		"in process, a host of the provider":     {a.InProcess(), "https://oauth.openapi.com/wallet", 200},
		"in process, the other environment":      {a.InProcess(), "https://test.oauth.openapi.com/wallet", 401},
		"over the port, nobody":                  {m.Client(), m.URL() + "/wallet", 401},
		"in process, nobody":                     {m.InProcess(), "http://anything/wallet", 401},
		"over the port, the control API":         {m.Client(), m.URL() + "/__admin/clock", 200},
		"in process, health":                     {m.InProcess(), "http://anything/healthz", 200},
		"over the port, no proxy is asked":       {a.Client(), "http://example.com/wallet", 200},
		"in process, another port makes nothing": {a.InProcess(), "https://oauth.openapi.com:8443/wallet", 200},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := get(t, c.client, c.url)
			assert.Equal(t, c.status, status, body)
		})
	}
}

func TestAnAccountsClientLeavesABearerAlone(t *testing.T) {
	m := mocktest.Start(t)
	a := m.NewAccount(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.URL()+"/tokens", strings.NewReader(`{"scopes":["*:*/*"]}`))
	require.NoError(t, err)
	status, body := do(t, a.InProcess(), r)
	require.Equal(t, 200, status, body)
	assert.Empty(t, r.Header, "the caller's request is not touched")
	var made struct{ Token, RefreshToken string }
	require.NoError(t, json.Unmarshal([]byte(body), &made))

	r, err = http.NewRequestWithContext(t.Context(), http.MethodPatch, m.URL()+"/tokens/"+made.Token, strings.NewReader(`{}`))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+made.RefreshToken)
	status, body = do(t, a.InProcess(), r)
	assert.Equal(t, 200, status, body)
	assert.NotContains(t, body, made.Token)
	a.Verify(t, verify.Expectation{Match: &verify.Match{Operation: "token.update", Auth: "refresh"}, Exactly: new(1)})
}

func TestACallInProcessEndsWithItsContext(t *testing.T) {
	m := mocktest.Start(t)
	for name, client := range map[string]*http.Client{"in process": m.InProcess(), "over the port": m.Client()} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL()+"/__admin/verify", strings.NewReader(`{"match":{"path":"/never"},"wait":"1m"}`))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			left := errors.New("the caller left")
			ended := make(chan error)
			go func() {
				answer, err := client.Do(r)
				if err == nil {
					_ = answer.Body.Close()
				}
				ended <- err
			}()
			cancel(left)
			assert.ErrorIs(t, <-ended, left)
		})
	}
}

func TestBodiesAndStreamsInProcess(t *testing.T) {
	m := mocktest.Start(t, mockserver.WithMaxBody(8<<20))
	a := m.NewAccount(t)
	name := strings.Repeat("x", 4<<20)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.URL()+"/tokens", io.MultiReader(strings.NewReader(`{"scopes":["*:*/*"],"name":"`), strings.NewReader(name+`"}`)))
	require.NoError(t, err)
	status, body := do(t, a.InProcess(), r)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, name)

	stream, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.URL()+"/__admin/requests/stream", http.NoBody)
	require.NoError(t, err)
	answer, err := m.InProcess().Do(stream)
	require.NoError(t, err)
	defer answer.Body.Close()
	get(t, a.InProcess(), "http://mock/wallet")
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() && lines.Text() != "event: request" {
	}
	assert.NoError(t, lines.Err())
	assert.Equal(t, "event: request", lines.Text())
}

func TestAMockLivesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mocktest.Start(t)
		a := m.NewAccount(t)
		before := a.Clock().Now()
		time.Sleep(24 * time.Hour) //nolint:forbidigo // within the bubble it takes no time, and only there can the mock be made to wait so
		assert.Equal(t, 24*time.Hour, a.Clock().Now().Sub(before))
		status, body := get(t, a.InProcess(), "https://oauth.openapi.com/wallet")
		assert.Equal(t, 200, status, body)
	})
}

func TestClocksAreSet(t *testing.T) {
	start := time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)
	m := mocktest.Start(t, mockserver.WithClock(start), mockserver.WithFrozenClock())
	a, b := m.NewAccount(t), m.NewAccount(t)
	assert.Equal(t, start, m.Clock().Now())
	assert.True(t, m.Clock().Frozen())

	fired := a.Clock().Advance(365 * 24 * time.Hour)
	require.NotEmpty(t, fired)
	for _, f := range fired {
		assert.Equal(t, a.ID, f.Account)
		assert.NotEmpty(t, f.What)
		assert.NotEmpty(t, f.ID)
		assert.False(t, f.At.Before(start))
	}
	assert.Equal(t, start.Add(365*24*time.Hour), a.Clock().Now())
	assert.Equal(t, start, b.Clock().Now())

	m.Clock().Set(start.Add(time.Hour))
	assert.True(t, m.Clock().Frozen())
	assert.Equal(t, start.Add(time.Hour), b.Clock().Now())
	m.Clock().Run()
	assert.False(t, m.Clock().Frozen())
	m.Clock().Freeze()
	assert.True(t, m.Clock().Frozen())

	a.Reset()
	assert.False(t, a.Clock().Now().Before(start.Add(time.Hour)))
	m.Reset()
	assert.Equal(t, start, m.Clock().Now())
}

func TestAnAccountIsCreatedWithItsOptions(t *testing.T) {
	m := mocktest.Start(t, mockserver.WithAdminToken("of nobody's concern"))
	a := m.NewAccount(t, mocktest.AccountOptions{Fixture: "empty", Email: "me@example.com", APIKey: "key-of-mine", Environment: "production"})
	assert.Equal(t, "me@example.com", a.Email)
	assert.Equal(t, "key-of-mine", a.APIKey)
	assert.Equal(t, "production", a.Environment)
	assert.Zero(t, a.Recharge(1)-1)
	sandbox := m.NewAccount(t, mocktest.AccountOptions{Environment: "sandbox"})
	assert.Equal(t, "sandbox", sandbox.Environment)
	assert.NotEqual(t, a.ID, sandbox.ID)
}

func TestAnAccountIsGoneWhenItsTestEnds(t *testing.T) {
	m := mocktest.Start(t)
	var a *mocktest.Account
	t.Run("a part", func(t *testing.T) {
		a = m.NewAccount(t)
		status, _ := get(t, a.InProcess(), "http://mock/wallet")
		assert.Equal(t, 200, status)
	})
	status, _ := get(t, a.InProcess(), "http://mock/wallet")
	assert.Equal(t, 401, status)
}

func TestRequestsAreFiltered(t *testing.T) {
	m := mocktest.Start(t)
	a, b := m.NewAccount(t), m.NewAccount(t)
	get(t, a.InProcess(), "http://mock/wallet")
	get(t, a.InProcess(), "http://mock/scopes/x")
	get(t, b.InProcess(), "http://mock/wallet")
	get(t, m.InProcess(), "http://mock/wallet")
	assert.Len(t, m.Requests(), 4)
	assert.Len(t, a.Requests(), 2)
	assert.Len(t, m.Requests(journal.Filter{Operation: "wallet.get"}, journal.Filter{Status: 200}), 2)
	one := a.Requests(journal.Filter{Status: 404})
	require.Len(t, one, 1)
	assert.Equal(t, "/scopes/x", one[0].Request.URI)
	assert.NotContains(t, fmt.Sprint(m.Requests()), a.APIKey)
	assert.Empty(t, b.Requests(journal.Filter{Account: a.ID}))
	b.Reset()
	assert.Empty(t, b.Requests())
	assert.Len(t, a.Requests(), 2)
}

func TestVerifyPrintsWhatCameNear(t *testing.T) {
	m := mocktest.Start(t)
	a := m.NewAccount(t)
	get(t, a.InProcess(), "http://mock/tokens?limit=5")
	assert.True(t, a.Verify(t, verify.Expectation{Match: &verify.Match{Path: "/tokens", Query: map[string]string{"limit": "5"}}}))

	other := &recorded{}
	assert.False(t, a.Verify(other, verify.Expectation{Match: &verify.Match{Path: "/tokens", Query: map[string]string{"limit": "6"}}, Exactly: new(1)}))
	assert.True(t, other.Failed())
	assert.Equal(t, "0 requests match, wanted exactly 1\nrequest 1 came near:\n  query.limit: expected \"6\", but got \"5\"\n", other.end())

	other = &recorded{}
	assert.False(t, m.NewAccount(t).Verify(other, verify.Expectation{}), "another account was asked nothing")
	other = &recorded{}
	assert.PanicsWithValue(t, fatal{`mocktest.Verify: "exactly" is -1; want 0 or more`}, func() { m.Verify(other, verify.Expectation{Exactly: new(-1)}) })
}

func TestVerifyWaits(t *testing.T) {
	m := mocktest.Start(t)
	a := m.NewAccount(t)
	var asking sync.WaitGroup
	asking.Go(func() { get(t, a.InProcess(), "http://mock/wallet") })
	a.Verify(t, verify.Expectation{Match: &verify.Match{Operation: "wallet.get"}, Wait: "1m"})
	asking.Wait()
}

func TestVerifyFailsWhenNobodyCanKnow(t *testing.T) {
	m := mocktest.Start(t, mockserver.WithJournal(1, 1<<20))
	a := m.NewAccount(t)
	get(t, a.InProcess(), "http://mock/wallet")
	get(t, a.InProcess(), "http://mock/tokens")
	other := &recorded{}
	assert.False(t, a.Verify(other, verify.Expectation{Match: &verify.Match{Operation: "wallet.get"}}))
	assert.Contains(t, other.end(), "nobody can tell")
	other = &recorded{}
	inner := mocktest.Start(other, mockserver.WithJournal(1, 1<<20))
	get(t, inner.InProcess(), "http://mock/wallet")
	get(t, inner.InProcess(), "http://mock/wallet")
	assert.Len(t, inner.Requests(), 1)
	assert.Contains(t, other.end(), "the journal dropped 1 requests")
}

func TestWhatCannotBeEndsTheTest(t *testing.T) {
	tb := &recorded{}
	defer tb.end()
	m := mocktest.Start(tb)
	for want, wrong := range map[string]func(){
		"mocktest.Start: the token shape is \"round\"":           func() { mocktest.Start(tb, mockserver.WithTokenShape("round")) },
		"POST /clock/advance: a clock advances by":               func() { m.Clock().Advance(-time.Hour) },
		"PUT /clock: 1900-01-01T00:00:00Z is outside":            func() { m.Clock().Set(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)) },
		"POST /accounts: ":                                       func() { m.NewAccount(tb, mocktest.AccountOptions{Fixture: "demmo"}) },
		"NewAccount takes at most one AccountOptions, but got 2": func() { m.NewAccount(tb, mocktest.AccountOptions{}, mocktest.AccountOptions{}) },
		"/wallet: ": func() { m.NewAccount(tb).Recharge(0.00001) },
	} {
		func() {
			defer func() {
				message, ok := recover().(fatal)
				require.True(t, ok, want)
				assert.Contains(t, message.message, want)
			}()
			wrong()
		}()
	}
}

func TestAMockStopsWithItsTest(t *testing.T) {
	tb := &recorded{}
	m := mocktest.Start(tb)
	url := m.URL()
	a := m.NewAccount(tb)
	get(t, a.Client(), url+"/wallet")
	get(t, a.InProcess(), url+"/wallet")
	waiting := make(chan error)
	go func() { // somebody who waits does not keep it
		r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, url+"/__admin/requests/stream", http.NoBody)
		if err == nil {
			var answer *http.Response
			if answer, err = m.Client().Do(r); err == nil {
				waiting <- nil
				_, err = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			}
		}
		waiting <- err
	}()
	require.NoError(t, <-waiting)
	tb.end()
	assert.NoError(t, <-waiting, "the stream has ended, and was not cut off")
	for name, client := range map[string]*http.Client{"over the port": m.Client(), "in process": m.InProcess(), "somebody else": {Transport: &http.Transport{}}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/wallet", http.NoBody)
		require.NoError(t, err)
		answer, err := client.Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		assert.Error(t, err, name)
	}
	assert.Equal(t, url, m.URL(), "it is still known where it was")

	unused := &recorded{}
	m = mocktest.Start(unused)
	unused.end()
	assert.Panics(t, func() { m.URL() }, "no port is opened any more")
}

func TestAComputedAmountIsTakenAsItIsMeant(t *testing.T) {
	a := mocktest.Start(t).NewAccount(t)
	before := a.Recharge(1)
	for _, sum := range [][2]float64{{0.1, 0.2}, {0.07, 0.14}, {1234567.1, 0.2}, {-1234567.1, -0.71}} {
		a.Recharge(sum[0] + sum[1])
	}
	assert.InDelta(t, before+0.3+0.21+0.2-0.71, a.Recharge(1)-1, 1e-9)
}
