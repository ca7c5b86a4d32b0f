package docs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ohler55/ojg/jp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec"
)

// pair is a mock that rows of docs/migrating-v1-to-v2.md are sent to.
type pair struct{ handler http.Handler }

func newPair(t *testing.T) pair {
	t.Helper()
	server, err := mockserver.New(mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
	require.NoError(t, err)
	return pair{server.Handler()}
}

const pageToken = "5f8041e42efdfc468b6e60ea"

// send sends a call, "METHOD path" below a prefix. The body "wrong" stands for wrong credentials.
func (p pair) send(prefix, call, body string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(strings.NewReplacer("{token}", pageToken, "{unknown}", "5f8041e42efdfc468b6e60ff", "{IT-pec}", "682d37d16170cb2218bda881",
		"{domain}", "company.openapi.com", "{day}", "2026-02-11", "{month}", "2026-02", "{year}", "2026").Replace(call), " ")
	r := httptest.NewRequest(method, "http://localhost"+prefix+path, strings.NewReader(body))
	key := "0123456789abcdef0123456789abcdef"
	if body == "wrong" {
		key = body
	}
	r.SetBasicAuth("dev@example.com", key)
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w
}

// tables are the rows below each heading of the page, without code marks.
func tables(t *testing.T) map[string][][]string {
	t.Helper()
	text, err := os.ReadFile("migrating-v1-to-v2.md")
	require.NoError(t, err)
	all, heading := map[string][][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if name, is := strings.CutPrefix(line, "## "); is {
			heading = name
		}
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
		}
		all[heading] = append(all[heading], cells)
	}
	for name := range all {
		all[name] = all[name][1:] // without the head
	}
	return all
}

// TestEveryRowOfTheMigrationIsSo sends every row of docs/migrating-v1-to-v2.md to the mock.
func TestEveryRowOfTheMigrationIsSo(t *testing.T) {
	rows := tables(t)
	for _, row := range rows["Calls"] {
		t.Run(row[0], func(t *testing.T) {
			p := newPair(t)
			w := p.send("/__v1", row[0], `{"scopes":["*:*/*"]}`)
			require.Equal(t, 200, w.Code, w.Body)
			r := httptest.NewRequest("GET", "http://localhost/__admin/requests/"+w.Header().Get("X-Mock-Request-Id"), http.NoBody)
			explained := httptest.NewRecorder()
			p.handler.ServeHTTP(explained, r)
			path, _, _ := strings.Cut(row[1], "?")
			assert.Contains(t, explained.Body.String(), "v2 has "+path, "oauthmock explain says the same")
			assert.Equal(t, 200, newPair(t).send("", row[1], `{"scopes":["*:*/*"]}`).Code)
		})
	}
	for _, row := range rows["Requests"] {
		t.Run(row[0]+" "+row[1], func(t *testing.T) {
			made := func(prefix, call, body string) string {
				p := newPair(t)
				w := p.send(prefix, call, body)
				require.Equal(t, 200, w.Code, w.Body)
				token := pageToken
				if strings.HasPrefix(call, "POST") {
					token = jp.MustParseString("$.token").First(value(t, w)).(string)
				}
				of := value(t, p.send("/__v1", "GET /token/"+token, ""))
				return fmt.Sprint(jp.MustParseString("$.data[0]['scopes','expire']").Get(of))
			}
			assert.Equal(t, made("", row[2], row[3]), made("/__v1", row[0], row[1]))
		})
	}
	for _, row := range rows["Answers"] {
		t.Run(row[0]+" "+row[1], func(t *testing.T) {
			p := newPair(t)
			old := jp.MustParseString(row[1]).Get(value(t, p.send("/__v1", row[0], "")))
			require.NotEmpty(t, old)
			instead := jp.MustParseString(row[3]).Get(value(t, newPair(t).send("", row[2], "")))
			if text, ok := instead[0].(string); ok {
				if at, err := time.Parse(time.RFC3339, text); err == nil {
					instead = []any{json.Number(fmt.Sprint(at.Unix()))}
				}
			}
			assert.Equal(t, instead, old)
		})
	}
	met := map[string]bool{}
	for _, row := range rows["Refusals"] {
		t.Run(row[0], func(t *testing.T) {
			assert.Equal(t, row[3], outcome(t, newPair(t).send("/__v1", row[1], row[2])), "v1")
			assert.Equal(t, row[6], outcome(t, newPair(t).send("", row[4], row[5])), "v2")
			method, path, _ := strings.Cut(row[1], " ")
			met[method+" "+strings.Split(path, "/")[1]+" "+row[3]] = true
		})
	}

	// Nothing of v1 is left out.
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		assert.True(t, slices.ContainsFunc(rows["Calls"], func(row []string) bool { return row[0] == o.Method+" "+o.Path }), o.Name)
	}
	triples, err := spec.V1().Triples()
	require.NoError(t, err)
	for _, triple := range triples {
		if triple.Code.String() == "320" { // told below the table
			continue
		}
		assert.True(t, met[fmt.Sprintf("%s %s %d %s", triple.Method, strings.Split(triple.Path, "/")[1], triple.Status, triple.Code)], triple.String())
	}
}

// outcome is the status of an answer, and the number of a refusal.
func outcome(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Body.Len() > 0 {
		if code := jp.MustParseString("$.error").First(value(t, w)); code != nil {
			return fmt.Sprintf("%d %v", w.Code, code)
		}
	}
	return fmt.Sprint(w.Code)
}

func value(t *testing.T, w *httptest.ResponseRecorder) (v any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(w.Body.String()))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&v), w.Body)
	return v
}
