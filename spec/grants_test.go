package spec

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheGrantsHaveTheOperationsOfTheReferencePages(t *testing.T) {
	var got []string
	own := map[string]bool{}
	for _, d := range []*Document{ClientCred(), AuthCode()} {
		operations, err := d.Operations()
		require.NoError(t, err)
		for _, o := range operations {
			assert.Equal(t, d.Name(), o.Surface)
			got = append(got, o.Name+" "+o.Method+" "+o.Path)
			own[o.Name] = o.Own
			assert.Equal(t, o.Name == "authcode.authorize", len(o.Forms) == 1 && o.Forms[0] == "POST", o.Name)
		}
	}
	assert.Equal(t, []string{
		"clientcred.token POST /v1/auth/token",
		"clientcred.ping GET /v1/ping",
		"authcode.authorize GET /api/authorize.php",
		"authcode.token POST /api/token.php",
		"authcode.userinfo GET /api/userinfo.php",
	}, got)
	assert.Equal(t, map[string]bool{"clientcred.token": false, "clientcred.ping": true, "authcode.authorize": false, "authcode.token": false, "authcode.userinfo": false}, own)
}

func TestTheTriplesOfTheGrantsAreThoseOfThePages(t *testing.T) {
	var got []string
	for _, d := range []*Document{ClientCred(), AuthCode()} {
		triples, err := d.Triples()
		require.NoError(t, err)
		for _, triple := range triples {
			assert.True(t, triple.Code.IsText(), triple.String())
			got = append(got, triple.String()+" "+triple.CodeName)
		}
	}
	assert.Equal(t, []string{
		"clientcred POST /v1/auth/token 400 400013 invalid_request",
		"clientcred POST /v1/auth/token 401 401021 invalid_client",
		"clientcred POST /v1/auth/token 500 500999 API_ERROR",
		"authcode GET /api/authorize.php 400 invalid_request ",
		"authcode GET /api/authorize.php 401 invalid_client ",
		"authcode POST /api/token.php 400 invalid_request ",
		"authcode POST /api/token.php 400 invalid_code ",
		"authcode POST /api/token.php 401 invalid_client ",
		"authcode GET /api/userinfo.php 401 invalid_token ",
	}, got)
}

func TestARefusalMayBeFlat(t *testing.T) {
	envelope, err := ClientCred().Envelope()
	require.NoError(t, err)
	flat := decoded(t, `{"code":"401021","code_reason":"invalid_client","message":"No"}`)
	nested := decoded(t, `{"error":{"code":"401021","code_reason":"invalid_client","message":"No"}}`)
	for _, form := range []any{flat, nested} {
		code, message, ok := envelope.Refusal(form)
		assert.Equal(t, []any{"401021", "No", true, "invalid_client"}, []any{code, message, ok, envelope.CodeNameOf(form)})
	}
	assert.Equal(t, nested, any(envelope.Body("401021", "invalid_client", "No")))
	_, _, ok := envelope.Refusal(decoded(t, `{"error":{},"code":"401021"}`))
	assert.False(t, ok, "what has the object has its members there")
	assert.Nil(t, Envelope{}.CodeNameOf(nested))
}

// decoded decodes JSON as a client that does not round would.
func decoded(t *testing.T, text string) any {
	t.Helper()
	value, err := DecodeJSON([]byte(text))
	require.NoError(t, err, text)
	return value
}
