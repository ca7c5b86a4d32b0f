package reading

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func TestTheExamplesOfTheGrantsAreRightByTheirStrictReadings(t *testing.T) {
	for _, d := range []*spec.Document{spec.ClientCred(), spec.AuthCode()} {
		doc, err := Strict(d)
		require.NoError(t, err)
		corrected, err := Corrected(d)
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
				media := response.Value.Content.Get("application/json")
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
		"a token that is not text of RFC 6750":   {"authcode.token", 200, `{"access_token":"a b","token_type":"Bearer","expires_in":3600}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, d := range []*spec.Document{spec.ClientCred(), spec.AuthCode()} {
				doc, err := Strict(d)
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
