package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// servedBy is a load on a handler, which counts as a process: this one.
func servedBy(t *testing.T, h http.HandlerFunc, r request, connections int) (*load, sample, error) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	own, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	p := &process{name: "handler", addr: strings.TrimPrefix(server.URL, "http://"), cmd: &exec.Cmd{Process: own}}
	l, first, err := newLoad(t.Context(), p, r, connections)
	if l != nil {
		t.Cleanup(l.close)
	}
	return l, first, err
}

func TestALoadAsksExactlySoOftenAndAsTheRequestSays(t *testing.T) {
	var asked atomic.Int64
	l, first, err := servedBy(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		email, key, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.RequestURI != "/tokens?limit=100" || email != demoEmail || key != demoKey || string(body) != `{"a":1}` {
			w.WriteHeader(http.StatusTeapot)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "12345")
	}, request{method: http.MethodPost, path: "/tokens?limit=100", email: demoEmail, key: demoKey, body: `{"a":1}`}, 3)
	require.NoError(t, err)
	assert.Equal(t, sample{contentType: "application/json", body: []byte("12345")}, first)

	require.NoError(t, l.exactly(t.Context(), 100))
	assert.Equal(t, int64(101), asked.Load(), "one to see the answer, and a hundred")

	got, err := l.slice(t.Context(), 20*time.Millisecond)
	require.NoError(t, err)
	assert.Positive(t, got.rate)
	assert.Positive(t, got.p99)
	assert.Less(t, got.p99, stallTimeout)
	assert.Equal(t, asked.Load()-101, l.requests)
}

func TestALoadEndsWithTheFirstWrongAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"another status":  {http.StatusTooManyRequests, "12345", "GET /wallet of handler: answered 429, not 200: 12345"},
		"another success": {http.StatusCreated, "12345", "answered 201, not 200"},
		"a shorter body":  {http.StatusOK, "1234", "answered 4 bytes, not 5: 1234"},
		"a longer body":   {http.StatusOK, "123456", "answered 6 bytes, not 5: 123456"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			l, _, err := servedBy(t, func(w http.ResponseWriter, _ *http.Request) {
				if asked.Add(1) == 50 {
					w.WriteHeader(tc.status)
					_, _ = io.WriteString(w, tc.body)
					return
				}
				_, _ = io.WriteString(w, "12345")
			}, get("/wallet"), 2)
			require.NoError(t, err)
			_, err = l.slice(t.Context(), time.Minute)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestAWrongFirstAnswerIsNoConstant(t *testing.T) {
	_, _, err := servedBy(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, get("/wallet"), 2)
	assert.ErrorContains(t, err, "GET /wallet: answered 401, not 200")
}

func TestALoadEndsWhenNobodyWantsItAnyMore(t *testing.T) {
	var asked atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	l, _, err := servedBy(t, func(http.ResponseWriter, *http.Request) {
		if asked.Add(1) == 50 {
			cancel()
		}
	}, get("/wallet"), 2)
	require.NoError(t, err)
	_, err = l.slice(ctx, time.Minute)
	assert.ErrorIs(t, err, context.Canceled)
}
