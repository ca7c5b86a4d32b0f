package mockserver_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
)

// hook is a log that does something when it is told something.
type hook struct {
	slog.Handler
	then func()
}

func (h *hook) Enabled(context.Context, slog.Level) bool { return true }

func (h *hook) Handle(context.Context, slog.Record) error {
	if h.then != nil {
		h.then()
	}
	return nil
}

// newInterrupted is a server in which something can be made to happen between the authentication of
// a call and its transaction: a fault rule wants to move the clock beyond the last year that there
// is, which is logged at that moment.
func newInterrupted(t *testing.T) (http.Handler, *hook) {
	t.Helper()
	between := &hook{Handler: slog.DiscardHandler}
	return newHandler(t, mockserver.WithLog(slog.New(between)), mockserver.WithClock(time.Date(2240, 1, 1, 0, 0, 0, 0, time.UTC)), mockserver.WithFrozenClock(),
		mockserver.WithFaults(fault.Rule{Name: "between", Do: &fault.Action{Advance: "876000h"}})), between
}

// TestACallIsNotCarriedOutOnAnotherLifeOfItsAccount ends the life of the account while a call is
// between authentication and transaction.
func TestACallIsNotCarriedOutOnAnotherLifeOfItsAccount(t *testing.T) {
	bearer := func(h http.Handler, method, path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("{}"))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	calls := map[string]struct {
		call func(h http.Handler, token, refresh string) *httptest.ResponseRecorder
		code float64
	}{
		"Basic": {func(h http.Handler, _, _ string) *httptest.ResponseRecorder {
			return send(h, "POST", "/tokens", newToken)
		}, 140},
		"Bearer": {func(h http.Handler, token, refresh string) *httptest.ResponseRecorder {
			return bearer(h, "PATCH", "/tokens/"+token, refresh)
		}, 130},
		"service": {func(h http.Handler, token, _ string) *httptest.ResponseRecorder {
			return bearer(h, "GET", "/__services/company.openapi.com/IT-advanced/12485671007", token)
		}, 125.22},
	}
	ends := map[string]func(h http.Handler, state string) int{
		"reset of everything":   func(h http.Handler, _ string) int { return send(h, "POST", "/__admin/reset", "").Code },
		"reset of the account":  func(h http.Handler, _ string) int { return send(h, "POST", "/__admin/reset?account=demo", "").Code },
		"replacement":           func(h http.Handler, state string) int { return send(h, "PUT", "/__admin/accounts/demo", state).Code },
		"removal":               func(h http.Handler, _ string) int { return send(h, "DELETE", "/__admin/accounts/demo", "").Code },
		"restore of everything": func(h http.Handler, _ string) int { return send(h, "POST", "/__admin/snapshots/all/restore", "").Code },
		"restore of the account": func(h http.Handler, _ string) int {
			return send(h, "POST", "/__admin/snapshots/one/restore?account=demo", "").Code
		},
	}
	for how, c := range calls {
		for name, end := range ends {
			t.Run(how+", "+name, func(t *testing.T) {
				h, between := newInterrupted(t)
				made := object(t, send(h, "POST", "/tokens", newToken))["data"].(map[string]any)
				require.Less(t, send(h, "PUT", "/__admin/snapshots/all", "").Code, 300)
				require.Less(t, send(h, "PUT", "/__admin/snapshots/one?account=demo", "").Code, 300)
				state := func() string { return send(h, "GET", "/__admin/accounts/demo", "").Body.String() }
				before, after := state(), ""
				between.then = func() {
					between.then = nil
					require.Less(t, end(h, before), 300)
					after = state()
				}
				w := c.call(h, made["token"].(string), made["refreshToken"].(string))
				assert.Equal(t, 401, w.Code)
				assert.Equal(t, c.code, object(t, w)["error"], w.Body)
				require.NotEmpty(t, after, "nothing came between")
				assert.Equal(t, after, state(), "the call left nothing behind")
			})
		}
	}
	t.Run("nothing comes between", func(t *testing.T) {
		h, _ := newInterrupted(t)
		for how, c := range calls {
			made := object(t, send(h, "POST", "/tokens", newToken))["data"].(map[string]any)
			assert.Equal(t, 200, c.call(h, made["token"].(string), made["refreshToken"].(string)).Code, how)
		}
	})
}
