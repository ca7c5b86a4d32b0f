package admin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

func TestSnapshotsAreTakenListedRestoredAndRemoved(t *testing.T) {
	handler := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	answer := send(t, handler, "PUT", "/__admin/snapshots/b", "")
	require.Equal(t, 200, answer.Code, answer.Body.String())
	assert.JSONEq(t, `{"name":"b","at":"2026-02-12T08:30:00Z","accounts":2}`, answer.Body.String())
	send(t, handler, "PUT", "/__admin/snapshots/a?account=demo", "")
	assert.JSONEq(t, `{"name":"a","account":"demo","at":"2026-02-12T08:30:00Z","accounts":1}`, send(t, handler, "GET", "/__admin/snapshots/a", "").Body.String())
	assert.JSONEq(t, `{"items":[{"name":"a","account":"demo","at":"2026-02-12T08:30:00Z","accounts":1},{"name":"b","at":"2026-02-12T08:30:00Z","accounts":2}],"dropped":0}`,
		send(t, handler, "GET", "/__admin/snapshots", "").Body.String())

	before := send(t, handler, "GET", "/__admin/state", "").Body.String()
	for _, way := range []string{"a", "b", "b?account=demo"} {
		send(t, handler, "POST", "/__admin/accounts/demo/wallet", `{"amount":5}`)
		require.NotEqual(t, before, send(t, handler, "GET", "/__admin/state", "").Body.String())
		name, query, _ := strings.Cut(way, "?")
		require.Equal(t, 204, send(t, handler, "POST", "/__admin/snapshots/"+name+"/restore?"+query, "").Code, way)
		assert.JSONEq(t, before, send(t, handler, "GET", "/__admin/state", "").Body.String(), way)
	}
	require.Equal(t, 204, send(t, handler, "DELETE", "/__admin/snapshots/a", "").Code)
	assert.Equal(t, 404, send(t, handler, "GET", "/__admin/snapshots/a", "").Code)
}

func TestSnapshotsThatCannotBeAreRefused(t *testing.T) {
	handler := newServer(t).Handler()
	send(t, handler, "PUT", "/__admin/snapshots/all", "")
	send(t, handler, "PUT", "/__admin/snapshots/one?account=demo", "")
	for name, c := range map[string]struct {
		method, path string
		status       int
		says         string
	}{
		"a name with a space":              {"PUT", "/snapshots/a%20b", 400, "1 to 64 letters"},
		"a name with a slash":              {"PUT", "/snapshots/a%2Fb", 400, "1 to 64 letters"},
		"a name that is too long":          {"PUT", "/snapshots/" + strings.Repeat("x", 65), 400, "1 to 64 letters"},
		"of nobody":                        {"PUT", "/snapshots/x?account=nobody", 404, "account"},
		"a misspelt parameter":             {"PUT", "/snapshots/x?acount=demo", 400, "acount"},
		"one that was never taken":         {"POST", "/snapshots/x/restore", 404, `\"x\"`},
		"what was never taken, removed":    {"DELETE", "/snapshots/x", 404, `\"x\"`},
		"what was never taken, shown":      {"GET", "/snapshots/x", 404, `\"x\"`},
		"somebody who is not in it":        {"POST", "/snapshots/all/restore?account=nobody", 404, "account"},
		"somebody out of another's":        {"POST", "/snapshots/one/restore?account=demo-sandbox", 404, "account"},
		"an open account that is not sure": {"POST", "/accounts", 400, "open"},
	} {
		t.Run(name, func(t *testing.T) {
			body := ""
			if c.path == "/accounts" {
				body = `{"open":"perhaps"}`
			}
			answer := send(t, handler, c.method, "/__admin"+c.path, body)
			assert.Equal(t, c.status, answer.Code, answer.Body.String())
			assert.Contains(t, answer.Body.String(), c.says)
		})
	}
	for i := range 98 {
		require.Equal(t, 200, send(t, handler, "PUT", "/__admin/snapshots/"+fmt.Sprint(i), "").Code)
	}
	answer := send(t, handler, "PUT", "/__admin/snapshots/x", "")
	assert.Equal(t, 409, answer.Code)
	assert.Contains(t, answer.Body.String(), "100")
}

// TestTheWindowOfTheRateLimitIsPartOfTheState fills a window by half, and finds it half full after
// each way back.
func TestTheWindowOfTheRateLimitIsPartOfTheState(t *testing.T) {
	handler := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	send(t, handler, "PUT", "/__admin/ratelimit?account=demo", `{"limit":4,"window":"1h"}`)
	call := func() (remaining string) {
		return send(t, handler, "GET", "/wallet", "").Header().Get("RateLimit-Remaining")
	}
	call()
	require.Equal(t, "2", call())
	send(t, handler, "PUT", "/__admin/snapshots/half", "")
	state := send(t, handler, "GET", "/__admin/state", "").Body.String()
	account := send(t, handler, "GET", "/__admin/accounts/demo", "").Body.String()
	assert.Equal(t, map[string]any{"start": "2026-02-12T08:30:00Z", "used": 2.0}, decoded(t, []byte(account)).(map[string]any)["quota"])

	for way, back := range map[string]func() int{
		"the snapshot":            func() int { return send(t, handler, "POST", "/__admin/snapshots/half/restore", "").Code },
		"the snapshot of account": func() int { return send(t, handler, "POST", "/__admin/snapshots/half/restore?account=demo", "").Code },
		"the state":               func() int { return send(t, handler, "PUT", "/__admin/state", state).Code },
		"the account":             func() int { return send(t, handler, "PUT", "/__admin/accounts/demo", account).Code - 200 + 204 },
	} {
		call()
		call()
		require.Equal(t, 204, back(), way)
		assert.Equal(t, "1", call(), way)
	}
	send(t, handler, "POST", "/__admin/reset", "")
	assert.Equal(t, "9999", call(), "a reset empties it")
}

func TestAnOpenAccountMayUseWhatOthersMayNot(t *testing.T) {
	handler := newServer(t).Handler()
	for body, allowed := range map[string]bool{`{"fixture":"empty"}`: false, `{"fixture":"empty","open":true}`: true, `{"fixture":"empty","environment":"sandbox","open":true}`: true} {
		var made struct{ ID string }
		require.NoError(t, json.Unmarshal(send(t, handler, "POST", "/__admin/accounts", body).Body.Bytes(), &made))
		shown := send(t, handler, "GET", "/__admin/accounts/"+made.ID, "").Body.String()
		assert.Equal(t, allowed, strings.Contains(shown, `"enabledScopes":["*:*/*"]`), shown)
	}
}

// TestWhoWaitsIsCancelledByAReset lets two wait for what never comes, one of them for another
// account.
func TestWhoWaitsIsCancelledByAReset(t *testing.T) {
	s := newServer(t)
	handler := s.Handler()
	wait := func(account string) <-chan string {
		answered := make(chan string, 1)
		waits := `{"match":{"status":418},"atLeast":1,"wait":"1m","account":"` + account + `"}`
		go func() { answered <- send(t, handler, "POST", "/__admin/verify", waits).Body.String() }()
		return answered
	}
	demo, sandbox := wait("demo"), wait("demo-sandbox")
	for demo != nil { // until it has begun to wait: what is reset before cancels nothing
		require.Equal(t, 204, send(t, handler, "POST", "/__admin/reset?account=demo", "").Code)
		select {
		case answer := <-demo:
			assert.Contains(t, answer, "cut short")
			demo = nil
		default:
		}
	}
	select {
	case answer := <-sandbox:
		t.Fatal("it did not wait for demo: " + answer)
	default:
	}
	for sandbox != nil {
		require.Equal(t, 204, send(t, handler, "POST", "/__admin/reset", "").Code)
		select {
		case answer := <-sandbox:
			assert.Contains(t, answer, "cut short")
			sandbox = nil
		default:
		}
	}
}
