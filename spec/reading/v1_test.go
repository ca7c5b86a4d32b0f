package reading

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func TestEveryAnswerOfV1IsDescribed(t *testing.T) {
	doc, err := Corrected(spec.V1())
	require.NoError(t, err)
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		responses := doc.Paths.Value(o.Path).GetOperation(o.Method).Responses
		for _, status := range []int{200, 401, 404, 405, 408, 413, 429, 500} {
			assert.NotNil(t, responses.Value(strconv.Itoa(status)), "%s %d", o.Name, status)
		}
		for status, response := range responses.Map() {
			media := response.Value.Content.Get("application/json")
			if status == "204" {
				assert.Nil(t, media, "%s: what has no content has no body", o.Name)
				continue
			}
			require.NotNil(t, media, "%s %s", o.Name, status)
			assert.NotNil(t, media.Schema, "%s %s", o.Name, status)
			assert.NotEmpty(t, examplesIn(media), "%s %s", o.Name, status)
		}
	}
}

func TestTheExamplesOfV1AreRightByItsStrictReading(t *testing.T) {
	doc, err := Strict(spec.V1())
	require.NoError(t, err)
	corrected, err := Corrected(spec.V1())
	require.NoError(t, err)
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		operation := corrected.Paths.Value(o.Path).GetOperation(o.Method)
		for status, response := range operation.Responses.Map() {
			number, err := strconv.Atoi(status)
			require.NoError(t, err)
			media := response.Value.Content.Get("application/json")
			if media == nil {
				continue // 204
			}
			for _, example := range examplesIn(media) {
				assert.Empty(t, Check(doc, StrictResponse(doc, o, number, nil), tree(t, example)), "%s %s", o.Name, status)
			}
		}
		if operation.RequestBody != nil {
			media := operation.RequestBody.Value.Content.Get("application/json")
			assert.Empty(t, Check(corrected, media.Schema.Value, tree(t, media.Example)), "%s: the request", o.Name)
		}
	}
}

func TestTheStrictReadingOfV1SaysWhatIsWrong(t *testing.T) {
	doc, err := Strict(spec.V1())
	require.NoError(t, err)
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	byName := map[string]spec.Operation{}
	for _, o := range operations {
		byName[o.Name] = o
	}
	const token = `"token":"5f8041e42efdfc468b6e60ea","scopes":["GET:imprese.openapi.it/base"],"expire":1660640780`
	for name, test := range map[string]struct {
		operation string
		status    int
		body      string
		want      []string
	}{
		"a right new token":     {"v1.token.create", 200, `{` + token + `,` + success + `}`, nil},
		"a new token with data": {"v1.token.create", 200, `{` + token + `,"data":null,` + success + `}`, []string{`$: property "data" is unsupported`}},
		"a single token that is not a list": {"v1.token.get", 200, `{"data":{` + token + `},` + success + `}`,
			[]string{"$.data: value must be an array"}},
		"two single tokens": {"v1.token.replace", 200, `{"data":[{` + token + `},{` + token + `}],` + success + `}`,
			[]string{"$.data: maximum number of items is 1"}},
		"an empty list, which is a 204": {"v1.token.list", 200, `{"data":[],` + success + `}`, []string{"$.data: minimum number of items is 1"}},
		"v2's word for deleted": {"v1.token.delete", 200, `{"message":"Deleted","success":true,"error":null}`,
			[]string{`$.message: value is not one of the allowed values ["1 deleted token"]`}},
		"nested scopes":   {"v1.scope.list", 200, `{"data":{"data":[]},` + success + `}`, []string{"$.data: value must be an array"}},
		"a limit of true": {"v1.counters.day", 200, `{"data":{"GET:a.it/b":{"counter":1,"paid":0,"limit":true}},` + success + `}`, []string{"limit: value is not one of the allowed values [false]", "limit: value must be an integer"}},
		"a counter below 0": {"v1.counters.total", 200, `{"data":{"GET:a.it/b":{"counter":-1,"paid":0,"limit":0}},` + success + `}`,
			[]string{"$.data['GET:a.it/b'].counter: number must be at least 0"}},
		"another operation's number": {"v1.token.update", 404, `{"success":false,"message":"Missing Token","error":170,"data":null}`,
			[]string{"$.error: value is not one of the allowed values [290]"}},
		"a refusal without data": {"v1.token.update", 404, `{"success":false,"message":"Missing Token","error":290}`, nil},
		"the date of another counter": {"v1.counters.year", 404,
			`{"success":false,"message":"Wrong date format for the selected range, please format the date like: 2022-01","error":610,"data":null}`, []string{"$.message: value is not one of the allowed values"}},
	} {
		t.Run(name, func(t *testing.T) {
			schema := StrictResponse(doc, byName[test.operation], test.status, nil)
			require.NotNil(t, schema)
			found := reasons(Check(doc, schema, body(t, test.body)))
			require.Len(t, found, len(test.want), found)
			for i, want := range test.want {
				assert.Contains(t, found[i], want)
			}
		})
	}
}
