//go:build !race

package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/scenarios"
)

// tape records what a server answers, and answers it again in the same order to the same requests.
type tape struct {
	mu      sync.Mutex
	key     func(r *http.Request, body string) string
	answers map[string][]*httptest.ResponseRecorder
	playing bool
	honest  http.Handler
}

func (p *tape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	key := p.key(r, string(body))
	if !p.playing {
		recorder := httptest.NewRecorder()
		p.honest.ServeHTTP(recorder, r)
		p.answers[key] = append(p.answers[key], recorder)
	}
	list := p.answers[key]
	if len(list) == 0 {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"success":false,"message":"Not Found","error":120,"data":null}`)
		return
	}
	one := list[len(list)-1]
	if p.playing {
		one = list[0]
		p.answers[key] = append(list[1:], one)
	}
	maps.Copy(w.Header(), one.Header())
	w.WriteHeader(one.Code)
	_, _ = w.Write(one.Body.Bytes())
}

// TestTheWholeSuiteBelievesNoImpostor judges servers that want to be taken for others, as a
// stranger's is judged: without a control API.
func TestTheWholeSuiteBelievesNoImpostor(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	all = slices.DeleteFunc(all, func(s scenarios.Scenario) bool {
		return !slices.ContainsFunc([]string{"v2/any-account/", "v2/details/", "v2/tokens/read/", "v2/tokens/rotation/chain", "v2/wallet/"}, func(prefix string) bool { return strings.HasPrefix(s.ID, prefix) })
	})
	judge := func(t *testing.T, handler http.Handler, options conformance.Options) report.Report {
		options.Scenarios, options.Level = all, "should"
		out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: "http://localhost", Email: demoEmail, APIKey: demoKey, InProcess: true,
			Client: &http.Client{Transport: inprocess.Transport{Handler: handler}}}, options)
		require.NoError(t, err)
		return out
	}
	honest := func(t *testing.T) http.Handler {
		mock, err := mockserver.New()
		require.NoError(t, err)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/__") {
				r.URL.Path = "/nothing"
			}
			mock.Handler().ServeHTTP(w, r)
		})
	}
	// renaming is a server that shows tokens under other names than they were given.
	renaming := func(next http.Handler) http.Handler {
		return answering(func(a *varied) {
			objects(a.body, func(o map[string]any) {
				if o["token"] != nil && a.Method == http.MethodGet {
					o["name"] = "another"
				}
			})
		})(next)
	}
	t.Run("the honest one is", func(t *testing.T) {
		out := judge(t, honest(t), conformance.Options{})
		assert.Zero(t, out.Summary.Failed)
		assert.Greater(t, out.Summary.Passed, 20)
	})
	t.Run("an account without anything is no breaker", func(t *testing.T) {
		mock, err := mockserver.New(mockserver.WithFixtures("empty"))
		require.NoError(t, err)
		keys := struct{ email, key string }{"empty@example.com", ""}
		recorder := httptest.NewRecorder()
		mock.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/__admin/accounts", nil))
		object, _ := decoded(recorder.Body.Bytes()).(map[string]any)
		objects(object, func(o map[string]any) {
			if key, ok := o["apiKey"].(string); ok && o["environment"] == "production" {
				keys.email, keys.key = o["email"].(string), key
			}
		})
		require.NotEmpty(t, keys.key)
		out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: "http://localhost", Email: keys.email, APIKey: keys.key, InProcess: true,
			Client: &http.Client{Transport: inprocess.Transport{Handler: mock.Handler()}}}, conformance.Options{Scenarios: all, Level: "should"})
		require.NoError(t, err)
		assert.Zero(t, out.Summary.Failed)
		assert.Positive(t, out.Summary.Skipped, "entries that nobody has are not asked for")
	})
	for name, key := range map[string]func(r *http.Request, body string) string{
		"a tape of requests": func(r *http.Request, body string) string { return r.Method + r.URL.String() + body },
		"a tape of paths":    func(r *http.Request, _ string) string { return r.Method + r.URL.Path },
	} {
		t.Run(name, func(t *testing.T) {
			p := &tape{key: key, answers: map[string][]*httptest.ResponseRecorder{}, honest: honest(t)}
			require.Zero(t, judge(t, p, conformance.Options{Seed: 1}).Summary.Failed)
			p.playing = true
			assert.Positive(t, judge(t, p, conformance.Options{Seed: 2}).Summary.Failed)
		})
	}
	t.Run("honest for a while", func(t *testing.T) {
		truth := honest(t)
		n, lies := 0, renaming(truth)
		out := judge(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n < 30 {
				truth.ServeHTTP(w, r)
				return
			}
			lies.ServeHTTP(w, r)
		}), conformance.Options{})
		assert.Positive(t, out.Summary.Failed)
	})
	t.Run("honest to whoever says that it is the suite", func(t *testing.T) {
		truth := honest(t)
		lies := renaming(truth)
		sniffer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.UserAgent(), "oauthconform") {
				truth.ServeHTTP(w, r)
				return
			}
			lies.ServeHTTP(w, r)
		})
		assert.Zero(t, judge(t, sniffer, conformance.Options{}).Summary.Failed, "which is why there is --user-agent")
		assert.Positive(t, judge(t, sniffer, conformance.Options{UserAgent: "acme/1.2"}).Summary.Failed)
	})
}
