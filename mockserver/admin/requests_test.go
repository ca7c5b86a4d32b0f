package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// listed is what GET /__admin/requests answers, as far as tests look at it.
type listed struct {
	Items []struct {
		ID, Account, Operation string
		Request                struct{ Method, URI string }
		Response               struct{ Status int }
	}
	Dropped int
}

func (l listed) ids() (out []string) {
	for _, item := range l.Items {
		out = append(out, item.ID)
	}
	return out
}

func requests(t *testing.T, h http.Handler, query string) (l listed) {
	t.Helper()
	answer := send(t, h, "GET", "/__admin/requests"+query, "")
	require.Equal(t, 200, answer.Code, answer.Body.String())
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &l), answer.Body.String())
	return l
}

func TestTheJournalIsFiltered(t *testing.T) {
	handler := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	send(t, handler, "GET", "/wallet?x=1", "")                      // 1
	send(t, handler, "GET", "/tokens/656d1e2f8b3c2a001f7e4a99", "") // 2: 404, 120
	send(t, handler, "POST", "/__admin/clock/advance", `{"by":"1h"}`)
	send(t, handler, "POST", "/tokens", `{}`) // 3: 70
	stranger := httptest.NewRequest("DELETE", "http://localhost/tokens/x", nil)
	handler.ServeHTTP(httptest.NewRecorder(), stranger) // 4: 401, of nobody
	sandbox := httptest.NewRequest("GET", "http://localhost/wallet", nil)
	sandbox.SetBasicAuth("dev@example.com", "fedcba9876543210fedcba9876543210")
	handler.ServeHTTP(httptest.NewRecorder(), sandbox) // 5

	for query, want := range map[string][]string{
		"":                                   {"1", "2", "3", "4", "5"},
		"?surface=v2":                        {"1", "2", "3", "4", "5"},
		"?surface=services":                  nil,
		"?surface=v*&operation=scope.*":      nil,
		"?operation=wallet.get":              {"1", "5"},
		"?account=demo":                      {"1", "2", "3"},
		"?account=demo-sandbox":              {"5"},
		"?account=nobody":                    nil,
		"?status=404":                        {"2"},
		"?code=120":                          {"2"},
		"?code=70":                           {"3"},
		"?code=12":                           nil,
		"?kind=request":                      {"1", "2", "3", "4", "5"},
		"?kind=*&account=demo":               {"1", "2", "3"},
		"?kind=callback":                     nil,
		"?kind=callback&limit=2":             nil,
		"?method=delete":                     {"4"},
		"?path=/tokens":                      {"3"},
		"?path=/tokens/*":                    {"2", "4"},
		"?path=*":                            {"1", "2", "3", "4", "5"},
		"?path=/wallet":                      {"1", "5"},
		"?since=2026-02-12T08:30:01Z":        {"3", "4", "5"},
		"?since=2026-02-12T09:30:00Z":        {"3", "4", "5"},
		"?since=2026-02-12T10:30:00%2B01:00": {"3", "4", "5"},
		"?until=2026-02-12T09:30:00Z":        {"1", "2"},
		"?since=2026-02-12T08:00:00Z&until=2026-02-12T09:00:00Z": {"1", "2"},
		"?limit=2":              {"4", "5"},
		"?limit=1&account=demo": {"3"},
		"?limit=1&operation=wallet.get&status=200": {"5"},
		"?limit=100":           {"1", "2", "3", "4", "5"},
		"?limit=1&format=json": {"5"},
	} {
		assert.Equal(t, want, requests(t, handler, query).ids(), query)
	}
}

func TestAFilterThatCannotMeanAnythingIsRefused(t *testing.T) {
	handler := newServer(t).Handler()
	for query, says := range map[string]string{
		"status=4xx":                      "4xx",
		"status=-1":                       "404",
		"status=0":                        "404",
		"limit=0":                         "1 or more",
		"limit=-1":                        "1 or more",
		"limit=99999999999999999999":      "limit",
		"since=yesterday":                 "RFC 3339",
		"until=2026-02-30T00:00:00Z":      "RFC 3339",
		"since=2026-02-12T10:30:00+01:00": "%2B",
		"since=2026-02-12T10:30:00Z&until=2026-02-12T10:30:00Z": "before",
		"path=tokens":   "/tokens/*",
		"format=xml":    "json or har",
		"after=x":       "after",
		"account=":      "account",
		"code=1&code=2": "once",
		"kind=":         "kind",
		"kind=response": `\"response\" is not a kind of record; want request, callback, or * for all`,
	} {
		answer := send(t, handler, "GET", "/__admin/requests?"+query, "")
		assert.Equal(t, 400, answer.Code, query)
		assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"), query)
		assert.Contains(t, answer.Body.String(), says, query)
		if query != "format=xml" && !strings.HasPrefix(query, "limit") {
			assert.Equal(t, 400, send(t, handler, "GET", "/__admin/requests/stream?"+query, "").Code, "the stream: %s", query)
		}
	}
	for _, query := range []string{"limit=1", "format=har", "statuz=1"} {
		assert.Equal(t, 400, send(t, handler, "GET", "/__admin/requests/stream?"+query, "").Code, "the stream: %s", query)
	}
}

func TestWhatIsDroppedIsSaid(t *testing.T) {
	var log strings.Builder
	server := newServer(t, mockserver.WithJournal(3, 1<<20), mockserver.WithLog(textLog(&log)))
	handler := server.Handler()
	account := func() (id, email, key string) {
		var a struct{ ID, Email, APIKey string }
		require.NoError(t, json.Unmarshal(send(t, handler, "POST", "/__admin/accounts", "{}").Body.Bytes(), &a))
		return a.ID, a.Email, a.APIKey
	}
	ask := func(email, key string) {
		r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
		r.SetBasicAuth(email, key)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	metric := func() string {
		for line := range strings.Lines(send(t, handler, "GET", "/metrics", "").Body.String()) {
			if value, found := strings.CutPrefix(line, "oauthmock_journal_dropped_total "); found {
				return strings.TrimSpace(value)
			}
		}
		return "missing"
	}
	assert.Equal(t, "0", metric())
	a, emailA, keyA := account()
	b, emailB, keyB := account()
	for range 4 {
		ask(emailA, keyA)
	}
	ask(emailB, keyB)
	assert.Equal(t, 2, requests(t, handler, "").Dropped)
	assert.Equal(t, 2, requests(t, handler, "?account="+a+"&status=404&limit=1").Dropped, "of the account, whatever else is asked for")
	assert.Zero(t, requests(t, handler, "?account="+b).Dropped, "nothing of this one is missing")
	assert.Equal(t, 1, strings.Count(log.String(), "the journal is full"), log.String())
	assert.Contains(t, log.String(), "level=WARN")

	require.Equal(t, 204, send(t, handler, "DELETE", "/__admin/requests?account="+a, "").Code)
	assert.Zero(t, requests(t, handler, "").Dropped)
	for range 15 {
		ask(emailB, keyB)
	}
	assert.Equal(t, 2, strings.Count(log.String(), "the journal is full"), "the first and the tenth: %s", log.String())
	require.Equal(t, 204, send(t, handler, "POST", "/__admin/reset", "").Code)
	assert.Zero(t, requests(t, handler, "").Dropped)
	assert.Equal(t, "15", metric(), "counted ever since")
}

func TestTheJournalIsBoundedByBytes(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(1000, 20_000)).Handler()
	for range 100 {
		send(t, handler, "GET", "/wallet", "")
	}
	l := requests(t, handler, "")
	assert.Less(t, len(l.Items), 60)
	assert.Greater(t, len(l.Items), 10)
	assert.Equal(t, 100, len(l.Items)+l.Dropped)
}

func TestAPathIsFilteredWithItsStar(t *testing.T) {
	handler := newServer(t).Handler()
	for i := range 3 {
		send(t, handler, "GET", fmt.Sprintf("/callbacks/%d%%2F%d", i, i), "")
	}
	assert.Equal(t, []string{"2"}, requests(t, handler, "?path="+url.QueryEscape("/callbacks/1%2F*")).ids())
}
