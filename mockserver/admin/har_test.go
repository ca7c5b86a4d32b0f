package admin_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// archive is an HTTP archive, as far as tests look at it.
type archive struct {
	Log struct {
		Creator struct{ Name, Version string }
		Comment string
		Dropped int `json:"_dropped"`
		Entries []struct {
			StartedDateTime time.Time
			Time            float64
			Request         struct {
				Method, URL string
				HTTPVersion string
				Headers     []pair
				QueryString []pair
				PostData    *struct{ MimeType, Text string }
				BodySize    int
			}
			Response struct {
				Status      int
				StatusText  string
				HTTPVersion string
				Content     struct {
					Size           int
					MimeType, Text string
					Encoding       string
				}
			}
			Timings   struct{ Send, Wait, Receive float64 }
			Operation string `json:"_operation"`
			Account   string `json:"_account"`
			Refusal   *struct{ Reason string }
		}
	}
}

type pair struct{ Name, Value string }

// har asks for an HTTP archive and holds it against the rules of the format.
func har(t *testing.T, h http.Handler, query string) (out archive, text string) {
	t.Helper()
	answer := send(t, h, "GET", "/__admin/requests?format=har"+query, "")
	require.Equal(t, 200, answer.Code, answer.Body.String())
	require.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	text = answer.Body.String()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/har-1.2.schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(document), text)
	require.NoError(t, json.Unmarshal([]byte(text), &out))
	return out, text
}

func TestTheJournalIsAnHTTPArchive(t *testing.T) {
	start := time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)
	handler := newServer(t, mockserver.WithClock(start), mockserver.WithFrozenClock()).Handler()
	empty, _ := har(t, handler, "")
	assert.Equal(t, "oauthmock", empty.Log.Creator.Name)
	assert.Empty(t, empty.Log.Entries)

	made := send(t, handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`)
	token := decoded(t, made.Body.Bytes()).(map[string]any)["token"].(string)
	send(t, handler, "GET", "/tokens/"+token+"?a=x%20y&a=%3D&b&%zz&id="+token+"&c="+url.QueryEscape("%"+token), "")
	send(t, handler, "GET", "/errors?scopes[]=<>&x=%"+hexOf(token), "")
	send(t, handler, "POST", "/tokens", "\xff\xfe")
	refused := httptest.NewRequest("GET", "/wallet", nil)
	refused.Host, refused.Header["Cookie"] = "oauth.openapi.com", []string{"session=" + token}
	refused.Header["X-Twice"] = []string{"1", "2"}
	handler.ServeHTTP(httptest.NewRecorder(), refused)

	got, text := har(t, handler, "")
	require.Len(t, got.Log.Entries, 5)
	for _, secret := range []string{token, "0123456789abcdef0123456789abcdef", hexOf(token)} {
		assert.NotContains(t, text, secret)
	}
	post, get, escaped, rubbish, unauthorized := got.Log.Entries[0], got.Log.Entries[1], got.Log.Entries[2], got.Log.Entries[3], got.Log.Entries[4]
	assert.Equal(t, start, post.StartedDateTime)
	assert.Equal(t, "token.create", post.Operation)
	assert.Equal(t, "demo", post.Account)
	assert.Nil(t, post.Refusal)
	require.NotNil(t, post.Request.PostData)
	assert.Equal(t, "application/json", post.Request.PostData.MimeType)
	assert.JSONEq(t, `{"scopes":["GET:company.openapi.com/IT-start"]}`, post.Request.PostData.Text)
	assert.Equal(t, len(`{"scopes":["GET:company.openapi.com/IT-start"]}`), post.Request.BodySize)
	assert.Equal(t, made.Body.Len(), post.Response.Content.Size)
	assert.Contains(t, post.Response.Content.Text, `"refreshToken":"[secret `)
	assert.Equal(t, "application/json", post.Response.Content.MimeType)

	assert.Nil(t, get.Request.PostData)
	u, err := url.Parse(get.Request.URL)
	require.NoError(t, err)
	assert.Equal(t, "localhost", u.Host)
	assert.Regexp(t, `^/tokens/\[secret [0-9a-f]{16}\]$`, u.Path)
	fingerprint := strings.TrimPrefix(u.Path, "/tokens/")
	assert.Equal(t, []pair{{"a", "x y"}, {"a", "="}, {"b", ""}, {"%zz", ""}, {"id", fingerprint}, {"c", "%" + fingerprint}}, get.Request.QueryString)
	assert.Equal(t, pair{"scopes[]", "<>"}, escaped.Request.QueryString[0])
	assert.NotEmpty(t, rubbish.Request.PostData.Text)
	assert.Equal(t, 2, rubbish.Request.BodySize)

	assert.Equal(t, "http://oauth.openapi.com/wallet", unauthorized.Request.URL)
	assert.Equal(t, 401, unauthorized.Response.Status)
	assert.Equal(t, "Unauthorized", unauthorized.Response.StatusText)
	assert.Contains(t, text, `"_refusal":{"reason":"`)
	assert.Equal(t, []pair{{"Host", "oauth.openapi.com"}, {"Cookie", unauthorized.Request.Headers[1].Value}, {"X-Twice", "1"}, {"X-Twice", "2"}}, unauthorized.Request.Headers)
	for _, e := range got.Log.Entries {
		assert.InDelta(t, e.Time, e.Timings.Send+e.Timings.Wait+e.Timings.Receive, 1e-9, "the parts make the whole")
	}

	some, _ := har(t, handler, "&status=401&limit=1")
	assert.Len(t, some.Log.Entries, 1)
}

// hexOf escapes the first letter of a text as in a URL, without the percent sign.
func hexOf(text string) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[text[0]>>4], digits[text[0]&15]}) + text[1:]
}

func TestAnArchiveSaysWhatIsMissing(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(2, 1<<20)).Handler()
	for range 5 {
		send(t, handler, "GET", "/wallet", "")
	}
	got, _ := har(t, handler, "&account=demo")
	assert.Equal(t, 3, got.Log.Dropped)
	assert.Contains(t, got.Log.Comment, "3 older entries were dropped")
}

func TestRequestsFromTheFringesStandInAnArchive(t *testing.T) {
	handler := newServer(t).Handler()
	for _, c := range []struct{ method, uri, host, url string }{
		{"OPTIONS", "*", "localhost", "http://localhost/*"},
		{"CONNECT", "x:80", "x:80", "http://x:80/x:80"},
		{"GET", "//wallet", "localhost", "http://localhost//wallet"},
		{"GET", "/wallet?\x7f\"", "localhost:8080", "http://localhost:8080/wallet?%7F%22"},
		{"GET", "http://other/wallet", "other", "http://other/wallet"},
		{"GET", "/wallet", ":::", "http://localhost/wallet"},
		{"GET", "/wallet", "a b", "http://localhost/wallet"},
		{"GET", "/wallet", "a/b?c", "http://localhost/wallet"},
		{"GET", "/wallet", "", "http://localhost/wallet"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Method, r.RequestURI, r.Host = c.method, c.uri, c.host
		handler.ServeHTTP(httptest.NewRecorder(), r)
		got, _ := har(t, handler, "&limit=1")
		require.Len(t, got.Log.Entries, 1)
		assert.Equal(t, c.url, got.Log.Entries[0].Request.URL, c.uri)
	}
}

func TestAnArchiveTellsTheVersionOfHTTPAndHasBinaryBodies(t *testing.T) {
	handler := newServer(t, mockserver.WithSeed(1)).Handler()
	create := func(rule string) {
		require.Equal(t, 201, send(t, handler, "POST", "/__admin/faults", rule).Code)
	}
	create(`{"name":"none","match":{"path":"/wallet"},"effect":{"kind":"status","status":204,"body":"never sent"}}`)
	create(`{"name":"rubbish","match":{"path":"/scopes"},"effect":{"kind":"random-bytes","bytes":8}}`)
	for _, path := range []string{"/wallet", "/scopes"} {
		r := httptest.NewRequest("GET", path, nil)
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
		r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	send(t, handler, "GET", "/errors", "")

	got, _ := har(t, handler, "")
	require.Len(t, got.Log.Entries, 3)
	none, rubbish, plain := got.Log.Entries[0], got.Log.Entries[1], got.Log.Entries[2]
	assert.Equal(t, []string{"HTTP/2", "HTTP/2"}, []string{none.Request.HTTPVersion, none.Response.HTTPVersion})
	assert.Equal(t, "HTTP/1.1", plain.Request.HTTPVersion)
	assert.Zero(t, none.Response.Content.Size, "net/http sends no body with 204")
	assert.Equal(t, "base64", rubbish.Response.Content.Encoding)
	bytes, err := base64.StdEncoding.DecodeString(rubbish.Response.Content.Text)
	require.NoError(t, err)
	assert.Len(t, bytes, 8)
	assert.Empty(t, plain.Response.Content.Encoding)
	assert.Contains(t, send(t, handler, "GET", "/__admin/requests", "").Body.String(), `"httpVersion":"HTTP/2"`)
}
