package scenarios_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

func TestTheEmbeddedScenariosProveWhatTheyClaim(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	problems, err := scenarios.Lint(all)
	require.NoError(t, err)
	for _, problem := range problems {
		assert.Fail(t, problem.Error())
	}
}

// scenario is one of a file: its id, what stands before its steps, and its steps.
func scenario(id, members, steps string) string {
	return "  - id: " + id + "\n    title: It\n    level: SHOULD\n    requirement: it is so\n    source: somewhere\n" + members + "    steps:\n" + steps
}

// needsServices stands before the steps of a scenario that calls a paid service.
const needsServices = "    needs: [services]\n"

// The steps that the tests of the rules are put together from.
const (
	readScope   = "      - {name: read a scope, call: scope.get, path: {id: \"1\"}, expect: {status: 200}}\n"
	noScope     = "      - {name: read no scope, call: scope.get, path: {id: x}, expect: {status: 404, code: 10}}\n"
	readWallet  = "      - {name: read the wallet, call: wallet.get, expect: {status: 200}}\n"
	wrongWallet = "      - {name: read with a wrong key, call: wallet.get, auth: {credentials: {apiKey: x}}, expect: {status: 401}}\n"
	noPath      = "      - {name: call a path of none, call: GET /nothing, expect: {status: 404}}\n"
	callService = "      - {name: call a service, call: GET /__services/a.b/c, auth: {bearer: x}, expect: {status: 200}}\n"
	noService   = "      - {name: call no service, call: GET /__services/a.b/d, auth: {bearer: x}, expect: {status: 403}}\n"
	wrongMethod = "      - {name: call with a wrong method, call: PUT /wallet, expect: {status: 405}}\n"
)

func TestLintFindsWhatProvesNothing(t *testing.T) {
	const lonely = "nothing shows that it is not refused always"
	tests := map[string]struct {
		text string
		// want are parts of the problems, in their order; none means that nothing is wrong.
		want []string
	}{
		"a refusal alone": {
			scenario("v2/a/b", "", readWallet+noScope),
			[]string{`v2/x.yaml:10: step "read no scope" must be refused, but ` + lonely + `: add a step in which scope.get succeeds, or name the scenario that has one, as control: ID`},
		},
		"a refusal after a success of the same operation":  {scenario("v2/a/b", "", readScope+noScope), nil},
		"a refusal before a success of the same operation": {scenario("v2/a/b", "", noScope+readScope), nil},
		"a refusal beside a success by method and path": {
			scenario("v2/a/b", "", noScope+"      - {name: read it, call: GET /scopes/1, expect: {status: [200, 201]}}\n"), nil,
		},
		"a refusal beside a step that may be refused too": {
			scenario("v2/a/b", "", noScope+"      - {name: read it, call: scope.get, path: {id: \"1\"}, expect: {status: [200, 404]}}\n"), []string{lonely, lonely},
		},
		"a refusal beside a success that is observed": {
			scenario("v2/a/b", "", noScope+"      - {name: read it, call: scope.get, path: {id: \"1\"}, expect: {level: OBSERVE, status: 200}}\n"), []string{lonely},
		},
		"a refusal that is observed": {
			scenario("v2/a/b", "", readWallet+"      - {name: read it, call: scope.get, path: {id: \"1\"}, expect: {level: OBSERVE, status: 404}}\n"), nil,
		},
		"one of many operations without its success": {
			scenario("v2/a/b", "", "      - {name: read none, call: \"GET /${p}/1\", matrix: {p: [scopes, callbacks]}, expect: {status: 404}}\n"+readScope),
			[]string{"add a step in which callback.get succeeds"},
		},
		"wrong credentials beside a success of another operation": {scenario("v2/a/b", "", wrongWallet+readScope), nil},
		"wrong credentials without a success": {
			scenario("v2/a/b", "", wrongWallet), []string{"add a step in which any call by the scenario's own account succeeds"},
		},
		"wrong credentials beside a success of another account": {
			scenario("v2/a/b", "    given: {accounts: {other: {}}}\n", wrongWallet+"      - {name: read it, call: wallet.get, as: other, expect: {status: 200}}\n"), []string{lonely},
		},
		"another account's wrong credentials without its success": {
			scenario("v2/a/b", "    given: {accounts: {other: {}}}\n", readWallet+"      - {name: read it, call: wallet.get, as: other, auth: none, expect: {status: 401}}\n"),
			[]string{`any call by the account "other" succeeds`},
		},
		"a bearer that is refused beside any success": {
			scenario("v2/a/b", "", readWallet+"      - {name: rotate, call: token.update, path: {token: x}, auth: {bearer: y}, expect: {status: [401, 404]}}\n"), nil,
		},
		"a limit of the rate beside any success": {
			scenario("v2/a/b", "", readWallet+"      - {name: read over it, call: scope.list, expect: {status: 429}}\n"), nil,
		},
		"unknown paths and methods beside any success":  {scenario("v2/a/b", "", noPath+wrongMethod+readScope), nil},
		"unknown paths and methods without any success": {scenario("v2/a/b", "", noPath+wrongMethod), []string{lonely, lonely}},
		"some refused of many at once, one answered": {
			scenario("v2/a/b", "", "      - {name: race, call: token.create, concurrent: 3, outcomes: [{status: 200, count: \"1\"}, {status: 422, count: rest}]}\n"), nil,
		},
		"some refused of many at once, perhaps none answered": {
			scenario("v2/a/b", "", "      - {name: race, call: token.create, concurrent: 3, outcomes: [{status: 200, count: any}, {status: 422, count: rest}]}\n"), []string{lonely},
		},
		"none refused of many at once": {
			scenario("v2/a/b", "", "      - {name: race, call: token.create, concurrent: 3, outcomes: [{status: 200, count: any}, {status: 422, count: 0}]}\n"), nil,
		},

		"a refusal of a service beside a success of the API": {
			scenario("v2/a/b", needsServices, readWallet+noService), []string{lonely + ": add a step in which a call of a paid service succeeds"},
		},
		"a wrong token of a service beside a success of the API": {
			scenario("v2/a/b", needsServices, readWallet+"      - {name: be nobody, call: GET /__services/a.b/c, auth: {bearer: x}, expect: {status: 401}}\n"), []string{lonely},
		},
		"a refusal of a service beside a success of a service": {scenario("v2/a/b", needsServices, noService+callService), nil},
		"a refusal of a service beside one in the scenario that is named": {
			scenario("v2/a/b", needsServices+"    control: v2/a/c\n", noService) + scenario("v2/a/c", needsServices, callService), nil,
		},
		"a wrong method of the API beside a success of a service": {scenario("v2/a/b", needsServices, callService+wrongMethod), []string{lonely}},
		"a control in the scenario that is named":                 {scenario("v2/a/b", "    control: v2/a/c\n", noScope) + scenario("v2/a/c", "", readScope), nil},
		"two refusals and a control for each":                     {scenario("v2/a/b", "    control: [v2/a/c, v2/a/d]\n", noScope+wrongWallet) + scenario("v2/a/c", "", readScope) + scenario("v2/a/d", "", readWallet), nil},
		"a control that is not there": {
			scenario("v2/a/b", "    control: v2/a/see\n", noScope) + scenario("v2/a/c", "", readScope),
			[]string{`v2/x.yaml:8: control: there is no scenario "v2/a/see"`, lonely},
		},
		"a control that has no such success": {
			scenario("v2/a/b", "    control: v2/a/c\n", noScope) + scenario("v2/a/c", "", readWallet),
			[]string{`control: v2/a/c has no success that a refusal of v2/a/b lacks; leave it out`, lonely + ": add a step in which scope.get succeeds, or name the scenario that has one, as control: ID; there is none in v2/a/c"},
		},
		"a control that is only observed": {
			scenario("v2/a/b", "    control: v2/a/c\n", noScope) + scenario("v2/a/c", "", "      - {name: read it, call: scope.get, path: {id: \"1\"}, expect: {level: OBSERVE, status: 200}}\n"),
			[]string{`control: v2/a/c has no success`, lonely},
		},
		"a control that is not needed": {
			scenario("v2/a/b", "    control: v2/a/c\n", noScope+readScope) + scenario("v2/a/c", "", readScope), []string{`control: v2/a/c has no success that a refusal of v2/a/b lacks; leave it out`},
		},
		"a control of one's own": {
			scenario("v2/a/b", "    control: v2/a/b\n", noScope+readScope), []string{`control: "v2/a/b" is the scenario itself; leave it out`},
		},

		"a step without an expectation": {
			scenario("v2/a/b", "", readWallet+"      - {name: read again, call: wallet.get}\n"), []string{`v2/x.yaml:10: step "read again" asserts nothing; say under expect what must come back, at least the status`},
		},
		"a step whose expectations are empty": {
			scenario("v2/a/b", "", readWallet+"      - {name: read again, call: wallet.get, expect: {level: SHOULD, headers: {}, data: {}, body: {}}}\n"), []string{`step "read again" asserts nothing`},
		},
		"a race without an outcome": {
			scenario("v2/a/b", "", readWallet+"      - {name: race, call: wallet.get, concurrent: 2, outcomes: []}\n"), []string{`step "race" asserts nothing`},
		},
		"a walk, which asserts by itself": {
			scenario("v2/a/b", "", "      - {name: walk, call: scope.list, walk: {limit: 1, key: id}}\n"+readWallet), nil,
		},
		"a message and nothing else": {
			scenario("v2/a/b", "", "      - {name: read, call: wallet.get, expect: {message: \"\"}}\n"), nil,
		},

		"a misspelt path that should succeed": {
			scenario("v2/a/b", "", "      - {name: read, call: GET /walet, expect: {status: 200}}\n"),
			[]string{`step "read": GET /walet is no published operation, but the step expects it to succeed; did you mean "GET /wallet"?`},
		},
		"a misspelt path of a matrix": {
			scenario("v2/a/b", "", "      - {name: read, call: \"GET /${p}\", matrix: {p: [wallet, scope]}, expect: {status: 200}}\n"), []string{`GET /scope is no published operation`},
		},
		"a path with a slash where an id should stand": {
			scenario("v2/a/b", "", "      - {name: read, call: GET /scopes/, expect: {status: 200}}\n"), []string{`GET /scopes/ is no published operation`},
		},
		"a path that a variable decides": {
			scenario("v2/a/b", "", "      - {name: list, call: scope.list, expect: {status: 200}, capture: {p: \"$[0].id\"}}\n      - {name: read, call: \"GET /${p}\", expect: {status: 200}}\n"), nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := load(t, "version: \"1.0\"\nscenarios:\n"+test.text)
			// That some step expects something is demanded before; here nothing is to stop on the
			// way.
			require.NoError(t, err)
			problems, err := scenarios.Lint(all)
			require.NoError(t, err)
			require.Len(t, problems, len(test.want), "%v", problems)
			for i, want := range test.want {
				assert.Contains(t, problems[i].Error(), want)
			}
		})
	}
}

func TestALevelNeedsItsGround(t *testing.T) {
	const quotesNothing = "scenario v2/a/b demands a MUST and quotes nothing: give the words of the document that it rests on"
	read := func(level string) string {
		return "      - {name: read the wallet, call: wallet.get, expect: {level: " + level + ", status: 200}}\n"
	}
	tests := map[string]struct {
		level, source, members, steps string
		want                          string
	}{
		"a MUST that quotes nothing":           {"MUST", "v2 GET /wallet", "", readWallet, quotesNothing},
		"a MUST of a step":                     {"SHOULD", "v2 GET /wallet", "", read("MUST"), quotesNothing},
		"a MUST of a value":                    {"OBSERVE", "v2 GET /wallet", "", strings.Replace(readWallet, "200", "200, data: {$.credit: {type: number, level: MUST}}", 1), quotesNothing},
		"a MUST that quotes a description":     {"MUST", "v2 GET /wallet", "    quote: Current wallet  credit balance\n", readWallet, ""},
		"a MUST that quotes JSON":              {"MUST", "v2 POST /tokens", "    quote: ['\"required\": [\"scopes\"]', Wallet creation date]\n", readWallet, ""},
		"a MUST that quotes what nobody wrote": {"MUST", "v2 GET /wallet", "    quote: [Wallet creation date, Wallet balance]\n", readWallet, `quote "Wallet balance" is in no document`},
		"a MUST that quotes blanks":            {"MUST", "v2 GET /wallet", "    quote: [' ']\n", readWallet, `quote " " is in no document`},
		"a SHOULD of an assumption alone":      {"SHOULD", `"assumed: docs/a.md; assumed: docs/b.md"`, "", readWallet, "scenario v2/a/b demands a SHOULD and rests on an assumption alone"},
		"a SHOULD of a step":                   {"OBSERVE", `"assumed: docs/a.md"`, "", read("SHOULD"), "demands a SHOULD and rests on an assumption alone"},
		"a SHOULD with another source":         {"SHOULD", `"RFC 9110 section 9.2.1; assumed: docs/b.md"`, "", readWallet, ""},
		"an assumption that is observed":       {"OBSERVE", `"assumed: docs/a.md"`, "", readWallet, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := scenario("v2/a/b", test.members, test.steps)
			text = strings.Replace(strings.Replace(text, "level: SHOULD", "level: "+test.level, 1), "source: somewhere", "source: "+test.source, 1)
			all, err := load(t, "version: \"1.0\"\nscenarios:\n"+text)
			require.NoError(t, err)
			problems, err := scenarios.Lint(all)
			require.NoError(t, err)
			if test.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0].Error(), test.want)
		})
	}
}

func TestAReferenceIsTheSourceWithItsQuotes(t *testing.T) {
	s := scenarios.Scenario{Source: "v2 GET /wallet"}
	assert.Equal(t, "v2 GET /wallet", s.Reference())
	s.Quote = scenarios.Texts{"Current wallet\n  credit balance", "null"}
	assert.Equal(t, "v2 GET /wallet: “Current wallet credit balance”, “null”", s.Reference())
}

func TestAScenarioOfControlStepsAlone(t *testing.T) {
	onlyControl := scenario("v2/a/b", "", "      - {name: wait, control: {advance: 1h}}\n")
	_, err := load(t, "version: \"1.0\"\nscenarios:\n"+onlyControl)
	require.ErrorContains(t, err, "scenario v2/a/b expects nothing", "it does not even load")

	problems, err := scenarios.Lint([]scenarios.Scenario{{ID: "v2/a/b", File: "own.yaml", Steps: []scenarios.Step{{Name: "wait", Control: &scenarios.Control{Advance: "1h"}}}}})
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.Equal(t, "own.yaml: scenario v2/a/b asserts nothing: its steps only act on the control API; add a call or a compare", problems[0].Error())
}

func TestAnIDIsTakenOnceOverAllFiles(t *testing.T) {
	one, err := scenarios.Load(fstest.MapFS{"v2/one.yaml": {Data: []byte(head + steps)}})
	require.NoError(t, err)
	two, err := scenarios.Load(fstest.MapFS{"v2/two.yaml": {Data: []byte(head + steps)}})
	require.NoError(t, err)
	problems, err := scenarios.Lint(append(two, one...))
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.Equal(t, `v2/one.yaml:3: the id "v2/wallet/read" is taken by v2/two.yaml:3; choose another`, problems[0].Error())
}

func TestACaptureThatNobodyUsesDoesNotLoad(t *testing.T) {
	outcome := scenario("v2/a/b", "", "      - {name: race, call: wallet.get, concurrent: 2, outcomes: [{status: 200, count: 2, capture: {lost: $}}]}\n")
	_, err := load(t, "version: \"1.0\"\nscenarios:\n"+outcome)
	require.ErrorContains(t, err, `"lost" is captured but never used`)
}

func TestWhatIsNoIDIsNoControl(t *testing.T) {
	tests := map[string]struct{ control, want string }{
		"no id":             {"Upper", `v2/x.yaml:8: scenarios[0].control: must be the id of a scenario, such as v2/wallet/read, or a list of ids, not "Upper"`},
		"no text":           {"{id: v2/a/b}", `scenarios[0].control: must be the id of a scenario, such as v2/wallet/read, or a list of ids, not a mapping`},
		"an empty list":     {"[]", `scenarios[0].control: must name at least one scenario; leave it out instead`},
		"one that is twice": {"[v2/a/b, v2/a/b]", `scenarios[0].control[1]: "v2/a/b" stands twice`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, head+"    control: "+test.control+"\n"+steps)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestAnOperationHasAPathWithoutAnIDOnlyWhereTheDocumentAnswersIt(t *testing.T) {
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	tests := map[string]string{
		"PATCH /tokens/":                            "token.update",
		"DELETE /tokens/":                           "token.delete",
		"GET /tokens/":                              "",
		"GET /scopes/":                              "",
		"GET /callbacks/":                           "",
		"GET /subscriptions/":                       "",
		"GET /stats/apis/":                          "",
		"POST /tokens/":                             "",
		"PATCH /tokens":                             "",
		"DELETE /tokens//":                          "",
		"GET /tokens":                               "token.list",
		"GET /tokens/x":                             "token.get",
		"GET /%74okens/x%2Fy":                       "token.get",
		"GET /stats/apis/oauth.openapi.com":         "stats.api",
		"GET /stats/apis/oauth.openapi.com/":        "",
		"GET /wallet/":                              "",
		"GET /%zz":                                  "",
		"PATCH /tokens/000000000000000000000000/":   "",
		"DELETE /tokens/000000000000000000000000":   "token.delete",
		"GET /subscriptions/%20":                    "subscription.get",
		"GET /callbacks/656d1e2f8b3c2a001f7e4a20/x": "",
	}
	for request, want := range tests {
		t.Run(request, func(t *testing.T) {
			call, ok := scenarios.ResolveCall(operations, request)
			require.True(t, ok)
			got := ""
			if call.Operation != nil {
				got = call.Operation.Name
			}
			assert.Equal(t, want, got)
		})
	}
}
