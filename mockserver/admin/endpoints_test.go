package admin_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

func ask(h http.Handler, url string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, http.NoBody)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEndpointsAreToldAsTheCallerReachesThem(t *testing.T) {
	plain := mockserver.Listeners{HTTP: "127.0.0.1:8080"}
	all := mockserver.Listeners{HTTP: "0.0.0.0:8080", HTTPS: "0.0.0.0:8443", Proxy: "0.0.0.0:3128"}
	for name, c := range map[string]struct {
		url                    string
		at                     mockserver.Listeners
		apart                  bool
		root                   string
		http, https, proxy, v2 string
	}{
		"by the listener's address":         {"http://127.0.0.1:8080", plain, false, "v2", "http://127.0.0.1:8080", "", "", "http://127.0.0.1:8080"},
		"by a name":                         {"http://mock:9999", all, false, "v2", "http://mock:8080", "https://mock:8443", "http://mock:3128", "http://mock:9999"},
		"by IPv6":                           {"http://[::1]:8080", plain, false, "v2", "http://[::1]:8080", "", "", "http://[::1]:8080"},
		"over TLS":                          {"https://mock:8443", all, false, "v2", "http://mock:8080", "https://mock:8443", "http://mock:3128", "https://mock:8443"},
		"without a port":                    {"http://mock", all, false, "v2", "http://mock:8080", "https://mock:8443", "http://mock:3128", "http://mock"},
		"by a host of the provider":         {"http://oauth.openapi.com", all, false, "v2", "http://oauth.openapi.com:8080", "https://oauth.openapi.com:8443", "http://oauth.openapi.com:3128", "http://127.0.0.1:8080"},
		"at the control API's own listener": {"http://mock:9000", plain, true, "v2", "http://mock:8080", "", "", "http://mock:8080"},
		"in process":                        {"http://anything", mockserver.Listeners{}, false, "v2", "", "", "", "http://anything"},
		"with v1 at the root":               {"http://127.0.0.1:8080", plain, false, "v1", "http://127.0.0.1:8080", "", "", "http://127.0.0.1:8080/__v2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, mockserver.WithRootSurface(c.root), mockserver.WithAdminToken("token"))
			s.Listen(c.at, c.apart)
			answer := ask(s.AdminHandler(), c.url+"/__admin/endpoints", func(r *http.Request) {
				r.Header.Set("Authorization", "Bearer token")
				if r.URL.Scheme == "https" {
					r.TLS = &tls.ConnectionState{}
				}
			})
			require.Equal(t, 200, answer.Code, answer.Body)
			var got struct {
				HTTP, HTTPS, Proxy *string
				Surfaces           map[string]string
			}
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &got))
			text := func(s *string) string {
				if s == nil {
					return ""
				}
				return *s
			}
			assert.Equal(t, []string{c.http, c.https, c.proxy, c.v2}, []string{text(got.HTTP), text(got.HTTPS), text(got.Proxy), got.Surfaces["v2"]})
			assert.NotContains(t, got.Surfaces, "services")
		})
	}
}

func TestTheDocumentOfASurfaceIsServedWithTheMocksAddress(t *testing.T) {
	h := newServer(t, mockserver.WithRootSurface("v1")).Handler()
	answer := ask(h, "http://localhost:8080/__admin/openapi/v2.json")
	require.Equal(t, 200, answer.Code)
	doc, err := openapi3.NewLoader().LoadFromData(answer.Body.Bytes())
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	assert.Equal(t, "http://localhost:8080/__v2", doc.Servers[0].URL)
	assert.Equal(t, "token.create", doc.Paths.Value("/tokens").Post.OperationID)

	for _, name := range []string{"v3.json", "v2", "v2.yaml", "services.json", ".json"} {
		answer := ask(h, "http://localhost/__admin/openapi/"+name)
		assert.Equal(t, 404, answer.Code, name)
		assert.Contains(t, answer.Body.String(), "v2.json", "what there is")
	}
	assert.Equal(t, 404, ask(h, "http://localhost/openapi.json").Code, "which is the API's own")
}
