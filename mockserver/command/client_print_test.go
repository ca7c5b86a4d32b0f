package command

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrintedJSONDoesNothingToATerminalAndMeansTheSame(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"plain text":       {"{\n\t\"a\": \"ü €\"}\n", "{\n\t\"a\": \"ü €\"}\n"},
		"C1":               {"\"\u009b2J\"", `"\u009b2J"`},
		"delete":           {"\"\x7f\"", `"\u007f"`},
		"direction":        {"\"\u202e\u2066\"", `"\u202e\u2066"`},
		"beyond the plane": {"\"\U000e0001\U0001f600\"", `"\udb40\udc01` + "\U0001f600\""},
	} {
		t.Run(name, func(t *testing.T) {
			got := inert([]byte(tc.body))
			assert.Equal(t, tc.want, string(got))
			var before, after any
			require.NoError(t, json.Unmarshal([]byte(tc.body), &before))
			require.NoError(t, json.Unmarshal(got, &after))
			assert.Equal(t, before, after)
		})
	}
	assert.Equal(t, `"\ufffd"`, string(inert([]byte("\"\x9b\""))), "what is not UTF-8")
}
