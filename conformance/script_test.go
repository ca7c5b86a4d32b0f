package conformance_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
)

// The script of a scenario that failed runs as it is, from nothing to the call that failed, and
// holds no secrets.
func TestTheScriptOfAFailureRepeatsItFromNothing(t *testing.T) {
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s on this machine", program)
		}
	}
	const text = `  - id: v2/one/rotate
    title: A token rotates
    level: MUST
    requirement: The new token has no name.
    source: "PATCH /tokens/{token} 200"
    given: {tokens: [{as: one, name: before}]}
    steps:
      - name: rotate
        call: token.update
        path: {token: "${one.token}"}
        auth: {bearer: "${one.refreshToken}"}
        body: {}
        expect: {status: 200, data: {$.name: nothing}}
        capture: {second: $.token}
      - name: read it
        call: token.get
        path: {token: "${second}"}
        expect: {status: 299}
`
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			_, url := newLiteral(t, true, control)
			asked := target(url, control)
			result := run(t, asked, conformance.Options{Scenarios: written(t, text)}).Results[0]
			require.NotEmpty(t, result.Script, result.Reason)
			assert.NotContains(t, result.Script, asked.APIKey+"\"")

			command := exec.CommandContext(t.Context(), "sh")
			command.Stdin = strings.NewReader(result.Script)
			command.Env = []string{"PATH=" + os.Getenv("PATH"), "OAUTH_EMAIL=" + asked.Email, "OAUTH_API_KEY=" + asked.APIKey}
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s\n%s", result.Script, output)
			assert.Equal(t, 2, strings.Count(string(output), "HTTP/1.1 200"), "the calls that failed show their answers:\n%s\n%s", result.Script, output)
		})
	}
}
