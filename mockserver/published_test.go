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
)

// TestWhatThePublishedPagesShowWorksAsItStands sends every request of v1's reference page, and every body that v2's document
// gives as an example, to the demo world. (Lists that the page folds away hold the scopes of its text and of its parameters.)
func TestWhatThePublishedPagesShowWorksAsItStands(t *testing.T) {
	const token, base, wild = "5f8041e42efdfc468b6e60ea", "GET:imprese.openapi.it/base", "*:comparabili.openapi.it/*"
	sample := `{"scopes":["` + base + `","` + wild + `"],"expire":0,"ttl":2592000}`
	for call, want := range map[[2]string]struct {
		status int
		holds  string
	}{
		{"POST https://oauth.openapi.it/token", sample}:                                                                          {200, `"expire":1643587200`},
		{"POST https://oauth.openapi.it/token", `{"scopes":["*:*/*"]}`}:                                                          {200, `"expire":1672531200`},
		{"GET https://oauth.openapi.it/token?scope=" + base, ""}:                                                                 {200, token},
		{"GET https://oauth.openapi.it/token?scope=SOME_STRING_VALUE", ""}:                                                       {204, ""},
		{"GET https://oauth.openapi.it/token", ""}:                                                                               {200, token},
		{"GET https://oauth.openapi.it/token/" + token, ""}:                                                                      {200, base},
		{"PUT https://oauth.openapi.it/token/" + token, `{"scopes":["` + base + `","` + wild + `"],"expire":1660640780}`}:        {200, `"expire":1660640780`},
		{"PATCH https://oauth.openapi.it/token/" + token, sample}:                                                                {200, `"expire":1643587200`},
		{"DELETE https://oauth.openapi.it/token/" + token, ""}:                                                                   {200, `{"message":"1 deleted token","success":true,"error":null}`},
		{"GET https://oauth.openapi.it/scopes", ""}:                                                                              {200, base},
		{"GET https://oauth.openapi.it/credit", ""}:                                                                              {200, `"credit":134.049`},
		{"GET https://oauth.openapi.it/counters/total", ""}:                                                                      {200, `"limit":`},
		{"GET https://oauth.openapi.it/counters/day/%7Bday%7D", ""}:                                                              {404, "2022-01-01"}, // as the page's samples have it
		{"GET https://oauth.openapi.it/counters/month/%7Bmonth%7D", ""}:                                                          {404, "2022-01"},
		{"GET https://oauth.openapi.it/counters/year/%7Byear%7D", ""}:                                                            {404, "2022"},
		{"GET https://oauth.openapi.it/counters/day/2022-01-01", ""}:                                                             {200, `"data":{`},
		{"GET https://oauth.openapi.it/counters/month/2022-01", ""}:                                                              {200, `"data":{`},
		{"GET https://oauth.openapi.it/counters/year/2022", ""}:                                                                  {200, `"data":{`},
		{"POST https://oauth.openapi.com/tokens", exampleOf(t, "TokenCreate")}:                                                   {200, "GET:api.openapi.com/resource"},
		{"PATCH https://oauth.openapi.com/tokens/656d1e2f8b3c2a001f7e4a12", exampleOf(t, "TokenUpdate")}:                         {200, "Updated token"},
		{"GET https://oauth.openapi.com/scopes/656d1e2f8b3c2a001f7e4a14", ""}:                                                    {200, `"scope":"GET:api.openapi.com/resource"`},
		{"POST https://oauth.openapi.com/tokens", `{"scopes":["GET:company.openapi.com/resource","POST:sms.openapi.com/send"]}`}: {200, "GET:company.openapi.com/resource"},
		{"POST https://oauth.openapi.com/tokens", `{"scopes":["POST:company.openapi.com/webhook","GET:company.openapi.com/endpoint","POST:company.openapi.com/endpoint"]}`}: {200, "webhook"},
	} {
		t.Run(call[0]+" "+call[1], func(t *testing.T) {
			h := newHandler(t, mockserver.WithClock(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)), mockserver.WithFrozenClock())
			w := sendAs(h, "dev@example.com:"+demoKey, call[0], call[1])
			assert.Equal(t, want.status, w.Code, w.Body)
			assert.Contains(t, w.Body.String(), want.holds)

			// The sandbox has the same, with test. before the domain.
			if !strings.Contains(call[0], token) && want.holds != token && !strings.Contains(want.holds, "credit") && !strings.Contains(call[0], "4a12") {
				sandboxed := strings.NewReplacer("/oauth", "/test.oauth", ":imprese", ":test.imprese", ":comparabili", ":test.comparabili",
					":api.", ":test.api.", ":other.", ":test.other.", ":company.", ":test.company.", ":sms.", ":test.sms.")
				w := sendAs(h, "dev@example.com:fedcba9876543210fedcba9876543210", sandboxed.Replace(call[0]), sandboxed.Replace(call[1]))
				if strings.Contains(call[0], "?scope="+base) {
					assert.Equal(t, 204, w.Code)
				} else {
					assert.Equal(t, want.status, w.Code, w.Body)
				}
			}
		})
	}
}

// sendAs sends "METHOD address" with e-mail and key.
func sendAs(h http.Handler, credentials, call, body string) *httptest.ResponseRecorder {
	method, address, _ := strings.Cut(call, " ")
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	email, key, _ := strings.Cut(credentials, ":")
	r.SetBasicAuth(email, key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// exampleOf is the body that the examples of a schema's members make, in v2's document.
func exampleOf(t *testing.T, name string) string {
	t.Helper()
	doc, err := spec.V2().Published()
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
