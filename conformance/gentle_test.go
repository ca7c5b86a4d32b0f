package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
)

// inside is a target without a control API that a handler answers in this process, so that time can
// be the test's own.
func inside(handler http.Handler) conformance.Target {
	one := target("http://127.0.0.1:1", false)
	one.Client, one.InProcess = &http.Client{Transport: inprocess.Transport{Handler: handler}}, true
	return one
}

// honestly returns the handler of an honest server without a control API, and the server's memory.
func honestly(t *testing.T) (*literal, http.Handler) {
	t.Helper()
	l, _ := newLiteral(t, true, false)
	return l, http.HandlerFunc(l.serve)
}

const reads = `
  - {id: v2/a/wallet, title: a, level: MUST, requirement: a, source: a, steps: [{name: wallet, call: wallet.get, expect: {status: 200}}]}
  - {id: v2/a/scopes, title: a, level: MUST, requirement: a, source: a, steps: [{name: scopes, call: scope.list, expect: {status: 200}}]}
`

const creates = `
  - id: v2/a/create
    title: a
    level: MUST
    requirement: a
    source: a
    given: {tokens: [{as: one, count: 4}]}
    steps: [{name: read, call: token.get, path: {token: "${one.1.token}"}, expect: {status: 200}}]
`

func TestAServerThatRefusesEverythingWith401IsToldInOneLine(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: features(t)})
	assert.Equal(t, server.URL+" answers 401 to everything it was asked: are --email and --api-key those of an account there?", out.Stopped)
	assert.EqualValues(t, 3, asked.Load())
	assert.Equal(t, report.ExitInconclusive, out.ExitCode())
	assert.Zero(t, out.Summary.Failed)
}

func TestWhoAnswersAnythingBut401IsJudged(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[r.URL.Path == "/scopes"])
	}))
	defer server.Close()
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: features(t)})
	assert.Empty(t, out.Stopped)
	assert.Equal(t, report.ExitFailed, out.ExitCode())
}

func TestLookTellsAbsenceFromSilenceAndTrouble(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	only := func(path string, there, elsewhere http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				there(w, r)
				return
			}
			elsewhere(w, r)
		}
	}
	var hiccups atomic.Int64
	clock := answer(200, `{"now":"2026-02-12T08:30:00Z","frozen":false}`)
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	tests := map[string]struct {
		handler http.HandlerFunc
		state   report.Discovery
		detail  string
	}{
		"it is there":                      {only("/base/__admin/clock", clock, answer(404, "")), report.Found, "/base/__admin"},
		"it is at the root of the host":    {only("/__admin/clock", clock, answer(404, "")), report.Found, "/__admin"},
		"it is there after two hiccups":    {func(w http.ResponseWriter, r *http.Request) { answerAfter(2, &hiccups, clock)(w, r) }, report.Found, "/base/__admin"},
		"nobody knows the path":            {answer(404, `{}`), report.Absent, "GET /__admin/clock answered status 404"},
		"something else answers":           {answer(200, `<html>`), report.Absent, "without the time, so it is something else"},
		"a stranger is refused everywhere": {answer(401, `{}`), report.Absent, "answered status 401, as for any path"},
		"every path is an error":           {answer(500, ``), report.Absent, "answered status 500, as for any path"},
		"it wants a token":                 {only("/base/__admin/clock", answer(401, `{}`), answer(404, `{}`)), report.Locked, "asks for --admin-token"},
		"it is in trouble":                 {only("/base/__admin/clock", answer(503, `{}`), answer(404, `{}`)), report.Failed, "answered status 503"},
		"it hangs up":                      {only("/base/__admin/clock", hangUp, answer(404, `{}`)), report.Failed, "the server aborted the response"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				one := inside(test.handler)
				one.BaseURL += "/base"
				found, err := conformance.Look(t.Context(), one, conformance.Options{})
				require.NoError(t, err)
				require.Len(t, found.Discovered, 1)
				assert.Equal(t, test.state, found.Discovered[0].State, found.Discovered[0].Detail)
				assert.Contains(t, found.Discovered[0].Detail, test.detail)
				assert.Equal(t, test.state == report.Found, found.AdminURL != "")
				assert.Positive(t, found.Sent)
			})
		})
	}
}

// answerAfter hangs up some times before it answers.
func answerAfter(times int64, counted *atomic.Int64, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if counted.Add(1) <= times {
			panic(http.ErrAbortHandler)
		}
		then(w, r)
	}
}

func TestA429ThatNobodyProvokedIsWaitedFor(t *testing.T) {
	for name, after := range map[string]func() string{
		"in seconds":   func() string { return "30" },
		"until a date": func() string { return time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat) },
		"not said":     func() string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			_, honest := honestly(t)
			synctest.Test(t, func(t *testing.T) {
				opens, refused := time.Now(), 0
				out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if time.Now().Before(opens) {
						refused++
						if refused > 4 {
							t.Error("it was asked again too soon")
						}
						w.Header().Set("Retry-After", after())
						w.WriteHeader(http.StatusTooManyRequests)
						return
					}
					if r.URL.Path == "/wallet" && refused == 0 {
						opens = time.Now().Add(2 * time.Second)
						w.Header().Set("Retry-After", after())
						w.WriteHeader(http.StatusTooManyRequests)
						refused++
						return
					}
					honest.ServeHTTP(w, r)
				})), conformance.Options{Scenarios: written(t, reads)})
				assert.Equal(t, 2, out.Summary.Passed, "%v", verdicts(out))
				assert.Positive(t, refused)
			})
		})
	}
}

func TestAnEndless429IsInconclusiveWhenPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		for _, after := range []string{"", "1", "99999999999999999999", "2147483647"} {
			out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", after)
				w.WriteHeader(http.StatusTooManyRequests)
			})), conformance.Options{Scenarios: written(t, reads), Patience: time.Minute})
			assert.Equal(t, 2, out.Summary.Inconclusive, "%v", verdicts(out))
			assert.Contains(t, out.Results[0].Reason, "the target limits the rate of requests (429) for longer than 1m0s")
			assert.Equal(t, report.ExitInconclusive, out.ExitCode())
		}
		assert.Less(t, time.Since(began), time.Hour)
	})
}

func TestA429ThatTheScenarioAsksForIsItsAnswer(t *testing.T) {
	refused := 0
	out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refused++
		w.WriteHeader(http.StatusTooManyRequests)
	})), conformance.Options{Patience: time.Nanosecond, Scenarios: written(t, `
  - {id: v2/a/limited, title: a, level: MUST, requirement: a, source: a, steps: [{name: wallet, call: wallet.get, expect: {status: [200, 429]}}]}
`)})
	assert.NotContains(t, verdicts(out)["v2/a/limited"], "limits the rate")
	assert.Positive(t, refused)
}

func TestARateSpacesRequests(t *testing.T) {
	_, honest := honestly(t)
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			times = append(times, time.Now())
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, creates), Rate: 0.5})
		assert.Equal(t, 1, out.Summary.Passed, "%v", verdicts(out))
		for i := range times[1:] {
			assert.GreaterOrEqual(t, times[i+1].Sub(times[i]), 2*time.Second)
		}
	})
}

func TestABoundOfRequestsHoldsAndKeepsRoomForCleaningUp(t *testing.T) {
	for bound := 1; bound <= 12; bound++ {
		l, honest := honestly(t)
		asked := 0
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, creates), MaxRequests: bound})
		assert.LessOrEqual(t, asked, bound)
		assert.Empty(t, l.accounts[literalKey].tokens, "%d requests", bound)
		assert.Empty(t, out.Leftovers)
		if bound < 11 { // the first contact, scopes, four creations, a read, four deletions
			assert.Contains(t, verdicts(out)["v2/a/create"], fmt.Sprintf("INCONCLUSIVE: cut off by --max-requests %d", bound))
			assert.Equal(t, report.ExitInconclusive, out.ExitCode())
		} else {
			assert.Equal(t, "PASS", verdicts(out)["v2/a/create"])
		}
	}
}

func TestAReadOnlyRunSendsNothingThatWrites(t *testing.T) {
	l, url := newLiteral(t, true, true)
	one := target(url, true)
	out := run(t, one, conformance.Options{Scenarios: features(t), ReadOnly: true})
	for _, request := range l.requests {
		assert.True(t, strings.HasPrefix(request, "GET "), request)
	}
	assert.Contains(t, verdicts(out)["v2/features/rotation"], "SKIP: writes (POST /tokens), and the run is read-only")
	assert.Equal(t, "PASS", verdicts(out)["v2/features/dates"])

	one.Email, one.APIKey = "", ""
	_, err := conformance.Run(t.Context(), one, conformance.Options{Scenarios: features(t), ReadOnly: true})
	require.ErrorContains(t, err, "a read-only run makes no accounts")
}

func TestProductionOfTheProviderIsNotAskedByMistake(t *testing.T) {
	for host, refused := range map[string]bool{
		"oauth.openapi.com": true, "OAUTH.openapi.com.": true, "oauth.openapi.it:443": true, "oauth.altravia.com": true, "testing.openapi.com": true,
		"test.oauth.openapi.com": false, "openapi.com.example.org": false, "notopenapi.com": false, "127.0.0.1": false,
	} {
		err := conformance.Permitted(conformance.Target{BaseURL: "https://" + host}, conformance.Options{})
		assert.Equal(t, refused, err != nil, host)
		require.NoError(t, conformance.Permitted(conformance.Target{BaseURL: "https://" + host}, conformance.Options{Production: true}))
	}
	_, err := conformance.Run(t.Context(), target("https://oauth.openapi.com", false), conformance.Options{Scenarios: features(t)})
	require.ErrorContains(t, err, "--i-know-this-is-production")
}

func TestTheUserAgentIsThatOfTheUser(t *testing.T) {
	_, honest := honestly(t)
	for _, agent := range []string{"", "acme-ci/1.2"} {
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			want := agent
			if want == "" {
				want = "oauthconform"
			}
			assert.Equal(t, want, r.UserAgent())
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, reads), UserAgent: agent})
		assert.Equal(t, 2, out.Summary.Passed)
	}
}

func TestWhoHangsUpOnOneKindOfInputHasFailed(t *testing.T) {
	_, honest := honestly(t)
	hangs := func(when func(*http.Request) bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if when(r) {
				panic(http.ErrAbortHandler)
			}
			honest.ServeHTTP(w, r)
		}
	}
	out := run(t, inside(hangs(func(r *http.Request) bool { return r.URL.Query().Get("date") == "2026-13" })), conformance.Options{Scenarios: written(t, `
  - {id: v2/a/date, title: a, level: MUST, requirement: a, source: a, steps: [
      {name: good, call: stats.total, query: {date: "2026"}, expect: {status: 200}},
      {name: bad, call: stats.total, query: {date: 2026-13}, expect: {status: 422}}]}
  - {id: v2/a/after, title: a, level: MUST, requirement: a, source: a, steps: [{name: good, call: stats.total, expect: {status: 200}}]}
`)})
	assert.Equal(t, []string{"v2/a/date bad/http.answer"}, failed(out))
	assert.Equal(t, "PASS", verdicts(out)["v2/a/after"], "an operation that answers otherwise is not given up")

	once := 0
	out = run(t, inside(hangs(func(r *http.Request) bool { once++; return r.URL.Path == "/wallet" && once < 3 })), conformance.Options{Scenarios: written(t, reads)})
	assert.Zero(t, out.Summary.Failed, "once proves nothing")
	assert.Equal(t, 1, out.Summary.Inconclusive, "%v", verdicts(out))
}

func TestAnIdleConnectionThatWasClosedIsNoFault(t *testing.T) {
	// A server that closes every connection after one answer, without saying so.
	_, honest := honestly(t)
	var made atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		if r.Method == http.MethodPost {
			made.Add(1)
		}
		honest.ServeHTTP(recorded, r)
		body, _ := io.ReadAll(recorded.Body)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		fmt.Fprintf(connection, "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", recorded.Code, len(body), body)
		_ = connection.Close()
	}))
	server.Start()
	defer server.Close()
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, creates)})
	assert.Equal(t, "PASS", verdicts(out)["v2/a/create"])
	assert.EqualValues(t, 4, made.Load(), "nothing was made twice")
}

func TestCredentialsDoNotFollowARedirectToAnotherHost(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s with %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		}))
		one, err := conformance.Look(t.Context(), target(server.URL, false), conformance.Options{})
		require.NoError(t, err)
		run(t, one, conformance.Options{Scenarios: features(t)})
		server.Close()
	}
}

func TestWithRequireControlNothingIsJudgedWithoutOne(t *testing.T) {
	_, bare := newLiteral(t, true, false)
	out := run(t, target(bare, false), conformance.Options{Scenarios: features(t), RequireControl: true})
	assert.Contains(t, out.Stopped, "no control API answers, and --require-control asks for one")
	assert.Equal(t, report.ExitInconclusive, out.ExitCode())
	assert.Zero(t, out.Summary.Requests)
	out = run(t, target(bare, true), conformance.Options{Scenarios: features(t), RequireControl: true})
	assert.Contains(t, out.Stopped, "GET /clock answered 401")
	_, with := newLiteral(t, true, true)
	out = run(t, target(with, true), conformance.Options{Scenarios: written(t, reads), RequireControl: true})
	assert.Equal(t, report.ExitPassed, out.ExitCode())
}

func TestAddressesThatCannotBeAskedForAreNotAbsent(t *testing.T) {
	_, honest := newLiteral(t, true, true)
	base, err := url.Parse(honest)
	require.NoError(t, err)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/__admin/endpoints" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		proxyTo(base, w, r)
	}))
	defer proxy.Close()
	out := run(t, target(proxy.URL, true), conformance.Options{Scenarios: suite(t), IDs: []string{"v1/scopes/"}})
	assert.Contains(t, out.Results[0].Reason, "the address of v1 could not be found out")
	assert.Equal(t, report.Inconclusive, out.Results[0].Verdict)
	text, err := json.Marshal(out.Discovery)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"state":"failed"`)
}

func TestWhatCannotBeRemovedIsALeftover(t *testing.T) {
	tests := map[string]struct {
		refuse func(deletions int) int // the status instead of the honest answer; 0 for that
		left   int
		exit   int
	}{
		"every deletion fails":             {func(int) int { return 500 }, 4, report.ExitInconclusive},
		"the first of each fails":          {func(n int) int { return map[bool]int{true: 503}[n <= 4] }, 0, report.ExitPassed},
		"nothing answers when it cleans":   {func(int) int { return -1 }, 4, report.ExitInconclusive},
		"two answers are lost on the way":  {func(n int) int { return map[bool]int{true: -1}[n <= 2] }, 0, report.ExitPassed},
		"deleting is answered with 202":    {func(int) int { return 202 }, 0, report.ExitPassed},
		"what is gone is refused with 400": {func(int) int { return 400 }, 0, report.ExitPassed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l, honest := honestly(t)
			deletions := 0
			out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					deletions++
					switch status := test.refuse(deletions); {
					case status < 0:
						panic(http.ErrAbortHandler)
					case status == 202 || status == 400:
						honest.ServeHTTP(httptest.NewRecorder(), r)
						fallthrough
					case status > 0:
						w.WriteHeader(status)
						return
					}
				}
				honest.ServeHTTP(w, r)
			})), conformance.Options{Scenarios: written(t, creates)})
			assert.Equal(t, "PASS", verdicts(out)["v2/a/create"])
			assert.Len(t, out.Leftovers, test.left)
			assert.Len(t, l.accounts[literalKey].tokens, test.left)
			assert.Equal(t, test.exit, out.ExitCode())
			for _, left := range out.Leftovers {
				assert.Equal(t, "v2", left.Surface)
				assert.NotContains(t, left.ID, l.accounts[literalKey].tokens[0].token)
			}
		})
	}
}

func TestCleaningUpTakesTheTimeThatItNeeds(t *testing.T) {
	l, honest := honestly(t)
	synctest.Test(t, func(t *testing.T) {
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(4 * time.Second) //nolint:forbidigo // within the bubble it takes no time
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, strings.Replace(creates, "count: 4", "count: 40", 1))})
		assert.Equal(t, "PASS", verdicts(out)["v2/a/create"])
		assert.Empty(t, out.Leftovers)
	})
	assert.Empty(t, l.accounts[literalKey].tokens)
}

func TestAnInterruptedRunRemovesWhatItMade(t *testing.T) {
	l, honest := honestly(t)
	ctx, cancel := context.WithCancel(t.Context())
	var journal bytes.Buffer
	made := 0
	out, err := conformance.Run(ctx, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if made++; made == 3 {
				cancel() // while the third is being made
			}
		}
		honest.ServeHTTP(w, r)
	})), conformance.Options{Scenarios: written(t, creates), Journal: conformance.NewJournal(&journal)})
	require.NoError(t, err)
	assert.Equal(t, 3, made)
	assert.Empty(t, l.accounts[literalKey].tokens)
	assert.Equal(t, report.ExitInconclusive, out.ExitCode())
	left, err := conformance.ReadJournal(&journal)
	require.NoError(t, err)
	known, doubtful := left.Count()
	assert.Zero(t, known)
	assert.Zero(t, doubtful)
}

func TestAKilledRunIsSweptByItsJournal(t *testing.T) {
	l, honest := honestly(t)
	var journal bytes.Buffer
	one := inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			panic(http.ErrAbortHandler) // as if nobody asked: the run is killed before it cleans up
		}
		honest.ServeHTTP(w, r)
	}))
	run(t, one, conformance.Options{Scenarios: written(t, creates), Journal: conformance.NewJournal(&journal)})
	require.Len(t, l.accounts[literalKey].tokens, 4)
	text := journal.String() + `{"asked":{"number":9,"surface":"v2","kind":"token","at":"2026-02-12T08:30:00Z"}}` + "\n" + `{"made":{"num`
	assert.NotContains(t, text, literalKey)

	left, err := conformance.ReadJournal(strings.NewReader(text))
	require.NoError(t, err)
	known, doubtful := left.Count()
	assert.Equal(t, []int{4, 1}, []int{known, doubtful})
	stranger := inside(honest)
	stranger.Email = "somebody@example.com"
	_, _, err = conformance.Sweep(t.Context(), left, stranger, conformance.Options{})
	require.ErrorContains(t, err, "the tokens were made in the account of "+literalEmail)

	removed, stays, err := conformance.Sweep(t.Context(), left, inside(honest), conformance.Options{Journal: conformance.NewJournal(&journal)})
	require.NoError(t, err)
	assert.Equal(t, 4, removed)
	assert.Empty(t, l.accounts[literalKey].tokens)
	require.Len(t, stays, 1)
	assert.Contains(t, stays[0].Reason, "one may have been made at 2026-02-12 08:30:00Z")
	left, err = conformance.ReadJournal(&journal)
	require.NoError(t, err)
	known, _ = left.Count()
	assert.Zero(t, known, "what was swept is noted")
}

func TestARunJournalThatIsNoneIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"rubbish":             {"rubbish\n", "line 1 is not a line of a run journal"},
		"rubbish later":       {`{"run":{"version":"1.0"}}` + "\nrubbish\n", "line 2 is not a line of a run journal"},
		"no run at the start": {`{"made":{"id":"x"}}` + "\n", "line 1: a run journal begins with the line of its run"},
		"two runs":            {`{"run":{"version":"1.0"}}` + "\n" + `{"run":{"version":"1.0"}}` + "\n", "line 2: a run journal begins"},
		"half a line":         {`{"run"`, "the line of the run is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conformance.ReadJournal(strings.NewReader(test.text))
			require.ErrorContains(t, err, test.want)
		})
	}
	left, err := conformance.ReadJournal(strings.NewReader(""))
	require.NoError(t, err)
	known, doubtful := left.Count()
	assert.Zero(t, known+doubtful)
}

func TestARunKeepsToItsPlan(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			l, url := newLiteral(t, true, control)
			options := conformance.Options{Scenarios: features(t)}
			plan, err := conformance.Plan(t.Context(), target(url, control), options)
			require.NoError(t, err)
			assert.Empty(t, l.requests)
			run(t, target(url, control), options)
			assert.LessOrEqual(t, len(l.requests), plan.Totals.Requests)
			assert.Positive(t, plan.Totals.Writes)
			options.Rate = 2
			plan, err = conformance.Plan(t.Context(), target(url, control), options)
			require.NoError(t, err)
			assert.InDelta(t, float64(plan.Totals.Requests)/2, plan.Totals.Seconds, 0.01)
		})
	}
}

const callsPriced = `
  - id: services/one/call
    title: A service is called
    level: MUST
    requirement: it answers
    source: somewhere
    needs: [services]
    steps: [{name: call, call: GET /__services/company.openapi.com/IT-start/1, auth: {bearer: x}, repeat: 3, expect: {status: 200}}]
`

func TestABoundOfMoneyHolds(t *testing.T) {
	for bound, calls := range map[string]int64{"0": 0, "0.0599": 0, "0.06": 1, "0.1799": 2, "0.18": 3, "10": 3} {
		t.Run(bound, func(t *testing.T) {
			var paid atomic.Int64
			seller := &seller{status: 401, body: wrongToken}
			out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch {
				case r.URL.Path == "/scopes":
					fmt.Fprint(w, `{"data":[{"id":"a","scope":"GET:company.openapi.com/IT-start","enabled":true},{"id":"b","scope":"GET:company.openapi.com/IT-full","enabled":true}]}`)
				case r.URL.Path == "/scopes/a":
					fmt.Fprint(w, `{"data":{"prices":{"it-start":0.06,"it-start-bulk":0.01}}}`)
				case strings.HasPrefix(r.URL.Path, "/__services/") && r.Header.Get("Authorization") != "":
					paid.Add(1)
					fallthrough
				default:
					seller.ServeHTTP(w, r)
				}
			})), conformance.Options{Scenarios: written(t, callsPriced), MaxSpend: bound})
			assert.Equal(t, calls, paid.Load(), "%v", verdicts(out))
			if calls < 3 {
				assert.Contains(t, verdicts(out)["services/one/call"], "INCONCLUSIVE: cut off by --max-spend "+bound)
				assert.Equal(t, report.ExitInconclusive, out.ExitCode())
			}
		})
	}
}

func TestScenariosThatDisturbNobodyShareAnAccountSideBySide(t *testing.T) {
	_, honest := honestly(t)
	synctest.Test(t, func(t *testing.T) {
		text := ""
		for i := range 8 {
			text += fmt.Sprintf("\n  - {id: v2/a/beside-%d, title: a, level: MUST, requirement: a, source: a, steps: [{name: read, call: wallet.get, expect: {status: 200}}]}", i)
			text += fmt.Sprintf("\n  - {id: v2/a/alone-%d, title: a, level: MUST, requirement: a, source: a, steps: [{name: read, call: token.list, expect: {status: 200}}]}", i)
		}
		var mu sync.Mutex
		at := map[string]int{}
		busiest := map[string]int{}
		began := time.Now()
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count := func(by int) {
				mu.Lock()
				defer mu.Unlock()
				at[r.URL.Path] += by
				busiest[r.URL.Path] = max(busiest[r.URL.Path], at[r.URL.Path])
			}
			count(1)
			time.Sleep(time.Second) //nolint:forbidigo // within the bubble it takes no time
			count(-1)
			mu.Lock()
			defer mu.Unlock()
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, text), Parallel: 4})
		assert.Equal(t, 16, out.Summary.Passed, "%v", verdicts(out))
		assert.Equal(t, map[string]int{"/wallet": 4, "/tokens": 1}, busiest)
		assert.Less(t, time.Since(began), 15*time.Second)
	})
}

func TestASlowTargetIsNotAccusedOfLifetimesThatEndedInBetween(t *testing.T) {
	_, honest := honestly(t)
	synctest.Test(t, func(t *testing.T) {
		out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(3 * time.Second) //nolint:forbidigo // within the bubble it takes no time
			honest.ServeHTTP(w, r)
		})), conformance.Options{Scenarios: written(t, `
  - id: v2/a/short
    title: a
    level: MUST
    requirement: a
    source: a
    given: {tokens: [{as: one, ttl: 2}]}
    steps:
      - {name: it lives, call: token.get, path: {token: "${one.token}"}, expect: {status: 200}}
      - {name: time passes, wait: 3s}
      - {name: it is over, call: token.get, path: {token: "${one.token}"}, expect: {status: 404}}
`)})
		assert.Contains(t, verdicts(out)["v2/a/short"], "INCONCLUSIVE: answers took up to 3.0 s, and its lifetimes are of seconds")
	})
}

func TestAListOfAnyLengthIsNotWalkedOnASharedAccount(t *testing.T) {
	asked := 0
	out := run(t, inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		asked++
		entry := `{"id":"%024x","scope":"GET:a.example.com/b","url":"https://example.com","httpResponseCode":"200","startedAt":"2026-02-12T10:00:00+00:00","completedAt":null}`
		fmt.Fprintf(w, `{"data":[`+entry+","+entry+`],"success":true,"message":"","error":null}`, 2*asked, 2*asked+1)
	})), conformance.Options{Scenarios: written(t, `
  - {id: v2/a/walk, title: a, level: OBSERVE, requirement: a, source: a, steps: [{name: walk, call: callback.list, walk: {limit: 2, key: id}, expect: {status: 200, items: {$: {minLength: 1}}}}]}
`)})
	assert.Contains(t, verdicts(out)["v2/a/walk"], "SKIP: the account has more than 200 entries in the list, too many to walk 2 at a time")
}
