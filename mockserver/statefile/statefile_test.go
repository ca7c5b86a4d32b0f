package statefile_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"oauthmock/fixtures"
	"oauthmock/mockserver/statefile"
)

// writerFor is the environment variable that makes this test program write states into a file until
// it is killed.
const writerFor = "OAUTHMOCK_TEST_WRITES_STATES"

// waitsIn is the environment variable with the number of the state in which that program waits to
// be killed.
const waitsIn = "OAUTHMOCK_TEST_WAITS_IN_STATE"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFor); path != "" {
		writeForEver(path)
	}
	goleak.VerifyTestMain(m)
}

// state is one that was exported with a seed, by which it is known again.
func state(t testing.TB, seed uint64) *fixtures.World {
	t.Helper()
	w, err := stateOf(seed)
	require.NoError(t, err)
	return w
}

func stateOf(seed uint64) (*fixtures.World, error) {
	w, err := fixtures.Named("demo")
	if err != nil {
		return nil, err
	}
	w.Description = strings.Repeat("It takes a while to write. ", 5_000)
	w.Name, w.Server = "state", &fixtures.Server{Seed: seed, Clock: &fixtures.Clock{}, Now: fixtures.At(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC))}
	return w, nil
}

func open(t testing.TB, path string) *statefile.File {
	t.Helper()
	f, err := statefile.Open(path)
	require.NoError(t, err)
	return f
}

func TestAStateIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	f := open(t, path)
	_, err := f.Load()
	require.ErrorIs(t, err, fs.ErrNotExist)

	for seed := range uint64(3) {
		require.NoError(t, f.Save(state(t, seed)))
		read, err := open(t, path).Load()
		require.NoError(t, err)
		assert.Equal(t, asJSON(t, state(t, seed)), asJSON(t, read))
	}
	is, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), is.Mode().Perm(), "it holds secrets")
	assert.Equal(t, []string{"state.json"}, names(t, filepath.Dir(path)))
}

func TestAnEntryStandsInALine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	w := state(t, 1)
	w.Accounts[0].Tokens[0].Name = `a "quoted, [odd] {name}\`
	require.NoError(t, open(t, path).Save(w))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var token, transaction int
	for line := range strings.Lines(string(text)) {
		token += strings.Count(line, `{"token":`)
		assert.LessOrEqual(t, strings.Count(line, `{"token":`), 1, line)
		transaction += strings.Count(line, `{"id":"txn_`)
		assert.LessOrEqual(t, strings.Count(line, `{"id":"txn_`), 1, line)
	}
	assert.Equal(t, len(w.Accounts[0].Tokens)+len(w.Accounts[1].Tokens), token)
	assert.Equal(t, len(w.Accounts[0].Wallet.Transactions)+len(w.Accounts[1].Wallet.Transactions), transaction)
	read, err := open(t, path).Load()
	require.NoError(t, err)
	assert.Equal(t, w.Accounts[0].Tokens[0].Name, read.Accounts[0].Tokens[0].Name)
}

func TestADamagedFileIsRefusedAndStays(t *testing.T) {
	whole := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "state.json")
		require.NoError(t, open(t, path).Save(state(t, 1)))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}(t)
	for name, c := range map[string]struct {
		text string
		line string
	}{
		"nothing":              {"", "1"},
		"zeros":                {strings.Repeat("\x00", 4096), "1"},
		"half of it":           {whole[:len(whole)/2], `\d+`},
		"all but the last":     {strings.TrimRight(whole, "}\n"), `\d+`},
		"a wrong letter":       {strings.Replace(whole, `"environment"`, `"environs"`, 1), `\d+`},
		"an odd amount":        {strings.Replace(whole, `"amount":50`, `"amount":"50"`, 1), `\d+`},
		"an id cut short":      {strings.Replace(whole, `"txn_66064804b25145ee88ee20d6"`, `"txn_660648"`, 1), `\d+`},
		"another version":      {strings.Replace(whole, `"version":"1.0"`, `"version":"2.0"`, 1), `\d+`},
		"a fixture":            {`{"version":"1.0","accounts":[]}`, "1"},
		"a second state in it": {whole + whole, `\d+`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := open(t, path).Load()
			require.Error(t, err)
			assert.Regexp(t, `state\.json:`+c.line+`: .`, err.Error())
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.text, string(after), "it stays untouched")
		})
	}
}

func TestWhatCannotBeWrittenLeavesTheOldState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	f := open(t, path)
	require.NoError(t, f.Save(state(t, 1)))
	large := state(t, 2)
	large.Accounts[0].Tokens[0].Name = strings.Repeat("x", 1<<20)
	assert.Equal(t, fixtures.MaxBytes, f.Limit())
	f.SetLimit(1 << 20)
	require.ErrorContains(t, f.Save(large), "larger than 1 MiB")
	unwritable := state(t, 3)
	unwritable.Accounts[0].Callbacks[0].Custom = func() {}
	require.Error(t, f.Save(unwritable))
	read, err := f.Load()
	require.NoError(t, err)
	assert.Equal(t, uint64(1), read.Server.Seed)
	assert.Equal(t, []string{"state.json"}, names(t, filepath.Dir(path)))
}

func TestPlacesWhereNoStateCanBeKeptAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{
		"no name": "", "a folder": dir, "a folder that is not there": filepath.Join(dir, "nowhere", "state.json"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := statefile.Open(path)
			assert.Error(t, err)
		})
	}
}

func TestWhatWasLeftHalfWrittenIsCleanedAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".state.json.123.part", ".other.json.123.part", "state.json.part", ".state.json.swp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	open(t, filepath.Join(dir, "state.json"))
	assert.Equal(t, []string{".other.json.123.part", ".state.json.swp", "state.json.part"}, names(t, dir))
}

func TestALinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "kept", "real.json"), filepath.Join(dir, "state.json")
	require.NoError(t, os.Mkdir(filepath.Dir(target), 0o700))
	require.NoError(t, open(t, target).Save(state(t, 1)))
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, open(t, link).Save(state(t, 2)))
	read, err := open(t, target).Load()
	require.NoError(t, err)
	assert.Equal(t, uint64(2), read.Server.Seed)
}

func TestALinkToAFileThatIsNotThereYetIsFollowed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "kept"), 0o700))
	link := filepath.Join(dir, "state.json")
	require.NoError(t, os.Symlink(filepath.Join("kept", "real.json"), link))
	require.NoError(t, open(t, link).Save(state(t, 2)))
	read, err := open(t, filepath.Join(dir, "kept", "real.json")).Load()
	require.NoError(t, err)
	assert.Equal(t, uint64(2), read.Server.Seed)
	is, err := os.Lstat(link)
	require.NoError(t, err)
	assert.Equal(t, fs.ModeSymlink, is.Mode().Type(), "the link stays")
}

// TestAKilledWriterLeavesTheOldStateOrTheNew starts a writer again and again, and kills it in the
// middle of its work: sometimes while it goes on, sometimes while it waits to be killed with a file
// begun.
func TestAKilledWriterLeavesTheOldStateOrTheNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, open(t, path).Save(state(t, 0)))
	for round := range 6 {
		waits, before := round%2 == 0, round%3 // states that it writes before the one in which it is killed
		ctx, cancel := context.WithCancel(t.Context())
		writer := exec.CommandContext(ctx, os.Args[0])
		writer.Env = append(os.Environ(), writerFor+"="+path)
		if waits {
			writer.Env = append(writer.Env, waitsIn+"="+strconv.Itoa(before+1))
		}
		held, err := writer.StdinPipe()
		require.NoError(t, err)
		out, err := writer.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, writer.Start())
		reader := bufio.NewReader(out)
		for range before + 1 {
			_, err = reader.ReadString('\n')
			require.NoError(t, err)
		}
		cancel()
		_, _ = io.Copy(io.Discard, reader)
		require.Error(t, writer.Wait(), "it was killed")
		_ = held.Close()

		if waits {
			assert.Len(t, names(t, filepath.Dir(path)), 2, "it had begun a file beside the old one")
		}
		f := open(t, path)
		read, err := f.Load()
		require.NoError(t, err, "round %d", round)
		assert.Equal(t, asJSON(t, state(t, read.Server.Seed)), asJSON(t, read), "it is whole")
		if waits {
			assert.Equal(t, before, int(read.Server.Seed), "it is the last that was finished")
		}
		assert.Equal(t, []string{"state.json"}, names(t, filepath.Dir(path)), "the next start cleans up")
	}
}

// writeForEver writes the states 1, 2, … one after the other. It prints a line when it has begun
// the file of each, and waits to be killed in one of them where it is told so.
func writeForEver(path string) {
	f, err := statefile.Open(path)
	for seed := uint64(1); err == nil; seed++ {
		var w *fixtures.World
		if w, err = stateOf(seed); err == nil {
			custom := &w.Accounts[0].Callbacks[0].Custom
			*custom = telling{*custom, os.Getenv(waitsIn) == strconv.FormatUint(seed, 10)}
			err = f.Save(w)
		}
	}
	panic(err)
}

// telling is a value that tells when it is encoded, which is when the file has been made.
type telling struct {
	value any
	waits bool
}

// MarshalJSON implements json.Marshaler.
func (v telling) MarshalJSON() ([]byte, error) {
	if _, err := os.Stdout.WriteString("begun\n"); err != nil {
		return nil, err
	}
	if v.waits {
		_, _ = io.Copy(io.Discard, os.Stdin) // which nobody writes to or closes before
	}
	return json.Marshal(v.value)
}

func asJSON(t testing.TB, w *fixtures.World) string {
	t.Helper()
	text, err := json.Marshal(w)
	require.NoError(t, err)
	return string(text)
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
