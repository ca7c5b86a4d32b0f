package fault_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// TestHostileAnswersAreLegal holds what the profile makes of every operation's answers against the
// published document: it must allow them all. And each variation must be met.
func TestHostileAnswersAreLegal(t *testing.T) {
	published, err := reading.Published(spec.V2())
	require.NoError(t, err)
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	start := time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)
	plain, err := mockserver.New(mockserver.WithClock(start), mockserver.WithFrozenClock())
	require.NoError(t, err)
	hostile, err := mockserver.New(mockserver.WithClock(start), mockserver.WithFrozenClock(), mockserver.WithChaos("hostile-but-legal"))
	require.NoError(t, err)
	ask := func(s *mockserver.Server, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	first := func(list, member string) string {
		var all struct{ Data []map[string]any }
		require.NoError(t, json.Unmarshal(ask(plain, "GET", list, "").Body.Bytes(), &all))
		return all.Data[0][member].(string)
	}
	met := map[string]bool{}
	for _, o := range operations {
		path := strings.NewReplacer("{token}", first("/tokens", "token"), "{domain}", "oauth.openapi.com").Replace(o.Path)
		if strings.Contains(path, "{id}") {
			list := strings.TrimSuffix(path, "/{id}")
			path = strings.ReplaceAll(path, "{id}", first(list, "id"))
		}
		for range 12 {
			as := ask(plain, o.Method, path, `{"scopes":["*:*/*"]}`)
			got := ask(hostile, o.Method, path, `{"scopes":["*:*/*"]}`)
			require.Equal(t, 200, got.Code, "%s: %s", o.Name, got.Body)
			assert.Equal(t, "chaos.hostile-but-legal", got.Header().Get(fault.Header))
			var value any
			require.NoError(t, json.Unmarshal(got.Body.Bytes(), &value))
			schema := reading.PublishedResponse(published, o, got.Code)
			assert.Empty(t, reading.Check(published, schema, value), "%s: %s", o.Name, got.Body)
			notice(met, o.Name, as.Body.String(), got.Body.String())
			if o.Name == "token.delete" {
				break // it is gone
			}
		}
	}
	assert.Equal(t, map[string]bool{"pages": true, "order": true, "nulls": true, "extra": true, "data": true, "flat": true, "both": true}, met)
}

// notice notes which variations an answer shows.
func notice(met map[string]bool, operation, plain, hostile string) {
	var p, h map[string]any
	_ = json.Unmarshal([]byte(plain), &p)
	_ = json.Unmarshal([]byte(hostile), &h)
	before, _ := p["data"].([]any)
	after, listed := h["data"].([]any)
	if listed && len(after) < len(before) {
		met["pages"] = true
	}
	if _, ok := h["addedInTheNextVersion"]; ok {
		met["extra"] = true
	}
	if strings.Contains(hostile, `"domain":null`) {
		met["nulls"] = true
	}
	if i := strings.Index(hostile, `"success"`); i >= 0 && i < strings.Index(hostile, `"data"`) {
		met["order"] = true
	}
	if operation == "token.get" {
		_, data := h["data"]
		_, flat := h["token"]
		met["data"] = met["data"] || data && !flat
		met["flat"] = met["flat"] || flat && !data
		met["both"] = met["both"] || flat && data
	}
}

// TestWhatTheProfileTakesLibertiesWithIsInTheDocument: the lists of the effect are those of the
// document.
func TestWhatTheProfileTakesLibertiesWithIsInTheDocument(t *testing.T) {
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	var paged []string
	for _, o := range operations {
		if slices.ContainsFunc(o.Parameters, func(p spec.Parameter) bool { return p.Name == "skip" }) {
			paged = append(paged, o.Name)
		}
	}
	assert.ElementsMatch(t, []string{"token.list", "error.list", "wallet.transactions", "callback.list", "subscription.list"}, paged)
	published, err := spec.V2().Bytes()
	require.NoError(t, err)
	assert.Equal(t, 5, strings.Count(string(published), `"nullable": true`)+strings.Count(string(published), `"nullable":true`),
		"completedAt and domain of callbacks, completedAt of their list; the other two are null in every answer")
}
