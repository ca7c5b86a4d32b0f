package statefile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/statefile"
)

func TestAStateIsLockedOnceAndLeavesNothing(t *testing.T) {
	for name, path := range map[string]string{
		"with a file beside it": "state.json",
		"on itself":             strings.Repeat("n", 252),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), path)
			require.NoError(t, os.WriteFile(path, nil, 0o600))
			lock, err := statefile.Acquire(path)
			require.NoError(t, err)
			_, err = statefile.Acquire(path)
			require.ErrorContains(t, err, path+" is the state of ")
			if len(filepath.Base(path)) < 100 {
				require.ErrorContains(t, err, fmt.Sprint("process ", os.Getpid()))
			}
			require.NoError(t, lock.Release())
			lock, err = statefile.Acquire(path)
			require.NoError(t, err)
			require.NoError(t, lock.Release())
			assert.Len(t, names(t, filepath.Dir(path)), 1)
		})
	}
}

func TestALockThatIsNotAFileIsRefusedBeforeItIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.Mkdir(filepath.Join(filepath.Dir(path), ".state.json.lock"), 0o700))
	_, err := statefile.Acquire(path)
	assert.ErrorContains(t, err, ".state.json.lock is not a regular file")
}

func TestAWorldThatIsTooLargeIsRefusedBeforehand(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "state.json"))
	w, err := fixtures.Named("demo")
	require.NoError(t, err)
	require.NoError(t, f.CheckSize(w))
	f.SetLimit(1000)
	require.ErrorContains(t, f.CheckSize(w), "begin with a smaller world, or without --state")
}
