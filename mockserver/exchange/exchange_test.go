package exchange_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/exchange"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

func serve(t *testing.T, r *http.Request, next http.HandlerFunc) (*httptest.ResponseRecorder, exchange.Exchange) {
	t.Helper()
	var done exchange.Exchange
	h := &exchange.Handler{
		Next: next, Clock: clock.New(time.Now), Real: func() time.Time { return noon }, MaxBody: 8,
		Done: func(e *exchange.Exchange) { done = *e },
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.NotZero(t, done)
	return w, done
}

func TestAnExchangeHoldsWhatCameAndWhatWent(t *testing.T) {
	r := httptest.NewRequest("POST", "/tokens?x=1", strings.NewReader("question"))
	r.RemoteAddr = "[::ffff:192.0.2.1]:1234"
	w, e := serve(t, r, func(w http.ResponseWriter, _ *http.Request) {
		in := exchange.From(struct{ unwrapped }{unwrapped{w}})
		assert.Equal(t, "question", string(in.Request.Body))
		in.Operation = "token.create"
		w.Header().Set("X-Test", "1")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK) // the first counts
		_, _ = io.WriteString(w, "an")
		_, _ = io.WriteString(w, "swer")
	})
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.Equal(t, "answer", w.Body.String())
	assert.Equal(t, noon, e.At)
	assert.Equal(t, "192.0.2.1", e.IP)
	assert.Equal(t, "token.create", e.Operation)
	assert.Equal(t, "/tokens?x=1", e.Request.URI)
	assert.Equal(t, http.StatusTeapot, e.Response.Status)
	assert.Equal(t, "answer", string(e.Response.Body))
	assert.Equal(t, "1", e.Response.Header.Get("X-Test"))
}

// unwrapped is a writer around a writer, as routers make them.
type unwrapped struct{ http.ResponseWriter }

func (u unwrapped) Unwrap() http.ResponseWriter { return u.ResponseWriter }

func TestAWriterFromElsewhereIsAMistakeInTheWiring(t *testing.T) {
	assert.Panics(t, func() { exchange.From(httptest.NewRecorder()) })
}

func TestAnExchangeStartsEmptyThoughItsMemoryIsUsedAgain(t *testing.T) {
	var seen []exchange.Exchange
	h := &exchange.Handler{
		Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			e := exchange.From(w)
			seen = append(seen, *e)
			e.Reason, e.Account, e.Quota.Limit = "reason", "somebody", 1
			if r.Method == http.MethodPost {
				_, _ = io.WriteString(w, "answer")
			}
		}),
		Clock: clock.New(func() time.Time { return noon }), Real: func() time.Time { return noon }, MaxBody: 8, Done: func(*exchange.Exchange) {},
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/a", strings.NewReader("question")))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/b", nil))
	assert.Empty(t, w.Body.String())
	assert.Empty(t, seen[1].Request.Body)
	assert.Empty(t, seen[1].Response.Body)
	seen[1].Response = seen[0].Response
	seen[1].Request = seen[0].Request
	seen[1].ID = seen[0].ID
	assert.Equal(t, seen[0], seen[1])
}

func TestEveryAnswerSaysHowLongItIs(t *testing.T) {
	for _, length := range []int{0, 1, 2047, 2048, 100_000} {
		h := &exchange.Handler{
			Next:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, length)) }),
			Clock: clock.New(time.Now), Real: time.Now, MaxBody: 8, Done: func(*exchange.Exchange) {},
		}
		server := httptest.NewServer(h)
		answer, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		assert.Equal(t, int64(length), answer.ContentLength)
		require.NoError(t, answer.Body.Close())
		server.Close()
	}
}

func TestBodiesAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		body   io.Reader
		length int64
		want   error
	}{
		"as large as allowed":            {strings.NewReader("12345678"), 8, nil},
		"a byte too large":               {strings.NewReader("123456789"), 9, exchange.ErrBodyTooLarge},
		"too large, and does not say so": {strings.NewReader("123456789"), -1, exchange.ErrBodyTooLarge},
		"endless":                        {endless{}, -1, exchange.ErrBodyTooLarge},
		"too slow":                       {failing{os.ErrDeadlineExceeded}, -1, exchange.ErrBodyTimeout},
		"cut off":                        {failing{io.ErrUnexpectedEOF}, -1, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", c.body)
			r.ContentLength = c.length
			_, e := serve(t, r, func(http.ResponseWriter, *http.Request) {})
			if c.want == nil {
				assert.NoError(t, e.Request.BodyError)
			} else {
				assert.ErrorIs(t, e.Request.BodyError, c.want, e.Request.BodyError)
				assert.Empty(t, e.Request.Body)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAnAnswerThatHTTPSendsWithoutABodyHasNone(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		status int
		body   string
		length string // as the answer tells it
	}{
		"204":                   {"GET", 204, "", ""},
		"304":                   {"GET", 304, "", ""},
		"HEAD tells the length": {"HEAD", 200, "", "6"},
		"200":                   {"GET", 200, "answer", ""}, // which net/http tells
	} {
		t.Run(name, func(t *testing.T) {
			w, e := serve(t, httptest.NewRequest(c.method, "/", nil), func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, "answer")
			})
			assert.Equal(t, c.body, string(e.Response.Body))
			assert.Equal(t, c.body, w.Body.String())
			assert.Equal(t, c.length, w.Header().Get("Content-Length"))
		})
	}
}

func TestAnAnswerTellsTheTimeOfItsCaller(t *testing.T) {
	w, _ := serve(t, httptest.NewRequest("GET", "/", nil), func(w http.ResponseWriter, _ *http.Request) {
		exchange.From(w).At = noon.Add(time.Hour)
	})
	assert.Equal(t, "Thu, 12 Feb 2026 13:00:00 GMT", w.Header().Get("Date"))
	w, _ = serve(t, httptest.NewRequest("GET", "/", nil), func(w http.ResponseWriter, _ *http.Request) {
		exchange.From(w).At = noon.Add(-999 * time.Millisecond) // as an account's clock, which ticks in whole seconds
	})
	assert.Empty(t, w.Header().Get("Date"), "net/http sets it")
}
