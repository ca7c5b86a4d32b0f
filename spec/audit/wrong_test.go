package audit

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func v2(t *testing.T) spec.Envelope {
	t.Helper()
	envelope, err := spec.V2().Envelope()
	require.NoError(t, err)
	return envelope
}

// falsified are the bodies made of one, by what was changed.
func falsified(t *testing.T, right Answer) map[string]Wrong {
	found := map[string]Wrong{}
	for _, wrong := range Falsify(right, v2(t)) {
		found[wrong.How] = wrong
	}
	return found
}

func TestARefusalIsFalsifiedInEachPlace(t *testing.T) {
	right := Answer{Status: 404, Body: map[string]any{"success": false, "message": "Not Found", "error": json.Number("120"), "data": nil}}
	before := maps.Clone(right.Body.(map[string]any))
	found := falsified(t, right)
	assert.Equal(t, before, right.Body, "the right one stays as it is")

	tests := map[string]struct {
		kind   Kind
		status int
		body   any
	}{
		"$ without data":         {MissingMember, 404, map[string]any{"success": false, "message": "Not Found", "error": json.Number("120")}},
		"$ with error renamed":   {RenamedMember, 404, map[string]any{"success": false, "message": "Not Found", "errorX": json.Number("120"), "data": nil}},
		"$ with a member more":   {AddedMember, 404, map[string]any{"success": false, "message": "Not Found", "error": json.Number("120"), "data": nil, "secret": "s"}},
		"$.error as a text":      {OtherType, 404, map[string]any{"success": false, "message": "Not Found", "error": "120", "data": nil}},
		"code 999":               {OtherCode, 404, map[string]any{"success": false, "message": "Not Found", "error": json.Number("999"), "data": nil}},
		`message "NOT FOUND"`:    {OtherMessage, 404, map[string]any{"success": false, "message": "NOT FOUND", "error": json.Number("120"), "data": nil}},
		"success is true":        {Contradiction, 404, map[string]any{"success": true, "message": "Not Found", "error": json.Number("120"), "data": nil}},
		"sent with 200":          {Contradiction, 200, right.Body},
		"sent with 418":          {OtherStatus, 418, right.Body},
		"an empty object":        {NoContent, 404, map[string]any{}},
		"$ as a list":            {OtherShape, 404, []any{right.Body}},
		"$ with message null":    {NullMember, 404, map[string]any{"success": false, "message": nil, "error": json.Number("120"), "data": nil}},
		"$.success as a number":  {OtherType, 404, map[string]any{"success": json.Number("1"), "message": "Not Found", "error": json.Number("120"), "data": nil}},
		"$.data as an object":    {OtherType, 404, map[string]any{"success": false, "message": "Not Found", "error": json.Number("120"), "data": map[string]any{}}},
		"data is not null":       {Contradiction, 404, map[string]any{"success": false, "message": "Not Found", "error": json.Number("120"), "data": map[string]any{"token": "x"}}},
		"$.message as a list":    {OtherType, 404, map[string]any{"success": false, "message": []any{"Not Found"}, "error": json.Number("120"), "data": nil}},
		"$ with success renamed": {RenamedMember, 404, map[string]any{"successX": false, "message": "Not Found", "error": json.Number("120"), "data": nil}},
		"$ without success":      {MissingMember, 404, map[string]any{"message": "Not Found", "error": json.Number("120"), "data": nil}},
		"null":                   {NoContent, 404, nil},
		"an empty list":          {NoContent, 404, []any{}},
		"$.message as a number":  {OtherType, 404, map[string]any{"success": false, "message": json.Number("12"), "error": json.Number("120"), "data": nil}},
	}
	for how, want := range tests {
		t.Run(how, func(t *testing.T) {
			got, there := found[how]
			require.True(t, there, "%v", found)
			assert.Equal(t, want.kind, got.Kind)
			assert.Equal(t, want.status, got.Status)
			assert.Equal(t, want.body, got.Body)
		})
	}
}

func TestValuesWithAFormLoseIt(t *testing.T) {
	found := falsified(t, Answer{Status: 200, Body: map[string]any{"data": map[string]any{
		"at": "2026-02-12T08:30:00+00:00", "id": "656d1e2f8b3c2a001f7e4a12", "count": "12", "totalRequests": json.Number("3"), "name": "any text",
	}}})
	tests := map[string]struct {
		kind  Kind
		name  string
		value any
	}{
		"$.data.at on 31 February":           {WrongDate, "at", "2026-02-31T08:30:00+00:00"},
		"$.data.at without an offset":        {WrongDate, "at", "2026-02-12T08:30:00"},
		"$.data.id in upper case":            {WrongID, "id", "656D1E2F8B3C2A001F7E4A12"},
		"$.data.id cut":                      {WrongID, "id", "656d1e2f8b"},
		"$.data.count as no number":          {WrongNumber, "count", "many"},
		"$.data.totalRequests negative":      {WrongNumber, "totalRequests", json.Number("-1")},
		"$.data.totalRequests as a fraction": {WrongNumber, "totalRequests", json.Number("1.5")},
	}
	for how, want := range tests {
		t.Run(how, func(t *testing.T) {
			got, there := found[how]
			require.True(t, there)
			assert.Equal(t, want.kind, got.Kind)
			data, _ := got.Body.(map[string]any)["data"].(map[string]any)
			assert.Equal(t, want.value, data[want.name])
		})
	}
	assert.NotContains(t, found, "$.data.name cut")
	assert.NotContains(t, found, "success is false", "the answer says nothing of success")
}

func TestFalsifyingWhatIsNoObjectDoesNotFail(t *testing.T) {
	for _, body := range []any{nil, "text", []any{}, json.Number("1"), true} {
		for _, status := range []int{200, 404} {
			assert.NotEmpty(t, Falsify(Answer{Status: status, Body: body}, v2(t)))
		}
	}
}

func TestRightAnswersAreOfEveryOperationAndForm(t *testing.T) {
	rights, err := Right(spec.V2())
	require.NoError(t, err)
	seen := map[string]int{}
	for _, right := range rights {
		seen[right.String()]++
	}
	assert.Equal(t, 3, seen["token.create 200"], "bare, under data, and both")
	assert.Equal(t, 2, seen["token.list 200"], "the list, and one by ?id=")
	assert.Equal(t, 4, seen["token.create 422"])
	assert.Equal(t, 1, seen["scope.get 404"])
}
