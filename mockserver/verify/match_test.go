package verify_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/verify"
)

const token = "656d1e2f8b3c2a001f7e4a12"

// sent is an update of a token, changed by whoever asks.
func sent(id uint64, change ...func(*exchange.Exchange)) *exchange.Exchange {
	e := &exchange.Exchange{
		ID: id, At: time.Unix(1_770_000_000, 0), Began: time.Unix(1_770_000_000, 0), Surface: "v2", Operation: "token.update", Account: "demo", Auth: "refresh",
		Request: exchange.Request{
			Method: "PATCH", Host: "localhost:8080", URI: "/tokens/" + token + "?limit=10&tag=a&tag=b%20c&empty=",
			Header: http.Header{"Authorization": {"Bearer 0123456789abcdef01234567"}, "Content-Type": {"application/json"}, "X-Trace": {"one", "two"}},
			Body:   []byte(`{"name":"first","ttl":3600,"scopes":["GET:a.example/x","*:b.example/*"],"limits":{"totalRequests":1.50},"ok":true,"none":null,"refreshToken":"feedfacefeedfacefeedface"}`),
		},
		Response: exchange.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{}`)},
	}
	for _, c := range change {
		c(e)
	}
	return e
}

// redactor shows as the journal does; live are the credentials of the server.
func redactor(live ...string) *journal.Redactor {
	return journal.NewRedactor(func(word string) bool { return slices.Contains(live, word) }, nil)
}

// written replaces "[of credential]" by the credential's fingerprint.
func written(r *journal.Redactor, text string) string {
	return regexp.MustCompile(`\[of ([^]]+)\]`).ReplaceAllStringFunc(text, func(of string) string {
		return r.Fingerprint(of[len("[of ") : len(of)-1])
	})
}

func parse(t testing.TB, expectation string) verify.Expectation {
	t.Helper()
	var x verify.Expectation
	decoder := json.NewDecoder(strings.NewReader(expectation))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&x), expectation)
	return x
}

func compiled(t testing.TB, expectation string, live ...string) *verify.Check {
	t.Helper()
	r := redactor(live...)
	check, err := verify.Compile(parse(t, written(r, expectation)), r)
	require.NoError(t, err)
	return check
}

func fields(n verify.NearMiss) (out []string) {
	for _, d := range n.Differences {
		out = append(out, d.Field)
	}
	return out
}

func TestAMatchMeans(t *testing.T) {
	plain := func(body string) func(*exchange.Exchange) {
		return func(e *exchange.Exchange) { e.Request.Body = []byte(body) }
	}
	for name, c := range map[string]struct {
		match string
		off   string // the fields that differ; empty when it matches
		sent  func(*exchange.Exchange)
	}{
		"everything, when it is empty":                 {match: `{}`},
		"everything, when its members are null":        {match: `{"operation":null,"method":null,"path":null,"query":null,"headers":null,"auth":null,"body":null,"status":null}`},
		"an operation":                                 {match: `{"operation":"token.update"}`},
		"no other operation":                           {match: `{"operation":"token.get"}`, off: "operation"},
		"a method":                                     {match: `{"method":"PATCH"}`},
		"a method in any case":                         {match: `{"method":"patch"}`},
		"no other method":                              {match: `{"method":"GET"}`, off: "method"},
		"a path without its query":                     {match: `{"path":"/tokens/` + token + `"}`},
		"no other path":                                {match: `{"path":"/tokens/` + token + `/"}`, off: "path"},
		"a path with *":                                {match: `{"path":"/tokens/*"}`},
		"a path with * that stands for nothing":        {match: `{"path":"/tokens/` + token + `*"}`},
		"a path with * for slashes too":                {match: `{"path":"/*12"}`},
		"a path that begins with *":                    {match: `{"path":"*/` + token + `"}`},
		"no path that only begins as the pattern":      {match: `{"path":"/tok*/x"}`, off: "path"},
		"a path with a fingerprint":                    {match: `{"path":"/tokens/[of ` + token + `]"}`},
		"no path with another secret's fingerprint":    {match: `{"path":"/tokens/[secret 0000000000000000]"}`, off: "path"},
		"a path that was sent escaped, as it was sent": {match: `{"path":"/scopes/a%2Fb"}`, sent: func(e *exchange.Exchange) { e.Request.URI = "/scopes/a%2Fb" }},
		"a path that was sent escaped, decoded":        {match: `{"path":"/scopes/a/b"}`, sent: func(e *exchange.Exchange) { e.Request.URI = "/scopes/a%2Fb" }},
		"a path of a request with an absolute URI":     {match: `{"path":"/wallet"}`, sent: func(e *exchange.Exchange) { e.Request.URI = "http://oauth.openapi.com/wallet?x=1" }},
		"a parameter":                                  {match: `{"query":{"limit":"10"}}`},
		"a parameter among others of its name":         {match: `{"query":{"tag":"a"}}`},
		"a parameter that was sent escaped":            {match: `{"query":{"tag":"b c"}}`},
		"a parameter with *":                           {match: `{"query":{"tag":"b*"}}`},
		"a parameter that is empty":                    {match: `{"query":{"empty":""}}`},
		"no parameter of another value":                {match: `{"query":{"limit":"1"}}`, off: "query.limit"},
		"no parameter that is not there":               {match: `{"query":{"skip":"*","limit":"*"}}`, off: "query.skip"},
		"no parameter whose name is in another case":   {match: `{"query":{"Limit":"10"}}`, off: "query.Limit"},
		"a header":                                {match: `{"headers":{"Content-Type":"application/json"}}`},
		"a header whose name is in another case":  {match: `{"headers":{"content-TYPE":"application/json"}}`},
		"a header among others of its name":       {match: `{"headers":{"x-trace":"two"}}`},
		"a header with *":                         {match: `{"headers":{"content-type":"*json*"}}`},
		"a header with a secret":                  {match: `{"headers":{"authorization":"Bearer 0123456789abcdef01234567"}}`},
		"a header with a fingerprint":             {match: `{"headers":{"authorization":"Bearer [of 0123456789abcdef01234567]"}}`},
		"no header of another value":              {match: `{"headers":{"content-type":"text/plain"}}`, off: "headers.Content-Type"},
		"no header that is not there":             {match: `{"headers":{"accept":"*"}}`, off: "headers.Accept"},
		"the host":                                {match: `{"headers":{"host":"localhost:*"}}`},
		"no other host":                           {match: `{"headers":{"host":"oauth.openapi.com"}}`, off: "headers.Host"},
		"how the caller authenticated":            {match: `{"auth":"refresh"}`},
		"not how others did":                      {match: `{"auth":"basic"}`, off: "auth"},
		"the OAuth client":                        {match: `{"client":"app"}`, sent: func(e *exchange.Exchange) { e.Client = "app" }},
		"another OAuth client":                    {match: `{"client":"ap*"}`, sent: func(e *exchange.Exchange) { e.Client = "app" }, off: "client"},
		"a status":                                {match: `{"status":200}`},
		"no other status":                         {match: `{"status":401}`, off: "status"},
		"an answer that was never sent":           {match: `{"status":0}`, sent: func(e *exchange.Exchange) { e.Response.Status = 0 }},
		"no answer that was sent":                 {match: `{"status":0}`, off: "status"},
		"members of a body":                       {match: `{"body":{"name":"first"}}`},
		"no member of another value":              {match: `{"body":{"name":"second"}}`, off: "body.name"},
		"no member that is not there":             {match: `{"body":{"nam":"first"}}`, off: "body.nam"},
		"no member whose name is in another case": {match: `{"body":{"Name":"first"}}`, off: "body.Name"},
		"members of members":                      {match: `{"body":{"limits":{}}}`},
		"numbers by their value":                  {match: `{"body":{"ttl":3.6e3,"limits":{"totalRequests":15e-1}}}`},
		"no other number":                         {match: `{"body":{"ttl":3601}}`, off: "body.ttl"},
		"no text that looks like a number":        {match: `{"body":{"ttl":"3600"}}`, off: "body.ttl"},
		"true":                                    {match: `{"body":{"ok":true}}`},
		"not false":                               {match: `{"body":{"ok":false}}`, off: "body.ok"},
		"null":                                    {match: `{"body":{"none":null}}`},
		"no null that is not there":               {match: `{"body":{"nothing":null}}`, off: "body.nothing"},
		"no null where a value is":                {match: `{"body":{"ok":null}}`, off: "body.ok"},
		"a list element by element":               {match: `{"body":{"scopes":["GET:a.example/x","*:b.example/*"]}}`},
		"no list in another order":                {match: `{"body":{"scopes":["*:b.example/*","GET:a.example/x"]}}`, off: "body.scopes[0] body.scopes[1]"},
		"no list that is longer":                  {match: `{"body":{"scopes":["GET:a.example/x"]}}`, off: "body.scopes"},
		"no * in a body: scopes have them":        {match: `{"body":{"scopes":["GET:a.example/x","*:b.*/*"]}}`, off: "body.scopes[1]"},
		"a secret in a body":                      {match: `{"body":{"refreshToken":"feedfacefeedfacefeedface"}}`},
		"two fingerprints in a body":              {match: `{"body":{"note":"[of one-secret]/[of another]!"}}`, sent: func(e *exchange.Exchange) { e.Request.Body = []byte(`{"note":"one-secret/another!"}`) }},
		"no fingerprints of others in a body":     {match: `{"body":{"note":"[of one-secret]/[of another]!"}}`, off: "body.note", sent: func(e *exchange.Exchange) { e.Request.Body = []byte(`{"note":"one-secret/other!"}`) }},
		"the fingerprint of a key in Basic": {match: `{"headers":{"authorization":"Basic [of 3cretsome]"}}`, sent: func(e *exchange.Exchange) {
			e.Request.Header.Set("Authorization", "Basic ZGV2QGV4YW1wbGUuY29tOjNjcmV0c29tZQ==")
		}},
		"a kind":                  {match: `{"kind":"request"}`},
		"any kind":                {match: `{"kind":"*"}`},
		"no other kind":           {match: `{"kind":"callback"}`, off: "kind"},
		"a fingerprint in a body": {match: `{"body":{"refreshToken":"[of feedfacefeedfacefeedface]"}}`},
		"objects in a list, with the members that stand here": {match: `{"body":[{"a":1},2]}`, sent: plain(`[{"a":1,"b":2},2]`)},
		"any object, when the body is {}":                     {match: `{"body":{}}`},
		"no list, when the body is {}":                        {match: `{"body":{}}`, off: "body", sent: plain(`[]`)},
		"no body that is none, when the body is {}":           {match: `{"body":{}}`, off: "body", sent: plain(``)},
		"no JSON that goes on":                                {match: `{"body":{}}`, off: "body", sent: plain(`{} {}`)},
		"a body that is another value":                        {match: `{"body":7}`, sent: plain(` 7.0 `)},
		"a body that is not JSON":                             {match: `{"body":"grant_type=refresh"}`, sent: plain(`grant_type=refresh`)},
		"no other body that is not JSON":                      {match: `{"body":"grant_type=refresh"}`, off: "body", sent: plain(`grant_type=code`)},
		"all of it together":                                  {match: `{"operation":"token.update","method":"PATCH","path":"/tokens/*","query":{"limit":"10"},"headers":{"content-type":"*"},"auth":"refresh","body":{"ttl":3600},"status":200}`},
		"each of it by itself":                                {match: `{"operation":"x","method":"GET","path":"/x","query":{"x":"1"},"headers":{"x":"1"},"auth":"none","body":{"x":1},"status":404}`, off: "operation method path query.x headers.X auth body.x status"},
	} {
		t.Run(name, func(t *testing.T) {
			e := sent(1)
			if c.sent != nil {
				c.sent(e)
			}
			r := compiled(t, `{"match":`+c.match+`}`).Evaluate([]*exchange.Exchange{e}, 0)
			assert.Equal(t, c.off == "", r.Satisfied)
			if c.off == "" {
				assert.Equal(t, []string{"1"}, r.Matched)
				assert.Equal(t, 1, r.Count)
				assert.Empty(t, r.NearMisses)
				return
			}
			require.Len(t, r.NearMisses, 1)
			assert.Equal(t, c.off, strings.Join(fields(r.NearMisses[0]), " "))
		})
	}
}

func TestNumbersAreEqualByTheirValue(t *testing.T) {
	for name, c := range map[string]struct {
		want, got string
		equal     bool
	}{
		"the same":                     {"10", "10", true},
		"with an exponent":             {"10", "1e1", true},
		"with a positive exponent":     {"10", "1E+1", true},
		"with a fraction of nothing":   {"10", "10.000", true},
		"with a negative exponent":     {"0.25", "25e-2", true},
		"zero and minus zero":          {"0", "-0.0e7", true},
		"a number and its negative":    {"1", "-1", false},
		"a tenth of it":                {"10", "1", false},
		"more digits than a float has": {"9007199254740993", "9007199254740992", false},
		"the same, however large":      {"1e999999999", "10e999999998", true},
		"not the same, however large":  {"1e999999999", "1e999999998", false},
		"beyond all exponents":         {"1e99999999999999999999", "1e99999999999999999999", true},
	} {
		t.Run(name, func(t *testing.T) {
			e := sent(1, func(e *exchange.Exchange) { e.Request.Body = []byte(c.got) })
			r := compiled(t, `{"match":{"body":`+c.want+`}}`).Evaluate([]*exchange.Exchange{e}, 0)
			assert.Equal(t, c.equal, r.Satisfied)
		})
	}
}

// TestWhatTheJournalShowsCanBeWrittenBack takes an entry as it is shown, with its fingerprints, for
// an expectation.
func TestWhatTheJournalShowsCanBeWrittenBack(t *testing.T) {
	for name, change := range map[string]func(*exchange.Exchange){
		"Bearer": func(*exchange.Exchange) {},
		"Basic": func(e *exchange.Exchange) {
			e.Request.Header.Set("Authorization", "Basic ZGV2QGV4YW1wbGUuY29tOnMzY3JldHM=")
		},
		"no scheme":             func(e *exchange.Exchange) { e.Request.Header.Set("Authorization", "s3cr3tw0rd") },
		"a cookie":              func(e *exchange.Exchange) { e.Request.Header.Set("Cookie", "a=1; b=2") },
		"a secret in the query": func(e *exchange.Exchange) { e.Request.URI = "/callbacks?token=" + token },
	} {
		t.Run(name, func(t *testing.T) {
			e := sent(1, change)
			r := redactor(token)
			entry := r.Show(e)
			path, query, _ := strings.Cut(entry.Request.URI, "?")
			match := verify.Match{Path: path, Headers: map[string]string{}, Body: json.RawMessage(entry.Request.Body), Query: map[string]string{}}
			for name, values := range entry.Request.Headers {
				match.Headers[name] = values[0]
			}
			if name, value, ok := strings.Cut(query, "token="); ok && name == "" {
				match.Query["token"] = value
			}
			check, err := verify.Compile(verify.Expectation{Match: &match}, r)
			require.NoError(t, err)
			result := check.Evaluate([]*exchange.Exchange{e, sent(2, func(e *exchange.Exchange) { e.Request.URI = "/other"; e.Request.Header = nil })}, 0)
			assert.Equal(t, []string{"1"}, result.Matched)
		})
	}
}

func TestAnExpectationThatMakesNoSenseIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ expectation, says string }{
		"a kind that nobody knows":          {`{"match":{"kind":"response"}}`, `"match.kind": "response" is not a kind of record; want request, callback, or * for all`},
		"exactly and atLeast":               {`{"exactly":1,"atLeast":1}`, "exactly"},
		"exactly and atMost":                {`{"exactly":1,"atMost":1}`, "exactly"},
		"a range without numbers":           {`{"atLeast":2,"atMost":1}`, "no number"},
		"a negative number":                 {`{"atMost":-1}`, "-1"},
		"match and inOrder":                 {`{"match":{},"inOrder":[{}]}`, "inOrder"},
		"no match in order":                 {`{"inOrder":[]}`, "empty"},
		"a count in order":                  {`{"inOrder":[{}],"atLeast":1}`, "atLeast"},
		"a wait that is not a duration":     {`{"wait":"5"}`, "5s"},
		"a wait that is too long":           {`{"wait":"61s"}`, "1m"},
		"a wait into the past":              {`{"wait":"-1s"}`, "-1s"},
		"an unknown way to authenticate":    {`{"match":{"auth":"bearer"}}`, "refresh"},
		"a surface that is none":            {`{"match":{"surface":"v3"}}`, "did you mean v2?"},
		"an operation that is none":         {`{"match":{"operation":"token.updat"},"exactly":0}`, "did you mean token.update?"},
		"operations of no name":             {`{"inOrder":[{},{"operation":"tokens.*"}]}`, "inOrder[1].operation"},
		"a status that is none":             {`{"match":{"status":99}}`, "99"},
		"a path with a query":               {`{"match":{"path":"/tokens?limit=1"}}`, "query"},
		"a path that does not begin":        {`{"match":{"path":"tokens"}}`, "begins"},
		"a path that is a template":         {`{"match":{"path":"/tokens/{token}"}}`, "/tokens/*"},
		"a header without a name":           {`{"match":{"headers":{"":"x"}}}`, "empty"},
		"a header with an impossible name":  {`{"match":{"headers":{"a b":"x"}}}`, "a b"},
		"a parameter without a name":        {`{"match":{"query":{"":"x"}}}`, "empty"},
		"a fingerprint beside *":            {`{"match":{"path":"*/[secret 0000000000000000]"}}`, "fingerprint"},
		"two fingerprints side by side":     {`{"match":{"body":"[secret 0000000000000000][secret 0000000000000000]"}}`, "fingerprint"},
		"the place of what is wrong":        {`{"inOrder":[{},{"status":1}]}`, "inOrder[1].status"},
		"two fingerprints deep in the body": {`{"match":{"body":{"a":[{"b":"[secret 0000000000000000][secret 0000000000000000]"}]}}}`, "fingerprint"},
	} {
		t.Run(name, func(t *testing.T) {
			x := parse(t, c.expectation)
			err := x.CheckNames(journal.Names{
				Surfaces: []string{"v2"}, Operations: []string{"token.create", "token.update"}, Auth: []string{"none", "basic", "refresh", "token"},
			})
			if err == nil {
				_, err = verify.Compile(x, redactor())
			}
			assert.ErrorContains(t, err, c.says)
		})
	}
	_, err := verify.Compile(verify.Expectation{Match: &verify.Match{Body: json.RawMessage(`{`)}}, redactor())
	require.ErrorContains(t, err, "body")
}

func TestAStatusIsWrittenAsItIsRead(t *testing.T) {
	for _, text := range []string{`{}`, `{"status":0}`, `{"status":404}`} {
		var m verify.Match
		require.NoError(t, json.Unmarshal([]byte(text), &m))
		written, err := json.Marshal(m)
		require.NoError(t, err)
		assert.Equal(t, text, string(written))
	}
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"status":-1}`), new(verify.Match)), "status is -1")
}
