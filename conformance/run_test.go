package conformance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

func features(t *testing.T) []scenarios.Scenario {
	t.Helper()
	list, err := scenarios.LoadFile("testdata/features.yaml")
	require.NoError(t, err)
	return list
}

func suite(t *testing.T) []scenarios.Scenario {
	t.Helper()
	list, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	return list
}

// written loads scenarios from a text that begins after "scenarios:".
func written(t *testing.T, text string) []scenarios.Scenario {
	t.Helper()
	list, err := scenarios.Load(fstest.MapFS{"v2/written.yaml": {Data: []byte("version: \"1.0\"\nscenarios:\n" + text)}})
	require.NoError(t, err)
	return list
}

func target(url string, control bool) conformance.Target {
	target := conformance.Target{BaseURL: url, Email: literalEmail, APIKey: literalKey}
	if control {
		target.AdminURL = url + "/__admin"
	}
	return target
}

func run(t *testing.T, target conformance.Target, options conformance.Options) report.Report {
	t.Helper()
	if options.Timeout == 0 {
		options.Timeout = 5 * time.Second
	}
	out, err := conformance.Run(t.Context(), target, options)
	require.NoError(t, err)
	return out
}

// verdicts maps ids to verdicts, with the reason of those that did not pass.
func verdicts(r report.Report) map[string]string {
	all := map[string]string{}
	for _, result := range r.Results {
		all[result.ID] = string(result.Verdict)
		if result.Verdict != report.Pass {
			all[result.ID] += ": " + result.Reason
		}
	}
	return all
}

func failed(r report.Report) []string {
	var ids []string
	for _, result := range r.Results {
		for _, a := range result.Assertions {
			if a.Verdict == report.Fail {
				ids = append(ids, result.ID+" "+a.ID)
			}
		}
	}
	return ids
}

func TestAnHonestServerPassesInAnyOrderAndParallel(t *testing.T) {
	_, url := newLiteral(t, true, true)
	for seed := range uint64(4) {
		for _, parallel := range []int{1, 8} {
			t.Run(fmt.Sprintf("seed %d, %d at once", seed, parallel), func(t *testing.T) {
				out := run(t, target(url, true), conformance.Options{Scenarios: features(t), Parallel: parallel, Shuffle: true, Seed: seed})
				for id, verdict := range verdicts(out) {
					assert.Equal(t, "PASS", verdict, id)
				}
				assert.Equal(t, "data", out.TokenShape)
				assert.Equal(t, len(features(t)), out.Summary.Passed)
				for i, s := range features(t) {
					assert.Equal(t, s.ID, out.Results[i].ID, "results come in the order of the file")
				}
			})
		}
	}
}

// hurried is a clock by which what is waited for has passed at once, also for a literal server.
type hurried struct {
	*literal
	by time.Duration
}

func (h *hurried) Now() time.Time { return time.Now().Add(h.by) }

func (h *hurried) Wait(_ context.Context, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.by += d
	for _, account := range h.accounts {
		account.offset += d
	}
	return nil
}

func TestTimeThatIsWaitedForPasses(t *testing.T) {
	waits := written(t, `
  - id: v2/own/waits
    title: Waits
    level: MUST
    requirement: none
    source: none
    given: {tokens: [{as: one, ttl: 2}, {as: other}]}
    steps:
      - {name: wait, wait: 3s}
      - {name: read the one, call: token.get, path: {token: "${one.token}"}, expect: {status: 404}}
      - {name: read the other, call: token.get, path: {token: "${other.token}"}, expect: {status: 200}}
`)
	l, url := newLiteral(t, true, true)
	for name, to := range map[string]conformance.Target{"by the clock of a control API": target(url, true), "by the clock of the target": target(url, false)} {
		t.Run(name, func(t *testing.T) {
			clock := &hurried{literal: l}
			to.Clock = clock
			out := run(t, to, conformance.Options{Scenarios: waits})
			assert.Equal(t, map[string]string{"v2/own/waits": "PASS"}, verdicts(out))
			assert.Equal(t, to.AdminURL == "", clock.by == 3*time.Second, "with a control API nobody waits")
		})
	}
}

func TestTheEnvelopeOfALiteralServerIsRecordedAndNotHeldAgainstIt(t *testing.T) {
	_, url := newLiteral(t, false, false)
	out := run(t, target(url, false), conformance.Options{Scenarios: features(t)})
	assert.Equal(t, "flat", out.TokenShape)
	assert.Equal(t, "documented", out.SuccessEnvelope)
	for _, result := range out.Results {
		for _, a := range result.Assertions {
			if strings.HasSuffix(a.ID, "/envelope.success") {
				assert.Equal(t, report.Pass, a.Verdict, "%s %s: %s", result.ID, a.ID, a.Actual)
			}
		}
	}
}

// lying stands between the suite and an honest server and falsifies answers, those of the control
// API excepted.
func lying(t *testing.T, upstream string, lie func(*http.Request, *http.Response)) string {
	t.Helper()
	base, err := url.Parse(upstream)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(base)
	proxy.ModifyResponse = func(response *http.Response) error {
		if !strings.HasPrefix(response.Request.URL.Path, "/__admin") {
			lie(response.Request, response)
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// edit changes the JSON body of an answer.
func edit(response *http.Response, change func(body map[string]any)) {
	text, _ := io.ReadAll(response.Body)
	var body map[string]any
	if json.Unmarshal(text, &body) == nil {
		change(body)
		text, _ = json.Marshal(body)
	}
	setBody(response, string(text))
}

func setBody(response *http.Response, text string) {
	response.Body = io.NopCloser(strings.NewReader(text))
	response.ContentLength = int64(len(text))
	response.Header.Set("Content-Length", fmt.Sprint(len(text)))
}

func TestEachLieIsTold(t *testing.T) {
	_, honest := newLiteral(t, true, true)
	ok := func(r *http.Response) bool { return r.StatusCode == http.StatusOK }
	data := func(r *http.Response, change func(data map[string]any)) {
		edit(r, func(body map[string]any) {
			if object, is := body["data"].(map[string]any); is {
				change(object)
			}
		})
	}
	tests := map[string]struct {
		lie  func(*http.Request, *http.Response)
		want string // an assertion that must be among those that failed
	}{
		"130 answered as 140": {func(_ *http.Request, r *http.Response) {
			if r.StatusCode == 401 {
				edit(r, func(b map[string]any) { b["error"] = 140 })
			}
		}, "v2/features/rotation rotate with the old pair/refusal.code"},
		"a code of another operation": {func(q *http.Request, r *http.Response) {
			if r.StatusCode == 404 && q.Method == "DELETE" {
				edit(r, func(b map[string]any) { b["error"] = 160 })
			}
		}, "v2/features/rotation delete the old token/refusal.triple"},
		"the code as text": {func(_ *http.Request, r *http.Response) {
			if r.StatusCode == 422 {
				edit(r, func(b map[string]any) { b["error"] = "240" })
			}
		}, "v2/features/dates bad dates[date=x,path=/stats]/refusal.code"},
		"the message of another code": {func(_ *http.Request, r *http.Response) {
			if r.StatusCode == 404 {
				edit(r, func(b map[string]any) { b["message"] = "Scope not found" })
			}
		}, "v2/features/rotation delete the old token/refusal.message"},
		"422 sent as 400": {func(_ *http.Request, r *http.Response) {
			if r.StatusCode == 422 {
				r.StatusCode = 400
			}
		}, "v2/features/dates bad dates[date=2026-02-30,path=/stats/ips]/http.status"},
		"200 sent as 201": {func(q *http.Request, r *http.Response) {
			if q.Method == "POST" && ok(r) {
				r.StatusCode = 201
			}
		}, "v2/features/rotation given token first/http.status"},
		"an undocumented status": {func(q *http.Request, r *http.Response) {
			if q.Method == "DELETE" {
				r.StatusCode = 410
			}
		}, "v2/features/rotation delete the old token/http.status-documented"},
		"an error under 200": {func(_ *http.Request, r *http.Response) {
			if r.StatusCode == 404 {
				r.StatusCode = 200
			}
		}, "v2/features/expiry gone/http.status"},
		"success is missing": {func(q *http.Request, r *http.Response) {
			edit(r, func(b map[string]any) { delete(b, "success") })
		}, "v2/features/wallet read the wallet/envelope.success"},
		"a member is added": {func(q *http.Request, r *http.Response) {
			data(r, func(d map[string]any) { d["extra"] = 1 })
		}, "v2/features/wallet read the wallet/strict.schema"},
		"a member is renamed": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet" {
				data(r, func(d map[string]any) { d["credits"] = d["credit"]; delete(d, "credit") })
			}
		}, "v2/features/wallet read the wallet/data/$.credit"},
		"text where the document has a number": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet" {
				data(r, func(d map[string]any) { d["credit"] = "10.3" })
			}
		}, "v2/features/wallet read the wallet/document.schema"},
		"credit off by a cent": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet" {
				data(r, func(d map[string]any) { d["credit"] = d["credit"].(float64) + 0.01 })
			}
		}, "v2/features/wallet compare/compare/${amounts}"},
		"30 February": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet" {
				data(r, func(d map[string]any) { d["createdAt"] = "2026-02-30T10:00:00+00:00" })
			}
		}, "v2/features/wallet read the wallet/timestamp.calendar"},
		"trailing bytes": {func(q *http.Request, r *http.Response) {
			text, _ := io.ReadAll(r.Body)
			setBody(r, string(text)+"{}")
		}, "v2/features/wallet read the wallet/json.valid"},
		"HTML": {func(q *http.Request, r *http.Response) {
			setBody(r, "<html></html>")
			r.Header.Set("Content-Type", "text/html")
		}, "v2/features/raw no path/http.content-type"},
		"a doubled key": {func(q *http.Request, r *http.Response) {
			text, _ := io.ReadAll(r.Body)
			setBody(r, strings.Replace(string(text), `"success":`, `"success":true,"success":`, 1))
		}, "v2/features/wallet read the wallet/json.duplicate-keys"},
		"not UTF-8": {func(q *http.Request, r *http.Response) {
			text, _ := io.ReadAll(r.Body)
			setBody(r, strings.Replace(string(text), `"message":"`, "\"message\":\"\xff", 1))
		}, "v2/features/wallet read the wallet/json.valid"},
		"a redirect": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet" {
				r.StatusCode = 307
				r.Header.Set("Location", "/elsewhere")
			}
		}, "v2/features/wallet read the wallet/redirect"},
		"the API key in a header": {func(q *http.Request, r *http.Response) {
			if _, key, basic := q.BasicAuth(); basic {
				r.Header.Set("X-Debug", key)
			}
		}, "v2/features/wallet read the wallet/secret.leak"},
		"the credential in the body": {func(q *http.Request, r *http.Response) {
			edit(r, func(b map[string]any) { b["debug"] = q.Header.Get("Authorization") })
		}, "v2/features/wallet read the wallet/secret.leak"},
		"the two forms of a token differ": {func(q *http.Request, r *http.Response) {
			edit(r, func(b map[string]any) {
				if token, is := b["data"].(map[string]any); is && token["token"] != nil {
					maps.Copy(b, token)
					b["name"] = "another"
				}
			})
		}, "v2/features/rotation rotate/token.shape"},
		"the form of a token changes": {func(q *http.Request, r *http.Response) {
			if q.Method == "PATCH" {
				edit(r, func(b map[string]any) {
					if token, is := b["data"].(map[string]any); is {
						maps.Copy(b, token)
					}
				})
			}
		}, "v2/features/race rotate at once/token.shape"},
		"skip is ignored": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/tokens" && q.URL.Query().Get("skip") == "2" {
				edit(r, func(b map[string]any) {
					list, _ := b["data"].([]any)
					b["data"] = slices.Repeat(list[:1], 2)
				})
			}
		}, "v2/features/paging walk/walk.unique"},
		"a page is too long": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/wallet/transactions" {
				edit(r, func(b map[string]any) {
					if list, _ := b["data"].([]any); len(list) > 0 {
						b["data"] = slices.Repeat(list, 2)
					}
				})
			}
		}, "v2/features/wallet all transactions/walk.page-size"},
		"a page is short": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/tokens" && q.URL.Query().Get("skip") == "0" {
				edit(r, func(b map[string]any) {
					if list, _ := b["data"].([]any); len(list) > 1 {
						b["data"] = list[:1]
					}
				})
			}
		}, "v2/features/paging walk/walk.short-page"},
		"the last page is lost": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/tokens" && q.URL.Query().Get("skip") == "4" {
				edit(r, func(b map[string]any) { b["data"] = []any{} })
			}
		}, "v2/features/paging walk/items/$"},
		"the order is reversed": {func(q *http.Request, r *http.Response) {
			if q.URL.Path == "/tokens" && r.Request.Method == "GET" {
				edit(r, func(b map[string]any) {
					list, _ := b["data"].([]any)
					slices.Reverse(list)
				})
			}
		}, "v2/features/paging compare/compare/${tokens.0}"},
		"every rotation wins": {func(q *http.Request, r *http.Response) {
			if q.Method == "PATCH" && r.StatusCode == 401 {
				r.StatusCode = 200
				setBody(r, `{"data":{"token":"656d1e2f8b3c2a001f7e4a12"},"success":true,"message":"","error":null}`)
			}
		}, "v2/features/race rotate at once/outcome/200"},
		"no Retry-After": {func(q *http.Request, r *http.Response) {
			r.Header.Del("Retry-After")
		}, "v2/features/limited above the limit/header/retry-after"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := lying(t, honest, test.lie)
			scenario, _, _ := strings.Cut(test.want, " ")
			out := run(t, target(proxy, true), conformance.Options{Scenarios: features(t), IDs: []string{scenario}, Level: "observe"})
			assert.Contains(t, failed(out), test.want, "%v", verdicts(out))
			assert.Equal(t, report.ExitFailed, out.ExitCode())
		})
	}
	t.Run("without a lie all pass", func(t *testing.T) {
		out := run(t, target(lying(t, honest, func(*http.Request, *http.Response) {}), true), conformance.Options{Scenarios: features(t)})
		assert.Empty(t, failed(out))
		assert.Equal(t, report.ExitPassed, out.ExitCode())
	})
}

func TestWhatATargetDoesNotShowIsNotRequired(t *testing.T) {
	_, honest := newLiteral(t, true, true)
	for path, id := range map[string]string{"/scopes": "v2/features/rotation", "/callbacks": "v2/features/strangers"} {
		for _, level := range []string{"must", "should", "observe"} {
			proxy := lying(t, honest, func(q *http.Request, r *http.Response) {
				if q.URL.Path == path {
					edit(r, func(b map[string]any) { b["data"] = []any{} })
				}
			})
			out := run(t, target(proxy, true), conformance.Options{Scenarios: features(t), IDs: []string{id}, Level: level})
			assert.Contains(t, verdicts(out)[id], "SKIP: the account has 0; the scenario needs ", level)
		}
	}
}
