package fault_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/journal"
	"oauthmock/spec/readertest"
)

const everything = `
version: "1.0"
faults:
  - name: everything
    match: {surface: v2, operation: wallet.get, account: demo, token: abc, method: GET, path: "/wallet*", headers: {X-Trace: 1}, query: {q: "true"}}
    when: {probability: 0.2, after: 10s, for: 1m, times: 4, until: 2026-02-12T08:30:00Z}
    where: after
    effect: {kind: status, status: 503, headers: {Retry-After: 1}, body: {b: [1, 2.50, true, null], a: "x"}}
    do: {credit: 0, expire: token, advance: 1h}
  - name: armed
    armedBy: everything
    effect: {kind: latency, lognormal: {median: 80ms, sigma: 0.4, max: 2s}}
`

func TestRulesAreReadFromYAMLAndJSONAlike(t *testing.T) {
	fromYAML, err := fault.Load("rules.yaml", []byte(everything), fault.Known{})
	require.NoError(t, err)
	require.Len(t, fromYAML, 2)
	asJSON, err := json.Marshal(map[string]any{"version": "1.0", "faults": fromYAML})
	require.NoError(t, err)
	assert.Contains(t, string(asJSON), `"body":{"b":[1,2.50,true,null],"a":"x"}`, "in its order, numbers as they are written")
	fromJSON, err := fault.Load("rules.json", asJSON, fault.Known{})
	require.NoError(t, err)
	assert.Equal(t, fromYAML, fromJSON)
	assert.Equal(t, "1", fromYAML[0].Match.Headers["X-Trace"])
	assert.InDelta(t, 0.2, *fromYAML[0].When.Probability, 0)
}

// TestWhatIsWrongWithAFileIsSaidWithItsLine: line 3 begins the list.
func TestWhatIsWrongWithAFileIsSaidWithItsLine(t *testing.T) {
	rule := func(rest string) string {
		return "version: \"1.0\"\nfaults:\n  - name: x\n    effect: {kind: reset}\n" + rest
	}
	effect := func(effect string) string {
		return "version: \"1.0\"\nfaults:\n  - name: x\n    effect:\n      " + effect + "\n"
	}
	onCallbacks := func(text string) string { return effect(text) + "    match: {kind: callback}\n" }
	for name, c := range map[string]struct{ text, says string }{
		"nothing":                           {"", "rules.yaml:1: is empty"},
		"no YAML":                           {"version: [", "rules.yaml:1: "},
		"two documents":                     {"version: \"1.0\"\n---\n", "rules.yaml:2: a second document starts here"},
		"a list":                            {"- name: x", "rules.yaml:1: must be a mapping, not a list"},
		"no version":                        {"faults: []", "version: is missing; begin with version: \"1.0\""},
		"a version to come":                 {"version: \"2.0\"\nfaults: []", "rules.yaml:1: version: is \"2.0\"; this program reads \"1.0\""},
		"an unknown key":                    {rule("    wen: {}"), "rules.yaml:5: faults[0]: unknown key \"wen\": did you mean \"when\"?"},
		"an unknown key below":              {rule("    when:\n      fisrt: 2"), "rules.yaml:6: faults[0].when: unknown key \"fisrt\": did you mean \"first\"?"},
		"a key twice":                       {rule("    name: y"), "rules.yaml:5: faults[0]: the key \"name\" stands twice, first in line 3: keep one"},
		"an alias of itself":                {"version: \"1.0\"\nfaults: [{name: x, effect: {kind: status, status: 200, body: &a [*a]}}]", "the anchor &a holds an alias of itself"},
		"a bomb of aliases":                 {"version: \"1.0\"\nfaults:\n  - {name: x, effect: {kind: status, status: 200, body: " + bomb() + "}}", "aliases stand for more than 100000 values"},
		"a text for a number":               {rule("    when: {nth: \"2\"}"), "rules.yaml:5: faults[0].when.nth: must be a whole decimal number of 64 bits, not \"2\""},
		"a number for a text":               {"version: \"1.0\"\nfaults:\n  - name: 5", "rules.yaml:3: faults[0].name: must be text, not int without quotes: write \"5\""},
		"a fraction":                        {rule("    when: {nth: 2.5}"), "rules.yaml:5: faults[0].when.nth: must be a whole decimal number of 64 bits, not \"2.5\""},
		"no time":                           {rule("    when: {until: noon}"), "rules.yaml:5: faults[0].when.until: must be a time such as 2026-02-12T08:30:00Z, not \"noon\""},
		"no name":                           {"version: \"1.0\"\nfaults:\n  - effect: {kind: reset}", "rules.yaml:3: faults[0].name: is missing"},
		"a name that is not a path":         {"version: \"1.0\"\nfaults:\n  - name: a/b\n    effect: {kind: reset}", "faults[0].name: is \"a/b\"; want 1 to 64 letters"},
		"a name twice":                      {rule("  - name: x\n    effect: {kind: reset}"), "rules.yaml:5: faults[1].name: is \"x\", as that of a rule before it"},
		"no effect":                         {"version: \"1.0\"\nfaults:\n  - name: x", "faults[0].effect: is missing; want one such as"},
		"a place that is none":              {rule("    where: during"), "rules.yaml:5: faults[0].where: is \"during\"; want before or after"},
		"two triggers":                      {rule("    when: {nth: 1, every: 2}"), "rules.yaml:5: faults[0].when: holds 2 of probability, nth, every and first"},
		"a probability of more than all":    {rule("    when: {probability: 1.1}"), "is 1.1; want a number from 0 to 1"},
		"the call before the first":         {rule("    when: {nth: 0}"), "is 0; want 1 or more"},
		"a duration that is none":           {rule("    when: {after: soon}"), "is \"soon\"; want a duration above zero"},
		"a duration of nothing":             {rule("    when: {for: 0s}"), "is \"0s\"; want a duration above zero"},
		"armed by itself":                   {rule("    armedBy: x"), "is the rule itself"},
		"armed by nobody":                   {rule("    armedBy: y"), "rules.yaml:5: faults[0].armedBy: names \"y\", but there is no rule of that name"},
		"TLS for an operation":              {effect("{kind: tls-expired}") + "    match: {operation: token.create}", "holds more than headers: {Host: …}"},
		"TLS for another header":            {effect("{kind: tls-expired}") + "    match: {headers: {Host: x, Accept: y}}", "faults[0].match.headers: has \"Accept\"; want Host alone"},
		"TLS after the call":                {effect("{kind: tls-expired}") + "    where: after", "faults[0].where: is after, but a handshake comes before any call"},
		"TLS that does more":                {effect("{kind: tls-expired}") + "    do: {credit: 0}", "faults[0].do: has no account to change"},
		"TLS that is armed":                 {effect("{kind: tls-expired}") + "    armedBy: y", "faults[0].armedBy: arms rules for an account"},
		"TLS that arms":                     {"version: \"1.0\"\nfaults:\n  - {name: a, effect: {kind: tls-expired}}\n  - {name: b, armedBy: a, effect: {kind: reset}}", "which fires for TLS handshakes"},
		"TLS that does something else":      {effect("{kind: tls-handshake, do: drop}"), "faults[0].effect.do: is \"drop\"; want alert or reset"},
		"TLS with a member of others":       {effect("{kind: tls-wrong-host, do: alert}"), "faults[0].effect.do: has no meaning for the kind tls-wrong-host"},
		"armed in a circle":                 {"version: \"1.0\"\nfaults:\n  - {name: a, armedBy: b, effect: {kind: reset}}\n  - {name: b, armedBy: a, effect: {kind: reset}}", "leads in a circle"},
		"an age that is none":               {rule("    match: {youngerThan: soon}"), "faults[0].match.youngerThan: is \"soon\"; want a duration above zero"},
		"an age of nothing":                 {rule("    match: {olderThan: 0s}"), "faults[0].match.olderThan: is \"0s\"; want a duration above zero"},
		"a document's answer that is none":  {effect("{kind: document}"), "effect.status: is missing, and so is example"},
		"a document's status that is none":  {effect("{kind: document, status: 99}"), "effect.status: is 99; want a status from 200 to 599"},
		"a path that is none":               {rule("    match: {path: wallet}"), "faults[0].match.path: is \"wallet\"; want it to begin with / or *"},
		"a path with a query":               {rule("    match: {path: \"/wallet?a=b\"}"), "parameters stand in \"query\""},
		"a template":                        {rule("    match: {path: \"/tokens/{token}\"}"), "is \"/tokens/{token}\", a template"},
		"a header that is none":             {rule("    match: {headers: {\"a b\": x}}"), "has \"a b\", which is not a name of a header"},
		"an action that does nothing":       {rule("    do: {}"), "faults[0].do: is empty; want credit, expire or advance"},
		"a debt":                            {rule("    do: {credit: -1}"), "is -1; want an amount"},
		"a credit too fine":                 {rule("    do: {credit: 0.00001}"), "want an amount of up to four decimals"},
		"an advance that is none":           {rule("    do: {advance: -1h}"), "want a duration above zero"},
		"a kind that is none":               {effect("kind: explode"), "rules.yaml:5: faults[0].effect.kind: is \"explode\"; want one of latency, refusal, status"},
		"a surface that is none":            {rule("    match: {surface: v3}"), `faults[0].match.surface: is "v3", which nothing is called; did you mean v2?`},
		"an operation that is none":         {rule("    match: {operation: token.creat}"), "did you mean token.create?"},
		"operations of no name":             {rule("    match: {operation: tokn.*}"), "which nothing is called"},
		"a member of another kind":          {effect("{kind: reset, status: 503}"), "faults[0].effect.status: has no meaning for the kind reset, which knows none beside kind"},
		"a member of another kind, told":    {effect("{kind: truncate, status: 503}"), "has no meaning for the kind truncate, which knows bytes"},
		"latency without a time":            {effect("kind: latency"), "of the kind latency holds 0 of fixed"},
		"latency of two sorts":              {effect("{kind: latency, fixed: 1s, uniform: {min: 1s, max: 2s}}"), "holds 2 of fixed"},
		"latency for too long":              {effect("{kind: latency, fixed: 1h}"), "effect.fixed: is \"1h\"; want a duration such as \"300ms\", at most 10m0s"},
		"a uniform one upside down":         {effect("{kind: latency, uniform: {min: 2s, max: 1s}}"), "effect.uniform.max: is \"1s\", less than min"},
		"a normal one without a mean":       {effect("{kind: latency, normal: {stddev: 1s}}"), "effect.normal.mean: is \"\""},
		"a lognormal one without sigma":     {effect("{kind: latency, lognormal: {median: 1s}}"), "effect.lognormal.sigma: is 0; want a number above 0"},
		"a refusal without a number":        {effect("kind: refusal"), "effect.code: is missing"},
		"a refusal of a number that is not": {effect("{kind: refusal, code: 999}"), "effect.code: is 999, which is the number of no refusal"},
		"a refusal by a list":               {effect("{kind: refusal, code: [130]}"), "effect.code: is not a number"},
		"no status":                         {effect("kind: status"), "effect.status: is 0; want a status from 200 to 599"},
		"a status of information":           {effect("{kind: status, status: 101}"), "want a status from 200 to 599"},
		"a length of its own":               {effect("{kind: status, status: 503, headers: {content-length: 1}}"), "has \"content-length\", which the server writes itself"},
		"another protocol":                  {effect("{kind: status, status: 503, headers: {upgrade: h2c}}"), "has \"upgrade\", which the server writes itself"},
		"another number of the request":     {effect("{kind: status, status: 503, headers: {X-Mock-Request-Id: \"1\"}}"), "which the server writes itself"},
		"an advance of ages":                {effect("{kind: reset}\n    do: {advance: 2562047h}"), "is \"2562047h\"; want a hundred years"},
		"a header of two lines":             {effect("{kind: status, status: 503, headers: {a: \"b\\r\\nc: d\"}}"), "control characters"},
		"fewer bytes than none":             {effect("{kind: truncate, bytes: -1}"), "effect.bytes: is -1; want 0 to 1048576"},
		"a dribble of nothing":              {effect("{kind: dribble, bytes: 0}"), "effect.bytes: is 0; want 1 to"},
		"a violation of nothing":            {effect("{kind: violation, do: drop}"), "effect.field: is missing"},
		"a violation of dots":               {effect("{kind: violation, field: ..., do: drop}"), "effect.field: is \"...\""},
		"a violation that is none":          {effect("{kind: violation, field: data.credit, do: steal}"), "effect.do: is \"steal\"; want drop, rename, retype, null or add"},
		"a variation that is none":          {effect("{kind: legal, vary: [nothing]}"), "effect.vary: has \"nothing\"; want some of pages, order"},
		"a match of a kind that is none":    {rule("    match: {kind: record}"), "faults[0].match.kind: is \"record\"; want request or callback"},
		"a callback that is reset":          {rule("    match: {kind: callback}"), "rules.yaml:4: faults[0].effect.kind: is reset, an effect of calls; of callbacks want one of late, duplicate, reorder, drop, bad-signature"},
		"a call that is dropped":            {effect("kind: drop"), "faults[0].effect.kind: is drop, an effect of callbacks; want match: {kind: callback} beside it"},
		"a callback of an operation":        {rule("    match: {kind: callback, operation: token.create}"), "faults[0].match.operation: has no meaning for callbacks"},
		"a callback late by nothing":        {onCallbacks("kind: late"), "of the kind late holds 0 of fixed"},
		"a callback late by ages":           {onCallbacks("{kind: late, fixed: 366d}"), "effect.fixed: is \"366d\"; want a duration such as \"300ms\", at most 8760h0m0s"},
		"a callback reordered for ages":     {onCallbacks("{kind: reorder, max: 366d}"), "effect.max: is \"366d\""},
		"a callback before":                 {onCallbacks("kind: drop") + "    where: before\n", "faults[0].where: has no meaning for callbacks"},
		"a callback that does":              {onCallbacks("kind: drop") + "    do: {credit: 0}\n", "faults[0].do: has no meaning for callbacks"},
		"a callback that only does":         {"version: \"1.0\"\nfaults: [{name: x, match: {kind: callback}, do: {credit: 0}}]", "faults[0].effect: is missing; want one of late"},
		"too many rules":                    {"version: \"1.0\"\nfaults:\n" + strings.Repeat("  - {name: x, effect: {kind: reset}}\n", fault.MaxRules+1), "there are 1001 rules; want at most 1000"},
		"too much":                          {strings.Repeat(" ", fault.MaxBytes+1), "is larger than 1 MiB"},
		"too deep":                          {effect("{kind: status, status: 200, body: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}"), "nests deeper than 200"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fault.Load("rules.yaml", []byte(c.text), fault.Known{
				Codes: func(code string) bool { return code == "130" },
				Names: journal.Names{Surfaces: []string{"v2"}, Operations: []string{"token.create", "wallet.get"}},
			})
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.says)
			assert.True(t, strings.HasPrefix(err.Error(), "rules.yaml:"), err.Error())
		})
	}
}

// bomb is a value of a few lines that stands for ten million.
func bomb() string {
	b := "{a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"
	for c := 'b'; c <= 'g'; c++ {
		b += fmt.Sprintf(", %c: &%c [%s*%c]", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), c-1)
	}
	return b + "}"
}

func TestAnchorsAndMergeKeysAreFollowed(t *testing.T) {
	rules, err := fault.Load("rules.yaml", []byte(`version: 1.0
faults:
  - &slow
    name: slow
    match: {path: /wallet}
    effect: &late {kind: latency, fixed: 1s}
  - <<: *slow
    name: slower
    effect: {<<: *late, fixed: 2s}
`), fault.Known{})
	require.NoError(t, err)
	assert.Equal(t, "slower", rules[1].Name)
	assert.Equal(t, "/wallet", rules[1].Match.Path)
	assert.Equal(t, fault.Effect{Kind: "latency", Fixed: "2s"}, *rules[1].Effect)
}

func TestWhatClientsSendAsJSONMayHaveNulls(t *testing.T) {
	rules, single, err := fault.Decode("body", []byte(`{"name":"x","match":null,"where":null,"when":{"nth":null,"for":null,"times":2},"effect":{"kind":"status","status":503,"body":{"a":null}}}`))
	require.NoError(t, err)
	assert.True(t, single)
	assert.Nil(t, rules[0].Match)
	assert.Equal(t, 2, *rules[0].When.Times)
	text, err := json.Marshal(rules[0].Effect.Body)
	require.NoError(t, err)
	assert.Equal(t, `{"a":null}`, string(text))
}

func TestEveryProfileIsReadAndHasNamesOfItsOwn(t *testing.T) {
	assert.Equal(t, []string{"degraded", "flaky", "hostile-but-legal", "outage", "rate-limited", "slow"}, fault.Profiles())
	var all []fault.Rule
	for _, name := range fault.Profiles() {
		rules, err := fault.Profile(name)
		require.NoError(t, err)
		assert.NotEmpty(t, rules)
		for _, r := range rules {
			assert.True(t, strings.HasPrefix(r.Name, "chaos."+strings.SplitN(name, "-but-", 2)[0]), r.Name)
		}
		all = append(all, rules...)
	}
	require.NoError(t, fault.Check(all, fault.Known{}), "all can be used at once")
	_, err := fault.Profile("../read")
	assert.ErrorContains(t, err, "known are degraded")
}

func TestProblemsAreErrorsThatCanBeAsked(t *testing.T) {
	_, err := fault.Load("rules.yaml", []byte("version: \"1.0\"\nfaults:\n  - name: x\n    effect: {kind: nothing}"), fault.Known{})
	var problem fault.Problem
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, 4, problem.Line)
	assert.Equal(t, "faults[0].effect.kind", problem.Place)
}

// FuzzRules reads anything as rules. What is read can be written and read again, and checked
// without end or panic.
func FuzzRules(f *testing.F) {
	f.Add(everything)
	f.Add(`{"name":"flaky","when":{"probability":0.2},"effect":{"kind":"status","status":503,"body":"\ud83e\uded6 \ud83e"}}`)
	f.Add(`{"version":"1.0","faults":[{"name":"x","effect":{"kind":"violation","field":"data[0].*","do":"retype"}}]}`)
	f.Add("faults: [&a {name: x, effect: {kind: legal, vary: [*a]}}]")
	f.Add("{name: x, do: {credit: 1e308, expire: all}, when: {until: 2026-02-12T08:30:00+99:00}}")
	f.Add("{name: x, effect: {kind: refusal, code: .nan}}")
	for _, k := range fault.Kinds() {
		f.Add(fmt.Sprintf("{name: x, effect: {kind: %s, bytes: 1, interval: 1ms, value: x, max: 0s}}", k))
	}
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		rules, _, err := fault.Decode("rules", []byte(text))
		if err != nil {
			return
		}
		written, err := json.Marshal(map[string]any{"faults": rules})
		require.NoError(t, err)
		again, single, err := fault.Decode("rules", written)
		require.NoError(t, err, string(written))
		require.False(t, single)
		rewritten, err := json.Marshal(map[string]any{"faults": again})
		require.NoError(t, err)
		require.Equal(t, string(written), string(rewritten))
		_ = fault.Check(rules, fault.Known{Codes: func(string) bool { return true }})
	})
}
