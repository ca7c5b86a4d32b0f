package spec

import (
	"strconv"
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

func TestTheExamplesOfTheGrantsAreRightByTheirStrictReadings(t *testing.T) {
	for _, d := range []*Document{ClientCred(), AuthCode()} {
		doc, err := d.Strict()
		require.NoError(t, err)
		corrected, err := d.Corrected()
		require.NoError(t, err)
		operations, err := d.Operations()
		require.NoError(t, err)
		for _, o := range operations {
			responses := corrected.Paths.Value(o.Path).GetOperation(o.Method).Responses
			for _, status := range []int{200, 401, 404, 405, 408, 413, 429, 500} {
				assert.NotNil(t, responses.Value(strconv.Itoa(status)), "%s %d", o.Name, status)
			}
			for status, response := range responses.Map() {
				number, err := strconv.Atoi(status)
				require.NoError(t, err)
				media := response.Value.Content.Get(jsonMedia)
				if media == nil {
					continue // a page or a redirect
				}
				for _, example := range examplesIn(media) {
					assert.Empty(t, Check(doc, StrictResponse(doc, o, number, nil), tree(t, example)), "%s %s", o.Name, status)
				}
			}
		}
	}
}

func TestTheStrictReadingsOfTheGrantsSayWhatIsWrong(t *testing.T) {
	const token = `"access_token":"sk-418e41a74ca2e7d941fa4456d73dbed7","token_type":"Bearer","expires_in":3600`
	const wrongClient = `"code":"401021","code_reason":"invalid_client","message":"Invalid client_id, client_secret, or session_key"`
	for name, test := range map[string]struct {
		operation string
		status    int
		body      string
		right     bool
	}{
		"a token under data":                     {"clientcred.token", 200, `{"data":{` + token + `}}`, true},
		"a token under data and beside it":       {"clientcred.token", 200, `{"data":{` + token + `},` + token + `}`, true},
		"a token at the root alone":              {"clientcred.token", 200, `{` + token + `}`, false},
		"half a token beside data":               {"clientcred.token", 200, `{"data":{` + token + `},"expires_in":3600}`, false},
		"a failure under error":                  {"clientcred.token", 401, `{"error":{` + wrongClient + `}}`, true},
		"a failure at the root, as in the table": {"clientcred.token", 401, `{` + wrongClient + `}`, true},
		"a failure at the root, in no table":     {"clientcred.token", 400, `{"code":"400013","code_reason":"invalid_request","message":"Missing or invalid parameters"}`, false},
		"a failure without its word":             {"clientcred.token", 401, `{"error":{"code":"401021","message":"Invalid client_id, client_secret, or session_key"}}`, false},
		"a code that is a number":                {"clientcred.token", 400, `{"error":{"code":400013,"code_reason":"invalid_request","message":"Missing or invalid parameters"}}`, false},
		"a failure in other words":               {"authcode.token", 400, `{"error":"invalid_code","error_description":"This code is spent"}`, true},
		"a failure without words":                {"authcode.token", 400, `{"error":"invalid_code","error_description":""}`, false},
		"RFC 6749's word for a bad code":         {"authcode.token", 400, `{"error":"invalid_grant","error_description":"This code is spent"}`, false},
		"a failure of another status":            {"authcode.token", 401, `{"error":"invalid_code","error_description":"This code is spent"}`, false},
		"a user":                                 {"authcode.userinfo", 200, `{"username":"johndoe","email":"john@example.com","full_name":"John Doe"}`, true},
		"a user with a password":                 {"authcode.userinfo", 200, `{"username":"johndoe","email":"john@example.com","full_name":"John Doe","password":"x"}`, false},
		"a token that is no text of RFC 6750":    {"authcode.token", 200, `{"access_token":"a b","token_type":"Bearer","expires_in":3600}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, d := range []*Document{ClientCred(), AuthCode()} {
				doc, err := d.Strict()
				require.NoError(t, err)
				operations, err := d.Operations()
				require.NoError(t, err)
				for _, o := range operations {
					if o.Name != test.operation {
						continue
					}
					schema := StrictResponse(doc, o, test.status, nil)
					require.NotNil(t, schema)
					found := Check(doc, schema, body(t, test.body))
					assert.Equal(t, test.right, len(found) == 0, found)
				}
			}
		})
	}
}

func TestARefusalMayBeFlat(t *testing.T) {
	envelope, err := ClientCred().Envelope()
	require.NoError(t, err)
	flat := body(t, `{"code":"401021","code_reason":"invalid_client","message":"No"}`)
	nested := body(t, `{"error":{"code":"401021","code_reason":"invalid_client","message":"No"}}`)
	for _, form := range []any{flat, nested} {
		code, message, ok := envelope.Refusal(form)
		assert.Equal(t, []any{"401021", "No", true, "invalid_client"}, []any{code, message, ok, envelope.CodeNameOf(form)})
	}
	assert.Equal(t, nested, any(envelope.Body("401021", "invalid_client", "No")))
	_, _, ok := envelope.Refusal(body(t, `{"error":{},"code":"401021"}`))
	assert.False(t, ok, "what has the object has its members there")
	assert.Nil(t, Envelope{}.CodeNameOf(nested))
}
