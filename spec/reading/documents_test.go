package reading

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func TestThePublishedDocumentSaysWhatItSaid(t *testing.T) {
	doc, err := Published(spec.V2())
	require.NoError(t, err)
	statuses, withSchema := 0, 0
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			assert.Empty(t, operation.OperationID, "names are no repair")
			for _, response := range operation.Responses.Map() {
				statuses++
				if response.Value.Content.Get("application/json").Schema != nil {
					withSchema++
				}
			}
		}
	}
	assert.Equal(t, 41, statuses)
	assert.Equal(t, 18, withSchema)
	assert.Empty(t, doc.Components.Schemas["TokenDetail"].Value.Required)
	assert.Nil(t, doc.Components.Schemas["Failure"])
	require.Len(t, doc.Servers, 1)
	assert.Equal(t, "/", doc.Servers[0].URL)
}

func TestTheCorrectedDocumentAnswersEveryOperationInFull(t *testing.T) {
	doc, err := Corrected(spec.V2())
	require.NoError(t, err)
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		responses := doc.Paths.Value(o.Path).GetOperation(o.Method).Responses
		want := []int{200, 401, 404, 405, 408, 413, 429, 500}
		if o.Method == http.MethodPost || o.Method == http.MethodPatch {
			want = append(want, 400, 422)
		}
		for _, status := range want {
			response := responses.Value(strconv.Itoa(status))
			require.NotNil(t, response, "%s %d", o.Name, status)
			assert.NotNil(t, response.Value.Content.Get("application/json").Schema, "%s %d", o.Name, status)
		}
		limited := responses.Value("429").Value.Headers
		for _, header := range []string{"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
			require.NotNil(t, limited[header], header)
			assert.True(t, limited[header].Value.Required, header)
		}
	}
}

func TestWithoutItsRepairsThePublishedDocumentIsRefused(t *testing.T) {
	text, err := spec.V2().Bytes()
	require.NoError(t, err)
	_, err = load(spec.V2(), func() ([]byte, error) { return text, nil })
	assert.ErrorContains(t, err, "name", "a stray name on the HTTP scheme")
}
