package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// tenant is one of many tests that share a server: what it does, it does to an account of its own.
type tenant struct {
	t       *testing.T
	h       http.Handler
	account struct{ ID, Email, APIKey string }
}

func newTenant(t *testing.T, h http.Handler, wish string) *tenant {
	t.Helper()
	c := &tenant{t: t, h: h}
	made := send(h, "POST", "/__admin/accounts", wish)
	require.Equal(t, 201, made.Code, made.Body.String())
	fields := object(t, made)
	c.account.ID, c.account.Email, c.account.APIKey = fields["id"].(string), fields["email"].(string), fields["apiKey"].(string)
	return c
}

// call asks the API as the tenant, from an address of its own.
func (c *tenant) call(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(c.account.Email, c.account.APIKey)
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	return w
}

// ok is the data of a call that must succeed.
func (c *tenant) ok(method, path, body string) any {
	c.t.Helper()
	w := c.call(method, path, body)
	require.Equal(c.t, 200, w.Code, w.Body.String())
	return object(c.t, w)["data"]
}

// control turns the tenant's part of the control API; path ends where its ID belongs.
func (c *tenant) control(method, path, body string, status int) *httptest.ResponseRecorder {
	c.t.Helper()
	w := send(c.h, method, "/__admin"+path, body)
	require.Equal(c.t, status, w.Code, w.Body.String())
	return w
}

func (c *tenant) names() []string {
	c.t.Helper()
	out := []string{}
	for _, item := range c.ok("GET", "/tokens?limit=100", "").([]any) {
		out = append(out, item.(map[string]any)["name"].(string))
	}
	return out
}

func (c *tenant) credit() float64 {
	c.t.Helper()
	return c.ok("GET", "/wallet", "").(map[string]any)["credit"].(float64)
}

// TestTwoHundredTestsShareAServerAndNoneSeesAnother lets each do all that can be confined to an
// account, and asks for exactly what it did.
func TestTwoHundredTestsShareAServerAndNoneSeesAnother(t *testing.T) {
	const tests = 200
	h := newHandler(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
	before := send(h, "GET", "/__admin/accounts/demo", "").Body.String()
	var mu sync.Mutex
	tokens := map[string]int{}
	t.Run("all at once", func(t *testing.T) {
		for i := range tests {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				c := newTenant(t, h, `{"fixture":"empty"}`)
				only := "?account=" + c.account.ID

				// A clock of its own, a day apart from everybody else's.
				now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, i)
				c.control("PUT", "/clock"+only, `{"now":"`+now.Format(time.RFC3339)+`","frozen":true}`, 200)

				calls := 0 // that the journal and the usage must know
				// Tokens: so many that their number tells tests apart, and one that expires.
				var want []string
				for n := range 1 + i%7 {
					name := fmt.Sprintf("%d-%d", i, n)
					made := c.ok("POST", "/tokens", `{"scopes":["*:*/*"],"name":"`+name+`"}`).(map[string]any)
					want = append(want, name)
					mu.Lock()
					tokens[made["token"].(string)]++
					mu.Unlock()
				}
				short := c.ok("POST", "/tokens", `{"scopes":["*:*/*"],"name":"short","ttl":3600}`).(map[string]any)["token"].(string)
				assert.Equal(t, append(want, "short"), c.names())
				calls += len(want) + 2
				fired := object(t, c.control("POST", "/clock/advance"+only, `{"by":"1h"}`, 200))["fired"].([]any)
				require.Len(t, fired, 1, "only its own token fell due")
				assert.Equal(t, short, fired[0].(map[string]any)["id"])
				assert.Equal(t, want, c.names())
				calls++

				// A wallet with an amount that nobody else has.
				c.control("POST", "/accounts/"+c.account.ID+"/wallet", fmt.Sprintf(`{"amount":%d}`, 1000+i), 200)
				c.control("POST", "/accounts/"+c.account.ID+"/wallet", `{"amount":-0.5}`, 200)
				assert.InDelta(t, float64(1000+i)-0.5, c.credit(), 0.00001)
				assert.Len(t, c.ok("GET", "/wallet/transactions", ""), 2)
				calls += 2

				// Errors and usage.
				require.Equal(t, 422, c.call("POST", "/tokens", `{}`).Code)
				failures := c.ok("GET", "/errors", "").([]any)
				require.Len(t, failures, 1)
				assert.Equal(t, now.Add(time.Hour).Format("2006-01-02T15:04:05+00:00"), failures[0].(map[string]any)["errorAt"], "on its own clock")
				assert.Equal(t, float64(calls+2), c.ok("GET", "/stats", "").(map[string]any)["totalRequests"], "and its own calls")
				calls += 3

				if i%4 == 0 { // a snapshot of its own, of which there may be a hundred
					name := "/snapshots/of-" + c.account.ID
					c.control("PUT", name+only, "", 200)
					c.control("POST", "/accounts/"+c.account.ID+"/wallet", `{"amount":7}`, 200)
					c.ok("POST", "/tokens", `{"scopes":["*:*/*"],"name":"lost"}`)
					c.control("POST", name+"/restore", "", 204)
					assert.Equal(t, want, c.names())
					assert.InDelta(t, float64(1000+i)-0.5, c.credit(), 0.00001)
					c.control("DELETE", name, "", 204)
					calls += 3
				}

				// A limit that only its own requests fill.
				c.control("PUT", "/ratelimit"+only, `{"limit":2,"window":"1h"}`, 200)
				assert.Equal(t, []int{200, 200, 429}, []int{c.call("GET", "/wallet", "").Code, c.call("GET", "/wallet", "").Code, c.call("GET", "/wallet", "").Code})

				// Its journal holds what it asked, and nothing else.
				entries := object(t, c.control("GET", "/requests"+only, "", 200))["items"].([]any)
				assert.Len(t, entries, calls+3)
				for _, e := range entries {
					assert.Equal(t, c.account.ID, e.(map[string]any)["account"])
				}
				verified := `{"match":{"operation":"token.create","status":422},"exactly":1,"account":"` + c.account.ID + `"}`
				c.control("POST", "/verify", verified, 200)

				c.control("POST", "/reset"+only, "", 204)
				assert.Empty(t, c.names())
				assert.Zero(t, c.credit())
				assert.Equal(t, "2026-02-12T08:30:00Z", object(t, c.control("GET", "/clock"+only, "", 200))["now"])
				assert.Len(t, object(t, c.control("GET", "/requests"+only, "", 200))["items"], 2)
				assert.Equal(t, float64(10_000), object(t, c.control("GET", "/ratelimit"+only, "", 200))["limit"])
			})
		}
	})
	for token, times := range tokens {
		assert.Equal(t, 1, times, token)
	}
	assert.JSONEq(t, before, send(h, "GET", "/__admin/accounts/demo", "").Body.String(), "nobody touched the account of the fixture")
	assert.Equal(t, "2026-02-12T08:30:00Z", object(t, send(h, "GET", "/__admin/clock", ""))["now"])
}

// TestHealthAnswersWhileALargeWorldIsReset asks again and again until a reset that takes its time
// is over.
func TestHealthAnswersWhileALargeWorldIsReset(t *testing.T) {
	h := newHandler(t, mockserver.WithFixtures("generated:seed=7,tokens=20000"))
	over := make(chan int)
	go func() { over <- send(h, "POST", "/__admin/reset", "").Code }()
	for answers := 0; ; {
		select {
		case code := <-over:
			require.Equal(t, 204, code)
			assert.Positive(t, answers, "the reset was over before anybody asked: the test proves nothing")
			return
		default:
			for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
				require.Equal(t, 200, send(h, "GET", path, "").Code)
			}
			answers++
		}
	}
}

// TestCallsDuringAResetMeetOneLifeOfTheAccount resets an account again and again while it is used.
// A call is carried out on the life of the account that it was authenticated to, or refused when
// that is over; the control API, which means whichever life there is, is never turned away.
func TestCallsDuringAResetMeetOneLifeOfTheAccount(t *testing.T) {
	for name, path := range map[string]string{
		"of the account": "/reset?account=demo", "of everything": "/reset", "to a snapshot": "/snapshots/before/restore", "to a snapshot of it": "/snapshots/one/restore",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHandler(t)
			send(h, "PUT", "/__admin/snapshots/before", "")
			send(h, "PUT", "/__admin/snapshots/one?account=demo", "")
			over := make(chan struct{})
			go func() {
				defer close(over)
				for range 100 {
					assert.Equal(t, 204, send(h, "POST", "/__admin"+path, "").Code)
				}
			}()
			for ended := false; !ended; {
				select {
				case <-over:
					ended = true
				default:
					if w := send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`); w.Code != 200 {
						require.Equal(t, 401, w.Code)
						require.InDelta(t, 140, object(t, w)["error"], 0)
					}
					require.Equal(t, 200, send(h, "GET", "/__admin/clock?account=demo", "").Code)
				}
			}
		})
	}
}
