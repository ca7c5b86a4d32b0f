package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/fault"
)

// TestEveryFaultIsTold: the page has a row for each effect and each profile, and all that it shows
// can be read.
func TestEveryFaultIsTold(t *testing.T) {
	text, err := os.ReadFile("faults.md")
	require.NoError(t, err)
	page := string(text)
	for _, kind := range fault.Kinds() {
		assert.Contains(t, page, "\n| `"+kind+"` |", "the table of effects has no row for %s", kind)
	}
	for _, profile := range fault.Profiles() {
		assert.Contains(t, page, "\n| `"+profile+"` |", "the table of profiles has no row for %s", profile)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1)
	require.Len(t, examples, 4)
	for _, example := range examples {
		rules := example[1]
		if !strings.HasPrefix(rules, "version") {
			rules = "version: \"1.0\"\nfaults:\n" + rules
		}
		_, err := fault.Load("faults.md", []byte(rules), fault.Known{})
		assert.NoError(t, err, rules)
	}
}

// TestTheControlAPIDescribesEveryEffect: three lists of its description name the effects.
func TestTheControlAPIDescribesEveryEffect(t *testing.T) {
	text, err := os.ReadFile("../mockserver/admin/openapi.json")
	require.NoError(t, err)
	for _, kind := range fault.Kinds() {
		assert.GreaterOrEqual(t, strings.Count(string(text), `"`+kind+`"`), 3, kind)
	}
}
