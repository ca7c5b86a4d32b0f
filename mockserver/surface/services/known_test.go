package services_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

func TestTheDocumentsOfOurOwnAreSound(t *testing.T) {
	files, err := filepath.Glob("answers/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		doc, warnings, err := openapi.Parse(text, file)
		require.NoError(t, err)
		for _, w := range warnings {
			assert.Contains(t, w.Message, "is not declared", "%s: %s", file, w)
		}
		for _, o := range doc.Operations() {
			assert.Equal(t, openapi.MadeUp, o.Source(), "%s %s", file, o)
			for seed := range uint64(20) {
				a, err := o.Answer(openapi.Ask{Seed: seed})
				require.NoError(t, err)
				var body struct {
					Success bool
					Message string
					Error   *int
				}
				require.NoError(t, json.Unmarshal(a.Body, &body), "%s %s", file, o)
				assert.True(t, body.Success && body.Message == "" && body.Error == nil, "%s %s: %s", file, o, a.Body)
			}
		}
	}
}

func TestServicesThatPeopleUseFirstAnswerWhatIsAskedFor(t *testing.T) {
	b := newTestSurface(t, nil)
	w := b.send(http.MethodGet, "http://company.openapi.com/IT-start/12485671007", "Bearer live")
	require.Equal(t, 200, w.Code)
	first := w.Body.String()
	assert.Contains(t, first, `"taxCode":"12485671007"`)
	assert.Equal(t, "0.06", w.Header().Get("X-Mock-Charge"))
	assert.Equal(t, first, b.send(http.MethodGet, "http://company.openapi.com/IT-start/12485671007", "Bearer live").Body.String(), "the same question")
	assert.NotEqual(t, first, b.send(http.MethodGet, "http://company.openapi.com/IT-start/00488410010", "Bearer live").Body.String())
	assert.Contains(t, b.send(http.MethodGet, "http://company.openapi.com/IT-search?companyName=Acme", "Bearer live").Body.String(), `"companyName":"Acme"`)
	assert.Contains(t, b.send(http.MethodGet, "http://company.openapi.com/IT-nothing", "Bearer live").Body.String(), `"paidBy":"wallet"`, "else what was charged")
}
