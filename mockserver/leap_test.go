package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver"
)

// leapStart is shortly before a year with a leap day.
var leapStart = time.Date(2027, 12, 31, 23, 0, 0, 0, time.UTC)

// settled is what an answer of the clock lists.
type settled struct {
	At                time.Time
	What, Account, ID string
}

// leap advances the clock and returns what fell due.
func leap(t require.TestingT, h http.Handler, by time.Duration) []settled {
	var out struct {
		Fired   []settled
		Dropped int
	}
	w := send(h, "POST", "/__admin/clock/advance", fmt.Sprintf(`{"by":%q}`, by))
	require.Equal(t, 200, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	require.Zero(t, out.Dropped)
	return out.Fired
}

// busyAccount puts into the demo account something of everything that time changes, each due at a
// moment that after draws.
func busyAccount(t require.TestingT, h http.Handler, each int, url string, after func() time.Duration, n func(most int) int) {
	var demo map[string]any
	require.NoError(t, json.Unmarshal(send(h, "GET", "/__admin/accounts/demo", "").Body.Bytes(), &demo))
	at := func(after time.Duration) string { return leapStart.Add(after).Format(time.RFC3339) }
	now := at(0)
	type object = map[string]any
	var tokens, subscriptions, callbacks, jobs, codes, granted []object
	for i := range each {
		id := func(kind int) string { return fmt.Sprintf("%02x%022x", kind, i) }
		tokens = append(tokens, object{"token": id(1), "refreshToken": id(2), "scopes": []string{"*:*/*"}, "createdAt": now, "updatedAt": now, "expireAt": at(after())})
		subscriptions = append(subscriptions, object{
			"id": id(3), "scope": "GET:company.openapi.com/IT-start", "type": []string{"month", "year"}[n(1)], "active": true, "autorenew": n(3) > 0,
			"totalRequests": 10, "availableRequests": 3, "price": n(40), "pricePerRequest": 1, "startsAt": now, "expiresAt": at(after()), "createdAt": now, "updatedAt": now,
		})
		callbacks = append(callbacks, object{
			"id": id(4), "scope": "POST:sms.openapi.com/send", "url": fmt.Sprintf("%s/%d", url, i), "method": "JSON", "field": "data", "active": true, "createdAt": now, "startedAt": now,
			"attempt": 1, "data": object{"n": i}, "due": at(after()), "retries": n(5),
		})
		jobs = append(jobs, object{
			"id": id(5), "scope": "POST:docuengine.openapi.com/requests", "get": "GET:docuengine.openapi.com/requests", "createdAt": now, "doneAt": at(after()), "pending": `{"a":1}`, "result": `{"a":2}`,
		})
		expires := after()
		issued := at(expires - time.Minute)
		codes = append(codes, object{"code": id(6), "clientId": "demo-client", "username": "johndoe", "redirectUri": "https://example.com/callback", "issuedAt": issued, "expiresAt": at(expires)})
		granted = append(granted, object{"token": id(7), "clientId": "demo-client", "username": "johndoe", "issuedAt": issued, "expiresAt": at(expires)})
	}
	wallet := object{"createdAt": now, "transactions": []object{{"id": "txn_66064804b25145ee88ee20d6", "amount": 200, "createdAt": now, "description": "Opening"}}}
	if n(2) > 0 {
		wallet["autorecharge"] = object{"below": 60, "amount": 50 * n(3)}
	}
	demo["wallet"] = wallet
	demo["tokens"], demo["subscriptions"], demo["callbacks"], demo["jobs"], demo["codes"], demo["grantTokens"] = tokens, subscriptions, callbacks, jobs, codes, granted
	for _, without := range []string{"books", "usage", "errors", "issued", "alerts"} { // to be quick
		delete(demo, without)
	}
	text, err := json.Marshal(demo)
	require.NoError(t, err)
	put(t, h, "accounts/demo", string(text))
	send(h, "DELETE", "/__admin/accounts/demo-sandbox", "")
}

func put(t require.TestingT, h http.Handler, path, body string) {
	w := send(h, "PUT", "/__admin/"+path, body)
	require.Equal(t, 200, w.Code, w.Body.String())
}

// held is what the demo account holds, without how long receivers took.
func held(t require.TestingT, h http.Handler) string {
	var demo map[string]any
	require.NoError(t, json.Unmarshal(send(h, "GET", "/__admin/accounts/demo", "").Body.Bytes(), &demo))
	callbacks, _ := demo["callbacks"].([]any)
	for _, c := range callbacks {
		delete(c.(map[string]any), "elapsedTime")
	}
	text, err := json.MarshalIndent(demo, "", " ")
	require.NoError(t, err)
	return string(text)
}

// begin puts the clock and the demo account to the start.
func begin(t require.TestingT, h http.Handler, demo string) {
	put(t, h, "clock", `{"now":"`+leapStart.Format(time.RFC3339)+`","frozen":true}`)
	put(t, h, "accounts/demo", demo)
}

// sameInLeaps advances by the sum of leaps at once and then, from the same state, leap by leap.
// Everything must be the same afterwards, and what was settled, and in which order. It returns
// that. Again is called before each of the two.
func sameInLeaps(t require.TestingT, h http.Handler, leaps []time.Duration, again func()) []settled {
	start := send(h, "GET", "/__admin/accounts/demo", "").Body.String()
	var sum time.Duration
	for _, by := range leaps {
		sum += by
	}
	again()
	once := leap(t, h, sum)
	after := held(t, h)
	begin(t, h, start)
	again()
	many := []settled{}
	for _, by := range leaps {
		many = append(many, leap(t, h, by)...)
	}
	require.Equal(t, once, many)
	require.Equal(t, after, held(t, h))
	require.Contains(t, send(h, "GET", "/__admin/invariants", "").Body.String(), `"holds":true`)
	return once
}

func TestALeapOfAYearIsAs365OfADayWhateverAnAccountHolds(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	for _, mode := range []string{"record", "deliver"} {
		_, h := frozen(t, mockserver.WithCallbacks(mode), mockserver.WithClock(leapStart))
		i := 0
		next := func(most int) int { i++; return i * 7 % (most + 1) }
		const many = 12
		busyAccount(t, h, many, r.URL, func() time.Duration { return time.Duration(1+next(900)*10) * time.Hour }, next)
		days := make([]time.Duration, 365)
		for d := range days {
			days[d] = 24 * time.Hour
		}
		what := map[string]int{}
		for _, e := range sameInLeaps(t, h, days, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.plan = map[string][]int{}
			for c := range many {
				r.plan[fmt.Sprintf("/%d", c)] = []int{500, 404, 302, 503, 500, 500}[:c%7]
			}
		}) {
			what[e.What]++
		}
		want := []string{
			"token.expired", "code.expired", "grant-token.expired", "subscription.renewed", "subscription.expired", "wallet.low", "wallet.recharged", "callback.delivered",
		}
		if mode == "deliver" {
			want = append(want, "callback.failed", "callback.given-up")
		}
		for _, w := range want {
			assert.Positive(t, what[w], "%s, in %v", w, what)
		}
	}
}

func TestAnyTwoLeapsAreAsTheirSum(t *testing.T) {
	t.Parallel()
	_, h := frozen(t, mockserver.WithCallbacks("record"), mockserver.WithClock(leapStart))
	start := send(h, "GET", "/__admin/accounts/demo", "").Body.String()
	rapid.Check(t, func(t *rapid.T) {
		begin(t, h, start)
		busyAccount(t, h, rapid.IntRange(0, 5).Draw(t, "of each"), "http://127.0.0.1:9",
			func() time.Duration {
				return time.Duration(rapid.IntRange(1, 400*24*3600).Draw(t, "after")) * time.Second
			},
			func(most int) int { return rapid.IntRange(0, most).Draw(t, "number") })
		leaps := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 200*24*3600), func(n int) time.Duration { return time.Duration(n) * time.Second }), 1, 6).Draw(t, "leaps")
		sameInLeaps(t, h, leaps, func() {})
	})
}

// TestTimeOnTheCalendar holds what falls due on the days that calendars have and lack.
func TestTimeOnTheCalendar(t *testing.T) {
	for name, c := range map[string]struct {
		kind, began string // of a subscription that renews itself
		by          time.Duration
		terms       string // when it was renewed
	}{
		"a month from the end of January":   {"month", "2027-01-31T10:00:00Z", 61 * 24 * time.Hour, "2027-03-02T10:00:00Z 2027-04-01T10:00:00Z"},
		"a month over a leap day":           {"month", "2028-01-31T10:00:00Z", 31 * 24 * time.Hour, "2028-03-01T10:00:00Z"},
		"a month that ends on a leap day":   {"month", "2028-01-30T00:00:00Z", 30 * 24 * time.Hour, "2028-02-29T00:00:00Z"},
		"a year from a leap day":            {"year", "2028-02-29T12:00:00Z", 366 * 24 * time.Hour, "2029-02-28T12:00:00Z"},
		"a year over a leap day":            {"year", "2027-03-01T00:00:00Z", 366 * 24 * time.Hour, "2028-02-29T00:00:00Z"},
		"a month over a change of the year": {"month", "2027-12-31T23:59:59Z", 30 * 24 * time.Hour, "2028-01-30T23:59:59Z"},
		"a month, a second too short":       {"month", "2027-12-31T23:59:59Z", 30*24*time.Hour - time.Second, ""},
		"a month where summer time begins":  {"month", "2027-03-14T02:30:00Z", 30 * 24 * time.Hour, "2027-04-13T02:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			began, err := time.Parse(time.RFC3339, c.began)
			require.NoError(t, err)
			_, h := frozen(t, mockserver.WithClock(began))
			length := 30 * 24 * time.Hour
			if c.kind == "year" {
				length = 365 * 24 * time.Hour
			}
			body := send(h, "GET", "/__admin/accounts/demo", "").Body.Bytes()
			var demo map[string]any
			require.NoError(t, json.Unmarshal(body, &demo))
			delete(demo, "books")
			demo["subscriptions"] = []any{map[string]any{
				"id": strings.Repeat("a", 24), "scope": "GET:company.openapi.com/IT-start", "type": c.kind, "active": true, "autorenew": true, "totalRequests": 1, "availableRequests": 1,
				"price": 0.01, "pricePerRequest": 0.01, "startsAt": c.began, "expiresAt": began.Add(length).Format(time.RFC3339), "createdAt": c.began, "updatedAt": c.began,
			}}
			text, err := json.Marshal(demo)
			require.NoError(t, err)
			require.Equal(t, 200, send(h, "PUT", "/__admin/accounts/demo", string(text)).Code)
			var at []string
			for _, e := range leap(t, h, c.by) {
				if e.What == "subscription.renewed" && e.ID == strings.Repeat("a", 24) {
					at = append(at, e.At.Format(time.RFC3339))
				}
			}
			assert.Equal(t, c.terms, strings.Join(at, " "))
		})
	}
}

// BenchmarkTenYears leaps over ten years of a busy account: 5000 tokens, codes and access tokens of
// grants, and jobs, 2000 callbacks that wait, and 200 subscriptions that renew themselves every
// month.
func BenchmarkTenYears(b *testing.B) {
	_, h := frozen(b, mockserver.WithCallbacks("record"), mockserver.WithClock(leapStart))
	i := 0
	next := func(most int) int { i++; return i * 7919 % (most + 1) }
	busyAccount(b, h, 2000, "http://127.0.0.1:9", func() time.Duration { return time.Duration(1+next(3650*24)) * time.Hour }, next)
	start := send(h, "GET", "/__admin/accounts/demo", "").Body.String()
	for b.Loop() {
		b.StopTimer()
		begin(b, h, start)
		b.StartTimer()
		w := send(h, "POST", "/__admin/clock/advance", `{"by":"3650d"}`)
		require.Equal(b, 200, w.Code)
	}
	require.Contains(b, send(h, "GET", "/metrics", "").Body.String(), "oauthmock_callbacks_pending 0\n")
}
