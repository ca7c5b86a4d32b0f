package mockserver_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/mocktest"
)

// met is what a client got: an answer with what it could read of the body, or an error, when asking
// or when reading.
type met struct {
	status int
	header http.Header
	body   string
	err    error
}

// call asks once, on a connection of its own: Go's client would silently repeat a GET whose
// connection broke.
func call(ctx context.Context, client *http.Client, m *mocktest.Mock, a *mocktest.Account, method, path, body string) met {
	r, err := http.NewRequestWithContext(ctx, method, m.URL()+path, strings.NewReader(body))
	if err != nil {
		return met{err: err}
	}
	a.Authenticate(r)
	answer, err := client.Do(r)
	if err != nil {
		return met{err: err}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return met{answer.StatusCode, answer.Header, string(text), err}
}

// clients are one for each version of HTTP.
func clients(t *testing.T) map[string]*http.Client {
	t.Helper()
	out := map[string]*http.Client{}
	for _, version := range []string{"HTTP/1.1", "HTTP/2"} {
		transport := &http.Transport{DisableKeepAlives: version == "HTTP/1.1", Protocols: new(http.Protocols)}
		transport.Protocols.SetHTTP1(version == "HTTP/1.1")
		transport.Protocols.SetUnencryptedHTTP2(version == "HTTP/2")
		t.Cleanup(transport.CloseIdleConnections)
		out[version] = &http.Client{Transport: transport}
	}
	return out
}

func newFaulty(t *testing.T, options ...mockserver.Option) *mocktest.Mock {
	t.Helper()
	return mocktest.Start(t, append([]mockserver.Option{mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock(), mockserver.WithRateLimit(0)}, options...)...)
}

// stateOf is everything that an account is.
func stateOf(t *testing.T, m *mocktest.Mock, a *mocktest.Account) (whole string, tokens int) {
	t.Helper()
	r := httptest.NewRequest("GET", "http://localhost/__admin/accounts/"+a.ID, nil)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	require.Equal(t, 200, w.Code, w.Body)
	var account struct{ Tokens []any }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &account))
	return w.Body.String(), len(account.Tokens)
}

const newToken = `{"scopes":["*:*/*"],"name":"whole"}`

// TestEveryEffectIsMetAsTheDocumentationSays: what Go's client meets on either version of HTTP, and
// what then has become of the account.
func TestEveryEffectIsMetAsTheDocumentationSays(t *testing.T) {
	good := func(t *testing.T, got met) {
		require.NoError(t, got.err)
		assert.Equal(t, 200, got.status)
		assert.Contains(t, got.body, `"name":"whole"`)
		assert.True(t, json.Valid([]byte(got.body)))
	}
	broken := func(t *testing.T, got met) {
		require.Error(t, got.err)
		assert.Zero(t, got.status)
	}
	cut := func(body string) func(t *testing.T, got met) {
		return func(t *testing.T, got met) {
			require.Error(t, got.err)
			assert.Equal(t, 200, got.status, "status and headers come")
			assert.Equal(t, body, got.body)
		}
	}
	member := func(check func(t *testing.T, token map[string]any)) func(t *testing.T, got met) {
		return func(t *testing.T, got met) {
			require.NoError(t, got.err)
			var all struct{ Data map[string]any }
			require.NoError(t, json.Unmarshal([]byte(got.body), &all), got.body)
			check(t, all.Data)
		}
	}
	type check = func(t *testing.T, got met)
	for name, c := range map[string]struct {
		effect     fault.Effect
		h1, h2     check
		carriesOut bool // also before
		label      bool // whether X-Mock-Fault can be seen
	}{
		"latency": {effect: fault.Effect{Kind: "latency", Fixed: "1ms"}, h1: good, h2: good, carriesOut: true, label: true},
		"refusal": {effect: fault.Effect{Kind: "refusal", Code: 130, Headers: map[string]string{"X-Why": "so"}}, label: true, h1: func(t *testing.T, got met) {
			assert.Equal(t, 401, got.status)
			assert.JSONEq(t, `{"success":false,"message":"Unauthorized","error":130,"data":null}`, got.body)
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			assert.Equal(t, "so", got.header.Get("X-Why"))
		}},
		"refusal, the operation's own before others": {effect: fault.Effect{Kind: "refusal", Code: 70}, label: true, h1: func(t *testing.T, got met) {
			assert.Equal(t, 422, got.status)
			assert.Contains(t, got.body, `"missing scopes array","error":70`)
		}},
		"status": {effect: fault.Effect{Kind: "status", Status: 503, Headers: map[string]string{"Retry-After": "1"}, Body: map[string]any{"a": "<b>"}}, label: true, h1: func(t *testing.T, got met) {
			require.NoError(t, got.err)
			assert.Equal(t, 503, got.status)
			assert.Equal(t, "1", got.header.Get("Retry-After"))
			assert.Equal(t, `{"a":"<b>"}`, got.body)
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
		}},
		"status with text": {effect: fault.Effect{Kind: "status", Status: 502, Body: "<h1>Bad Gateway</h1>"}, label: true, h1: func(t *testing.T, got met) {
			assert.Equal(t, 502, got.status)
			assert.Equal(t, "<h1>Bad Gateway</h1>", got.body)
			assert.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
		}},
		"status with a text that is JSON": {effect: fault.Effect{Kind: "status", Status: 500, Body: `{"a":1}`}, label: true, h1: func(t *testing.T, got met) {
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			assert.Equal(t, `{"a":1}`, got.body)
		}},
		"status without a body": {effect: fault.Effect{Kind: "status", Status: 204}, label: true, h1: func(t *testing.T, got met) {
			require.NoError(t, got.err)
			assert.Equal(t, 204, got.status)
			assert.Empty(t, got.body)
			assert.Empty(t, got.header.Get("Content-Type"))
		}},
		"document, of an API that answers from none": {effect: fault.Effect{Kind: "document", Status: 404}, label: true, h1: func(t *testing.T, got met) {
			require.NoError(t, got.err)
			assert.Equal(t, 500, got.status)
			assert.Contains(t, got.body, `"error":500`)
		}},
		"reset": {effect: fault.Effect{Kind: "reset"}, h1: func(t *testing.T, got met) {
			broken(t, got)
			require.ErrorIs(t, got.err, syscall.ECONNRESET)
		}, h2: func(t *testing.T, got met) {
			broken(t, got)
			assert.ErrorContains(t, got.err, "stream error")
		}},
		"empty": {effect: fault.Effect{Kind: "empty"}, h1: func(t *testing.T, got met) {
			broken(t, got)
			require.ErrorIs(t, got.err, io.EOF)
		}, h2: func(t *testing.T, got met) {
			require.NoError(t, got.err)
			assert.Equal(t, 200, got.status)
			assert.Empty(t, got.body)
			assert.Empty(t, got.header.Get("Content-Type"))
		}},
		"hang": {effect: fault.Effect{Kind: "hang", Max: "20ms"}, h1: func(t *testing.T, got met) {
			broken(t, got)
			require.ErrorIs(t, got.err, io.EOF)
		}, h2: func(t *testing.T, got met) {
			broken(t, got)
			assert.ErrorContains(t, got.err, "stream error")
		}},
		"random-bytes": {effect: fault.Effect{Kind: "random-bytes", Bytes: new(64)}, h1: func(t *testing.T, got met) {
			broken(t, got)
			assert.ErrorContains(t, got.err, "malformed HTTP")
		}, h2: func(t *testing.T, got met) {
			require.NoError(t, got.err)
			assert.Equal(t, 200, got.status)
			assert.Len(t, got.body, 64)
			assert.False(t, json.Valid([]byte(got.body)))
		}},
		"truncate":            {effect: fault.Effect{Kind: "truncate", Bytes: new(10)}, h1: cut(`{"data":{"`), label: true},
		"truncate to nothing": {effect: fault.Effect{Kind: "truncate"}, h1: cut(""), label: true},
		"truncate to more than there is": {effect: fault.Effect{Kind: "truncate", Bytes: new(100_000)}, label: true, h1: func(t *testing.T, got met) {
			require.Error(t, got.err)
			assert.True(t, json.Valid([]byte(got.body)), "all of it comes, but not its end")
		}},
		"malformed-json": {effect: fault.Effect{Kind: "malformed-json"}, label: true, h1: func(t *testing.T, got met) {
			require.NoError(t, got.err, "for HTTP all is well")
			assert.Equal(t, 200, got.status)
			assert.Contains(t, got.body, `"name":"whole"`)
			assert.False(t, json.Valid([]byte(got.body)))
		}},
		"malformed-chunk": {effect: fault.Effect{Kind: "malformed-chunk"}, label: true, h1: func(t *testing.T, got met) {
			require.Error(t, got.err)
			assert.Equal(t, 200, got.status)
			assert.True(t, strings.HasPrefix(got.body, `{"data":{`), got.body)
			assert.False(t, json.Valid([]byte(got.body)))
		}},
		"dribble": {effect: fault.Effect{Kind: "dribble", Bytes: new(100), Interval: "1ms"}, h1: good, label: true},
		"content-type": {effect: fault.Effect{Kind: "content-type", Value: "text/csv"}, label: true, h1: func(t *testing.T, got met) {
			good(t, got)
			assert.Equal(t, "text/csv", got.header.Get("Content-Type"))
		}},
		"content-type of its own": {effect: fault.Effect{Kind: "content-type"}, label: true, h1: func(t *testing.T, got met) {
			good(t, got)
			assert.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
		}},
		"violation: drop": {effect: fault.Effect{Kind: "violation", Field: "data.name", Do: "drop"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.NotContains(t, token, "name")
			assert.Contains(t, token, "expireAt")
		})},
		"violation: rename": {effect: fault.Effect{Kind: "violation", Field: "data.name", Do: "rename"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.NotContains(t, token, "name")
			assert.Equal(t, "whole", token["nameRenamed"])
		})},
		"violation: retype": {effect: fault.Effect{Kind: "violation", Field: "data.stats.*", Do: "retype"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.Equal(t, map[string]any{"totalRequests": "0", "walletRequests": "0", "subscriptionRequests": "0", "errorRequests": "0", "walletAmount": "0", "ip": map[string]any{}}, token["stats"])
		})},
		"violation: null": {effect: fault.Effect{Kind: "violation", Field: "data.scopes[0]", Do: "null"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.Equal(t, []any{nil}, token["scopes"])
		})},
		"violation: add": {effect: fault.Effect{Kind: "violation", Field: "data.colour", Do: "add"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.Equal(t, "added", token["colour"])
		})},
		"violation: add beside": {effect: fault.Effect{Kind: "violation", Field: "data.name", Do: "add"}, label: true, h1: member(func(t *testing.T, token map[string]any) {
			assert.Equal(t, "whole", token["name"])
			assert.Equal(t, "added", token["nameAdded"])
		})},
		"violation of what is not there": {effect: fault.Effect{Kind: "violation", Field: "data.credit", Do: "drop"}, h1: good, label: true},
		"stale":                          {effect: fault.Effect{Kind: "stale"}, h1: good, label: true},
		"legal":                          {effect: fault.Effect{Kind: "legal", Vary: []string{"order", "extra"}}, h1: good, label: true},
	} {
		if c.h2 == nil {
			c.h2 = c.h1
		}
		t.Run(name, func(t *testing.T) {
			m := newFaulty(t)
			for version, client := range clients(t) {
				for _, where := range []string{fault.Before, fault.After} {
					t.Run(version+" "+where, func(t *testing.T) {
						a := m.NewAccount(t)
						rule := a.AddFault(fault.Rule{Name: "one", Match: &fault.Match{Operation: "token.create"}, Where: where, Effect: &c.effect})
						before, tokens := stateOf(t, m, a)
						got := call(t.Context(), client, m, a, "POST", "/tokens", newToken)
						if version == "HTTP/1.1" {
							c.h1(t, got)
						} else {
							c.h2(t, got)
						}
						if c.label {
							assert.Equal(t, rule, got.header.Get("X-Mock-Fault"))
						}
						after, now := stateOf(t, m, a)
						if where == fault.Before && !c.carriesOut {
							assert.Equal(t, before, after, "nothing of the account changes, not even its usage")
						} else {
							assert.Equal(t, tokens+1, now, "the token is there")
						}
						entries := a.Requests()
						require.Len(t, entries, 1, "the journal has it in any case")
						require.NotNil(t, entries[0].Fault)
						assert.Equal(t, rule, entries[0].Fault.Name)
						assert.Equal(t, c.effect.Kind, entries[0].Fault.Kind)
						assert.Equal(t, where, entries[0].Fault.Where)
						if version == "HTTP/1.1" { // on HTTP/2 two effects answer a 200 where HTTP/1.1 has no answer
							assert.Equal(t, got.status, entries[0].Response.Status)
						}
						assert.Equal(t, uint64(1), a.Faults()[0].Hits)
						// The connection, where there still is one, serves the next call.
						ok := call(t.Context(), client, m, a, "GET", "/wallet", "")
						require.NoError(t, ok.err)
						assert.Equal(t, 200, ok.status)
						assert.Empty(t, ok.header.Get("X-Mock-Fault"))
					})
				}
			}
		})
	}
}

func TestAllKindsAreTried(t *testing.T) {
	tried := "latency refusal status document reset empty hang random-bytes truncate malformed-json malformed-chunk dribble content-type stale violation legal " +
		"late duplicate reorder drop bad-signature" + // see callbacks_faults_test.go
		" tls-handshake tls-expired tls-wrong-host" // see faults_tls_test.go
	assert.ElementsMatch(t, strings.Fields(tried), fault.Kinds(), "a new effect needs rows in the test above, and in docs/faults.md")
}

func TestWhoGivesUpBeforeFindsNothingChangedAndAfterFindsItDone(t *testing.T) {
	m := newFaulty(t)
	for version, client := range clients(t) {
		for _, kind := range []fault.Effect{{Kind: "latency", Fixed: "1m"}, {Kind: "hang"}} {
			for _, where := range []string{fault.Before, fault.After} {
				t.Run(version+" "+kind.Kind+" "+where, func(t *testing.T) {
					a := m.NewAccount(t)
					a.AddFault(fault.Rule{Name: "slow", Match: &fault.Match{Operation: "token.create"}, Where: where, Effect: &kind})
					_, tokens := stateOf(t, m, a)
					want := tokens
					if where == fault.After {
						want++
					}
					ctx, leave := context.WithCancel(t.Context())
					defer leave()
					ended := make(chan error, 1)
					go func() { ended <- call(ctx, client, m, a, "POST", "/tokens", newToken).err }()
					require.Eventually(t, func() bool {
						_, now := stateOf(t, m, a)
						return a.Faults()[0].Hits == 1 && now == want
					}, time.Minute, time.Millisecond, "it waits")
					leave()
					require.ErrorIs(t, <-ended, context.Canceled)
					require.Eventually(t, func() bool { return len(a.Requests()) == 1 }, time.Minute, time.Millisecond, "the call ends when its caller leaves")
					_, now := stateOf(t, m, a)
					assert.Equal(t, want, now)
				})
			}
		}
	}
}

// TestTheBytesOnTheWire: what clients make of broken answers is their affair; this is what is sent.
func TestTheBytesOnTheWire(t *testing.T) {
	for name, c := range map[string]struct {
		effect fault.Effect
		sent   string // a regular expression for all bytes
		end    error
	}{
		"empty":           {fault.Effect{Kind: "empty"}, `^$`, nil},
		"reset":           {fault.Effect{Kind: "reset"}, `^$`, syscall.ECONNRESET},
		"truncate":        {fault.Effect{Kind: "truncate", Bytes: new(7)}, `^HTTP/1\.1 200 OK\r\n(?s:.*)Content-Length: \d{3}\r\n(?s:.*)\r\n\r\n\{"data"$`, nil},
		"malformed-chunk": {fault.Effect{Kind: "malformed-chunk"}, `^HTTP/1\.1 200 OK\r\n(?s:.*)Transfer-Encoding: chunked\r\n(?s:.*)\r\n\r\n[0-9a-f]+\r\n\{"data"[^\r]*\r\nno size\r\n\?+\r\n$`, nil},
		"random-bytes":    {fault.Effect{Kind: "random-bytes", Bytes: new(9)}, `^(?s:[^H].{0,26})$`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newFaulty(t)
			m.AddFault(fault.Rule{Name: "one", Effect: &c.effect})
			connection, err := net.Dial("tcp", strings.TrimPrefix(m.URL(), "http://"))
			require.NoError(t, err)
			defer connection.Close()
			require.NoError(t, connection.SetDeadline(time.Now().Add(time.Minute)))
			_, err = io.WriteString(connection, "GET /wallet HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n\r\n")
			require.NoError(t, err)
			sent, err := io.ReadAll(connection)
			require.ErrorIs(t, err, c.end) // of nil, that it is nil
			assert.Regexp(t, c.sent, string(sent))
		})
	}
}
