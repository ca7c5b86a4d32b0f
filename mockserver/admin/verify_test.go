package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/verify"
)

func verified(t *testing.T, h http.Handler, target, body string) (int, verify.Result) {
	t.Helper()
	answer := send(t, h, "POST", "/__admin/verify"+target, body)
	var r verify.Result
	require.Contains(t, []int{200, 409, 424}, answer.Code, answer.Body.String())
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &r))
	return answer.Code, r
}

func TestRequestsAreVerified(t *testing.T) {
	handler := newServer(t).Handler()
	send(t, handler, "GET", "/wallet", "")                                                                        // 1
	send(t, handler, "POST", "/tokens", `{"scopes":["GET:nowhere/x"]}`)                                           // 2: 422
	send(t, handler, "GET", "/wallet/transactions?limit=5", "")                                                   // 3
	send(t, handler, "PATCH", "/tokens/656d1e2f8b3c2a001f7e4aff", `{}`)                                           // 4: 404
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://localhost/wallet", http.NoBody)) // 5: 401, nobody's
	for name, c := range map[string]struct {
		body    string
		status  int
		count   int
		matched []string
		near    []string
	}{
		"nothing is asked, and something came":             {``, 200, 5, []string{"1", "2", "3", "4", "5"}, nil},
		"an operation that was called":                     {`{"match":{"operation":"token.create"}}`, 200, 1, []string{"2"}, nil},
		"an operation that was not called":                 {`{"match":{"operation":"token.delete"}}`, 409, 0, nil, []string{"5", "4", "3", "2", "1"}},
		"a call with all that is known of it":              {`{"match":{"operation":"token.create","method":"POST","path":"/tokens","headers":{"content-type":"application/json"},"auth":"basic","body":{"scopes":["GET:nowhere/x"]},"status":422},"exactly":1}`, 200, 1, []string{"2"}, nil},
		"too many calls":                                   {`{"match":{"path":"/wallet"},"atMost":1}`, 409, 2, []string{"1", "5"}, nil},
		"too few calls":                                    {`{"match":{"path":"/wallet","status":200},"atLeast":2}`, 409, 1, []string{"1"}, []string{"5", "3", "4", "2"}},
		"a parameter":                                      {`{"match":{"query":{"limit":"*"}}}`, 200, 1, []string{"3"}, nil},
		"calls in order":                                   {`{"inOrder":[{"path":"/wallet"},{"method":"PATCH"}]}`, 200, 2, []string{"1", "4"}, nil},
		"calls in another order":                           {`{"inOrder":[{"method":"PATCH"},{"method":"POST"}]}`, 409, 1, []string{"4"}, []string{"5", "2", "3", "1"}},
		"an account's calls, without those of nobody":      {`{"match":{"path":"/wallet"},"exactly":1,"account":"demo"}`, 200, 1, []string{"1"}, nil},
		"another account's calls, of which there are none": {`{"exactly":0,"account":"demo-sandbox"}`, 200, 0, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			status, r := verified(t, handler, "", c.body)
			assert.Equal(t, c.status, status, r.Detail)
			assert.Equal(t, status == 200, r.Satisfied)
			assert.Equal(t, c.count, r.Count)
			assert.Equal(t, append([]string{}, c.matched...), r.Matched)
			var near []string
			for _, n := range r.NearMisses {
				near = append(near, n.ID)
			}
			assert.Equal(t, c.near, near)
		})
	}
}

func TestAnExpectationInWrongFormIsRefused(t *testing.T) {
	handler := newServer(t).Handler()
	for name, c := range map[string]struct {
		target, body string
		status       int
		says         string
	}{
		"a member that does not exist":      {"", `{"mach":{}}`, 400, "mach"},
		"a member of match that is unknown": {"", `{"match":{"pth":"/x"}}`, 400, "pth"},
		"a status that is text":             {"", `{"match":{"status":"200"}}`, 400, "status"},
		"a parameter that is a number":      {"", `{"match":{"query":{"limit":1}}}`, 400, "query"},
		"exactly beside atMost":             {"", `{"exactly":1,"atMost":2}`, 400, "exactly"},
		"a wait of more than a minute":      {"", `{"wait":"2m"}`, 400, "1m"},
		"a list":                            {"", `[]`, 400, "object"},
		"an account that does not exist":    {"", `{"account":"nobody","exactly":0}`, 404, "account"},
		"the same in the query":             {"?account=nobody", `{}`, 404, "account"},
		"two accounts":                      {"?account=demo", `{"account":"demo-sandbox"}`, 400, "demo-sandbox"},
		"a parameter that does not exist":   {"?acount=demo", `{}`, 400, "acount"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(t, handler, "POST", "/__admin/verify"+c.target, c.body)
			assert.Equal(t, c.status, answer.Code)
			assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
			assert.Contains(t, answer.Body.String(), c.says)
		})
	}
}

// TestAnswersOfVerifyAreAsDescribed covers those that the examples of the description do not earn.
func TestAnswersOfVerifyAreAsDescribed(t *testing.T) {
	doc := description(t)
	for status, requests := range map[int]int{409: 1, 424: 2} {
		handler := newServer(t, mockserver.WithJournal(1, 1<<20)).Handler()
		for range requests {
			send(t, handler, "GET", "/wallet", "")
		}
		r := httptest.NewRequest("POST", "http://localhost/__admin/verify", strings.NewReader(`{"match":{"operation":"token.get","body":{"a":[1]}}}`))
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r.Clone(t.Context()))
		require.Equal(t, status, answer.Code, answer.Body.String())
		validate(t, doc, "/verify", "POST", doc.Paths.Find("/verify"), r, answer)
	}
}

func TestAnAccountIsVerifiedByItself(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(2, 1<<20)).Handler()
	var fresh struct{ ID, Email, APIKey string }
	require.NoError(t, json.Unmarshal(send(t, handler, "POST", "/__admin/accounts", `{}`).Body.Bytes(), &fresh))
	for range 5 {
		send(t, handler, "GET", "/wallet", "") // demo's: the journal drops some of them
	}
	for _, body := range []string{`{"exactly":0,"account":"` + fresh.ID + `"}`, `{"exactly":0}`} {
		target := ""
		if !strings.Contains(body, "account") {
			target = "?account=" + fresh.ID
		}
		status, r := verified(t, handler, target, body)
		assert.Equal(t, 200, status, r.Detail)
		assert.Zero(t, r.Dropped)
	}
	status, r := verified(t, handler, "?account=demo", `{"exactly":5}`)
	assert.Equal(t, 424, status)
	assert.Equal(t, uint64(3), r.Dropped)

	send(t, handler, "POST", "/__admin/reset?account=demo", "")
	status, _ = verified(t, handler, "?account=demo", `{"exactly":0}`)
	assert.Equal(t, 200, status, "a reset of the account forgives what was dropped of it")
}

func TestVerifyTellsNoSecrets(t *testing.T) {
	const refresh = "0fed0fed0fed0fed0fed0fed"
	handler := newServer(t).Handler()
	created := decoded(t, send(t, handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`).Body.Bytes()).(map[string]any)
	token := created["token"].(string)
	send(t, handler, "PATCH", "/tokens/"+token, `{"name":"`+token+`","token":"`+refresh+`"}`)
	for name, match := range map[string]string{
		"a path":   `{"path":"/tokens/other-other-other","method":"PATCH"}`,
		"a body":   `{"method":"PATCH","body":{"name":"x","token":"y"}}`,
		"a header": `{"headers":{"authorization":"Bearer x"}}`,
		"my own":   `{"path":"/tokens/` + token + `","status":404,"body":{"token":"` + refresh + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(t, handler, "POST", "/__admin/verify", `{"match":`+match+`}`)
			require.Equal(t, 409, answer.Code)
			for _, secret := range []string{token, refresh, "ZGV2QGV4YW1wbGUuY29t", "0123456789abcdef0123456789abcdef"} {
				assert.NotContains(t, answer.Body.String(), secret)
			}
			assert.Contains(t, answer.Body.String(), "[secret ")
		})
	}
	t.Run("the true values match", func(t *testing.T) {
		status, r := verified(t, handler, "", `{"match":{"path":"/tokens/`+token+`","body":{"token":"`+refresh+`"}},"exactly":1}`)
		assert.Equal(t, 200, status, r.Detail)
	})
	t.Run("the fingerprints match", func(t *testing.T) {
		var shown struct{ Request struct{ URI string } }
		require.NoError(t, json.Unmarshal(send(t, handler, "GET", "/__admin/requests/2", "").Body.Bytes(), &shown))
		require.Contains(t, shown.Request.URI, "[secret ")
		_, path, _ := strings.Cut(shown.Request.URI, "http://localhost")
		status, r := verified(t, handler, "", `{"match":{"path":"`+path+`"},"exactly":1}`)
		assert.Equal(t, 200, status, r.Detail)
	})
}

// listening serves a mock on loopback, with time limits that a wait outlasts.
func listening(t *testing.T, s *mockserver.Server) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(s.Handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = time.Second, time.Second
	server.Config.RegisterOnShutdown(s.Interrupt)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func post(ctx context.Context, url, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/__admin/verify", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

func TestAWaitOutlastsTheTimeLimitsOfTheConnection(t *testing.T) {
	t.Parallel() // it waits more than it works
	url := listening(t, newServer(t)).URL
	began := time.Now()
	answer, err := post(t.Context(), url, `{"match":{},"exactly":0,"wait":"1500ms"}`)
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, 200, answer.StatusCode)
	var r verify.Result
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&r))
	assert.True(t, r.Satisfied)
	assert.GreaterOrEqual(t, time.Since(began), 1500*time.Millisecond)
}

func TestAWaitEndsWhenTheRequestComes(t *testing.T) {
	s := newServer(t)
	url := listening(t, s).URL
	answers := make(chan *http.Response, 1)
	go func() {
		answer, err := post(t.Context(), url, `{"match":{"operation":"wallet.get"},"wait":"1m"}`)
		assert.NoError(t, err)
		answers <- answer
	}()
	handler := s.Handler()
	for {
		send(t, handler, "GET", "/wallet", "")
		select {
		case answer := <-answers:
			require.NotNil(t, answer)
			defer answer.Body.Close()
			assert.Equal(t, 200, answer.StatusCode)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestAWaitEndsWithTheServerAndWithTheCaller(t *testing.T) {
	for name, end := range map[string]func(s *mockserver.Server, leave func()){
		"the server stops": func(s *mockserver.Server, _ func()) { s.Interrupt() },
		"the caller left":  func(_ *mockserver.Server, leave func()) { leave() },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := newServer(t, mockserver.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
			server := listening(t, s)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			began, ended := time.Now(), make(chan int, 1)
			go func() {
				answer, err := post(ctx, server.URL, `{"match":{"operation":"token.delete"},"wait":"1m"}`)
				if err != nil {
					ended <- 0
					return
				}
				_ = answer.Body.Close()
				ended <- answer.StatusCode
			}()
			// The end may come before the wait begins: either way it ends.
			end(s, leave)
			status := <-ended
			assert.Contains(t, []int{0, 503}, status)
			server.Close() // waits for what it still serves
			assert.Less(t, time.Since(began), 50*time.Second)
			assert.Empty(t, log.String(), "nothing failed")
		})
	}
}

func TestAWaitEndsWithAResetOfWhatItWaitsFor(t *testing.T) {
	for name, c := range map[string]struct {
		account, method, path string
		status                int
	}{
		"everything is reset":             {"", "POST", "/reset", 503},
		"everything is reset, for one":    {"demo", "POST", "/reset", 503},
		"the account is reset":            {"demo", "POST", "/reset?account=demo", 503},
		"the account is removed":          {"demo", "DELETE", "/accounts/demo", 503},
		"not when another one is reset":   {"demo", "POST", "/reset?account=demo-sandbox", 200},
		"not when the journal is cleared": {"demo", "DELETE", "/requests", 200},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler := newServer(t).Handler()
				time.AfterFunc(2*time.Second, func() {
					send(t, handler, c.method, "/__admin"+c.path, "")
				})
				began := time.Now()
				answer := send(t, handler, "POST", "/__admin/verify", `{"match":{"operation":"wallet.get"},"exactly":0,"wait":"5s","account":"`+c.account+`"}`)
				assert.Equal(t, c.status, answer.Code, answer.Body.String())
				if c.status == 503 {
					assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
					assert.Equal(t, 2*time.Second, time.Since(began))
				}
			})
		})
	}
}

// TestVerifyIsNeverWrongUnderTraffic asks for what is true while many requests drop what the
// journal remembers of it: it may be told that nobody knows, and never that it is false.
func TestVerifyIsNeverWrongUnderTraffic(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(16, 32<<10), mockserver.WithRateLimit(0)).Handler()
	var traffic, asking sync.WaitGroup
	stop := make(chan struct{})
	var told [3]atomic.Int64 // true, false, unknown
	for range 2 {
		traffic.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					send(t, handler, "GET", "/scopes", "")
				}
			}
		})
	}
	for range 2 {
		asking.Go(func() {
			var own struct{ ID, Email, APIKey string }
			if !assert.NoError(t, json.Unmarshal(send(t, handler, "POST", "/__admin/accounts", `{"fixture":"empty"}`).Body.Bytes(), &own)) {
				return
			}
			for n := range 60 {
				r := httptest.NewRequest("GET", "http://localhost/wallet", http.NoBody)
				r.SetBasicAuth(own.Email, own.APIKey)
				handler.ServeHTTP(httptest.NewRecorder(), r)
				count := strconv.Itoa(n + 1)
				for expectation, truth := range map[string]bool{
					`"exactly":` + count:             true,
					`"atLeast":` + count:             true,
					`"atMost":` + count:              true,
					`"exactly":` + strconv.Itoa(n):   false,
					`"atMost":` + strconv.Itoa(n):    false,
					`"atLeast":` + strconv.Itoa(n+2): false,
				} {
					answer := send(t, handler, "POST", "/__admin/verify", `{"match":{"operation":"wallet.get"},"account":"`+own.ID+`",`+expectation+`}`)
					switch answer.Code {
					case 200:
						assert.True(t, truth, "%s after %d: %s", expectation, n+1, answer.Body)
						told[0].Add(1)
					case 409:
						assert.False(t, truth, "%s after %d: %s", expectation, n+1, answer.Body)
						told[1].Add(1)
					case 424:
						told[2].Add(1)
					default:
						assert.Fail(t, "another answer", answer.Body.String())
					}
				}
			}
		})
	}
	asking.Wait()
	close(stop)
	traffic.Wait()
	for i, name := range []string{"true", "false", "unknown"} {
		assert.Positive(t, told[i].Load(), "nobody was told %q: the test proves nothing", name)
	}
}
