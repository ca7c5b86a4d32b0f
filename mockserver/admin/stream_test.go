package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/store"
	"oauthmock/mockserver/world"
)

// event is a server-sent event; a comment has nothing but its text.
type event struct{ id, name, data, comment string }

func (e event) entry(t *testing.T) (out struct{ ID, Account, Operation string }) {
	t.Helper()
	require.Equal(t, "request", e.name, e)
	require.NoError(t, json.Unmarshal([]byte(e.data), &out))
	assert.Equal(t, e.id, out.ID)
	return out
}

// next reads one event or comment.
func next(from *bufio.Reader) (e event, err error) {
	for {
		line, err := from.ReadString('\n')
		if err != nil {
			return e, err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			return e, nil
		}
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			e.comment = value
		default:
			return e, errors.New("no field of an event: " + line)
		}
	}
}

// listen serves a handler with short time limits, and answers where.
func listen(t *testing.T, h http.Handler, web *http.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	web.Handler = h
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	t.Cleanup(func() {
		_ = web.Close()
		assert.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	return "http://" + listener.Addr().String()
}

// follow opens a stream, and reads the comment that says that it is open.
func follow(t *testing.T, url string, headers ...string) *bufio.Reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	from := bufio.NewReader(answer.Body)
	hello, err := next(from)
	require.NoError(t, err)
	require.NotEmpty(t, hello.comment)
	return from
}

func TestAStreamTellsOfRequestsAsTheyCome(t *testing.T) {
	handler := newServer(t).Handler()
	url := listen(t, handler, &http.Server{}) + "/__admin/requests/stream"
	send(t, handler, "GET", "/wallet", "") // before anybody listens
	all, ofSandbox, refused := follow(t, url), follow(t, url+"?account=demo-sandbox"), follow(t, url+"?status=401&path=/tok*")
	send(t, handler, "GET", "/wallet", "")
	stranger := httptest.NewRequest("GET", "http://localhost/tokens", nil)
	handler.ServeHTTP(httptest.NewRecorder(), stranger)
	sandbox := httptest.NewRequest("GET", "http://localhost/scopes", nil)
	sandbox.SetBasicAuth("dev@example.com", "fedcba9876543210fedcba9876543210")
	handler.ServeHTTP(httptest.NewRecorder(), sandbox)

	for from, want := range map[*bufio.Reader][]string{all: {"2", "3", "4"}, ofSandbox: {"4"}, refused: {"3"}} {
		for _, id := range want {
			e, err := next(from)
			require.NoError(t, err)
			assert.Equal(t, id, e.entry(t).ID)
			listed, err := json.Marshal(decoded(t, send(t, handler, "GET", "/__admin/requests", "").Body.Bytes()).(map[string]any)["items"].([]any)[id[0]-'1'])
			require.NoError(t, err)
			assert.JSONEq(t, string(listed), e.data, "as the list shows it")
		}
	}
	assert.NotContains(t, send(t, handler, "GET", "/__admin/requests", "").Body.String(), "fedcba9876543210")
}

func TestWhoComesBackToAStreamMissesNothing(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(3, 1<<20)).Handler()
	url := listen(t, handler, &http.Server{}) + "/__admin/requests/stream"
	for range 5 {
		send(t, handler, "GET", "/wallet", "")
	}
	for last, want := range map[string][]string{"3": {"4", "5"}, "5": nil, "1": {"dropped 2", "3", "4", "5"}} {
		from := follow(t, url+"?account=demo", "Last-Event-ID", last)
		for _, id := range want {
			e, err := next(from)
			require.NoError(t, err)
			if e.name == "dropped" {
				assert.Equal(t, "dropped 2", id, last)
				assert.JSONEq(t, `{"dropped":2}`, e.data)
				continue
			}
			assert.Equal(t, id, e.entry(t).ID, last)
		}
	}
	r := httptest.NewRequest("GET", "http://localhost/__admin/requests/stream", nil)
	r.Header.Set("Last-Event-ID", "x")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	assert.Equal(t, 400, answer.Code)
	assert.Contains(t, answer.Body.String(), "Last-Event-ID")
}

// TestAStreamOutlivesTheTimeLimitsOfItsServer opens a stream, waits until the server has cut off
// somebody who came later, and reads on.
func TestAStreamOutlivesTheTimeLimitsOfItsServer(t *testing.T) {
	t.Parallel() // it waits more than it works
	handler := newServer(t).Handler()
	const limit = time.Second
	url := listen(t, handler, &http.Server{ReadTimeout: limit, WriteTimeout: limit})
	from := follow(t, url+"/__admin/requests/stream")
	for range 2 {
		mute, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		_, err = io.WriteString(mute, "GET /wal")
		require.NoError(t, err)
		_, err = io.ReadAll(mute)
		require.NoError(t, err)
		require.NoError(t, mute.Close())
		send(t, handler, "GET", "/wallet", "")
		e, err := next(from)
		require.NoError(t, err)
		assert.Equal(t, "wallet.get", e.entry(t).Operation)
	}
}

func TestAStreamDoesNotHoldUpAServerThatStops(t *testing.T) {
	server := newServer(t)
	web := &http.Server{}
	web.RegisterOnShutdown(server.Interrupt)
	url := listen(t, server.Handler(), web)
	from := follow(t, url+"/__admin/requests/stream")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, web.Shutdown(ctx))
	_, err := next(from)
	assert.ErrorIs(t, err, io.EOF, "the stream has ended, and was not cut off")

	answer := httptest.NewRecorder()
	server.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost/__admin/requests/stream", nil))
	assert.Equal(t, 200, answer.Code, "who comes now is sent away at once")
}

// stuck is a reader who takes no event until he is let go.
type stuck struct {
	*httptest.ResponseRecorder
	free    chan struct{}
	flushed chan struct{} // gets a value whenever everything that was there has been written
	until   time.Time     // the time limit that holds
}

func (s *stuck) Write(p []byte) (int, error) {
	if !strings.HasPrefix(string(p), ":") {
		<-s.free
	}
	return s.ResponseRecorder.Write(p)
}

func (s *stuck) FlushError() error { s.flushed <- struct{}{}; return nil }

func (s *stuck) SetWriteDeadline(t time.Time) error { s.until = t; return nil }

func TestWhoReadsAStreamTooSlowlyIsToldWhatHeMissed(t *testing.T) {
	const calls = 3000
	handler := newServer(t).Handler()
	ctx, leave := context.WithCancel(t.Context())
	reader := &stuck{ResponseRecorder: httptest.NewRecorder(), free: make(chan struct{}), flushed: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		handler.ServeHTTP(reader, httptest.NewRequest("GET", "http://localhost/__admin/requests/stream?account=demo", nil).WithContext(ctx))
	}()
	<-reader.flushed // it is open
	for range calls {
		send(t, handler, "GET", "/wallet", "") // nobody waits for the reader
	}
	close(reader.free)
	<-reader.flushed
	leave()
	<-ended

	told, missing := 0, 0
	from := bufio.NewReader(reader.Body)
	for {
		e, err := next(from)
		if err != nil {
			break
		}
		switch e.name {
		case "request":
			told++
		case "dropped":
			var d struct{ Dropped int }
			require.NoError(t, json.Unmarshal([]byte(e.data), &d))
			missing += d.Dropped
		}
	}
	assert.Positive(t, missing)
	assert.Equal(t, calls, told+missing)
	assert.WithinDuration(t, time.Now().Add(30*time.Second), reader.until, 20*time.Second, "who takes nothing for long is cut off")
}

// gone is a reader who cannot be written to any more.
type gone struct{ *httptest.ResponseRecorder }

func (gone) FlushError() error { return net.ErrClosed }

func TestAStreamEndsWhenItsReaderCannotBeReached(t *testing.T) {
	newServer(t).Handler().ServeHTTP(gone{httptest.NewRecorder()}, httptest.NewRequest("GET", "http://localhost/__admin/requests/stream", nil))
}

func TestAStreamSaysEvery15SecondsThatItIsThere(t *testing.T) {
	demo, err := fixtures.Named("demo")
	require.NoError(t, err)
	serverClock, accounts := clock.New(clock.Real), store.NewMemory()
	everybody, err := world.New(world.Config{
		Fixtures: world.Static(demo), Clock: serverClock, Store: accounts, RateLimit: account.RateLimit{Limit: 10, Window: time.Minute, Enabled: true},
	})
	require.NoError(t, err)
	ticks, stopped := make(chan time.Time), make(chan struct{})
	api := admin.New(admin.Config{
		World: everybody, Journal: journal.New(10, 1<<20), Redactor: journal.NewRedactor(everybody.Secret, nil), Log: textLog(io.Discard),
		Ticker: func(every time.Duration) (<-chan time.Time, func()) {
			assert.Equal(t, 15*time.Second, every)
			return ticks, func() { close(stopped) }
		},
	})
	from := follow(t, listen(t, api, &http.Server{})+"/__admin/requests/stream")
	for range 3 {
		ticks <- time.Time{}
		e, err := next(from)
		require.NoError(t, err)
		assert.Equal(t, event{}, e, "a comment")
	}
	api.Journal.Add(&exchange.Exchange{ID: 1, Operation: "wallet.get"})
	e, err := next(from)
	require.NoError(t, err)
	assert.Equal(t, "wallet.get", e.entry(t).Operation)
	api.Interrupt()
	_, err = next(from)
	assert.ErrorIs(t, err, io.EOF)
	<-stopped
}
