package scenarios_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
)

const head = `version: "1.0"
scenarios:
  - id: v2/wallet/read
    title: Reads
    level: SHOULD
    requirement: it reads
    source: somewhere
`

const steps = `    steps:
      - name: read
        call: wallet.get
        expect: {status: 200}
`

// bomb is a body of a few lines that stands for ten million values.
func bomb() string {
	b := "    given:\n      tokens:\n        - as: t\n          limits:\n            a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for c := 'b'; c <= 'g'; c++ {
		b += fmt.Sprintf("            %c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), c-1)
	}
	return b
}

func load(t *testing.T, text string) ([]scenarios.Scenario, error) {
	t.Helper()
	return scenarios.Load(fstest.MapFS{"v2/x.yaml": {Data: []byte(text)}})
}

func TestTheEmbeddedScenariosLoad(t *testing.T) {
	list, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, s := range list {
		folder, _, _ := strings.Cut(s.File, "/")
		assert.Contains(t, []string{"v2", "v1", "clientcred", "authcode", "services", "callbacks", "migration", "development"}, folder, s.File)
		assert.Positive(t, s.Line)
		assert.True(t, strings.HasPrefix(s.ID, folder+"/"), "%s in %s", s.ID, s.File)
		assert.True(t, folder != "services" || s.NeedsServices(), s.ID)
	}
}

func TestWhatIsWrongIsToldWithItsLineAndWhatWouldBeRight(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an empty file":                     {"", `v2/x.yaml:1: is empty: it must have "version" and "scenarios"`},
		"no YAML":                           {"version: [", `not YAML`},
		"a list as file":                    {"- 1\n", `v2/x.yaml:1: must be a mapping, not a list`},
		"two documents":                     {"version: \"1.0\"\nscenarios: []\n---\nversion: \"1.0\"\n", `v2/x.yaml:3: a second document starts here: write one document, without ---`},
		"no version":                        {strings.Replace(head+steps, "version: \"1.0\"\n", "", 1), `"version" is missing; write version: "1.0"`},
		"a newer version":                   {strings.Replace(head+steps, "1.0", "1.7", 1), `v2/x.yaml:1: version: "1.7" is not supported; this program reads up to "1.0"`},
		"another major version":             {strings.Replace(head+steps, "1.0", "2.0", 1), `version: "2.0" is not supported`},
		"no scenarios":                      {"version: \"1.0\"\nscenarios: []\n", `v2/x.yaml:2: scenarios: must hold at least one scenario`},
		"an unknown key":                    {head + "    tilte: x\n" + steps, `v2/x.yaml:8: scenarios[0]: unknown key "tilte": did you mean "title"?`},
		"an unknown matcher key":            {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect:\n          status: 200\n          data:\n            $.credit: {typ: number}\n", `v2/x.yaml:14: scenarios[0].steps[0].expect.data["$.credit"]: unknown key "typ": did you mean "type"?`},
		"a doubled key":                     {head + "    title: again\n" + steps, `v2/x.yaml:8: scenarios[0]: the key "title" stands twice, first in line 4: keep one`},
		"a bomb of aliases":                 {head + bomb() + steps, `aliases stand for more than 100000 values: write them out, or use fewer`},
		"a missing source":                  {strings.Replace(head+steps, "    source: somewhere\n", "", 1), `scenario v2/wallet/read: "source" is missing or empty`},
		"an id in upper case":               {strings.Replace(head+steps, "v2/wallet/read", "v2/Wallet", 1), `v2/x.yaml:3: id "v2/Wallet" must be words in lower case`},
		"an unknown level":                  {strings.Replace(head+steps, "level: SHOULD", "level: must", 1), `v2/x.yaml:5: unknown level "must"; it is one of "MUST", "SHOULD", "OBSERVE"; did you mean "MUST"?`},
		"an unknown need":                   {head + "    needs: [contrl]\n" + steps, `unknown needs "contrl"`},
		"an unknown fixture":                {head + "    given: {fixture: deno}\n" + steps, `unknown fixture "deno"; it is one of "demo", "empty", "generated:seed=7,tokens=250"`},
		"a generated fixture that is none":  {head + "    given: {fixture: \"generated:tokens\"}\n" + steps, `unknown fixture "generated:tokens"; it is one of "demo", "empty", "generated:seed=7,tokens=250"`},
		"an unknown environment":            {head + "    given: {environment: prod}\n" + steps, `unknown environment "prod"`},
		"a wrong credit":                    {head + "    given: {credit: 1.23456}\n" + steps, `credit must be a decimal number with at most 4 places and not negative, such as 10.5, not "1.23456"`},
		"a wrong clock":                     {head + "    given: {clock: {now: tomorrow}}\n" + steps, `clock: now must be a time such as 2026-02-12T08:30:00Z, not "tomorrow"`},
		"an unknown shape":                  {head + "    given: {answers: {tokenShape: round}}\n" + steps, `unknown answers: tokenShape "round"; it is one of "both", "data", "flat"`},
		"an unknown envelope":               {head + "    given: {answers: {successEnvelope: half}}\n" + steps, `unknown answers: successEnvelope "half"`},
		"answers of one account":            {head + "    given: {accounts: {a: {answers: {tokenShape: flat}}}}\n" + steps, `answers are those of the whole mock`},
		"a wrong window":                    {head + "    given: {rateLimit: {limit: 1, window: minute}}\n" + steps, `rateLimit: window must be a duration such as 90s or 24h, not "minute"`},
		"an unknown items list":             {head + "    given: {items: {callbacks.list: 1}}\n" + steps, `items: unknown operation "callbacks.list"; did you mean "callback.list"?`},
		"items of no list":                  {head + "    given: {items: {token.get: 1}}\n" + steps, `items: token.get is not a list`},
		"a fault that is not a mapping":     {head + "    given: {faults: [outage]}\n" + steps, `v2/x.yaml:8: scenarios[0].given.faults[0]: must be a mapping with a name and an effect, not "outage"`},
		"a fault without a name":            {head + "    given:\n      faults:\n        - {effect: {kind: reset}}\n" + steps, `v2/x.yaml:10: given.faults: a rule needs a name of at most 32 letters, digits, - and _, such as outage, not ""`},
		"two faults of one name":            {head + "    given:\n      faults:\n        - {name: a}\n        - {name: a}\n" + steps, `v2/x.yaml:11: given.faults: the name "a" is already used on line 10`},
		"a fault for an account":            {head + "    given: {faults: [{name: a, match: {account: demo}}]}\n" + steps, `v2/x.yaml:8: given.faults: rule "a" must not match an account: it is for the account that it is given to`},
		"a fault about no known token":      {head + "    given: {faults: [{name: a, match: {token: \"${first.token}\"}}]}\n" + steps, "v2/x.yaml:8: ${first.token} is not defined up to here"},
		"a step that removes no rule":       {head + steps + "      - name: b\n        control: {faults: {remove: outage}}\n", `v2/x.yaml:13: faults: there is no rule "outage" up to here`},
		"a step that adds and removes":      {head + steps + "      - name: b\n        control: {faults: {add: [{name: a}], remove: a}}\n", "faults must have either add, a list of rules, or remove, the names of rules; it has add, remove"},
		"a step that adds no rule":          {head + steps + "      - name: b\n        control: {faults: {add: []}}\n", "faults must have either add, a list of rules, or remove, the names of rules; it has add"},
		"nested accounts":                   {head + "    given: {accounts: {a: {accounts: {b: {}}}}}\n" + steps, `accounts cannot have accounts of their own`},
		"an unknown refusal":                {head + "    covers: [\"PATCH /tokens/{token} 401 131\"]\n" + steps, `v2/x.yaml:8: covers: "PATCH /tokens/{token} 401 131" is not a documented refusal (METHOD path status code); did you mean "PATCH /tokens/{token} 401 130"?`},
		"a refusal nobody expects":          {head + "    covers: [\"PATCH /tokens/{token} 401 130\"]\n" + steps, `covers "PATCH /tokens/{token} 401 130", but no step on that operation expects this status and code`},
		"no steps":                          {head, `scenario v2/wallet/read has no steps`},
		"no expectation":                    {head + "    steps:\n      - name: a\n        call: wallet.get\n", `scenario v2/wallet/read expects nothing`},
		"a step without a name":             {head + "    steps:\n      - call: wallet.get\n        expect: {status: 200}\n", `v2/x.yaml:9: a step needs a name`},
		"a name with a slash":               {head + "    steps:\n      - name: a/b\n        call: wallet.get\n        expect: {status: 200}\n", `step name "a/b" must not hold "/"`},
		"a doubled step name":               {head + steps + "      - name: read\n        call: wallet.get\n        expect: {status: 200}\n", `v2/x.yaml:12: step name "read" is already used on line 9`},
		"an unknown alias":                  {head + "    steps:\n      - name: a\n        call: walet.get\n        expect: {status: 200}\n", `v2/x.yaml:10: call "walet.get" must be an operation (token.create) or a method and a path ("POST /tokens", "v1 GET /scopes"); query parameters stand under query; did you mean "wallet.get"?`},
		"a callback that nobody receives":   {head + "    steps:\n      - name: a\n        receive: 1\n", `step "a" receives callbacks; add given: {receiver: {}}`},
		"more callbacks than can be":        {head + "    given: {receiver: {}}\n    steps:\n      - name: a\n        receive: 51\n", `receive must be between 0 and 50, not 51`},
		"a status of a callback":            {head + "    given: {receiver: {}}\n    steps:\n      - name: a\n        receive: 1\n        expect: {status: 200}\n", `of callbacks expect holds data alone`},
		"an answer that is none":            {head + "    given: {receiver: {answers: [never]}}\n" + steps, `receiver: answers must be statuses from 200 to 599, hang or close, not "never"`},
		"a receiver of another account":     {head + "    given: {accounts: {a: {receiver: {}}}}\n" + steps, `receiver is one for the scenario; write it under given`},
		"call and control":                  {head + "    steps:\n      - name: a\n        call: wallet.get\n        control: {advance: 1h}\n        expect: {status: 200}\n", `step "a" must have exactly one of call, follow, authorize, wait, receive, control and compare; it has call, control`},
		"a form that no text has":           {head + "    steps:\n      - {name: a, call: wallet.get, auth: {credentials: {apiKey: \"${apiKey|longer}\"}}, expect: {status: 200}}\n", `${apiKey|longer}: a text can be "host", "othercase", "otherscheme", "path", "shorter"`},
		"a wait of no duration":             {head + steps + "      - {name: b, wait: soon}\n", `wait must be a duration above 0 and up to 10s, such as 3s, not "soon"`},
		"a wait for a minute":               {head + steps + "      - {name: b, wait: 1m}\n", `wait must be a duration above 0 and up to 10s, such as 3s, not "1m"`},
		"a capture from a wait":             {head + steps + "      - {name: b, wait: 1s, capture: {x: $.a}}\n", `step "b": a wait has no answer to capture from`},
		"two control actions":               {head + steps + "      - name: b\n        control: {advance: 1h, credit: {amount: 1}}\n", `control must have exactly one of advance, clock, credit, rateLimit, faults and invariants; it has advance, credit`},
		"expect without call":               {head + steps + "      - name: b\n        control: {advance: 1h}\n        expect: {status: 200}\n", `step "b": "expect" belongs to a call`},
		"a bad duration":                    {head + steps + "      - name: b\n        control: {advance: 1 day}\n", `advance must be a duration such as 90s or 24h, not "1 day"`},
		"an undefined variable":             {head + "    steps:\n      - name: a\n        call: token.get\n        path: {token: \"${frist.token}\"}\n        expect: {status: 200}\n    given: {tokens: [{as: first}]}\n", `${frist.token} is not defined up to here; did you mean "first"?`},
		"a variable used too soon":          {head + "    steps:\n      - name: a\n        call: token.get\n        path: {token: \"${t}\"}\n        expect: {status: 200}\n        capture: {t: $.token}\n", `v2/x.yaml:11: ${t} is not defined up to here`},
		"an unused capture":                 {head + steps + "        capture: {credit: $.credit}\n", `v2/x.yaml:12: "credit" is captured but never used; use ${credit} or leave it out`},
		"an unused matrix key":              {head + steps + "        matrix: {x: [1]}\n", `matrix key "x" is never used as ${x}`},
		"a reserved variable":               {head + steps + "        capture: {scope2: $.credit}\n", `variable "scope2" is one of the suite's own`},
		"too few scopes":                    {head + "    given: {scopes: 1}\n    steps:\n      - name: a\n        call: token.create\n        body: {scopes: [\"${scope2}\"]}\n        expect: {status: 200}\n", `scopes is 1, but ${scope2} is used`},
		"an unknown auth":                   {head + steps + "        auth: digest\n", `v2/x.yaml:12: scenarios[0].steps[0].auth: must be "basic", "none", or one of {bearer: …}, {client: {…}}, {credentials: {…}}, {raw: …}, not "digest"`},
		"two kinds of auth":                 {head + steps + "        auth: {bearer: a, raw: b}\n", `auth: must be "basic", "none", or have exactly one of "bearer", "client", "credentials", "raw"`},
		"an unknown account":                {head + steps + "        as: other\n", `as: no account "other" under given.accounts`},
		"a missing path parameter":          {head + "    steps:\n      - name: a\n        call: token.get\n        expect: {status: 200}\n", `step "a": token.get needs path: {token: …}`},
		"a foreign path parameter":          {head + steps + "        path: {id: x}\n", `path: wallet.get has no parameter "id"`},
		"query and rawQuery":                {head + steps + "        query: {a: 1}\n        rawQuery: b\n", `query and rawQuery exclude one another`},
		"body and rawBody":                  {head + steps + "        body: {a: 1}\n        rawBody: b\n", `body and rawBody exclude one another`},
		"a charset that is unknown":         {head + steps + "        rawBody: b\n        charset: utf-16\n", `v2/x.yaml:13: unknown charset "utf-16"; it is utf-8 or iso-8859-1`},
		"a charset of no body":              {head + steps + "        body: {a: 1}\n        charset: utf-8\n", `charset belongs to a rawBody`},
		"a letter that a charset has not":   {head + steps + "        rawBody: a€\n        charset: iso-8859-1\n", `rawBody: '€' is no letter of iso-8859-1`},
		"a header without values":           {head + steps + "        headers: {X-A: []}\n", `headers.X-A: must hold at least one text; leave it out instead`},
		"a header that is an object":        {head + steps + "        headers: {X-A: [{a: 1}]}\n", `v2/x.yaml:12: scenarios[0].steps[0].headers.X-A[0]: must be text, not a mapping`},
		"repeat and concurrent":             {head + steps + "        repeat: 2\n        concurrent: 2\n", `repeat and concurrent exclude one another`},
		"outcomes alone":                    {head + steps + "        outcomes: [{status: 200, count: 1}]\n", `outcomes belong to a step with concurrent`},
		"a wrong outcome count":             {head + steps + "        concurrent: 2\n        outcomes: [{status: 200, count: all}]\n", `outcomes: count must be a number up to 2, "rest", "some" or "any", not "all"`},
		"a walk without key":                {head + steps + "        walk: {limit: 2}\n", `walk: key is missing`},
		"a walk with a limit":               {head + steps + "        walk: {limit: 2, key: id}\n        query: {limit: 1}\n", `a walk sets limit and skip itself`},
		"items without walk":                {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, items: {$: {length: 1}}}\n", `expect.items belongs to a step with walk`},
		"data without status":               {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {data: {$.credit: 1}}\n", `step "a": expect.status is missing`},
		"a wrong status":                    {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: OK}\n", `v2/x.yaml:11: scenarios[0].steps[0].expect.status: must be an HTTP status such as 422, or a list of them, not "OK"`},
		"a path without $":                  {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {credit: 1}}\n", `JSONPath "credit" must start with $`},
		"a broken path":                     {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {\"$[\": 1}}\n", `JSONPath "$["`},
		"a broken pattern":                  {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {matches: \"(\"}}}\n", `$.a: matches: error parsing regexp`},
		"a matcher that is empty":           {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {level: MUST}}}\n", `$.a: the matcher asks for nothing`},
		"an object as matcher":              {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {}, $.b: {ip: []}}}\n", `data["$.b"]: a mapping says how to compare ("equals", "not", "oneOf", "matches", "type" …); write {equals: {…}} to compare with an object`},
		"an unknown type":                   {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {type: int}}}\n", `unknown type "int"`},
		"an unknown format":                 {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {format: uuid}}}\n", `unknown format "uuid"`},
		"plus alone":                        {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {type: number, plus: 1}}}\n", `plus moves equals, gt, gte, lt, lte, length, minLength, maxLength, sum; none of them is there`},
		"a length that is text":             {head + "    steps:\n      - name: a\n        call: wallet.get\n        expect: {status: 200, data: {$.a: {length: two}}}\n", `$.a: length must be a whole number, not two`},
		"a compare without why":             {head + steps + "        capture: {a: $.credit}\n      - name: b\n        compare: [{value: \"${a}\", is: 1}]\n", `compare: why is missing`},
		"a hexadecimal number":              {head + "    steps:\n      - name: a\n        call: wallet.get\n        body: {x: 0x1F}\n        expect: {status: 200}\n", `v2/x.yaml:11: scenarios[0].steps[0].body.x: must be a number as JSON writes it, not "0x1F": quote it if text is meant`},
		"a service without its need":        {head + steps + "      - name: b\n        call: GET /__services/company.openapi.com/IT-start\n        expect: {status: 200}\n", `v2/x.yaml:13: step "b" calls a paid service, which few targets offer; add needs: [services]`},
		"a need of services without a call": {head + "    needs: [services]\n" + steps, `v2/x.yaml:8: needs names services, but no step calls one (GET /__services/company.openapi.com/…); leave it out`},
		"a service without a status":        {head + "    needs: [services]\n" + steps + "      - name: b\n        call: GET /__services/company.openapi.com/IT-start\n        expect: {headers: {X: y}}\n", `step "b": expect.status is missing; no document says what a paid service answers`},
		"a need that nobody knows":          {head + "    needs: [service]\n" + steps, `unknown needs "service"; it is one of "control", "services"`},
		"a scope's limit at the start":      {head + "    given: {rateLimit: {scope: \"GET:a.b/c\", limit: 1, window: 1m}}\n" + steps, `v2/x.yaml:8: rateLimit: the limit of a scope is set by a step`},
		"an unknown variable in a scope":    {head + steps + "      - {name: b, control: {rateLimit: {scope: \"${nobody}\", limit: 1, window: 1m}}}\n", `${nobody} is not defined up to here`},
		"invariants that nobody looks at":   {head + steps + "      - {name: b, control: {invariants: true}}\n", `step "b": invariants asks, and says nothing by itself; write invariants: true, capture: {violations: $.violations}`},
		"invariants that are not asked":     {head + steps + "      - {name: b, control: {invariants: false}, capture: {v: $}}\n      - {name: c, compare: [{value: \"${v}\", is: 1, why: x}]}\n", `invariants asks, and says nothing by itself`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list, err := load(t, test.text)
			require.Error(t, err)
			assert.Nil(t, list)
			assert.Contains(t, err.Error(), test.want)
			assert.NotEmpty(t, scenarios.Problems(err))
		})
	}
}

func TestAllProblemsOfAllFilesComeAtOnceInOrder(t *testing.T) {
	_, err := scenarios.Load(fstest.MapFS{
		"v2/b.yaml":  {Data: []byte(head + "    nope: 1\n" + steps)},
		"v2/a.yaml":  {Data: []byte(head + steps + "        auth: digest\n        repeat: 0\n")},
		"readme.txt": {Data: []byte("not a scenario")},
	})
	problems := scenarios.Problems(err)
	require.Len(t, problems, 4)
	var places []string
	for _, p := range problems {
		places = append(places, p.Error()[:strings.IndexByte(p.Error(), ' ')])
	}
	assert.Equal(t, []string{"v2/a.yaml:12:", "v2/a.yaml:13:", "v2/b.yaml:3:", "v2/b.yaml:8:"}, places)
	assert.Contains(t, problems[2].Message, `id "v2/wallet/read" is already taken by v2/a.yaml:3`)
}

func TestWhatIsWrittenIsTakenAsWritten(t *testing.T) {
	list, err := load(t, head+`    steps:
      - name: create
        call: token.create
        body: {scopes: ["${scope2}"], ttl: 12345678901234567890, ratio: 0.10, none: null, day: 2026-02-12}
        expect:
          status: [200, 201]
          code: null
          data:
            $.name: null
            $.ttl: {equals: 1.50, level: SHOULD}
            $.scopes: ["${scope}"]
`)
	require.NoError(t, err)
	s := list[0]
	assert.Equal(t, 2, s.Given.Scopes, "the loader counts the scopes that are used")
	step := s.Steps[0]
	assert.Equal(t, map[string]any{"scopes": []any{"${scope2}"}, "ttl": json.Number("12345678901234567890"), "ratio": json.Number("0.10"), "none": nil, "day": "2026-02-12"}, step.Body)
	assert.Equal(t, scenarios.Statuses{200, 201}, step.Expect.Status)
	assert.True(t, step.Expect.Has("code"))
	assert.False(t, step.Expect.Has("message"))
	name := step.Expect.Data["$.name"]
	assert.True(t, name.Has("equals"), "null means equals null")
	assert.Nil(t, name.Equals)
	assert.Equal(t, 16, name.LineOf("equals"))
	ttl := step.Expect.Data["$.ttl"]
	assert.Equal(t, json.Number("1.50"), ttl.Equals)
	assert.Equal(t, scenarios.Should, ttl.Level)
	assert.False(t, ttl.Has("not"))
}

func TestAnchorsAndMergeKeysAreFollowed(t *testing.T) {
	list, err := load(t, head+`    tags: &tags [a, b]
    given:
      faults:
        - &outage
          name: outage
          effect: {kind: status, status: 503}
        - <<: *outage
          name: later
    steps:
      - &read
        name: read
        call: wallet.get
        expect: &fine
          status: 200
          data:
            $.credit: &number {type: number}
      - <<: *read
        name: read again
        expect:
          <<: *fine
          data: {$.credit: {<<: *number, gte: 0}}
`)
	require.NoError(t, err)
	s := list[0]
	assert.Equal(t, []string{"a", "b"}, s.Tags)
	assert.Equal(t, map[string]any{"name": "later", "effect": map[string]any{"kind": "status", "status": json.Number("503")}}, s.Given.Faults[1].Rule)
	assert.Equal(t, 14, s.Given.Faults[1].Line)
	assert.Equal(t, 13, s.Given.Faults[1].LineOf("effect.kind"), "where it is written")
	again := s.Steps[1]
	assert.Equal(t, "read again", again.Name)
	assert.Equal(t, "wallet.get", again.Call)
	assert.Equal(t, 24, again.Line)
	assert.Equal(t, 19, again.LineOf("call"))
	assert.Equal(t, scenarios.Statuses{200}, again.Expect.Status)
	credit := again.Expect.Data["$.credit"]
	assert.Equal(t, "number", credit.Type)
	assert.True(t, credit.Has("type") && credit.Has("gte"))
}

func TestOneFileLoadsFromDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), "own.yaml")
	require.NoError(t, os.WriteFile(name, []byte(head+steps), 0o600))
	list, err := scenarios.LoadFile(name)
	require.NoError(t, err)
	require.Len(t, list, 1)

	_, err = scenarios.LoadFile(filepath.Join(t.TempDir(), "missing.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	_, err := load(t, "# "+strings.Repeat("x", 9<<20))
	require.ErrorContains(t, err, "split it")
}
