package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/callback"
)

// rule sets a fault rule for the attempts to deliver callbacks.
func rule(t testing.TB, h http.Handler, effect string, more ...string) {
	t.Helper()
	w := send(h, "POST", "/__admin/faults", `{"name":"r","match":{"kind":"callback"},"effect":`+effect+strings.Join(more, "")+`}`)
	require.Equal(t, 201, w.Code, w.Body.String())
}

// hits is how often the rule fired.
func hits(t testing.TB, h http.Handler) any {
	t.Helper()
	return object(t, send(h, "GET", "/__admin/faults/r", ""))["hits"]
}

// outcomeOf is the code of a callback's last attempt, with a question mark while it is pending.
func outcomeOf(callback map[string]any) string {
	if callback["active"] == true {
		return fmt.Sprint(callback["httpResponseCode"], "?")
	}
	return fmt.Sprint(callback["httpResponseCode"])
}

func TestCallbacksGoWrongAsTheDocumentationSays(t *testing.T) {
	for name, c := range map[string]struct {
		effect, when string
		options      []mockserver.Option
		callbacks    []string // path and retries
		leaps        []string // and for each what arrived, and how the callbacks are
		want         []string
		hits         float64
	}{
		"late": {
			effect: `{"kind":"late","fixed":"1h"}`, callbacks: []string{"/a 0"}, leaps: []string{"59m", "1m"}, want: []string{"0?", "/a 200"}, hits: 1,
		},
		"late, and a retry is late again": {
			effect: `{"kind":"late","fixed":"10s"}`, callbacks: []string{"/fails 1"}, leaps: []string{"9s", "1s", "10s", "1s"},
			want: []string{"0?", "/fails 500?", "500?", "/fails 200"}, hits: 2,
		},
		"late, in one leap": {
			effect: `{"kind":"late","fixed":"1d"}`, callbacks: []string{"/a 0"}, leaps: []string{"365d"}, want: []string{"/a 200"}, hits: 1,
		},
		"twice": {effect: `{"kind":"duplicate"}`, callbacks: []string{"/a 0"}, leaps: []string{"1s"}, want: []string{"/a /a 200"}, hits: 1},
		"twice, and what becomes of the second does not matter": {
			effect: `{"kind":"duplicate"}`, callbacks: []string{"/then-fails 5"}, leaps: []string{"1s"}, want: []string{"/then-fails /then-fails 200"}, hits: 1,
		},
		"out of order": {
			effect: `{"kind":"reorder"}`, when: `,"when":{"first":1}`, callbacks: []string{"/a 0", "/b 0"}, leaps: []string{"1s"},
			want: []string{"/b /a 200 200"}, hits: 1,
		},
		"out of order, in pairs": {
			effect: `{"kind":"reorder"}`, callbacks: []string{"/a 0", "/b 0", "/c 0", "/d 0"}, leaps: []string{"1s"},
			want: []string{"/b /a /d /c 200 200 200 200"}, hits: 4,
		},
		"out of order, where no other comes": {
			effect: `{"kind":"reorder"}`, callbacks: []string{"/a 0"}, leaps: []string{"59s", "1s"}, want: []string{"0?", "/a 200"}, hits: 1,
		},
		"out of order, within its time": {
			effect: `{"kind":"reorder","max":"1d"}`, callbacks: []string{"/a 0"}, leaps: []string{"23h", "1h"}, want: []string{"0?", "/a 200"}, hits: 1,
		},
		"never": {effect: `{"kind":"drop"}`, callbacks: []string{"/a 1"}, leaps: []string{"1ms", "1s"}, want: []string{"0?", "0"}, hits: 2},
		"lost once": {
			effect: `{"kind":"drop"}`, when: `,"when":{"first":1}`, callbacks: []string{"/a 1"}, leaps: []string{"1s"}, want: []string{"/a 200"}, hits: 1,
		},
		"with a wrong signature": {effect: `{"kind":"bad-signature"}`, callbacks: []string{"/a 0"}, leaps: []string{"1s"}, want: []string{"/a! 200"}, hits: 1},
		"never, and recorded": {
			effect: `{"kind":"drop"}`, options: []mockserver.Option{mockserver.WithCallbacks("record")}, callbacks: []string{"/a 0"},
			leaps: []string{"1s"}, want: []string{"0"}, hits: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, map[string][]int{"/fails": {500}, "/then-fails": {200, 500}})
			_, h := frozen(t, c.options...)
			secret := object(t, send(h, "GET", "/__admin/accounts/demo", ""))["webhookSecret"].(string)
			rule(t, h, c.effect, c.when)
			var ids, got []string
			for _, one := range c.callbacks {
				path, retries, _ := strings.Cut(one, " ")
				ids = append(ids, callBack(t, h, r.URL+path, `,"retry":`+retries))
			}
			seen := 0
			for _, by := range c.leaps {
				advance(t, h, by)
				var arrived []string
				for i, text := range r.bodies()[seen:] {
					path, body, _ := strings.Cut(text, " ")
					if r.heads[seen+i].Get(callback.SignatureHeader) != callback.Sign(secret, []byte(body)) {
						path += "!"
					}
					arrived = append(arrived, path)
				}
				seen += len(arrived)
				for _, id := range ids {
					arrived = append(arrived, outcomeOf(detail(t, h, id)))
				}
				got = append(got, strings.Join(arrived, " "))
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.hits, hits(t, h))
		})
	}
}

func TestAFaultOfACallbackIsToldInJournalExplanationAndMetrics(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	rule(t, h, `{"kind":"duplicate"}`)
	id := callBack(t, h, r.URL+"/hook")
	advance(t, h, "1s")
	items := object(t, send(h, "GET", "/__admin/requests?kind=callback", ""))["items"].([]any)
	require.Len(t, items, 2, "each request that was sent has its record")
	for _, item := range items {
		e := item.(map[string]any)
		assert.Equal(t, map[string]any{"id": id, "scope": "POST:sms.openapi.com/send", "attempt": 1.0}, e["callback"])
		assert.Equal(t, map[string]any{"name": "r", "kind": "duplicate", "where": "before", "seed": float64(mockserver.DefaultSeed), "call": 1.0}, e["fault"])
		explained := send(h, "GET", "/__admin/requests/"+e["id"].(string), "").Body.String()
		assert.Contains(t, explained, "The fault rule r took the attempt: duplicate (docs/faults.md).")
	}
	w := send(h, "POST", "/__admin/verify", `{"match":{"kind":"callback","path":"/hook"},"exactly":2}`)
	assert.Equal(t, 200, w.Code, "the callback was delivered twice")
	assert.Contains(t, send(h, "GET", "/metrics", "").Body.String(), `oauthmock_faults_total{kind="duplicate"} 2`)
}

func TestFaultsOfCallsAndOfCallbacksDoNotMeet(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	require.Equal(t, 201, send(h, "POST", "/__admin/faults", `{"name":"calls","effect":{"kind":"status","status":503}}`).Code)
	rule(t, h, `{"kind":"drop"}`, `,"armedBy":"calls"`)
	first := callBack(t, h, r.URL+"/first")
	advance(t, h, "1s")
	assert.Equal(t, 503, send(h, "GET", "/wallet", "", demoKey).Code)
	second := callBack(t, h, r.URL+"/second")
	advance(t, h, "1s")
	require.Equal(t, 204, send(h, "DELETE", "/__admin/faults/calls", "").Code)
	assert.Equal(t, "200", outcomeOf(detail(t, h, first)), "the rule for callbacks was not armed yet")
	assert.Equal(t, "0", outcomeOf(detail(t, h, second)))
}
