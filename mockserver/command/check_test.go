package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckSaysWhatAFileHolds(t *testing.T) {
	const service = "openapi: 3.0.3\ninfo: {title: Company, version: '2'}\npaths:\n  /one:\n    get:\n      responses: {200: {description: ok}}\n"
	for name, c := range map[string]struct {
		text     string
		code     int
		out, err string // after the name of the file
	}{
		"one scenario is one scenario": {
			text: "version: \"1.0\"\nscenarios:\n  - id: own/one\n    title: One\n    level: SHOULD\n    requirement: The wallet answers.\n" +
				"    source: v2 GET /wallet\n    steps: [{name: it is asked for, call: GET /wallet, expect: {status: 200}}]\n",
			out: ": 1 scenario, ok\n",
		},
		"one rule is one rule": {
			text: "version: \"1.0\"\nfaults: [{name: one, effect: {kind: status, status: 503}}]\n",
			out:  ": 1 fault rule, ok\n",
		},
		"the document of a service": {
			text: service, out: ": the OpenAPI document \"Company\" with 1 operation, 0 warnings, ok\n" +
				"FILE: of 1 operation the answer is empty, as the document has no example: GET /one\n",
		},
		"the same as JSON with tabs": {
			text: "{\n\t\"openapi\": \"3.1.0\",\n\t\"info\": {\"title\": \"Company\"},\n\t\"paths\": {\"/one\": {\"get\": {\"responses\": {\"204\": {}}}, " +
				"\"post\": {\"responses\": {\"204\": {}}}}}\n}",
			out: ": the OpenAPI document \"Company\" with 2 operations, 0 warnings, ok\n",
		},
		"what is odd in a document is told with its line, and is no failure": {
			text: service + "    put: nothing\n    delete: nothing\n",
			out: ": the OpenAPI document \"Company\" with 1 operation, 1 warning, ok\n" +
				"FILE: of 1 operation the answer is empty, as the document has no example: GET /one\n" +
				"FILE:5: warning: #/paths/~1one/put: the operation is a string, not an object; it is left out (and at 1 more place)\n",
		},
		"a document without paths is broken": {
			text: "openapi: 3.0.3\ninfo: {title: Company}\n", code: exitUsage,
			err: ":1: the document has no \"paths\", so there is nothing to answer",
		},
		"a document of OpenAPI 2 is refused as such": {
			text: "swagger: '2.0'\npaths: {}\n", code: exitUsage, err: ":1: this is an OpenAPI 2.0 document; OAS 3.0 and 3.1 are read",
		},
		"what cannot be read at all names its line": {text: "openapi: 3.0.0\npaths: [\n", code: exitUsage, err: ":3: is not YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(file, []byte(c.text), 0o600))
			code, out, errs := command(t.Context(), "check", file)
			assert.Equal(t, c.code, code, errs)
			if c.out != "" {
				assert.Equal(t, strings.ReplaceAll(file+c.out, "FILE", file), out)
			}
			if c.err != "" {
				assert.Contains(t, errs, file+c.err)
			}
		})
	}
}

func TestCheckNamesWhatIsMadeUpAndTellsAllPlacesWhenAsked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`openapi: 3.0.3
info: {title: Company}
paths:
  /a: {get: {responses: {200: {content: {application/json: {schema: {type: object, properties: {a: {type: string, minLength: -1, maxLength: 1.5}}}}}}}}}
  /b: {get: {responses: {200: {content: {application/json: {schema: {type: object, properties: {b: {type: string, minLength: -2}}}}}}}}}
  /c: {get: {responses: {204: {}}}}
`), 0o600))
	const size = "a size is not a whole number from 0; it is not looked at"
	for _, c := range []struct {
		args []string
		want int
	}{{[]string{"check", file}, 1}, {[]string{"check", "--all", file}, 3}} {
		code, out, errs := command(t.Context(), c.args...)
		assert.Equal(t, exitOK, code, errs)
		assert.Contains(t, out, file+": of 2 operations the answer is made up, as the document has no example: GET /a, GET /b\n")
		assert.Equal(t, c.want, strings.Count(out, size), out)
		assert.Equal(t, c.want == 1, strings.Contains(out, "(and at 2 more places)"), out)
		assert.Contains(t, out, file+":5: warning: ")
	}
}

func TestCheckTakesSeveralFiles(t *testing.T) {
	code, out, errs := command(t.Context(), "check", "../../fixtures/demo.yaml", "../../scenarios/v2/wallet.yaml")
	assert.Equal(t, exitOK, code, errs)
	assert.Regexp(t, `demo\.yaml: a fixture with 2 accounts, ok\n.*wallet\.yaml: \d+ scenarios, ok\n`, out)
}
