package strictyaml_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/strictyaml"
)

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("12345"), 0o600))
	for _, path := range []string{dir, os.DevNull} {
		_, err := strictyaml.ReadFile(path, 4)
		assert.ErrorContains(t, err, path)
	}
	data, err := strictyaml.ReadFile(filepath.Join(dir, "file"), 3)
	require.NoError(t, err)
	assert.Equal(t, "1234", string(data), "one byte more than most tells that there is more")
	_, err = strictyaml.ReadFileFS(os.DirFS(dir), ".", 3)
	assert.ErrorContains(t, err, "is a directory")
}
