package mockserver_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/world"
)

func TestWithOpenAccountsNobodyIsAStranger(t *testing.T) {
	for name, c := range map[string]struct {
		url, email, key string
		status          int
		environment     string // of the account that is made; "" when none is
	}{
		"any e-mail and key":                   {"http://localhost/wallet", "me@example.com", "secret", 200, "production"},
		"a name that is no e-mail":             {"http://localhost/wallet", "test client 7", "é", 200, "production"},
		"on the provider's host":               {"http://oauth.openapi.com/wallet", "me@example.com", "secret", 200, "production"},
		"on the provider's sandbox host":       {"http://test.oauth.openapi.com/wallet", "me@example.com", "secret", 200, "sandbox"},
		"a known e-mail with another key":      {"http://localhost/wallet", "dev@example.com", "secret", 200, "production"},
		"another e-mail with a known key":      {"http://localhost/wallet", "me@example.com", demoKey, 200, "production"},
		"who has an account gets no other":     {"http://localhost/wallet", "dev@example.com", demoKey, 200, ""},
		"a key of production in the sandbox":   {"http://test.oauth.openapi.com/wallet", "dev@example.com", demoKey, 401, ""},
		"no e-mail":                            {"http://localhost/wallet", "", "secret", 401, ""},
		"no key":                               {"http://localhost/wallet", "me@example.com", "", 401, ""},
		"a key that is too long":               {"http://localhost/wallet", "me@example.com", strings.Repeat("x", 129), 401, ""},
		"an e-mail that is too long":           {"http://localhost/wallet", strings.Repeat("x", 255), "secret", 401, ""},
		"control characters":                   {"http://localhost/wallet", "me\x00", "secret", 401, ""},
		"what is not UTF-8":                    {"http://localhost/wallet", "me", "\xff", 401, ""},
		"a path that does not exist, for that": {"http://localhost/nothing", "me@example.com", "secret", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHandler(t, mockserver.WithOpenAccounts())
			before := len(object(t, send(h, "GET", "/__admin/accounts", ""))["items"].([]any))
			for range 2 {
				r := httptest.NewRequest("GET", c.url, nil)
				r.SetBasicAuth(c.email, c.key)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				require.Equal(t, c.status, w.Code, w.Body.String())
			}
			items := object(t, send(h, "GET", "/__admin/accounts", ""))["items"].([]any)
			if c.environment == "" {
				assert.Len(t, items, before)
				return
			}
			require.Len(t, items, before+1)
			made := items[before].(map[string]any)
			assert.Equal(t, []any{c.email, c.key, c.environment}, []any{made["email"], made["apiKey"], made["environment"]})
		})
	}
	stranger := send(newHandler(t), "GET", "/wallet", "", "secret")
	assert.Equal(t, 401, stranger.Code, "without the option there are strangers")
}

func TestTwoVisitorsShareNothing(t *testing.T) {
	h := newHandler(t, mockserver.WithOpenAccounts(), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
	tokens := func(key string) []any { return object(t, send(h, "GET", "/tokens?limit=100", "", key))["data"].([]any) }
	first, second := tokens("one"), tokens("two")
	require.NotEmpty(t, first)
	require.Len(t, second, len(first))
	seen := map[any]bool{}
	for _, list := range [][]any{first, second, tokens(demoKey)} {
		for _, item := range list {
			for _, secret := range []string{"token", "refreshToken"} {
				value := item.(map[string]any)[secret]
				if value != nil {
					assert.False(t, seen[value], "%s is not drawn anew", secret)
					seen[value] = true
				}
			}
		}
	}
	require.Equal(t, 200, send(h, "DELETE", "/tokens/"+first[0].(map[string]any)["token"].(string), "", "one").Code)
	assert.Equal(t, second, tokens("two"))

	again := newHandler(t, mockserver.WithOpenAccounts(), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
	assert.Equal(t, second, object(t, send(again, "GET", "/tokens?limit=100", "", "two"))["data"], "who comes first does not matter")

	shown := send(h, "GET", "/__admin/requests", "").Body.String()
	for secret := range seen {
		assert.NotContains(t, shown, secret)
	}
}

func TestAVisitorWhoComesManyTimesAtOnceGetsOneAccount(t *testing.T) {
	h := newHandler(t, mockserver.WithOpenAccounts(), mockserver.WithFixtures("empty"))
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { assert.Equal(t, 200, send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`, "mine").Code) })
	}
	all.Wait()
	assert.Len(t, object(t, send(h, "GET", "/tokens?limit=100", "", "mine"))["data"], 50)
	assert.Len(t, object(t, send(h, "GET", "/__admin/accounts", ""))["items"], 3)
}

func TestVisitorsAreBoundedAndThatIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	h := newHandler(t, mockserver.WithOpenAccounts(), mockserver.WithFixtures("empty"), mockserver.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	for i := range world.MaxVisitors {
		if send(h, "GET", "/wallet", "", fmt.Sprint(i)).Code != 200 {
			t.Fatalf("visitor %d was turned away", i)
		}
	}
	assert.NotContains(t, log.String(), "account")
	for i := range 3 {
		assert.Equal(t, 401, send(h, "GET", "/wallet", "", fmt.Sprint("late", i)).Code)
	}
	assert.Equal(t, 200, send(h, "GET", "/wallet", "", "0").Code, "who was there stays")
	assert.Equal(t, 1, strings.Count(log.String(), "no longer get an account"), log.String())

	require.Equal(t, 204, send(h, "POST", "/__admin/reset", "").Code)
	assert.Equal(t, 200, send(h, "GET", "/wallet", "", "late").Code, "after a reset there is room again")
}
