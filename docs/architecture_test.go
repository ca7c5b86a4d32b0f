package docs

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rooms that docs/architecture.md lists are the packages that there are.
func TestTheListOfRoomsIsThatOfThePackages(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	require.NoError(t, err)
	var listed, there []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9/]+)` \\| \\S").FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, row[1])
	}
	root := os.DirFS("..")
	require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || name == "." {
			return err
		}
		_, module := fs.Stat(root, name+"/go.mod")
		if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || module == nil {
			return fs.SkipDir
		}
		if files, err := fs.Glob(root, name+"/*.go"); err != nil || len(files) > 0 {
			there = append(there, name)
		}
		return nil
	}))
	assert.ElementsMatch(t, there, listed)
}
