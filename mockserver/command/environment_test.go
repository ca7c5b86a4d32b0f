package command

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestVariablesThatNoFlagReadsAreRefusedOrWarnedOf(t *testing.T) {
	for name, c := range map[string]struct{ variable, refused string }{
		"a letter is missing":   {"OAUTHMOCK_FIXTURE", "did you mean OAUTHMOCK_FIXTURES?"},
		"two letters are wrong": {"OAUTHMOCK_TOKN_SHAPES", "did you mean OAUTHMOCK_TOKEN_SHAPE?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(c.variable, "x")
			var stdout, stderr bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // for a mock that starts all the same
			defer cancel()
			code := Run(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, os.Getenv, &stdout, &stderr)
			assert.Equal(t, exitUsage, code)
			assert.Contains(t, stderr.String(), "environment variable "+c.variable+": there is no such variable; "+c.refused)
		})
	}
	for variable, warned := range map[string]bool{
		"OAUTHMOCK_SOMETHING_ELSE": true, "OAUTHMOCK_PORT": false, "OAUTHMOCK_PORT_8080_TCP_ADDR": false, "OAUTHMOCK_SERVICE_HOST": false, "OAUTHMOCK_EMAIL": false,
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "x")
			p := start(t, map[string]string{variable: "x"})
			p.end()
			if warned {
				assert.Contains(t, p.stderr.String(), "no flag reads this environment variable")
			} else {
				assert.NotContains(t, p.stderr.String(), "environment variable")
			}
		})
	}
}
