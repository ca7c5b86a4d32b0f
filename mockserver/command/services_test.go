package command

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// demoToken is a token of the world demo that may call everything that is enabled.
const demoToken = "69188d435a7c562c0f9d4021"

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// serviceActs returns the acts of the flags of paid services.
func serviceActs(t *testing.T) map[string]act {
	t.Helper()
	const call = "/__services/company.openapi.com/EU-start/IT12485671007"
	document := filepath.Join(t.TempDir(), "company.json")
	require.NoError(t, os.WriteFile(document, []byte(`{"openapi":"3.0.3","info":{"title":"Company","version":"1"},"stray":true,"paths":{"/EU-start/{vat}":{"get":{
		"parameters":[{"name":"vat","in":"path","required":true,"schema":{"type":"string","minLength":5}}],
		"responses":{"200":{"description":"","content":{"application/json":{"example":{"companyName":"Rossi S.r.l."}}}}}}}}}`), 0o600))

	return map[string]act{
		"--service": {[]string{"--service", "company.openapi.com=" + document}, func(t *testing.T, p *process) {
			status, body := p.ask("GET", call, "", bearer(demoToken))
			assert.Equal(t, 200, status)
			assert.JSONEq(t, `{"companyName":"Rossi S.r.l."}`, body)
			status, body = p.ask("GET", "/__services/company.openapi.com/EU-start/IT", "", bearer(demoToken))
			assert.Equal(t, 400, status, "too short for the document")
			assert.Contains(t, body, "vat")
		}},
		"--service is not given": {nil, func(t *testing.T, p *process) {
			status, body := p.ask("GET", call, "", bearer(demoToken))
			assert.Equal(t, 200, status)
			assert.Contains(t, body, `"valid":true`, "the mock's own answer of the service")
		}},
		"--trust-forwarded-for": {[]string{"--trust-forwarded-for"}, func(t *testing.T, p *process) {
			_, _ = p.ask("GET", call, "", bearer(demoToken), func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.77, 10.0.0.1") })
			_, body := p.ask("GET", "/tokens/"+demoToken, "")
			assert.Contains(t, body, "203.0.113.77")
		}},
		"--trust-forwarded-for is not given": {nil, func(t *testing.T, p *process) {
			_, _ = p.ask("GET", call, "", bearer(demoToken), func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.77") })
			_, body := p.ask("GET", "/tokens/"+demoToken, "")
			assert.NotContains(t, body, "203.0.113.77")
		}},
		"--callbacks": {[]string{"--callbacks", "record", "--freeze"}, func(t *testing.T, p *process) {
			assert.Contains(t, p.callBack("http://127.0.0.1:9/nobody"), `"httpResponseCode":"200"`)
		}},
		"--callback-hosts": {[]string{"--callback-hosts", "hooks.invalid:9,192.0.2.1", "--freeze"}, func(t *testing.T, p *process) {
			assert.Contains(t, p.callBack("http://hooks.invalid:9/"), `"httpResponseCode":"0"`)
			_, body := p.ask("GET", "/__admin/requests?kind=callback", "")
			assert.NotContains(t, body, "--callback-hosts does not name it")
		}},
		"--callback-hosts is not given": {[]string{"--freeze"}, func(t *testing.T, p *process) {
			assert.Contains(t, p.callBack("http://hooks.invalid:9/"), `"httpResponseCode":"0"`)
			_, body := p.ask("GET", "/__admin/requests?kind=callback", "")
			assert.Contains(t, body, "--callback-hosts does not name it")
		}},
		"--callback-timeout": {[]string{"--callback-timeout", "20ms", "--freeze"}, func(t *testing.T, p *process) {
			silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
			require.NoError(t, err)
			defer silent.Close()
			assert.Contains(t, p.callBack("http://"+silent.Addr().String()), `"httpResponseCode":"0"`)
			_, body := p.ask("GET", "/__admin/requests?kind=callback", "")
			assert.Contains(t, body, "longer than 20ms")
		}},
		"--retention": {[]string{"--retention", "transactions=12,errors=5,addresses=1"}, func(t *testing.T, p *process) {
			_, before := p.ask("GET", "/wallet/transactions", "")
			assert.NotContains(t, before, "Balance brought forward")
			_, _ = p.ask("GET", call, "", bearer(demoToken))
			_, after := p.ask("GET", "/wallet/transactions", "")
			assert.Contains(t, after, "Balance brought forward")
			_, holds := p.ask("GET", "/__admin/invariants", "")
			assert.JSONEq(t, `{"holds":true,"violations":[]}`, holds)
		}},
	}
}

// callBack begins a callback to a URL, waits until it was attempted, and returns the log of
// callbacks.
func (p *process) callBack(url string) string {
	_, _ = p.ask("POST", "/__admin/accounts/demo/callbacks", `{"scope":"POST:sms.openapi.com/send","url":"`+url+`"}`)
	_, _ = p.ask("POST", "/__admin/clock/advance", `{"by":"1s"}`)
	_, body := p.ask("GET", "/callbacks?limit=1", "")
	return body
}

func TestSeveralServicesComeFromTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.json", "b.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(`{"openapi":"3.0.3","info":{"title":"A","version":"1"},"paths":{"/EU-start/{x}":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"example":{"from":"`+name+`"}}}}}}}}}`), 0o600))
	}
	p := start(t, map[string]string{"OAUTHMOCK_SERVICE": "sms.openapi.com=" + filepath.Join(dir, "a.json") + ",company.openapi.com=" + filepath.Join(dir, "b.json")})
	_, body := p.ask("GET", "/__services/company.openapi.com/EU-start/x", "", bearer(demoToken))
	assert.JSONEq(t, `{"from":"b.json"}`, body)
}
