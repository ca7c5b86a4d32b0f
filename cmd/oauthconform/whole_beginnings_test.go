//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/scene"
	"oauthmock/scenarios"
)

// begun is a mock that began with a scenario, for a suite that would make accounts: it is given
// those of the scenario.
type begun struct {
	mock  http.Handler
	scene *scene.Scene

	mu      sync.Mutex
	given   int
	clients map[string]int // how many were registered, by account
	rules   []fault.Rule   // as the suite would have set them
}

// ServeHTTP implements http.Handler.
func (b *begun) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	switch r.Method + " " + r.URL.Path {
	case "POST /__admin/accounts":
		m := b.scene.Cast[b.given]
		b.given++
		b.mu.Unlock()
		own := httptest.NewRecorder()
		b.mock.ServeHTTP(own, httptest.NewRequest(http.MethodGet, "http://localhost/__admin/accounts/"+string(m.ID), http.NoBody))
		made := map[string]any{}
		_ = json.Unmarshal(own.Body.Bytes(), &made)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"id": m.ID, "email": m.Email, "apiKey": m.APIKey, "environment": m.Environment, "clients": made["clients"], "users": made["users"]})
		return
	case "POST /__admin/faults":
		if len(b.rules) < len(b.scene.Faults) { // one that the scenario begins with: the suite's takes the place of the mock's
			text, _ := io.ReadAll(r.Body)
			rules, _, _ := fault.Decode("body", text)
			b.rules = append(b.rules, rules...)
			own := httptest.NewRequest(http.MethodDelete, "http://localhost/__admin/faults/"+b.scene.Faults[len(b.rules)-1].Name, http.NoBody)
			b.mock.ServeHTTP(httptest.NewRecorder(), own)
			r.Body = io.NopCloser(bytes.NewReader(text))
		}
	}
	for _, m := range b.scene.Cast { // what would be registered is there
		switch r.Method + " " + r.URL.Path {
		case "POST /__admin/accounts/" + string(m.ID) + "/clients":
			_ = json.NewEncoder(w).Encode(m.Clients[b.clients[m.Name]])
			b.clients[m.Name]++
			b.mu.Unlock()
			return
		case "POST /__admin/accounts/" + string(m.ID) + "/users":
			_, _ = io.WriteString(w, "{}")
			b.mu.Unlock()
			return
		}
	}
	b.mu.Unlock()
	b.mock.ServeHTTP(w, r)
}

// TestTheWholeSuiteReachesByCallsWhatTheMockBeginsWith replays the steps of scenarios from what
// serve --scenario begins with.
func TestTheWholeSuiteReachesByCallsWhatTheMockBeginsWith(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	replayed := 0
	for i := range all {
		s := all[i]
		g := &s.Given
		if g.Credit == "" && g.Clock == nil && g.RateLimit == nil && len(g.Tokens)+len(g.Accounts)+len(g.Faults) == 0 {
			continue // it begins with a fixture and nothing else
		}
		replayed++
		t.Run(s.ID, func(t *testing.T) {
			server, err := mockserver.New(mockserver.WithScenario(s.ID), mockserver.WithCallbackTimeout(callbackTimeout))
			require.NoError(t, err)
			b := &begun{mock: server.Handler(), scene: server.Scene(), clients: map[string]int{}}
			web := httptest.NewServer(b)
			defer web.Close()

			var read []scenarios.Step // takes the tokens that are there, where the suite would have made some
			for _, m := range b.scene.Cast {
				for _, token := range m.Tokens {
					if strings.Contains(token.As, ".") {
						t.Skip("a list of tokens cannot be captured under its numbers")
					}
					read = append(read, scenarios.Step{
						Name: "given token " + token.As, Call: "token.get", As: m.Name, Path: map[string]string{"token": token.Token},
						Expect: scenarios.Expect{Status: scenarios.Statuses{200}}, Capture: map[string]string{token.As: "$"},
					})
				}
			}
			if slices.ContainsFunc(g.Tokens, func(t scenarios.GivenToken) bool { return t.Deleted }) {
				t.Skip("a token that is gone cannot be read")
			}
			s := s
			s.Steps = slices.Concat(read, s.Steps)
			s.Given = bare(s.Given)
			s.Given.Accounts = map[string]scenarios.Given{}
			for name, other := range g.Accounts {
				s.Given.Accounts[name] = bare(other)
			}
			if len(g.Faults) > 0 && len(read) > 0 {
				t.Skip("the faults are there before the tokens can be read")
			}

			out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: web.URL, AdminURL: web.URL + "/__admin", CallbackTimeout: callbackTimeout}, conformance.Options{Scenarios: []scenarios.Scenario{s}})
			require.NoError(t, err)
			assert.Equal(t, report.Pass, out.Results[0].Verdict, out.Results[0].Reason)

			require.Len(t, b.rules, len(b.scene.Faults))
			for i, want := range b.scene.Faults {
				got := b.rules[i]
				assert.Equal(t, fmt.Sprintf("%s.%s", want.Name, want.Match.Account), got.Name)
				got.Name, got.ArmedBy = want.Name, want.ArmedBy
				assert.Equal(t, want, got)
			}
		})
	}
	assert.Greater(t, replayed, 40)
}

// bare is a given of which only what is looked up is left.
func bare(g scenarios.Given) scenarios.Given {
	g.Fixture, g.Credit, g.Clock, g.RateLimit, g.Tokens = "", "", nil, nil, nil
	return g
}
