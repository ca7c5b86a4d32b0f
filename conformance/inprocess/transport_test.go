package inprocess_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/inprocess"
)

func TestAHandlerIsCalledAsByAServer(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		status  int
		header  http.Header
		body    string
	}{
		"nothing is written":           {func(http.ResponseWriter, *http.Request) {}, 200, http.Header{}, ""},
		"a body alone is 200":          {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }, 200, http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, "{}"},
		"a status alone":               {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, 204, http.Header{}, ""},
		"only the first status counts": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(200) }, 404, http.Header{}, ""},
		"headers are sent with the status": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("A", "1")
			w.WriteHeader(200)
			w.Header().Set("A", "2")
		}, 200, http.Header{"A": {"1"}}, ""},
		"the request as a server reads it": {
			func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.Header().Set("Content-Type", "text/plain")
				_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.Host, r.RequestURI, r.RemoteAddr, string(body)}, " "))
			}, 200, http.Header{"Content-Type": {"text/plain"}}, "POST localhost /a%2Fb?c=d 127.0.0.1:1 body",
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := http.Client{Transport: inprocess.Transport{Handler: c.handler}}
			request, err := http.NewRequestWithContext(t.Context(), "POST", "http://localhost/a%2Fb?c=d", strings.NewReader("body"))
			require.NoError(t, err)
			response, err := client.Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, response.StatusCode)
			assert.Equal(t, c.header, response.Header)
			assert.Equal(t, c.body, string(body))
		})
	}
}

func TestAHandlerThatPanicsIsAnErrorOfTheTransport(t *testing.T) {
	request, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost/", http.NoBody)
	require.NoError(t, err)
	_, err = inprocess.Transport{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })}.RoundTrip(request)
	assert.ErrorContains(t, err, "the server aborted the response")
}
