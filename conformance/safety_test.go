package conformance_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

func TestWithoutControlTheSuiteRemovesWhatItMadeAndNothingElse(t *testing.T) {
	l, url := newLiteral(t, true, false)
	theirs := &bearer{token: l.id(), refresh: l.id(), limits: map[string]any{}, scopes: []any{"GET:sms.openapi.com/send"}, created: time.Now(), updated: time.Now(), expires: time.Now().Add(time.Hour)}
	l.accounts[literalKey].tokens = append(l.accounts[literalKey].tokens, theirs)
	out := run(t, target(url, false), conformance.Options{Scenarios: append(features(t), written(t, `
  - id: v2/own/failing
    title: Fails after it made tokens
    level: MUST
    requirement: none
    source: none
    given: {tokens: [{as: one, count: 3}]}
    steps:
      - {name: fail, call: token.get, path: {token: "${one.1.token}"}, expect: {status: 404}}
`)...)})
	assert.Equal(t, 1, out.Summary.Failed, "%v", verdicts(out))
	assert.Equal(t, []*bearer{theirs}, l.accounts[literalKey].tokens)
	assert.Contains(t, verdicts(out)["v2/features/expiry"], "SKIP: needs a control API: it sets the clock; give --admin-url")
	assert.Zero(t, out.Summary.Errors)
}

func TestAStrangersTokenIsNeverTouched(t *testing.T) {
	l, url := newLiteral(t, true, false)
	theirs := &bearer{token: l.id(), refresh: l.id(), limits: map[string]any{}, scopes: []any{}, created: time.Now(), updated: time.Now(), expires: time.Now().Add(time.Hour)}
	l.accounts[literalKey].tokens = append(l.accounts[literalKey].tokens, theirs)
	for _, method := range []string{"PATCH", "DELETE"} {
		out := run(t, target(url, false), conformance.Options{Scenarios: written(t, `
  - id: v2/bad/scenario
    title: Would touch what it found
    level: MUST
    requirement: none
    source: none
    steps:
      - {name: list, call: token.list, expect: {status: 200}, capture: {found: "$[0].token"}}
      - {name: touch, call: "`+method+` /tokens/${found}", expect: {status: 200}}
`)})
		assert.Contains(t, verdicts(out)["v2/bad/scenario"], "ERROR: step \"touch\" would change a token that the suite did not make")
	}
	assert.NotContains(t, strings.Join(l.requests, " "), theirs.token)
}

func TestWithControlEveryScenarioHasFreshAccountsThatAreRemoved(t *testing.T) {
	l, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: features(t), IDs: []string{"v2/features/strangers"}})
	assert.Equal(t, 1, out.Summary.Passed, "%v", verdicts(out))
	assert.Len(t, l.accounts, 1, "only the first account is left")
	made := slices.DeleteFunc(slices.Clone(l.requests), func(r string) bool { return r != "POST /__admin/accounts" })
	assert.Len(t, made, 3)
}

func TestElsewhereWritesNeedPermission(t *testing.T) {
	_, address := newLiteral(t, true, false)
	base, err := url.Parse(address)
	require.NoError(t, err)
	// A client that reaches the server under a name that is not this machine.
	dialer := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, base.Host)
	}}}
	elsewhere := target("http://api.example.com", false)
	elsewhere.Client = dialer
	options := conformance.Options{Scenarios: features(t)}

	out := run(t, elsewhere, options)
	assert.Contains(t, verdicts(out)["v2/features/rotation"], "SKIP: writes (POST /tokens), and api.example.com is not this machine; allow it with --allow-writes")
	assert.Equal(t, "PASS", verdicts(out)["v2/features/dates"])

	options.AllowWrites = true
	assert.Equal(t, "PASS", verdicts(run(t, elsewhere, options))["v2/features/rotation"])

	options.AllowWrites, elsewhere.InProcess = false, true
	assert.Equal(t, "PASS", verdicts(run(t, elsewhere, options))["v2/features/rotation"])
}

func TestSecretsAreInNoReport(t *testing.T) {
	_, honest := newLiteral(t, true, true)
	var mu sync.Mutex
	seen := map[string]bool{}
	// Everything that is secret comes back once more in a header and beside the data, plain and
	// encoded.
	proxy := lying(t, honest, func(q *http.Request, r *http.Response) {
		mu.Lock()
		defer mu.Unlock()
		edit(r, func(body map[string]any) {
			data, _ := body["data"].(map[string]any)
			for _, name := range []string{"token", "refreshToken"} {
				if secret, ok := data[name].(string); ok {
					seen[secret] = true
					body["echo-"+name[:3]] = "x:" + secret
					body["coded"] = base64.StdEncoding.EncodeToString([]byte("user:" + secret))
				}
			}
			email, key, _ := q.BasicAuth()
			seen[key] = true
			body["key"] = key
			body["message"] = q.Header.Get("Authorization") + email
			r.Header.Set("X-Echo", q.URL.String())
		})
	})
	out := run(t, target(proxy, true), conformance.Options{Scenarios: features(t)})
	delete(seen, "")
	delete(seen, "wrong") // which the scenario itself sends
	require.Greater(t, len(seen), 10)
	text, err := json.Marshal(out)
	require.NoError(t, err)
	for secret := range seen {
		for shift := range 3 {
			coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			assert.NotContains(t, string(text), coded[4:len(coded)-4])
		}
		assert.NotContains(t, string(text), secret)
	}
	assert.Contains(t, string(text), "${TOKEN_1}")
	assert.Contains(t, string(text), "${REFRESH_TOKEN_1}")
}

func TestACurlLineRepeatsTheRequest(t *testing.T) {
	_, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: features(t), IDs: []string{"v2/features/rotation", "v2/features/raw"}})
	var lines []string
	for _, result := range out.Results {
		for _, step := range result.Steps {
			lines = append(lines, strings.ReplaceAll(step.Curl, url, "BASE"))
		}
	}
	assert.Contains(t, lines, `curl -sS -u "${OAUTH_EMAIL}:${OAUTH_API_KEY}" 'BASE/scopes'`)
	assert.Contains(t, lines, `curl -sS -X PATCH "BASE/tokens/${TOKEN_1}" -H "Authorization: Bearer ${REFRESH_TOKEN_1}" -H 'Content-Type: application/json' --data-raw '{}'`)
	assert.Contains(t, lines, `curl -sS -u "${OAUTH_EMAIL}:${OAUTH_API_KEY}" -X POST 'BASE/tokens' -H 'Content-Type: application/json' --data-raw '{"scopes":'`)
	assert.Contains(t, lines, `curl -sS -u "${OAUTH_EMAIL}:${OAUTH_API_KEY}" 'BASE/errors?scopes=GET:a.example.com/x,POST:b.example.com/y'`)
}

func TestADegenerateServerNeverPasses(t *testing.T) {
	closed := func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    report.Verdict
		exit    int
	}{
		"always 200 {}": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		}, report.Fail, 1},
		"always 500": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, report.Fail, 1},
		"a redirect loop": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, report.Fail, 1},
		"reset": {closed, report.Inconclusive, 3},
		"truncated": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
		}, report.Inconclusive, 3},
		"hang":    {hang, report.Inconclusive, 3},
		"endless": {func(w http.ResponseWriter, r *http.Request) { endless(w, r) }, report.Inconclusive, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				test.handler(w, r)
			}))
			t.Cleanup(server.Close)
			assert.Empty(t, conformance.Discover(t.Context(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "http://127.0.0.1:1"), "nobody is there")
			timeout := time.Minute // never the verdict of a busy machine
			if name == "hang" || name == "endless" {
				timeout = 100 * time.Millisecond
			}
			out := run(t, target(server.URL, false), conformance.Options{Scenarios: features(t), Timeout: timeout})
			for _, result := range out.Results {
				if result.Verdict != report.Skip {
					assert.Equal(t, test.want, result.Verdict, "%s: %s", result.ID, result.Reason)
				}
			}
			assert.Equal(t, test.exit, out.ExitCode())
			if test.want == report.Inconclusive {
				// A GET on a reused connection may be repeated by net/http; the breaker lets no
				// more than three through.
				assert.LessOrEqual(t, requests.Load(), int64(6))
			}
		})
	}
}

// hang never answers. The body must be read: before that, net/http does not notice that the client
// has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func endless(w http.ResponseWriter, r *http.Request) {
	block := []byte(strings.Repeat(" ", 1<<16))
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func TestNobodyThereIsInconclusiveAtOnce(t *testing.T) {
	out := run(t, target("http://127.0.0.1:1", false), conformance.Options{Scenarios: features(t)})
	assert.Equal(t, 1, out.Summary.Requests)
	assert.Contains(t, verdicts(out)["v2/features/dates"], "INCONCLUSIVE: http://127.0.0.1:1 cannot be reached")
	assert.Equal(t, report.ExitInconclusive, out.ExitCode())
}

func TestAControlAPIThatRefusesIsTheHarnesssTrouble(t *testing.T) {
	_, honest := newLiteral(t, true, false)
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "no: %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(admin.Close)
	with := target(honest, false)
	with.AdminURL, with.AdminToken = admin.URL, "very-secret-token"
	out := run(t, with, conformance.Options{Scenarios: features(t)[:2]})
	assert.Equal(t, 2, out.Summary.Errors)
	assert.Equal(t, "ERROR: control API: POST /accounts answered 403: no: Bearer ${OAUTH_ADMIN_TOKEN}", verdicts(out)["v2/features/rotation"])
	assert.Equal(t, report.ExitError, out.ExitCode())
}

func TestAControlAPIThatHangsIsGivenUp(t *testing.T) {
	_, honest := newLiteral(t, true, false)
	var requests atomic.Int64
	admin := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		hang(nil, r)
	}))
	t.Cleanup(admin.Close)
	with := target(honest, false)
	with.AdminURL = admin.URL
	out := run(t, with, conformance.Options{Scenarios: features(t), Timeout: 50 * time.Millisecond})
	assert.Equal(t, len(features(t)), out.Summary.Inconclusive)
	assert.LessOrEqual(t, requests.Load(), int64(4))
}

func TestAnOperationThatHangsIsGivenUpAlone(t *testing.T) {
	t.Parallel() // it waits more than it works
	_, honest := newLiteral(t, true, true)
	var hung atomic.Int64
	base, err := url.Parse(honest)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wallet" {
			hung.Add(1)
			hang(w, r)
			return
		}
		proxyTo(base, w, r)
	}))
	t.Cleanup(server.Close)
	text := ""
	for i := range 6 {
		text += fmt.Sprintf("\n  - {id: v2/a/wallet-%d, title: a, level: MUST, requirement: a, source: a, steps: [{name: ok, call: scope.list, expect: {status: 200}}, {name: hang, call: wallet.get, expect: {status: 200}}]}", i)
	}
	out := run(t, target(server.URL, true), conformance.Options{Scenarios: written(t, text), Timeout: 2 * time.Second})
	assert.Equal(t, 6, out.Summary.Inconclusive, "%v", verdicts(out))
	assert.EqualValues(t, 3, hung.Load())
}

func TestAListThatNeverEndsIsGivenUp(t *testing.T) {
	var asked atomic.Int64
	blanks := bytes.Repeat([]byte(" "), 2<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		from, _ := strconv.Atoi(r.URL.Query().Get("skip"))
		items := make([]map[string]any, 2)
		for i := range items {
			items[i] = map[string]any{"id": fmt.Sprint(from + i)}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": items})
		_, _ = w.Write(blanks)
	}))
	t.Cleanup(server.Close)
	out := run(t, target(server.URL, false), conformance.Options{Level: "must", Scenarios: written(t, `
  - id: v2/own/walk
    title: Walks
    level: MUST
    requirement: none
    source: none
    steps:
      - {name: walk, call: wallet.transactions, walk: {limit: 2, key: id}, expect: {status: 200}}
`)})
	assert.Contains(t, failed(out), "v2/own/walk walk/walk.end")
	assert.Less(t, asked.Load(), int64(20))
}
