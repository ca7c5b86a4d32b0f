package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// credit is what the demo account's wallet holds.
func (p *process) credit() float64 {
	p.t.Helper()
	status, body := p.ask("GET", "/wallet", "")
	require.Equal(p.t, 200, status, body)
	var answer struct{ Data struct{ Credit float64 } }
	require.NoError(p.t, json.Unmarshal([]byte(body), &answer))
	return answer.Data.Credit
}

// end stops serve as a signal does, and waits for it.
func (p *process) end() {
	p.t.Helper()
	p.stop()
	code := <-p.code
	require.Equal(p.t, exitOK, code, p.stderr.String())
	p.code <- code // for the cleanup, which looks as well
}

func TestTheStateIsKeptFromOneStartToTheNext(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first := start(t, nil, "--state", file)
	_, err := os.Stat(file)
	require.ErrorIs(t, err, os.ErrNotExist, "nothing is written before somebody asks")
	first.ask("POST", "/__admin/accounts/demo/wallet", `{"amount":1}`)
	status, body := first.ask("POST", "/__admin/state/save", "")
	require.Equal(t, 204, status, body)
	saved, err := os.ReadFile(file)
	require.NoError(t, err)
	first.ask("POST", "/__admin/accounts/demo/wallet", `{"amount":2}`)
	require.InDelta(t, 137.049, first.credit(), 0.00001)
	first.end()

	second := start(t, map[string]string{"OAUTHMOCK_STATE": file})
	assert.InDelta(t, 137.049, second.credit(), 0.00001, "the stop wrote it")
	second.end()
	is, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), is.Mode().Perm())

	require.NoError(t, os.WriteFile(file, saved, 0o600))
	assert.InDelta(t, 135.049, start(t, nil, "--state", file).credit(), 0.00001, "as did the request")
}

func TestAServeThatCannotTrustItsStateDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "state.json")
	text := "{\n\"version\":\"1.0\",\n\"accounts\":[\n{\"id\":\"demo\""
	require.NoError(t, os.WriteFile(damaged, []byte(text), 0o600))
	for name, c := range map[string]struct{ file, says string }{
		"damaged":                  {damaged, "state.json:4: "},
		"a folder":                 {dir, "--state: "},
		"in no folder":             {filepath.Join(dir, "nowhere", "state.json"), "--state: "},
		"below what is not a file": {filepath.Join(damaged, "state.json"), "--state: "},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr safeBuffer
			code := Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--state", c.file}, func(string) string { return "" }, &stdout, &stderr)
			assert.Equal(t, exitUsage, code)
			assert.Contains(t, stderr.String(), c.says)
			assert.Empty(t, stdout.String())
		})
	}
	after, err := os.ReadFile(damaged)
	require.NoError(t, err)
	assert.Equal(t, text, string(after), "it stays untouched")
}

func TestAStateThatCannotBeSavedIsSaid(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	p := start(t, nil, "--state", filepath.Join(folder, "state.json"))
	require.NoError(t, os.RemoveAll(folder))
	status, body := p.ask("POST", "/__admin/state/save", "")
	assert.Equal(t, 500, status)
	assert.Contains(t, body, "not saved")
	p.stop()
	code := <-p.code
	assert.Equal(t, exitError, code)
	assert.Contains(t, p.stderr.String(), "--state: the state was not saved")
	p.code <- exitOK // what else the cleanup would expect
}

func TestAStateBelongsToOneProcessAtATime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first := start(t, nil, "--state", file)
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--state", file}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr.String(), fmt.Sprintf("state.json is the state of process %d", os.Getpid()))
	first.end()
	start(t, nil, "--state", file)
}

func TestAWorldThatCouldNotBeSavedIsNotBegun(t *testing.T) {
	var stdout, stderr bytes.Buffer
	nowhere := filepath.Join(t.TempDir(), strings.Repeat("n", 250)) // no file can stand beside it
	code := Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--state", nowhere}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr.String(), "--state: ")
	assert.Empty(t, stdout.String())
}

func TestAConnectionThatSentNothingHoldsUpNoStop(t *testing.T) {
	p := start(t, nil)
	p.dial()
	half := p.dial()
	p.write(half, "GET /wal")
	p.end()
	assert.NotContains(t, p.stderr.String(), "still under way")
}

func TestATakenPortSaysWhatToDo(t *testing.T) {
	p := start(t, nil)
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"serve", "--addr", strings.TrimPrefix(p.url, "http://")}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, exitError, code)
	if runtime.GOOS != "windows" {
		assert.Contains(t, stderr.String(), "another program listens there: stop it, or choose another port")
	}
}

func TestOpenAccountsLetAnybodyIn(t *testing.T) {
	somebody := func(host string) func(*http.Request) {
		return func(r *http.Request) {
			r.Host = host
			r.SetBasicAuth("somebody@example.com", "their own key")
		}
	}
	status, _ := start(t, nil).ask("GET", "/wallet", "", somebody("localhost"))
	assert.Equal(t, 401, status, "off by default")

	file := filepath.Join(t.TempDir(), "state.json")
	p := start(t, map[string]string{"OAUTHMOCK_OPEN_ACCOUNTS": "true"}, "--fixtures", "empty", "--state", file)
	for range 2 {
		status, body := p.ask("POST", "/tokens", `{"scopes":["*:*/*"]}`, somebody("localhost"))
		require.Equal(t, 200, status, body)
	}
	_, body := p.ask("GET", "/__admin/accounts", "")
	assert.Equal(t, 1, strings.Count(body, "somebody@example.com"), body)
	p.end()

	_, body = start(t, nil, "--state", file).ask("GET", "/tokens", "", somebody("localhost"))
	var answer struct{ Data []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(body), &answer), body)
	assert.Len(t, answer.Data, 2, "they are known after a restart, open or not")
}
