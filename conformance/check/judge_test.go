package check_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/check"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

const (
	wallet   = `{"data":{"credit":1.5,"createdAt":"2025-01-15T10:00:00+00:00","updatedAt":"2026-02-12T08:30:00+00:00"},"success":true,"message":"","error":null}`
	notFound = `{"success":false,"message":"Not Found","error":120,"data":null}`
	token    = `"token":"656d1e2f8b3c2a001f7e4a12","name":"x","createdAt":"2025-11-19T10:00:00+00:00","expireAt":"2025-12-19T10:00:00+00:00","updatedAt":"2025-11-20T09:00:00+00:00",` +
		`"scopes":["GET:api.openapi.com/resource"],"refreshToken":"656d1e2f8b3c2a001f7e4a13","limits":{},"stats":{"totalRequests":1,"walletRequests":0,"subscriptionRequests":0,"errorRequests":0,"walletAmount":0,"ip":["192.0.2.1"]}`
	secret = "0011223344556677"
)

// answer is an answer to an operation, "" for one that is unknown.
func answer(t *testing.T, operation string, status int, body string, headers ...string) *check.Exchange {
	t.Helper()
	judge, err := check.NewJudge()
	require.NoError(t, err)
	operations := judge.Operations()
	var of *spec.Operation
	if i := slices.IndexFunc(operations, func(o spec.Operation) bool { return o.Name == operation }); i >= 0 {
		of = &operations[i]
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Del(headers[i])
		if headers[i+1] != "" {
			header.Set(headers[i], headers[i+1])
		}
	}
	return check.NewExchange(judge.Surface("v2"), of, url.Values{}, status, header, []byte(body))
}

func standing(t *testing.T, e *check.Exchange, level scenarios.Level) map[string]check.Finding {
	t.Helper()
	findings := map[string]check.Finding{}
	for _, f := range e.Surface.Standing(e, level, func(text string) bool { return strings.Contains(text, secret) }) {
		_, twice := findings[f.Kind]
		require.False(t, twice, f.Kind)
		assert.NotEmpty(t, f.Requirement, f.Kind)
		assert.NotEmpty(t, f.Source, f.Kind)
		findings[f.Kind] = f
	}
	return findings
}

func failing(findings map[string]check.Finding, level scenarios.Level) []string {
	kinds := []string{}
	for kind, f := range findings {
		if !f.OK && f.Level == level {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

func TestHonestAnswersMeetAllStandingChecks(t *testing.T) {
	envelope := `,"success":true,"message":"","error":null}`
	tests := map[string]*check.Exchange{
		"a read":                     answer(t, "wallet.get", 200, wallet),
		"a charset":                  answer(t, "wallet.get", 200, wallet+"\n", "Content-Type", "application/json; charset=utf-8"),
		"a documented refusal":       answer(t, "token.get", 404, notFound),
		"an assumed refusal":         answer(t, "wallet.get", 401, `{"success":false,"message":"Unauthorized","error":140,"data":null}`),
		"an assumed code":            answer(t, "token.create", 422, `{"success":false,"message":"Invalid field type","error":422,"data":null}`),
		"too many requests":          answer(t, "wallet.get", 429, `{"success":false,"message":"Too Many Requests","error":429,"data":null}`),
		"no such path":               answer(t, "", 404, `{"success":false,"message":"Not Found","error":404,"data":null}`),
		"a bare token":               answer(t, "token.get", 200, "{"+token+"}"),
		"a token under data":         answer(t, "token.get", 200, `{"data":{`+token+`}`+envelope),
		"a token in both forms":      answer(t, "token.create", 200, `{`+token+`,"data":{`+token+`}`+envelope),
		"a list of tokens":           answer(t, "token.list", 200, `{"data":[{`+token+`}]`+envelope),
		"a token by ?id= in a list":  answer(t, "token.list", 200, `{"data":[]`+envelope),
		"a deletion, as the overlay": answer(t, "token.delete", 200, `{"data":null,"success":true,"message":"Deleted","error":null}`),
	}
	for name, e := range tests {
		t.Run(name, func(t *testing.T) {
			for kind, f := range standing(t, e, scenarios.Must) {
				assert.True(t, f.OK, "%s: expected %s, got %s", kind, f.Expected, f.Actual)
			}
		})
	}
}

func TestALiteralReadingMeetsEveryMust(t *testing.T) {
	tests := map[string]*check.Exchange{
		"{data} alone":               answer(t, "wallet.get", 200, `{"data":{"credit":125.5,"createdAt":"2025-01-15T10:00:00Z","updatedAt":"2026-02-12T08:30:00Z"}}`),
		"a bare token":               answer(t, "token.update", 200, "{"+token+"}"),
		"an empty token":             answer(t, "token.update", 200, "{}"),
		"a deletion":                 answer(t, "token.delete", 200, `{"message":"Deleted","data":null}`),
		"a refusal that is no must":  answer(t, "wallet.get", 401, `{"message":"who are you?"}`),
		"a status of its own":        answer(t, "wallet.get", 418, `teapot`, "Content-Type", "text/plain"),
		"an unknown path with words": answer(t, "", 404, `404 page not found`, "Content-Type", "text/plain"),
	}
	for name, e := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, failing(standing(t, e, scenarios.Must), scenarios.Must))
		})
	}
}

func TestEachStandingCheckTurnsRed(t *testing.T) {
	tests := map[string]struct {
		e       *check.Exchange
		must    []string
		should  []string
		observe []string
	}{
		"an undocumented status":        {answer(t, "wallet.get", 418, wallet), nil, nil, []string{"envelope.success", "http.status-documented"}},
		"a redirect":                    {answer(t, "wallet.get", 307, `{}`, "Location", "/x"), []string{"redirect"}, []string{"http.status-documented"}, []string{"envelope.success"}},
		"no content type":               {answer(t, "wallet.get", 200, wallet, "Content-Type", ""), []string{"http.content-type"}, nil, nil},
		"another content type":          {answer(t, "wallet.get", 200, wallet, "Content-Type", "text/json"), []string{"http.content-type"}, nil, nil},
		"another charset":               {answer(t, "wallet.get", 200, wallet, "Content-Type", "application/json; charset=latin1"), []string{"http.content-type"}, nil, nil},
		"an empty body":                 {answer(t, "wallet.get", 200, " "), []string{"json.valid"}, nil, nil},
		"truncated JSON":                {answer(t, "wallet.get", 200, wallet[:40]), []string{"json.valid"}, nil, nil},
		"trailing bytes":                {answer(t, "wallet.get", 200, wallet+"x"), []string{"json.valid"}, nil, nil},
		"a byte order mark":             {answer(t, "wallet.get", 200, "\xef\xbb\xbf"+wallet), []string{"json.valid"}, nil, nil},
		"bytes that are not UTF-8":      {answer(t, "wallet.get", 200, strings.Replace(wallet, `""`, "\"\xff\"", 1)), []string{"json.valid"}, nil, nil},
		"a member too many":             {answer(t, "wallet.get", 200, strings.Replace(wallet, `"credit"`, `"more":1,"credit"`, 1)), nil, nil, []string{"strict.schema"}},
		"a fraction of a second":        {answer(t, "wallet.get", 200, strings.Replace(wallet, "10:00:00", "10:00:00.125", 1)), nil, nil, []string{"strict.schema"}},
		"another form of id":            {answer(t, "token.get", 200, "{"+strings.Replace(token, `"token":"`, `"token":"tok_`, 1)+"}"), nil, nil, []string{"strict.schema"}},
		"no envelope":                   {answer(t, "wallet.get", 200, strings.Replace(wallet, `"success":true,`, "", 1)), nil, nil, []string{"envelope.success", "strict.schema"}},
		"a doubled key":                 {answer(t, "wallet.get", 200, strings.Replace(wallet, `"credit"`, `"credit":1.5,"credit"`, 1)), nil, []string{"json.duplicate-keys"}, nil},
		"a wrong type":                  {answer(t, "wallet.get", 200, strings.Replace(wallet, "1.5", `"1.5"`, 1)), []string{"document.schema"}, []string{"document.members"}, []string{"strict.schema"}},
		"a wrong type in an envelope":   {answer(t, "token.get", 200, `{"data":{`+strings.Replace(token, `"name":"x"`, `"name":5`, 1)+`},"success":true,"message":"","error":null}`), []string{"document.schema"}, []string{"document.members"}, []string{"strict.schema"}},
		"a missing member":              {answer(t, "wallet.get", 200, strings.Replace(wallet, `"credit":1.5,`, "", 1)), nil, []string{"document.members"}, []string{"strict.schema"}},
		"30 February":                   {answer(t, "wallet.get", 200, strings.Replace(wallet, "2025-01-15", "2025-02-30", 1)), nil, []string{"timestamp.calendar"}, []string{"strict.schema"}},
		"success is false on 200":       {answer(t, "wallet.get", 200, strings.Replace(wallet, "true", "false", 1)), nil, []string{"envelope.success"}, []string{"strict.schema"}},
		"success is true on 404":        {answer(t, "token.get", 404, strings.Replace(notFound, "false", "true", 1)), nil, []string{"envelope.success", "strict.schema"}, nil},
		"data on 404":                   {answer(t, "token.get", 404, strings.Replace(notFound, `"data":null`, `"data":{}`, 1)), nil, []string{"envelope.success", "strict.schema"}, nil},
		"the code of another operation": {answer(t, "token.get", 404, strings.Replace(notFound, "120", "160", 1)), []string{"refusal.triple"}, []string{"strict.schema"}, nil},
		"the code as text":              {answer(t, "token.get", 404, strings.Replace(notFound, "120", `"120"`, 1)), []string{"refusal.triple"}, []string{"strict.schema"}, nil},
		"the message of another code":   {answer(t, "token.get", 404, strings.Replace(notFound, "Not Found", "Scope not found", 1)), []string{"refusal.triple"}, []string{"strict.schema"}, nil},
		"no code":                       {answer(t, "token.get", 404, `{"success":false,"message":"Not Found","data":null}`), []string{"refusal.triple"}, []string{"strict.schema"}, nil},
		"a code of the overlay's":       {answer(t, "wallet.get", 401, strings.Replace(notFound, "120", "130", 1)), nil, nil, []string{"refusal.triple", "strict.schema"}},
		"no token":                      {answer(t, "token.create", 200, `{"data":null,"success":true,"message":"","error":null}`), []string{"document.schema"}, []string{"document.members", "token.shape"}, []string{"strict.schema"}},
		"two forms that differ":         {answer(t, "token.create", 200, `{`+strings.Replace(token, `"name":"x"`, `"name":"y"`, 1)+`,"data":{`+token+`},"success":true,"message":"","error":null}`), nil, []string{"token.shape"}, nil},
		"the key in the body":           {answer(t, "wallet.get", 200, strings.Replace(wallet, `""`, `"`+secret+`"`, 1)), []string{"secret.leak"}, nil, []string{"strict.schema"}},
		"the key, escaped":              {answer(t, "wallet.get", 200, strings.Replace(wallet, `""`, `"\u0030`+secret[1:]+`"`, 1)), []string{"secret.leak"}, nil, []string{"strict.schema"}},
		"the key in a header":           {answer(t, "wallet.get", 200, wallet, "X-Debug", "key="+secret), []string{"secret.leak"}, nil, nil},
		"the key in words":              {answer(t, "", 500, secret), []string{"secret.leak"}, nil, []string{"envelope.success", "json.valid", "strict.schema"}},
		"words for an unknown path":     {answer(t, "", 404, "not here", "Content-Type", "text/html"), nil, nil, []string{"http.content-type", "json.valid"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			findings := standing(t, test.e, scenarios.Must)
			assert.Equal(t, append([]string{}, test.must...), failing(findings, scenarios.Must))
			assert.Equal(t, append([]string{}, test.should...), failing(findings, scenarios.Should))
			assert.Equal(t, append([]string{}, test.observe...), failing(findings, scenarios.Observe))
		})
	}
}

func TestADoubledKeyIsFoundWhereverItStands(t *testing.T) {
	for body, doubled := range map[string]string{
		`{"data":{"a:b":"{\"c\":1,\"c\":2}","c":"\\\\","d":[{"c":1},{"c":2}]}}`: "",
		`{"data":{"c":1,"\u0063":2}}`:                                           `"c"`,
		`{"data":[{"x":{"y":[0,{"z":1,"z":1}]}}]}`:                              `"z"`,
		`[{"":1,"":2}]`: `""`,
		`"c:c:"`:        "",
	} {
		f := standing(t, answer(t, "wallet.get", 200, body), scenarios.Must)["json.duplicate-keys"]
		assert.Equal(t, doubled == "", f.OK, body)
		if doubled != "" {
			assert.Equal(t, doubled+" stands twice in one object", f.Actual)
		}
	}
}

func TestTheFirstTimeThatNoCalendarHasIsTold(t *testing.T) {
	wrong := strings.Replace(token, `"createdAt":"20`, `"createdAt":"19-`, 1)
	require.NotEqual(t, token, wrong)
	for body, path := range map[string]string{
		`{"data":[{` + token + `},{` + wrong + `},{` + wrong + `}]}`: "$.data[1].createdAt is ",
		`{"data":[{` + token + `}]}`:                                 "",
	} {
		f := standing(t, answer(t, "token.list", 200, body), scenarios.Must)["timestamp.calendar"]
		assert.Equal(t, path == "", f.OK, body)
		assert.Contains(t, f.Actual, path)
	}
}

func TestTheDocumentsAreReadOnce(t *testing.T) {
	first, err := check.NewJudge()
	require.NoError(t, err)
	second, err := check.NewJudge()
	require.NoError(t, err)
	assert.Same(t, first, second)
}

func TestWhereTheDocumentAsksForNothingARefusalIsOnlyAShould(t *testing.T) {
	e := answer(t, "token.update", 400, `{"success":false,"message":"bad","error":7,"data":null}`)
	assert.Contains(t, failing(standing(t, e, scenarios.Must), scenarios.Must), "refusal.triple")
	assert.Empty(t, failing(standing(t, e, scenarios.Should), scenarios.Must))
	assert.Contains(t, failing(standing(t, e, scenarios.Should), scenarios.Should), "refusal.triple")
}

func TestThePayloadIsTheDataOrABareToken(t *testing.T) {
	tests := map[string]struct {
		e     *check.Exchange
		want  string
		there bool
	}{
		"data of a read":         {answer(t, "wallet.get", 200, `{"data":{"credit":1}}`), `{"credit":1}`, true},
		"data of a refusal":      {answer(t, "wallet.get", 401, `{"data":null}`), `null`, true},
		"a bare token":           {answer(t, "token.get", 200, `{"token":"a"}`), `{"token":"a"}`, true},
		"an enveloped token":     {answer(t, "token.get", 200, `{"token":"a","data":{"token":"b"}}`), `{"token":"b"}`, true},
		"no bare list":           {answer(t, "token.list", 200, `[1]`), `null`, false},
		"no data":                {answer(t, "wallet.get", 200, `{"credit":1}`), `null`, false},
		"no JSON":                {answer(t, "wallet.get", 200, `x`), `null`, false},
		"a token that is no one": {answer(t, "token.get", 404, `{"data":null}`), `null`, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, there := test.e.Payload()
			assert.Equal(t, test.there, there)
			assert.True(t, check.Equal(got, value(t, test.want)), "%v", got)
		})
	}
}

func TestAPayloadThatIsDocumentedBesideTheEnvelopeIsTheWholeBody(t *testing.T) {
	judge, err := check.NewJudge()
	require.NoError(t, err)
	v1 := judge.Surface("v1")
	header := http.Header{"Content-Type": {"application/json"}}
	payload := func(operation, body string) (any, bool) {
		return check.NewExchange(v1, v1.Operation(operation), url.Values{}, 200, header, []byte(body)).Payload()
	}
	got, there := payload("v1.token.create", `{"token":"a","success":true}`)
	assert.True(t, there)
	assert.True(t, check.Equal(got, value(t, `{"token":"a","success":true}`)))
	_, there = payload("v1.scope.list", `{"scopes":[],"success":true}`)
	assert.False(t, there, "it is documented under data")
}

func TestWhenTheStatusIsWrongNothingElseIsSaid(t *testing.T) {
	expect := scenarios.Expect{Status: scenarios.Statuses{200}}
	wants := check.Wants{Data: []check.Want{{Name: "$.credit", Path: "$.credit", Matcher: matcher(t, `2`)}}}
	right := check.Expected(expect, wants, answer(t, "wallet.get", 200, wallet), scenarios.Must)
	require.Len(t, right, 2)
	assert.True(t, right[0].OK)
	assert.False(t, right[1].OK)
	assert.Equal(t, "data/$.credit", right[1].Name())
	wrong := check.Expected(expect, wants, answer(t, "wallet.get", 401, notFound), scenarios.Must)
	require.Len(t, wrong, 1)
	assert.Equal(t, `status 401 (error 120, "Not Found")`, wrong[0].Actual)
}

func TestCoverageOfPropertiesCountsBothFormsOfAToken(t *testing.T) {
	own, err := check.NewJudge()
	require.NoError(t, err)
	judge := own.Surface("v2")
	all := judge.Properties()
	assert.Contains(t, all, "GET /wallet 200 data.credit")
	assert.Contains(t, all, "POST /tokens 200 stats.ip")
	assert.Contains(t, all, "GET /callbacks 200 data[].url")
	assert.Contains(t, all, "GET /callbacks 200 data.elapsedTime")
	assert.Contains(t, all, "GET /stats/apis 200 data{}.totalScopes")
	assert.Contains(t, all, "GET /scopes/{id} 200 data.freeLimits.dayLimit")
	bare, enveloped := answer(t, "token.create", 200, "{"+token+"}"), answer(t, "token.create", 200, `{"data":{`+token+"}}")
	assert.Equal(t, judge.Seen(bare), judge.Seen(enveloped))
	for _, e := range []*check.Exchange{bare, answer(t, "wallet.get", 200, wallet), answer(t, "token.list", 200, `{"data":[{`+token+`}]}`)} {
		seen := judge.Seen(e)
		assert.NotEmpty(t, seen)
		for _, property := range seen {
			assert.Contains(t, all, property)
		}
	}
	assert.Empty(t, judge.Seen(answer(t, "token.get", 404, notFound)))
}

func TestAServiceIsJudgedOnlyWhereItRefuses(t *testing.T) {
	judge, err := check.NewJudge()
	require.NoError(t, err)
	service := func(status int, kind, body string) *check.Exchange {
		return check.NewExchange(judge.Surface("services"), nil, url.Values{}, status, http.Header{"Content-Type": {kind}}, []byte(body))
	}
	kinds := func(e *check.Exchange) []string {
		findings := standing(t, e, scenarios.Must)
		return slices.Sorted(slices.Values(slices.Concat(failing(findings, scenarios.Must), failing(findings, scenarios.Should))))
	}
	assert.Empty(t, kinds(service(200, "application/pdf", "%PDF-1.7")), "what it answers is its own affair")
	assert.Empty(t, kinds(service(404, "application/json", `{"success":false,"message":"Not Found","error":404,"data":null}`)), "no operation gives its numbers")
	assert.Equal(t, []string{"envelope.success"}, kinds(service(402, "application/json", `{"success":true,"message":"Insufficient Credit in Wallet","error":610,"data":null}`)))
	assert.Equal(t, []string{"http.content-type", "json.valid"}, kinds(service(402, "text/html", "<html>")))
	assert.Empty(t, kinds(service(403, "text/html", "<html>")), "that it refuses so nobody says")
	assert.Equal(t, []string{"redirect"}, kinds(service(302, "application/json", "{}")))
	assert.Equal(t, []string{"secret.leak"}, kinds(service(200, "application/json", `"`+secret+`"`)))
}
