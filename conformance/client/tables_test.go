package client

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheTablesFitTogether holds the tables of tasks, cases and rules against each other.
func TestTheTablesFitTogether(t *testing.T) {
	tasks, rules, seen := map[string]bool{}, map[string]Rule{}, map[string]bool{}
	for _, task := range Tasks() {
		assert.False(t, tasks[task.Name], "%s is there twice", task.Name)
		tasks[task.Name] = true
	}
	named := map[string]bool{}
	for _, rule := range Rules() {
		assert.NotContains(t, rules, rule.ID)
		assert.Contains(t, []string{"MUST", "SHOULD"}, rule.Level, rule.ID)
		assert.NotEmpty(t, rule.Requirement, rule.ID)
		assert.NotEmpty(t, rule.Source, rule.ID)
		assert.NotNil(t, rule.judge, rule.ID)
		rules[rule.ID] = rule
	}
	placeholder := regexp.MustCompile(`\$\{(\w+)\}`)
	known := []string{"base", "v1Base", "token", "refreshToken", "expireAt", "now", "names", "tokens", "available", "pending", "completed", "requests", "elsewhere", "listen", "webhookSecret", "clientId", "redirectUri"}
	for _, c := range Cases() {
		assert.False(t, seen[c.ID], "%s is there twice", c.ID)
		seen[c.ID] = true
		assert.True(t, tasks[c.Task], "%s: there is no task %s", c.ID, c.Task)
		assert.Regexp(t, "^"+c.Task+"/[a-z-]+$", c.ID)
		require.Contains(t, rules, c.Outcome, c.ID)
		assert.Equal(t, Outcomes, rules[c.Outcome].Scope, "%s: %s is not one that an outcome proves", c.ID, c.Outcome)
		named[c.Outcome] = true
		for _, need := range c.Needs {
			require.Contains(t, rules, need, c.ID)
			assert.NotEqual(t, Outcomes, rules[need].Scope, "%s: %s is proven by outcomes alone", c.ID, need)
			named[need] = true
		}
		assert.True(t, c.End == Failed || c.Prints != "", "%s: what ends well prints something", c.ID)
		for _, text := range []string{c.parameters(), c.Prints, c.Given.Faults} {
			if text != "" {
				assert.True(t, json.Valid([]byte(text)), "%s: %s", c.ID, text)
			}
			for _, name := range placeholder.FindAllStringSubmatch(text, -1) {
				assert.True(t, slices.Contains(known, name[1]), "%s: %s", c.ID, name[0])
			}
		}
	}
	for id, rule := range rules {
		assert.True(t, named[id] || rule.Scope == Commands, "no case is there for %s", id)
	}
}

func TestCasesAreChosenByID(t *testing.T) {
	all, err := Choose(nil)
	require.NoError(t, err)
	assert.Len(t, all, len(Cases()))
	some, err := Choose([]string{"rotate-token/", "client/read-wallet/plain"})
	require.NoError(t, err)
	assert.Len(t, some, 6)
	_, err = Choose([]string{"rotate-token"})
	assert.ErrorContains(t, err, `no case "rotate-token"`)
}

func TestWhatIsPrintedIsComparedByMeaning(t *testing.T) {
	for name, c := range map[string]struct{ want, got, differs string }{
		"the same":                  {`{"a":1}`, `{"a":1.0}`, ""},
		"more members":              {`{"a":1}`, `{"a":1,"b":2}`, ""},
		"a member that is missing":  {`{"a":1}`, `{"b":1}`, "$.a is not there"},
		"another number":            {`{"a":12.34}`, `{"a":12.340000000000001}`, "$.a is 12.340000000000001"},
		"a number as a text":        {`{"a":1}`, `{"a":"1"}`, `$.a is "1"`},
		"a list in another order":   {`{"a":["x","y"]}`, `{"a":["y","x"]}`, ""},
		"a list with a double":      {`{"a":["x","y"]}`, `{"a":["x","y","x"]}`, `$.a has 1 entry too many: "x"`},
		"a list that lacks one":     {`{"a":["x","x"]}`, `{"a":["x"]}`, `$.a lacks "x"`},
		"a time spelt otherwise":    {`{"a":"2026-02-12T08:30:00+00:00"}`, `{"a":"2026-02-12T09:30:00+01:00"}`, ""},
		"one of several":            {`{"a":{"oneOf":["x","y"]}}`, `{"a":"y"}`, ""},
		"none of several":           {`{"a":{"oneOf":["x","y"]}}`, `{"a":"z"}`, `$.a is "z"`},
		"null":                      {`{"a":1}`, `{"a":null}`, "$.a is null"},
		"an object for a list":      {`{"a":[]}`, `{"a":{}}`, "$.a is {}"},
		"a very large number":       {`{"a":1}`, `{"a":1e999999999}`, "$.a is 1e999999999"},
		"an object of other things": {`{"a":{"b":1}}`, `{"a":[1]}`, "$.a is [1]"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.differs, differs(parse(c.want), parse(c.got), "$"))
		})
	}
}
