//go:build !race

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/scenarios"
)

// TestTheWholeSuiteDoesNotAccuseAMockThatHasDocuments loads documents of services that the
// scenarios call, and of one that only its document knows.
func TestTheWholeSuiteDoesNotAccuseAMockThatHasDocuments(t *testing.T) {
	const answer = `"responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","properties":{"data":{"type":"object"},"success":{"type":"boolean"}}},"example":{"data":null,"success":true}}}}}`
	vat := `{"get":{"parameters":[{"name":"vat","in":"path","required":true,"schema":{"type":"string","minLength":5}}],` + answer + `}}`
	options := []mockserver.Option{}
	for domain, paths := range map[string]string{
		"company.openapi.com":  `"/EU-start/{vat}":` + vat + `,"/IT-start/{vat}":` + vat + `,"/IT-advanced/{vat}":` + vat + `,"/IT-search":{"get":{` + answer + `}},"/brand-new":{"get":{` + answer + `}}`,
		"sms.openapi.com":      `"/IT-messages":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["message"]}}}},` + answer + `}}`,
		"exchange.openapi.com": `"/latest":{"get":{` + answer + `}}`,
		"new.example.com":      `"/":{"get":{` + answer + `}},"/{id}":{"delete":{"responses":{"204":{"description":""}}}}`,
	} {
		file := filepath.Join(t.TempDir(), domain+".json")
		require.NoError(t, os.WriteFile(file, []byte(`{"openapi":"3.0.3","info":{"title":"`+domain+`","version":"1"},"paths":{`+paths+`}}`), 0o600))
		options = append(options, mockserver.WithService(domain, file))
	}
	server, err := mockserver.New(append(options, mockserver.WithCallbackTimeout(callbackTimeout))...)
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	defer web.Close()

	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	all = slices.DeleteFunc(all, func(s scenarios.Scenario) bool { return !slices.Contains(s.Needs, "services") })
	out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: web.URL, AdminURL: web.URL + "/__admin", CallbackTimeout: callbackTimeout}, conformance.Options{Scenarios: all})
	require.NoError(t, err)
	assert.Greater(t, len(out.Results), 50)
	for _, r := range out.Results {
		assert.Equal(t, report.Pass, r.Verdict, "%s: %s", r.ID, r.Reason)
	}
}
