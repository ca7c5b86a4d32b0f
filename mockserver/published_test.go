package mockserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// TestWhatThePublishedPagesShowWorksAsItStands sends every request of v1's reference page, and
// every body that v2's document gives as an example, to the demo world. (Lists that the page folds
// away hold the scopes of its text and of its parameters.)
func TestWhatThePublishedPagesShowWorksAsItStands(t *testing.T) {
	const token, base, wild = "5f8041e42efdfc468b6e60ea", "GET:imprese.openapi.it/base", "*:comparabili.openapi.it/*"
	sample := `{"scopes":["` + base + `","` + wild + `"],"expire":0,"ttl":2592000}`
	const v1, v2 = "https://oauth.openapi.it", "https://oauth.openapi.com"
	for _, c := range []struct {
		method, address, body string
		status                int
		holds                 string
		sandbox               int // status there; 0 where the page shows something of the production account
	}{
		{"POST", v1 + "/token", sample, 200, `"expire":1643587200`, 200},
		{"POST", v1 + "/token", `{"scopes":["*:*/*"]}`, 200, `"expire":1672531200`, 200},
		{"GET", v1 + "/token?scope=" + base, "", 200, token, 204},
		{"GET", v1 + "/token?scope=SOME_STRING_VALUE", "", 204, "", 204},
		{"GET", v1 + "/token", "", 200, token, 0},
		{"GET", v1 + "/token/" + token, "", 200, base, 0},
		{"PUT", v1 + "/token/" + token, `{"scopes":["` + base + `","` + wild + `"],"expire":1660640780}`, 200, `"expire":1660640780`, 0},
		{"PATCH", v1 + "/token/" + token, sample, 200, `"expire":1643587200`, 0},
		{"DELETE", v1 + "/token/" + token, "", 200, `{"message":"1 deleted token","success":true,"error":null}`, 0},
		{"GET", v1 + "/scopes", "", 200, base, 0},
		{"GET", v1 + "/credit", "", 200, `"credit":134.049`, 0},
		{"GET", v1 + "/counters/total", "", 200, `"limit":`, 200},
		{"GET", v1 + "/counters/day/%7Bday%7D", "", 404, "2022-01-01", 404}, // as the page's samples have it
		{"GET", v1 + "/counters/month/%7Bmonth%7D", "", 404, "2022-01", 404},
		{"GET", v1 + "/counters/year/%7Byear%7D", "", 404, "2022", 404},
		{"GET", v1 + "/counters/day/2022-01-01", "", 200, `"data":{`, 200},
		{"GET", v1 + "/counters/month/2022-01", "", 200, `"data":{`, 200},
		{"GET", v1 + "/counters/year/2022", "", 200, `"data":{`, 200},
		{"POST", v2 + "/tokens", exampleOf(t, "TokenCreate"), 200, "api.openapi.com/resource", 200},
		{"PATCH", v2 + "/tokens/656d1e2f8b3c2a001f7e4a12", exampleOf(t, "TokenUpdate"), 200, "Updated token", 0},
		{"GET", v2 + "/scopes/656d1e2f8b3c2a001f7e4a14", "", 200, "api.openapi.com/resource", 200},
		{"POST", v2 + "/tokens", `{"scopes":["GET:company.openapi.com/resource","POST:sms.openapi.com/send"]}`, 200, "company.openapi.com/resource", 200},
		{"POST", v2 + "/tokens", `{"scopes":["POST:company.openapi.com/webhook","*:company.openapi.com/endpoint"]}`, 200, "webhook", 200},
	} {
		t.Run(c.method+" "+c.address+" "+c.body, func(t *testing.T) {
			h := newHandler(t, mockserver.WithClock(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)), mockserver.WithFrozenClock())
			w := sendAs(h, demoKey, c.method, c.address, c.body)
			assert.Equal(t, c.status, w.Code, w.Body)
			assert.Contains(t, w.Body.String(), c.holds)
			if c.sandbox == 0 {
				return
			}
			// The sandbox has the same, with test. before the domain.
			there := strings.NewReplacer("/oauth", "/test.oauth", ":imprese", ":test.imprese", ":comparabili", ":test.comparabili",
				":api.", ":test.api.", ":other.", ":test.other.", ":company.", ":test.company.", ":sms.", ":test.sms.")
			w = sendAs(h, "fedcba9876543210fedcba9876543210", c.method, there.Replace(c.address), there.Replace(c.body))
			assert.Equal(t, c.sandbox, w.Code, w.Body)
		})
	}
}

// sendAs sends a request with demo's e-mail and an API key.
func sendAs(h http.Handler, key, method, address, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.SetBasicAuth("dev@example.com", key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// exampleOf is the body that the examples of a schema's members make, in v2's document.
func exampleOf(t *testing.T, name string) string {
	t.Helper()
	doc, err := reading.Published(spec.V2())
	require.NoError(t, err)
	var example func(schema *openapi3.Schema) any
	example = func(schema *openapi3.Schema) any {
		if schema.Example != nil || len(schema.Properties) == 0 {
			return schema.Example
		}
		object := map[string]any{}
		for member, property := range schema.Properties {
			object[member] = example(property.Value)
		}
		return object
	}
	data, err := json.Marshal(example(doc.Components.Schemas[name].Value))
	require.NoError(t, err)
	return string(data)
}
