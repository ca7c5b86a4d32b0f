package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/scenarios"
)

// BenchmarkSuite is a whole run as people start it: all scenarios, over loopback, against the mock
// inside, and the report as JSON.
func BenchmarkSuite(b *testing.B) {
	all := scenariosOf(b)
	mock, err := mockserver.New(mockserver.WithSeed(1))
	require.NoError(b, err)
	server := httptest.NewServer(mock.Handler())
	b.Cleanup(server.Close)
	target := conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin"}
	runWhole(b, target, all, report.Pass)
}

// BenchmarkRunner is the runner's own part of such a run: the answers were recorded before, so that
// neither the mock nor a connection is in the time. All that makes and judges a run is: reading the
// documents, making the requests, validation by all readings, coverage, evidence, redaction, and
// the report as JSON. Of scenarios that fail all evidence is kept and redacted.
func BenchmarkRunner(b *testing.B) {
	all := scenariosOf(b)
	tape := record(b, all)
	for name, want := range map[string]report.Verdict{"all pass": report.Pass, "all fail": report.Fail} {
		b.Run(name, func(b *testing.B) {
			played := &replay{answers: tape}
			if want == report.Fail {
				played.answers = spoiled(tape)
			}
			runWhole(b, recorded(played), all, want)
		})
	}
}

// BenchmarkStartOfARun is what a run costs before its first request. Runs after the first in a
// process find the documents read.
func BenchmarkStartOfARun(b *testing.B) {
	all := scenariosOf(b)
	target := recorded(&replay{})
	for b.Loop() {
		_, err := conformance.Plan(b.Context(), target, conformance.Options{Scenarios: all, IDs: []string{"v2/wallet/get/shape"}})
		require.NoError(b, err)
	}
}

func scenariosOf(b *testing.B) []scenarios.Scenario {
	b.Helper()
	all, err := loadScenarios("")
	require.NoError(b, err)
	return all
}

// runWhole runs all scenarios, one after the other, until the benchmark has seen enough, and tells
// the time for one request.
func runWhole(b *testing.B, target conformance.Target, all []scenarios.Scenario, want report.Verdict) {
	b.Helper()
	b.ReportAllocs()
	requests := 0
	for b.Loop() {
		if played, ok := clientOf(target).(*replay); ok {
			played.rewind()
		}
		out, err := conformance.Run(b.Context(), target, conformance.Options{Scenarios: all, Seed: 1})
		require.NoError(b, err)
		require.NoError(b, report.WriteJSON(io.Discard, out))
		for _, result := range out.Results {
			require.Equal(b, want, result.Verdict, "%s: %s", result.ID, result.Reason)
		}
		requests += out.Summary.Requests
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(requests), "ms/request")
}

func clientOf(target conformance.Target) http.RoundTripper {
	if target.Client == nil {
		return nil
	}
	return target.Client.Transport
}

func recorded(transport http.RoundTripper) conformance.Target {
	return conformance.Target{
		BaseURL: "http://localhost", AdminURL: "http://localhost/__admin", InProcess: true, Client: &http.Client{Transport: transport},
	}
}

// taped is one answer, of the API or of the control API.
type taped struct {
	status int
	header http.Header
	body   []byte
	api    bool
}

// record runs all scenarios once and keeps the answers. With the same seed, and one scenario after
// the other, the requests are the same each time, and an answer is found by its place alone.
func record(b *testing.B, all []scenarios.Scenario) []taped {
	b.Helper()
	mock, err := mockserver.New(mockserver.WithSeed(1))
	require.NoError(b, err)
	recording := &taping{server: inprocess.Transport{Handler: mock.Handler()}}
	_, err = conformance.Run(b.Context(), recorded(recording), conformance.Options{Scenarios: all, Seed: 1})
	require.NoError(b, err)
	return recording.tape
}

type taping struct {
	server inprocess.Transport
	mu     sync.Mutex
	tape   []taped
}

// RoundTrip implements http.RoundTripper.
func (t *taping) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	answer, err := t.server.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	one := taped{status: answer.StatusCode, header: answer.Header, body: body, api: !strings.HasPrefix(r.URL.Path, "/__admin")}
	t.tape = append(t.tape, one)
	return one.response(r), nil
}

func (t taped) response(r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: t.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: t.header, ContentLength: int64(len(t.body)),
		Body: io.NopCloser(bytes.NewReader(t.body)), Request: r,
	}
}

// spoiled adds a member that nobody knows to every object that the API answers, so that every
// scenario fails and goes on all the same.
func spoiled(tape []taped) []taped {
	var out []taped
	for _, one := range tape {
		if rest, ok := bytes.CutPrefix(one.body, []byte("{")); ok && one.api {
			one.body = append([]byte(`{"surplus":1,`), rest...)
		}
		out = append(out, one)
	}
	return out
}

// replay answers with what was recorded, in the order in which it was.
type replay struct {
	mu      sync.Mutex
	answers []taped
	next    int
}

func (t *replay) rewind() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = 0
}

// RoundTrip implements http.RoundTripper.
func (t *replay) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == len(t.answers) {
		return nil, io.ErrUnexpectedEOF
	}
	one := t.answers[t.next]
	t.next++
	return one.response(r), nil
}
