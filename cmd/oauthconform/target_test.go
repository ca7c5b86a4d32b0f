package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"oauthmock/mockserver"
)

// recorder keeps what a server was asked, a line each: method, address, Authorization.
type recorder struct {
	mu    sync.Mutex
	lines []string
	// first is closed with the first request.
	first chan struct{}
	once  sync.Once
}

func (r *recorder) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.lines = append(r.lines, strings.TrimSpace(req.Method+" "+req.URL.RequestURI()+" "+req.Header.Get("Authorization")))
		r.mu.Unlock()
		r.once.Do(func() { close(r.first) })
		next.ServeHTTP(w, req)
	})
}

// asked is what the scripts' targets were asked, by script.
type asked struct{}

// target starts a server beside the script, and puts its address into $BASE, and the same by an
// address that is not loopback into $ELSEWHERE.
//
//	target honest          the mock
//	target bare            the mock without its control API
//	target sticky          the mock without its control API, which removes nothing
//	target guarded TOKEN   the mock, whose control API asks for the bearer token
//	target together        the mock, which answers GET /wallet only when three ask at once
//	target empty           answers 200 {} to everything
//	target chatty          answers 200 {}, and then sends the credentials back, unasked
//	target hang            takes requests and answers none
func target(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: target honest|bare|sticky|guarded TOKEN|together|empty|chatty|hang")
	}
	var handler http.Handler
	switch args[0] {
	case "honest", "bare", "guarded", "together", "sticky":
		var options []mockserver.Option
		if args[0] == "guarded" {
			options = append(options, mockserver.WithAdminToken(args[1]))
		}
		mock, err := mockserver.New(options...)
		ts.Check(err)
		handler = mock.Handler()
		switch args[0] {
		case "bare":
			handler = without("/__admin", handler)
		case "sticky":
			handler = sticky(without("/__admin", handler))
		case "together":
			handler = together(3, "/wallet", handler)
		}
	case "empty":
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		})
	case "chatty":
		handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			// The connection stays open: what follows the answer is there as long as the client has
			// it.
			fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}%s", req.Header.Get("Authorization"))
		})
	case "hang":
		handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
	default:
		ts.Fatalf("no target %q", args[0])
	}
	log := ts.Value(asked{}).(*recorder)
	server := httptest.NewServer(log.record(handler))
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
	})
	ts.Setenv("BASE", server.URL)
	ts.Setenv("ELSEWHERE", strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1))
}

// without is a server that does not know what lies under a path.
func without(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, path) {
			http.NotFound(w, req)
			return
		}
		next.ServeHTTP(w, req)
	})
}

// sticky is a server that removes nothing.
func sticky(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodDelete {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, req)
	})
}

// together is a server that lets requests for a path wait until there are so many.
func together(n int, path string, next http.Handler) http.Handler {
	var mu sync.Mutex
	waiting := 0
	enough := make(chan struct{})
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == path {
			mu.Lock()
			waiting++
			if waiting == n {
				close(enough)
			}
			mu.Unlock()
			select {
			case <-enough:
			case <-req.Context().Done():
				mu.Lock()
				waiting--
				mu.Unlock()
				return
			}
		}
		next.ServeHTTP(w, req)
	})
}

// await waits until the script's targets were asked something.
func await(ts *testscript.TestScript, _ bool, _ []string) {
	log := ts.Value(asked{}).(*recorder)
	select {
	case <-log.first:
	case <-time.After(time.Minute):
		ts.Fatalf("nobody asked for anything in a minute")
	}
}

// requests prints what the script's targets were asked since the last time.
func requests(ts *testscript.TestScript, _ bool, _ []string) {
	log := ts.Value(asked{}).(*recorder)
	log.mu.Lock()
	defer log.mu.Unlock()
	for _, line := range log.lines {
		fmt.Fprintln(ts.Stdout(), line)
	}
	fmt.Fprintf(ts.Stdout(), "%d in all\n", len(log.lines))
	log.lines = nil
}
