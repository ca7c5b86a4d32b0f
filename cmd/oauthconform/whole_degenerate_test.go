//go:build !race

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/scenarios"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// degenerate are servers that answer everything in one wrong way. None may ever pass anything that
// says MUST.
func degenerate(t *testing.T) map[string]http.HandlerFunc {
	t.Helper()
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	cut := func(bytes string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection := hijack(w)
			defer connection.Close()
			_, _ = io.WriteString(connection, bytes)
		}
	}
	return map[string]http.HandlerFunc{
		"always 200 {}":                 answer(200, "application/json", `{}`),
		"always 200 with an empty list": answer(200, "application/json", `{"data":[],"success":true,"message":"","error":null}`),
		"always 500":                    answer(500, "application/json", `{"success":false,"message":"Internal Server Error","error":500,"data":null}`),
		"always 404":                    answer(404, "application/json", `{"success":false,"message":"Not Found","error":120,"data":null}`),
		"HTML":                          answer(200, "text/html", `<!doctype html><title>Welcome</title>`),
		"redirect loop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		},
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			body, _ := io.ReadAll(r.Body)
			if len(body) == 0 {
				body = []byte(`{}`)
			}
			_, _ = w.Write(body)
		},
		"static examples": examples(t),
		"gzip garbage": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08garbage"))
		},
		"truncated JSON":  answer(200, "application/json", `{"data":{"credit":12`),
		"truncated bytes": cut("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"data\":"),
		"no HTTP":         cut("SSH-2.0-OpenSSH_9.2\r\n"),
		"reset": func(w http.ResponseWriter, _ *http.Request) {
			connection := hijack(w)
			if tcp, ok := connection.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = connection.Close()
		},
		"hang": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return connection
}

// examples answers every operation with the published document's own example of success.
func examples(t *testing.T) http.HandlerFunc {
	t.Helper()
	doc, err := reading.Published(spec.V2())
	require.NoError(t, err)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for path, item := range doc.Paths.Map() {
			operation := item.GetOperation(r.Method)
			if operation == nil || !sameShape(path, r.URL.Path) {
				continue
			}
			media := operation.Responses.Status(200).Value.Content["application/json"]
			example := media.Example
			if example == nil && len(media.Examples) > 0 {
				example = media.Examples[slices.Sorted(maps.Keys(media.Examples))[0]].Value.Value
			}
			if example == nil {
				example = map[string]any{}
			}
			_ = json.NewEncoder(w).Encode(example)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{}`)
	}
}

func sameShape(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	return len(want) == len(got) && !slices.ContainsFunc(want, func(part string) bool {
		i := slices.Index(want, part)
		return !strings.HasPrefix(part, "{") && got[i] != part
	})
}

// TestTheWholeSuitePassesNoDegenerateServer runs every MUST of the suite against each of them, with
// a working control API beside it and sometimes without one, and compares the verdicts with golden
// ones.
func TestTheWholeSuitePassesNoDegenerateServer(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	all = slices.DeleteFunc(all, func(s scenarios.Scenario) bool { return s.Level != scenarios.Must })
	servers := degenerate(t)
	published := []string{
		"v2/errors/list/members", "v2/stats/dates/day", "v2/stats/dates/month-and-year", "v2/stats/total/members", "v2/stats/ips/members",
		"v2/stats/apis/members", "v2/stats/api/members", "v2/transactions/list/members", "v2/wallet/get/shape",
	}
	var golden strings.Builder
	for _, name := range slices.Sorted(maps.Keys(servers)) {
		for _, control := range []bool{true, false} {
			if !control && name != "always 200 {}" && name != "hang" {
				continue // it is the same again, with most scenarios skipped
			}
			mock, err := mockserver.New()
			require.NoError(t, err)
			mux := http.NewServeMux()
			mux.HandleFunc("/", servers[name])
			if control {
				mux.Handle("/__admin/", mock.AdminHandler())
			}
			server := httptest.NewServer(mux)
			target := conformance.Target{BaseURL: server.URL, Email: demoEmail, APIKey: demoKey, SandboxAPIKey: demoSandboxKey}
			if control {
				target.AdminURL = server.URL + "/__admin"
			}
			timeout := 30 * time.Second // never the verdict of a busy machine
			if name == "hang" {
				timeout = 200 * time.Millisecond
			}
			result, err := conformance.Run(t.Context(), target, conformance.Options{Scenarios: all, Parallel: 4, Timeout: timeout})
			require.NoError(t, err)
			server.CloseClientConnections()
			server.Close()

			beside := "without a control API"
			if control {
				beside = "with a control API"
			}
			fmt.Fprintf(&golden, "%s, %s: exit %d, %s\n", name, beside, result.ExitCode(), verdicts(result))
			assert.NotZero(t, result.ExitCode(), "%s %s", name, beside)
			for _, r := range result.Results {
				// An empty list is right for an account that has nothing, and the published
				// examples have the published form: only these servers may pass what asks for no
				// more.
				ofForm := name == "static examples" && slices.Contains(published, r.ID)
				if name != "always 200 with an empty list" && !ofForm {
					assert.NotContains(t, []report.Verdict{report.Pass, report.Warn, report.XPass}, r.Verdict, "%s, %s: %s", name, beside, r.ID)
				}
			}
			if name == "hang" || name == "reset" {
				assert.Equal(t, report.ExitInconclusive, result.ExitCode(), name)
				assert.Zero(t, result.Summary.Passed, name)
				assert.Less(t, result.Summary.Requests, 30, "the circuit breaker ends it soon")
			}
			if name == "always 200 {}" && control {
				assert.GreaterOrEqual(t, result.Summary.Failed*100, len(all)*95, "%d of %d MUST scenarios fail", result.Summary.Failed, len(all))
			}
		}
	}
	path := filepath.Join("testdata", "degenerate.golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(golden.String()), 0o600))
	}
	want, err := os.Open(path)
	require.NoError(t, err)
	defer want.Close()
	lines := bufio.NewScanner(want)
	var wanted strings.Builder
	for lines.Scan() {
		wanted.WriteString(lines.Text() + "\n")
	}
	assert.Equal(t, wanted.String(), golden.String(), "when the scenarios changed on purpose: go test ./cmd/oauthconform -run DegenerateServer -update")
}

// verdicts says which verdicts there were; how many of each would change with every new scenario.
func verdicts(r report.Report) string {
	var out []string
	for _, v := range []struct {
		name string
		n    int
	}{
		{"PASS", r.Summary.Passed}, {"WARN", r.Summary.Warned}, {"FAIL", r.Summary.Failed}, {"SKIP", r.Summary.Skipped},
		{"INCONCLUSIVE", r.Summary.Inconclusive}, {"ERROR", r.Summary.Errors},
	} {
		if v.n > 0 {
			out = append(out, v.name)
		}
	}
	return strings.Join(out, " ")
}
