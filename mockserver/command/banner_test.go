package command

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
)

func TestOnATerminalServeTellsWhoThereIsAndWhatToTry(t *testing.T) {
	screen, terminal, err := pty.Open()
	if errors.Is(err, pty.ErrUnsupported) || errors.Is(err, os.ErrNotExist) {
		t.Skip("there are no pseudo-terminals here")
	}
	require.NoError(t, err)
	defer screen.Close()
	shown := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(screen) // it ends with an error on some systems, and without one on others
		shown <- strings.ReplaceAll(string(all), "\r\n", "\n")
	}()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"serve", "--addr", "127.0.0.1:0", "--scenario", "rate-limited"}
		ended <- Run(ctx, args, func(string) string { return "" }, in, terminal)
		_ = in.Close()
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(url)
	stop()
	assert.Equal(t, exitOK, <-ended)
	require.NoError(t, terminal.Close())
	text := <-shown
	assert.Contains(t, text, "curl -u dev@example.com:0123456789abcdef0123456789abcdef "+url+"/wallet\n")
	assert.Contains(t, text, url+"/__admin/openapi/{v2,v1,clientcred,authcode}.json\n")
	assert.Contains(t, text, "dev@example.com  fedcba9876543210fedcba9876543210  sandbox\n")
	assert.Contains(t, text, "demo-client / demo-secret\n")
	assert.Contains(t, text, "oauthmock requests --follow --url "+url+"\n")
	assert.Contains(t, text, "rate-limited: Ten requests a minute\n")
	banner, _, _ := strings.Cut(text, "  Try ")
	for line := range strings.Lines(banner) {
		assert.LessOrEqual(t, len(line), 110, line)
	}
	assert.NotContains(t, text, "what to test")
}

func TestABannerDoesNothingToATerminal(t *testing.T) {
	var out strings.Builder
	b := banner{api: "http://127.0.0.1:1", admin: "http://127.0.0.1:2/__admin", root: "v1", locked: true, others: 3, accounts: []fixtures.Account{
		{Email: "a\x1b[2J'b@example.com", APIKey: "k\u009b\u202e", Environment: "production", Users: []fixtures.User{{Username: "u", Password: "\r"}}},
	}}
	require.NoError(t, b.print(&out))
	assert.Equal(t, strings.Map(func(r rune) rune {
		if r == '\n' || r >= ' ' && r < 0x7f {
			return r
		}
		return -1
	}, out.String()), out.String())
	assert.Contains(t, out.String(), "and 3 more: oauthmock accounts --url http://127.0.0.1:2 --admin-token TOKEN\n")
	assert.Contains(t, out.String(), "http://127.0.0.1:1/credit\n")
}

func TestTextIsWrappedBetweenWords(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"nothing":            {" \n", nil},
		"what fits":          {"one two", []string{"one two"}},
		"what does not":      {"one two three", []string{"one two", "three"}},
		"a word that is too": {"a incomprehensible b", []string{"a", "incomprehensible", "b"}},
		"letters, not bytes": {"äöü äöü", []string{"äöü äöü"}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, wrap(tc.text, 8)) })
	}
}
