package reading

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"

	"oauthmock/spec"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// body decodes JSON as a client that does not round would.
func body(t *testing.T, text string) any {
	t.Helper()
	value, err := spec.DecodeJSON([]byte(text))
	require.NoError(t, err, text)
	return value
}

// tree turns any JSON-like Go value into what spec.DecodeJSON makes.
func tree(t *testing.T, value any) any {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return body(t, string(data))
}

func operation(t *testing.T, name string) spec.Operation {
	t.Helper()
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		if o.Name == name {
			return o
		}
	}
	require.Fail(t, "no operation "+name)
	return spec.Operation{}
}

func reasons(mismatches []Mismatch) []string {
	var texts []string
	for _, m := range mismatches {
		texts = append(texts, m.String())
	}
	return texts
}

func TestTheStrictReadingIsAValidDocument(t *testing.T) {
	for _, d := range spec.All() {
		doc, err := Strict(d)
		require.NoError(t, err)
		assert.NoError(t, doc.Validate(t.Context()), d.Name())
	}
}

func TestTheStrictReadingLeavesRequestsAlone(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	request := doc.Paths.Value("/tokens").Post.RequestBody.Value.Content.Get("application/json").Schema.Value
	assert.Equal(t, []string{"scopes"}, request.Required)
	limits := request.Properties["limits"].Value
	assert.Nil(t, limits.AdditionalProperties.Has, "limits are shared by requests and responses")
}

// The published examples of success, put in the envelope, are right by the strict reading too, but
// for two.
func TestThePublishedExamplesFailTheStrictReadingOnlyWhereTheyContradictTheDocument(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	published, err := Published(spec.V2())
	require.NoError(t, err)
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	failing, seen := map[string][]string{}, 0
	for _, o := range operations {
		media := published.Paths.Value(o.Path).GetOperation(o.Method).Responses.Status(200).Value.Content.Get("application/json")
		for name, example := range examplesByName(media) {
			seen++
			envelope := tree(t, example).(map[string]any)
			envelope["success"], envelope["message"], envelope["error"] = true, "", nil
			query := url.Values{}
			if _, list := envelope["data"].([]any); !list && name == "detail" {
				query.Set("id", "656d1e2f8b3c2a001f7e4a20")
			}
			if found := Check(doc, StrictResponse(doc, o, 200, query), envelope); len(found) > 0 {
				failing[o.Name+" "+name] = reasons(found)
			}
		}
	}
	monthly := []string{`$.data.type: value is not one of the allowed values ["month","year"]`}
	assert.Equal(t, map[string][]string{"subscription.list detail": monthly, "subscription.get ": monthly}, failing)
	assert.Equal(t, 14, seen)
}

func examplesByName(media *openapi3.MediaType) map[string]any {
	examples := map[string]any{}
	if media.Example != nil {
		examples[""] = media.Example
	}
	for name, example := range media.Examples {
		examples[name] = example.Value.Value
	}
	return examples
}

const (
	bareToken = `"token":"656d1e2f8b3c2a001f7e4a12","name":"","createdAt":"2025-11-19T10:00:00+00:00","expireAt":"2026-11-19T10:00:00+00:00",` +
		`"updatedAt":"2025-11-20T09:00:00+00:00","scopes":["GET:*.openapi.com/*"],"refreshToken":"656d1e2f8b3c2a001f7e4a13","limits":{},` +
		`"stats":{"totalRequests":0,"walletRequests":0,"subscriptionRequests":0,"errorRequests":0,"walletAmount":0,"ip":[]}`
	success = `"success":true,"message":"","error":null`
)

func TestASingleTokenIsRightInEachShape(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	shapes := map[string]string{
		"bare":       `{` + bareToken + `}`,
		"under data": `{"data":{` + bareToken + `},` + success + `}`,
		"both":       `{"data":{` + bareToken + `},` + success + `,` + bareToken + `}`,
	}
	for _, name := range []string{"token.create", "token.get", "token.update"} {
		schema := StrictResponse(doc, operation(t, name), 200, nil)
		for shape, text := range shapes {
			assert.Empty(t, Check(doc, schema, body(t, text)), "%s, %s", name, shape)
		}
	}
}

func TestTheStrictReadingSaysWhatIsWrong(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	const (
		wallet = `{"data":{"credit":1.5,"createdAt":"2025-01-15T10:00:00+00:00","updatedAt":"2026-02-12T08:30:00+00:00"},` + success + `}`
		scope  = `{"data":{"id":"682c9f5a51671f7ef264c4fd","scope":"GET:company.openapi.com/CH-start","method":"GET","endpoint":"CH-start",` +
			`"domain":"company.openapi.com","enabled":false,"rateLimit":"100/1m","freeLimits":{"dayLimit":0,"monthLimit":false,"yearLimit":false,` +
			`"totalLimit":false},"requirements":{"id_card":false},"prices":{"ch-start":0.06}},` + success + `}`
	)
	tests := []struct {
		name, operation string
		status          int
		query, body     string
		want            []string
	}{
		{"a right wallet", "wallet.get", 200, "", wallet, nil},
		{"a right scope", "scope.get", 200, "", scope, nil},
		{"no envelope", "wallet.get", 200, "", `{"data":{"credit":1,"createdAt":"2025-01-15T10:00:00Z","updatedAt":"2025-01-15T10:00:00Z"}}`,
			[]string{`$.error: property "error" is missing`, `$.message: property "message" is missing`, `$.success: property "success" is missing`}},
		{"30 February", "wallet.get", 200, "", `{"data":{"credit":1,"createdAt":"2025-02-30T10:00:00+00:00","updatedAt":"2025-01-15T10:00:00Z"},` + success + `}`,
			[]string{"$.data.createdAt: string doesn't match the format \"date-time\" (want a real timestamp in whole seconds, like 2026-02-12T08:30:00+00:00)"}},
		{"a list where one entry was asked for", "subscription.list", 200, "id=656d1e2f8b3c2a001f7e4a20", `{"data":[],` + success + `}`,
			[]string{"$.data: value must be an object"}},
		{"one entry where a list was asked for", "subscription.list", 200, "", `{"data":{},` + success + `}`,
			[]string{"$.data: value must be an array"}},
		{"a token beside data without its other members", "token.create", 200, "", `{"data":{` + bareToken + `},` + success + `,"token":"656d1e2f8b3c2a001f7e4a12"}`,
			[]string{`$: property "token" is unsupported`}},
		{"an id in upper case", "wallet.transactions", 200, "", `{"data":[{"id":"txn_65A1B2C3D4E5F6789ABC001","amount":-1,"createdAt":"2026-02-12T08:30:00Z","description":""}],` + success + `}`,
			[]string{`$.data[0].id: string doesn't match the regular expression "^txn_[0-9a-f]{23,24}$"`}},
		{"another operation's number", "token.get", 404, "", `{"success":false,"message":"Not Found","error":160,"data":null}`,
			[]string{"$.error: value is not one of the allowed values [120]"}},
		{"a number as text", "token.get", 404, "", `{"success":false,"message":"Not Found","error":"120","data":null}`,
			[]string{"$.error: value is not one of the allowed values [120]"}},
		{"the message of another number", "token.create", 422, "", `{"success":false,"message":"invalid scopes format","error":70,"data":null}`,
			[]string{"$.error: value is not one of the allowed values [80]"}},
		{"an address that is none", "stats.ips", 200, "", `{"data":["192.0.2.300"],` + success + `}`,
			[]string{"$.data[0]: string doesn't match the format \"ip\" (want an IP address, like 192.0.2.1 or 2001:db8::1)"}},
		{"an address listed twice", "stats.ips", 200, "", `{"data":["192.0.2.3","192.0.2.3"],` + success + `}`, []string{"$.data: duplicate items found"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			require.NoError(t, err)
			schema := StrictResponse(doc, operation(t, test.operation), test.status, query)
			require.NotNil(t, schema)
			assert.Equal(t, test.want, reasons(Check(doc, schema, body(t, test.body))))
		})
	}
}

func TestARefusalThatIsNotDocumentedIsOneOfTheTable(t *testing.T) {
	for _, d := range spec.All() {
		t.Run(d.Name(), func(t *testing.T) { refusalsAreOfTheTable(t, d) })
	}
}

func refusalsAreOfTheTable(t *testing.T, d *spec.Document) {
	corrected, err := Corrected(d)
	require.NoError(t, err)
	table, err := spec.Refusals()
	require.NoError(t, err)
	triples, err := d.Triples()
	require.NoError(t, err)
	operations, err := d.Operations()
	require.NoError(t, err)

	envelope, err := d.Envelope()
	require.NoError(t, err)
	type refusal struct {
		operation string
		status    int
		body      string
	}
	written := func(body any) string {
		data, err := json.Marshal(body)
		require.NoError(t, err)
		return string(data)
	}
	documented := map[refusal]bool{}
	for _, triple := range triples {
		documented[refusal{triple.Operation, triple.Status, written(envelope.Body(triple.Code.Value(), triple.CodeName, triple.Message))}] = true
	}
	var own []refusal // what the table assumes of one operation
	for _, row := range table.All() {
		r := refusal{row.Operation, row.Status, written(envelope.Body(row.Code.Value(), row.CodeName, row.Message))}
		if row.Surface == d.Name() && row.Operation != spec.EveryOperation && !documented[r] && !slices.Contains(own, r) {
			own = append(own, r)
		}
	}
	assumed, shown := map[int][]string{}, []refusal{}
	for _, o := range operations {
		for key, response := range corrected.Paths.Value(o.Path).GetOperation(o.Method).Responses.Map() {
			status, err := strconv.Atoi(key)
			require.NoError(t, err)
			if status < 400 {
				continue
			}
			for _, example := range examplesIn(response.Value.Content.Get("application/json")) {
				switch r := (refusal{o.Name, status, written(example)}); {
				case documented[r]:
				case slices.Contains(own, r):
					shown = append(shown, r)
				case !slices.Contains(assumed[status], r.body):
					assumed[status] = append(assumed[status], r.body)
				}
			}
		}
	}
	want := map[int][]string{}
	for status, bodies := range everyOperation(table, d.Name(), envelope) {
		for _, body := range bodies {
			want[status] = append(want[status], written(body))
		}
	}
	assert.Equal(t, want, assumed, "the overlay adds what the table assumes, and nothing else")
	assert.ElementsMatch(t, own, shown, "a row of one operation that is not documented has its example in the overlay, and so the strict reading knows it")
}

func TestARequestThatMatchesNoOperationIsRefusedAsTheTableSays(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	schema := StrictResponse(doc, spec.Operation{}, 404, nil)
	require.NotNil(t, schema)
	assert.Empty(t, Check(doc, schema, body(t, `{"success":false,"message":"Not Found","error":404,"data":null}`)))
	assert.NotEmpty(t, Check(doc, schema, body(t, `{"success":false,"message":"Not Found","error":120,"data":null}`)))
	assert.Nil(t, StrictResponse(doc, spec.Operation{}, 200, nil))
	assert.NotNil(t, StrictResponse(doc, spec.Operation{Method: "PUT", Path: "/tokens"}, 405, nil))
}

func TestAStatusThatNobodyKnowsHasNoSchema(t *testing.T) {
	strict, err := Strict(spec.V2())
	require.NoError(t, err)
	published, err := Published(spec.V2())
	require.NoError(t, err)
	o := operation(t, "wallet.get")
	assert.Nil(t, StrictResponse(strict, o, 201, nil))
	assert.Nil(t, PublishedResponse(published, o, 201))
	assert.NotNil(t, StrictResponse(strict, o, 429, nil))
	assert.Nil(t, PublishedResponse(published, o, 429))
	assert.NotNil(t, PublishedResponse(published, o, 200))
	assert.Nil(t, PublishedResponse(published, operation(t, "token.get"), 404), "refusals are published without a schema")
}

func TestCustomDataOfACallbackMayBeAnythingByEitherReading(t *testing.T) {
	strict, err := Strict(spec.V2())
	require.NoError(t, err)
	published, err := Published(spec.V2())
	require.NoError(t, err)
	o := operation(t, "callback.get")
	for _, custom := range []string{"null", "1", `"x"`, "[]", `{"a":1}`} {
		answer := body(t, `{"data":{"id":"65a1b2c3d4e5f6789abcdef0","scope":"POST:company.openapi.com/webhook","domain":null,"active":true,
			"startedAt":"2026-02-12T10:00:00+00:00","createdAt":"2026-02-12T09:59:55+00:00","completedAt":null,"httpResponseCode":0,"data":{},
			"custom":`+custom+`,"headers":{},"elapsedTime":0,"attempt":1,"retry":0,"field":"data","method":"JSON","url":"https://example.com/cb"},`+success+`}`)
		assert.Empty(t, Check(strict, StrictResponse(strict, o, 200, nil), answer), custom)
		assert.Empty(t, Check(published, PublishedResponse(published, o, 200), answer), custom)
	}
}

func TestTheLiteralDocumentIsRightByThePublishedReading(t *testing.T) {
	doc, err := Published(spec.V2())
	require.NoError(t, err)
	answers := map[string]string{
		"token.create": `{` + bareToken + `}`,
		"token.list":   `{"data":[{` + bareToken + `}]}`,
		"token.delete": `{"message":"Deleted","data":null}`,
		"scope.list":   `{"data":[]}`,
		"stats.apis":   `{"data":{}}`,
	}
	for name, answer := range answers {
		assert.Empty(t, Check(doc, PublishedResponse(doc, operation(t, name), 200), body(t, answer)), name)
	}
}

func TestCheckNeverRepeatsWhatItFound(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	const secret = "0123456789abcdef0123456789abcdef"
	for _, text := range []string{
		`{"data":{"credit":"` + secret + `","createdAt":"` + secret + `","updatedAt":null},"success":"` + secret + `","message":"` + secret + `","error":"` + secret + `"}`,
		`"` + secret + `"`, `["` + secret + `"]`,
	} {
		found := Check(doc, StrictResponse(doc, operation(t, "wallet.get"), 200, nil), body(t, text))
		require.NotEmpty(t, found)
		for _, m := range found {
			assert.NotContains(t, m.String(), secret)
		}
	}
}

func TestCheckMayBeUsedByManyAtOnce(t *testing.T) {
	doc, err := Strict(spec.V2())
	require.NoError(t, err)
	schema := StrictResponse(doc, operation(t, "token.get"), 200, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.Empty(t, Check(doc, schema, body(t, `{`+bareToken+`}`)))
		})
	}
	all.Wait()
}

func TestATimestampIsReal(t *testing.T) {
	tests := []struct {
		text string
		real bool
	}{
		{"2026-02-12T08:30:00+00:00", true},
		{"2025-11-19T10:00:00Z", true},
		{"2024-02-29T23:59:59-05:30", true},
		{"2025-02-29T00:00:00+00:00", false},
		{"2025-02-31T00:00:00Z", false},
		{"2025-01-01T24:00:00Z", false},
		{"2025-01-01T5:04:05Z", false},
		{"2025-01-01T00:00:00", false},
		{"2025-01-01 00:00:00Z", false},
		{"2025-01-01T00:00:00.5Z", false},
		{"2025-01-01T00:00:00,5Z", false},
		{"2025-01-01T00:00:00+0000", false},
		{"2025-01-01", false},
		{"", false},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			at, err := spec.Timestamp(test.text)
			assert.Equal(t, test.real, err == nil, "%v", err)
			assert.Equal(t, test.real, !at.IsZero())
		})
	}
}
