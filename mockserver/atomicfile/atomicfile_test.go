package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	for name, write := range map[string]func(string, fs.FileMode, func(io.Writer) error) error{"Write": atomicfile.Write, "Save": atomicfile.Save} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			require.NoError(t, write(path, 0o644, text("old")))
			broken := errors.New("the disk is full")
			err := write(path, 0o644, func(w io.Writer) error {
				_, err := io.WriteString(w, "half of the n")
				require.NoError(t, err)
				read, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Equal(t, "old", string(read), "a reader meanwhile")
				return broken
			})
			require.ErrorIs(t, err, broken)
			read, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "old", string(read), "after an error")
			assert.Equal(t, []string{"file"}, names(t, dir))

			require.NoError(t, write(path, 0o600, text("new")))
			read, err = os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "new", string(read))
			assert.Equal(t, []string{"file"}, names(t, dir))
			if runtime.GOOS != "windows" { // which knows no such permissions
				is, err := os.Stat(path)
				require.NoError(t, err)
				assert.Equal(t, fs.FileMode(0o600), is.Mode().Perm())
			}
		})
	}
}

func TestOnlyARegularFileIsReplaced(t *testing.T) {
	dir := t.TempDir()
	assert.EqualError(t, atomicfile.Write(dir, 0o644, text("")), dir+" is not a regular file")
	assert.ErrorIs(t, atomicfile.Write(filepath.Join(dir, "nowhere", "file"), 0o644, text("")), fs.ErrNotExist)
	assert.Empty(t, names(t, dir))
}

func TestCleanRemovesHalfWrittenFilesAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".file.123.part", ".other.123.part", "file.part", ".file.swp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, atomicfile.Clean(filepath.Join(dir, "file")))
	assert.Equal(t, []string{".file.swp", ".other.123.part", "file.part"}, names(t, dir))
	assert.ErrorIs(t, atomicfile.Clean(filepath.Join(dir, "nowhere", "file")), fs.ErrNotExist)
}

func TestALinkIsFollowedAndStays(t *testing.T) {
	dir := t.TempDir()
	target, link, round := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "round")
	require.NoError(t, os.Symlink("target", link))
	require.NoError(t, os.Symlink(round, round))
	require.NoError(t, atomicfile.Write(link, 0o600, text("new")))
	read, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "new", string(read))

	require.NoError(t, atomicfile.Remove(link))
	require.NoError(t, atomicfile.Remove(link), "what is not there need not be removed")
	assert.Equal(t, []string{"link", "round"}, names(t, dir))
	assert.ErrorContains(t, atomicfile.Write(round, 0o600, text("")), "too many symbolic links")
	assert.EqualError(t, atomicfile.Remove(dir), dir+" is not a regular file")
}

func TestAFileThatNothingCanStandBesideIsWrittenInPlace(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("n", 250)) // the name of a copy would be too long
	_, err := atomicfile.Check(long)
	require.Error(t, err, "it could not be made")
	require.NoError(t, os.WriteFile(long, []byte("the old content"), 0o600))
	inPlace, err := atomicfile.Check(long)
	require.NoError(t, err)
	assert.True(t, inPlace)
	before, err := os.Stat(long)
	require.NoError(t, err)
	require.NoError(t, atomicfile.Save(long, 0o600, text("new")))
	content, err := os.ReadFile(long)
	require.NoError(t, err)
	assert.Equal(t, "new", string(content))
	after, err := os.Stat(long)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
	failure := errors.New("no more")
	require.ErrorIs(t, atomicfile.Save(long, 0o600, func(io.Writer) error { return failure }), failure)
	content, err = os.ReadFile(long)
	require.NoError(t, err)
	assert.Equal(t, "new", string(content), "nothing is touched before the content is there as a whole")

	inPlace, err = atomicfile.Check(filepath.Join(dir, "short"))
	require.NoError(t, err)
	assert.False(t, inPlace)
}

func TestWhatWasBeingWrittenInPlaceIsFinished(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(path, []byte("ne"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".file.whole"), []byte("new"), 0o600))
	require.NoError(t, atomicfile.Clean(path))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "new", string(content))
	assert.Equal(t, []string{"file"}, names(t, dir))
}
