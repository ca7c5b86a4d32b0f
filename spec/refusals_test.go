package spec

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/readertest"
)

func TestTheTableAndTheDocumentsSayTheSame(t *testing.T) {
	table, err := Refusals()
	require.NoError(t, err)
	describe := func(operation string, status int, code Code, message, source string) string {
		return fmt.Sprintf("%s %d %s %q (%s)", operation, status, code, message, source)
	}
	for _, d := range All() {
		triples, err := d.Triples()
		require.NoError(t, err)
		var rows, examples []string
		for _, row := range table.All() {
			if row.Surface == d.Name() && row.Grade == Documented {
				rows = append(rows, describe(row.Operation, row.Status, row.Code, row.Message, row.Source))
			}
		}
		for _, triple := range triples {
			examples = append(examples, describe(triple.Operation, triple.Status, triple.Code, triple.Message, triple.Source()))
		}
		assert.ElementsMatch(t, examples, rows, "%s: every example of the document has its row, and every documented row its example", d.Name())
	}
}

func TestEveryRowOfADocumentNamesAnOperation(t *testing.T) {
	table, err := Refusals()
	require.NoError(t, err)
	for _, d := range All() {
		operations, err := d.Operations()
		require.NoError(t, err)
		names := []string{EveryOperation}
		for _, o := range operations {
			names = append(names, o.Name)
		}
		for _, row := range table.All() {
			if row.Surface == d.Name() {
				assert.Contains(t, names, row.Operation, "%s %s", d.Name(), row.Reason)
			}
		}
	}
}

func TestFindingARefusal(t *testing.T) {
	table, err := Refusals()
	require.NoError(t, err)
	tests := []struct {
		name                       string
		surface, operation, reason string
		want                       Refusal
		found                      bool
	}{
		{
			name: "an operation's own row wins", surface: "v2", operation: "token.update", reason: "credentials-invalid", found: true,
			want: Refusal{Surface: "v2", Operation: "token.update", Reason: "credentials-invalid", Status: 401, Code: NumberCode(140),
				Message: "Unauthorized", Grade: Documented, Source: "PATCH /tokens/{token} 401 unauthorized_authdata"},
		},
		{
			name: "the row for every operation stands in", surface: "v2", operation: "wallet.get", reason: "rate-limited", found: true,
			want: Refusal{Surface: "v2", Operation: "*", Reason: "rate-limited", Status: 429, Code: NumberCode(429),
				Message: "Too Many Requests", Grade: Assumed, Source: "the published document gives no number: the HTTP status stands for it"},
		},
		{name: "another operation's row does not", surface: "v2", operation: "wallet.get", reason: "scopes-missing"},
		{name: "another surface's row does not", surface: "v9", operation: "token.create", reason: "scopes-missing"},
		{name: "an unknown reason has none", surface: "v2", operation: "token.create", reason: "no-such-reason"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, found := table.Find(test.surface, test.operation, test.reason)
			assert.Equal(t, test.found, found)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestTheOneReasonHasAnotherNumberInEveryOperation(t *testing.T) {
	table, err := Refusals()
	require.NoError(t, err)
	for operation, code := range map[string]Code{"token.get": NumberCode(120), "token.update": NumberCode(160), "token.delete": NumberCode(180)} {
		row, found := table.Find("v2", operation, "token-not-found")
		require.True(t, found, operation)
		assert.Equal(t, code, row.Code, operation)
	}
}

func TestChangingWhatAllReturnsChangesNothing(t *testing.T) {
	table, err := Refusals()
	require.NoError(t, err)
	table.All()[0].Message = "changed"
	assert.NotEqual(t, "changed", table.All()[0].Message)
}

const goodRow = `{surface: v2, operation: token.create, reason: scopes-missing, status: 422, code: 70, message: missing, grade: documented, source: s}`

func TestATableIsReadStrictly(t *testing.T) {
	row := func(s string) string { return "version: \"1.0\"\nrefusals:\n  - " + s + "\n" }
	tests := []struct{ name, yaml, want string }{
		{"an empty file", "", "t.yaml:1: is empty"},
		{"broken YAML", "version: \"1.0\"\nrefusals: [\n", "t.yaml:3: is not YAML: did not find expected node content"},
		{"a list at the root", "- 1\n", "t.yaml:1: must be a mapping, not a list"},
		{"two documents", row(goodRow) + "---\na: b\n", "t.yaml:4: a second document starts here"},
		{"another version", "version: \"9.0\"\nrefusals: [" + goodRow + "]\n", `t.yaml:1: version: must be one of 1.0, not "9.0"`},
		{"no rows", "version: \"1.0\"\nrefusals: []\n", `t.yaml:2: refusals: must be a list with at least one entry`},
		{"an unknown key at the root", row(goodRow) + "rows: []\n", `t.yaml:4: unknown key "rows": known here are refusals, version`},
		{"an unknown key in a row", row(`{surface: v2, operation: "*", reason: a, status: 400, code: 1, message: m, grade: assumed, source: s, kode: 1}`), `t.yaml:3: refusals[0]: unknown key "kode": did you mean "code"?`},
		{"a missing message", row(`{surface: v2, operation: "*", reason: a, status: 400, code: 1, grade: assumed, source: s}`), `t.yaml:3: refusals[0].message: must be a text that is not empty`},
		{"an empty message", row(`{surface: v2, operation: "*", reason: a, status: 400, code: 1, message: "", grade: assumed, source: s}`), `t.yaml:3: refusals[0].message: must be a text that is not empty`},
		{"a key written twice", row(`{surface: v2, surface: v2, operation: "*", reason: a, status: 400, code: 1, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0]: the key "surface" stands twice, first in line 3: keep one`},
		{"a row written twice", row(goodRow) + "  - " + goodRow + "\n", "t.yaml:4: refusals[1]: v2 token.create scopes-missing has a row in line 3 already"},
		{"an unknown grade", row(`{surface: v2, operation: "*", reason: a, status: 400, code: 1, message: m, grade: guessed, source: s}`), `t.yaml:3: refusals[0].grade: must be one of documented, observed, assumed, not "guessed"`},
		{"a status that refuses nothing", row(`{surface: v2, operation: "*", reason: a, status: 200, code: 1, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].status: must be a whole number from 400 to 599, not 200`},
		{"a status in quotes", row(`{surface: v2, operation: "*", reason: a, status: "400", code: 1, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].status: must be a whole decimal number of 64 bits, not "400"`},
		{"a code that is a list", row(`{surface: v2, operation: "*", reason: a, status: 400, code: [1], message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].code: must be a decimal number (70, 125.22) or a text ("400013", invalid_code), not a list`},
		{"a code that is true", row(`{surface: v2, operation: "*", reason: a, status: 400, code: true, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].code: must be a decimal number`},
		{"a code that only YAML calls a number", row(`{surface: v2, operation: "*", reason: a, status: 400, code: 0x46, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].code: must be a decimal number`},
		{"an operation in another spelling", row(`{surface: v2, operation: POST /tokens, reason: a, status: 400, code: 1, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].operation: must be a name like "token.create", or "*" for every operation, not "POST /tokens"`},
		{"a reason in another spelling", row(`{surface: v2, operation: "*", reason: ScopesMissing, status: 400, code: 1, message: m, grade: assumed, source: s}`), `t.yaml:3: refusals[0].reason: must be a name like "scopes-missing", not "ScopesMissing"`},
	}
	for _, test := range tests {
		t.Run(test.name+" is refused", func(t *testing.T) {
			_, err := parseRefusals("t.yaml", []byte(test.yaml))
			assert.ErrorContains(t, err, test.want)
		})
	}
	t.Run("a good table is not", func(t *testing.T) {
		table, err := parseRefusals("t.yaml", []byte(row(goodRow)))
		require.NoError(t, err)
		assert.Len(t, table.All(), 1)
	})
	t.Run("all problems are reported at once", func(t *testing.T) {
		_, err := parseRefusals("t.yaml", []byte("version: \"2\"\nrefusals:\n  - {surface: v2}\n  - {grade: x}\n"))
		for _, line := range []string{"t.yaml:1:", "t.yaml:3:", "t.yaml:4:"} {
			assert.ErrorContains(t, err, line)
		}
	})
}

func TestACodeIsWrittenAsItIs(t *testing.T) {
	tests := []struct {
		name, yaml, json, text string
		isText                 bool
	}{
		{"a number", "70", "70", "70", false},
		{"a fraction", "125.22", "125.22", "125.22", false},
		{"digits in quotes", `"400013"`, `"400013"`, "400013", true},
		{"a word", "invalid_code", `"invalid_code"`, "invalid_code", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			row := fmt.Sprintf(`{surface: v2, operation: "*", reason: a, status: 400, code: %s, message: m, grade: assumed, source: s}`, test.yaml)
			table, err := parseRefusals("t.yaml", []byte("version: \"1.0\"\nrefusals: ["+row+"]\n"))
			require.NoError(t, err)
			code := table.All()[0].Code
			written, err := json.Marshal(code)
			require.NoError(t, err)
			assert.Equal(t, test.json, string(written))
			assert.Equal(t, test.text, code.String())
			assert.Equal(t, test.isText, code.IsText())

			var read Code
			require.NoError(t, json.Unmarshal(written, &read))
			assert.Equal(t, code, read)
		})
	}
	t.Run("no code is null", func(t *testing.T) {
		written, err := json.Marshal(Code{})
		require.NoError(t, err)
		assert.Equal(t, "null", string(written))
		assert.True(t, Code{}.IsZero())
	})
	t.Run("a number and a text that look alike differ", func(t *testing.T) {
		assert.NotEqual(t, NumberCode(70), TextCode("70"))
	})
	t.Run("null, true and objects are no codes", func(t *testing.T) {
		for _, bad := range []string{"null", "true", "{}", "[1]"} {
			var code Code
			assert.Error(t, code.UnmarshalJSON([]byte(bad)), bad)
		}
	})
}

func FuzzRefusals(f *testing.F) {
	f.Add([]byte(refusalsDocument))
	f.Add([]byte("version: \"1.0\"\nrefusals: [" + goodRow + "]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	readertest.Seed[[]byte](f)
	f.Fuzz(func(t *testing.T, data []byte) {
		defer readertest.Within(len(data))()
		table, err := parseRefusals("t.yaml", data)
		if err != nil {
			assert.Contains(t, err.Error(), "t.yaml")
			return
		}
		for _, row := range table.All() {
			found, ok := table.Find(row.Surface, row.Operation, row.Reason)
			require.True(t, ok)
			require.Equal(t, row, found)
			_, err := json.Marshal(row.Code)
			require.NoError(t, err)
		}
	})
}
