package command

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
)

// command runs the program without environment and answers what it wrote.
func command(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(ctx, args, func(string) string { return "" }, &out, &errs)
	return code, out.String(), errs.String()
}

// generated runs fixtures generate and loads what it prints.
func generated(t *testing.T, args ...string) *fixtures.World {
	t.Helper()
	code, out, errs := command(t.Context(), append([]string{"fixtures", "generate"}, args...)...)
	require.Equal(t, exitOK, code, errs)
	assert.Empty(t, errs, "where nobody looks there is no progress")
	world, err := fixtures.Load("generated.yaml", strings.NewReader(out))
	require.NoError(t, err)
	return world
}

func TestEveryFlagOfGenerateDoesSomething(t *testing.T) {
	usual := generated(t).Accounts[0]
	for flag, c := range map[string]struct {
		value string
		check func(*testing.T, fixtures.Account)
	}{
		"--tokens":        {"31", func(t *testing.T, a fixtures.Account) { assert.Len(t, a.Tokens, 31) }},
		"--transactions":  {"32", func(t *testing.T, a fixtures.Account) { assert.Len(t, a.Wallet.Transactions, 32) }},
		"--errors":        {"33", func(t *testing.T, a fixtures.Account) { assert.Len(t, a.Errors, 33) }},
		"--callbacks":     {"34", func(t *testing.T, a fixtures.Account) { assert.Len(t, a.Callbacks, 34) }},
		"--subscriptions": {"35", func(t *testing.T, a fixtures.Account) { assert.Len(t, a.Subscriptions, 35) }},
		"--days":          {"36", func(t *testing.T, a fixtures.Account) { assert.Equal(t, "-36d", a.Usage[0].Day.String()) }},
		"--environment":   {"sandbox", func(t *testing.T, a fixtures.Account) { assert.Equal(t, "sandbox", a.Environment) }},
		"--seed": {"37", func(t *testing.T, a fixtures.Account) {
			require.Len(t, a.Tokens, len(usual.Tokens))
			assert.NotEqual(t, usual.Tokens[0].Token, a.Tokens[0].Token)
		}},
	} {
		t.Run(flag, func(t *testing.T) { c.check(t, generated(t, flag, c.value).Accounts[0]) })
	}
	t.Run("--output", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "world.yaml")
		code, out, errs := command(t.Context(), "fixtures", "generate", "--output", file)
		require.Equal(t, exitOK, code, errs)
		assert.Empty(t, out)
		world, err := fixtures.LoadFile(file)
		require.NoError(t, err)
		assert.Equal(t, usual, world.Accounts[0])
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o644), info.Mode().Perm())
	})
}

func TestWhatIsPrintedIsTheGeneratedWorldOfTheSameNumbers(t *testing.T) {
	printed := generated(t, "--seed", "7", "--tokens", "300", "--errors", "150", "--days", "10", "--environment", "sandbox")
	opened, err := fixtures.Open("generated:seed=7,tokens=300,errors=150,days=10,environment=sandbox")
	require.NoError(t, err)
	assert.Equal(t, opened, printed)
}

func TestGenerateSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a number out of bounds": {[]string{"--tokens", "2000000"}, `tokens must be a whole number from 0 to 1000000, not "2000000"`},
		"no history":             {[]string{"--days", "0"}, `days must be a whole number from 1 to 3650, not "0"`},
		"no number":              {[]string{"--tokens", "many"}, `"many"`},
		"an argument":            {[]string{"world.yaml"}, `takes no argument, but got "world.yaml"`},
		"a foreign environment":  {[]string{"--environment", "test"}, `environment must be production or sandbox, not "test"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := command(t.Context(), append([]string{"fixtures", "generate"}, c.args...)...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, out)
			assert.Contains(t, errs, c.want)
		})
	}
	code, _, errs := command(t.Context(), "fixtures")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, errs, "takes a command: generate")

	code, _, errs = command(t.Context(), "fixtures", "generate", "--output", filepath.Join(t.TempDir(), "none", "world.yaml"))
	assert.Equal(t, exitError, code)
	assert.Contains(t, errs, "no such file or directory")
}

func TestAnInterruptLeavesNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "world.yaml")
	require.NoError(t, os.WriteFile(file, []byte("what was there"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, _, errs := command(ctx, "fixtures", "generate", "--output", file)
	assert.Equal(t, exitError, code)
	assert.Contains(t, errs, "interrupted, and no file was written")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "what was there", string(content))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestProgressIsShownOnATerminalOnly(t *testing.T) {
	var shown bytes.Buffer
	p := progress{w: &shown, terminal: true}
	for done := range 1001 {
		p.update(done, 1000)
	}
	p.done()
	assert.Contains(t, shown.String(), "\r\x1b[K 50 % · 500 of 1000 entries")
	assert.True(t, strings.HasSuffix(shown.String(), "100 % · 1000 of 1000 entries\r\x1b[K"), "at last the line is taken away")
	assert.Equal(t, 102, strings.Count(shown.String(), "\r"), "it is written once for each percent")

	shown.Reset()
	p = progress{w: &shown}
	p.update(1, 2)
	p.done()
	assert.Empty(t, shown.String())

	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer file.Close()
	assert.False(t, isTerminal(file))
	assert.False(t, isTerminal(&shown))
	if terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil { // where there are pseudo-terminals
		defer terminal.Close()
		assert.True(t, isTerminal(terminal))
	}
}

func TestAGeneratedWorldIsServed(t *testing.T) {
	tokens := func(p *process) int {
		status, body := p.ask("GET", "/tokens", "")
		require.Equal(t, 200, status, body)
		var answer struct{ Data []struct{ Token string } }
		require.NoError(t, json.Unmarshal([]byte(body), &answer), body)
		return len(answer.Data)
	}
	assert.Equal(t, 7, tokens(start(t, nil, "--fixtures", "generated:seed=7,tokens=7")))

	file := filepath.Join(t.TempDir(), "world.yaml")
	code, _, errs := command(t.Context(), "fixtures", "generate", "--tokens", "9", "--output", file)
	require.Equal(t, exitOK, code, errs)
	assert.Equal(t, 9, tokens(start(t, nil, "--fixtures", file)))
	code, out, errs := command(t.Context(), "check", file)
	require.Equal(t, exitOK, code, errs)
	assert.Contains(t, out, "a fixture with 2 accounts, ok")

	// The control API makes accounts of generated worlds, of a size that a request may ask for.
	p := start(t, nil)
	status, body := p.ask("POST", "/__admin/accounts", `{"fixture":"generated:seed=7,tokens=3"}`)
	require.Equal(t, 201, status, body)
	var made struct{ Email, APIKey string }
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	status, body = p.ask("POST", "/__admin/accounts", `{"fixture":"generated:tokens=1000000"}`)
	assert.GreaterOrEqual(t, status, 400)
	assert.Less(t, status, 500)
	assert.Contains(t, body, "at most 20000 are made here")
	status, body = p.ask("POST", "/__admin/accounts", `{"fixture":"generated:tokns=1"}`)
	assert.GreaterOrEqual(t, status, 400)
	assert.Less(t, status, 500)
	assert.Contains(t, body, "did you mean")
}

func TestAFileThatIsTooLargeToBeReadAgainIsToldOf(t *testing.T) {
	spec := fixtures.DefaultSpec()
	c := &counter{w: &bytes.Buffer{}}
	require.NoError(t, spec.Write(t.Context(), c, nil))
	var errs bytes.Buffer
	require.NoError(t, generateTo(t.Context(), spec, "", c.n-1, &bytes.Buffer{}, &errs))
	assert.Contains(t, errs.String(), "are more than is read from a file")
	assert.Contains(t, errs.String(), "use --fixtures generated:seed=1,")
	errs.Reset()
	require.NoError(t, generateTo(t.Context(), spec, "", c.n, &bytes.Buffer{}, &errs))
	assert.Empty(t, errs.String())
}
