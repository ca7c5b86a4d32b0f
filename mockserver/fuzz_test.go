package mockserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/spec/readertest"
)

// FuzzRequest asks a whole server anything at all. Whatever comes, the answer is the API's envelope
// and no 5xx, and who is refused has changed nothing but the log of errors and the count of calls.
func FuzzRequest(f *testing.F) {
	const basic = "Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"
	for _, seed := range [][5]string{
		{"GET", "/wallet", "", basic, ""},
		{"POST", "/tokens", "", basic, `{"scopes":["GET:company.openapi.com/IT-start"],"ttl":1e400,"limits":{"walletAmount":0.00001,"ip":[""]}}`},
		{"POST", "/tokens", "", basic, `{"scopes":1,"scopes":["*:*/*"],"name":"\ud800"}`},
		{"POST", "/tokens", "", basic, strings.Repeat("[", 20_000)},
		{"POST", "/tokens", "", basic, "\xef\xbb\xbf{}"},
		{"PATCH", "/tokens/", "", "Bearer x", `{"scopes":[]} trailing`},
		{"PATCH", "/tokens/%2F%00", "", "Bearer \xff", `{"limits":{"totalRequests":-1}}`},
		{"DELETE", "/tokens/..", "id=%zz", basic, "\x00"},
		{"GET", "/tokens", "limit=99999999999999999999&skip=1e400", basic, ""},
		{"GET", "/errors", "limit=-1;skip=&&=&%", basic, ""},
		{"GET", "/callbacks", "scopes=,*:*/*,GET:&limit=%00", basic, ""},
		{"GET", "/stats", "date=2026-02-30", basic, ""},
		{"GET", "/stats/apis/%2e%2e", "date=2024-02-29&date=x", basic, ""},
		{"GET", "/scopes/682c9f5a51671f7ef264c4fd", "", "basic  " + basic[6:], ""},
		{"OPTIONS", "*", "", "Basic Og==", ""},
		{"BREW", "//wallet", "?", "", ""},
		{"GET", "/subscriptions/ffffffffffffffffffffffff", "", "Basic \x00", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	server, err := mockserver.New(mockserver.WithRateLimit(0), mockserver.WithMaxBody(64<<10))
	require.NoError(f, err)
	handler := server.Handler()
	state := func(t *testing.T) fixtures.World {
		r := httptest.NewRequest("GET", "http://127.0.0.1/__admin/state", nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var world fixtures.World
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &world))
		world.Server = nil
		for i := range world.Accounts {
			world.Accounts[i].Errors, world.Accounts[i].Usage, world.Accounts[i].Issued, world.Accounts[i].Books = nil, nil, nil, nil
		}
		return world
	}
	f.Fuzz(func(t *testing.T, method, path, query, authorization, body string) {
		defer readertest.Within(len(method) + len(path) + len(query) + len(authorization) + len(body))()
		u, err := url.Parse(path)
		if err != nil || strings.HasPrefix(u.Path, "/__admin") || u.Path == "/metrics" || u.Path == "/healthz" || u.Path == "/readyz" || method == "" {
			t.Skip("is no request, or none to the API")
		}
		r := &http.Request{
			Method: method, URL: &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: query}, Host: "localhost", RemoteAddr: "192.0.2.1:1",
			Header: http.Header{"Authorization": {authorization}}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			ContentLength: int64(len(body)), Body: http.NoBody,
		}
		if body != "" {
			r.Body = readCloser{strings.NewReader(body)}
		}
		before := state(t)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r.WithContext(t.Context()))
		var envelope struct {
			Success *bool
			Message *string
			Error   any
		}
		if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || w.Code >= 500 || envelope.Success == nil || envelope.Message == nil {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if *envelope.Success != (w.Code == 200) || (envelope.Error == nil) != (w.Code == 200) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Code != 200 {
			require.Equal(t, before, state(t))
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
