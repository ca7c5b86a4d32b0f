package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAFaultyArchiveIsFound(t *testing.T) {
	root, into := project(t), t.TempDir()
	linux := platform{"linux", "amd64"}
	b, err := newBuilder(root, "v1")
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if err := b.build(t.Context(), linux, into); err != nil {
		t.Fatal(err)
	}
	good, err := b.entries(t.Context(), linux, into)
	if err != nil {
		t.Fatal(err)
	}
	edited := func(change func([]entry) []entry) []entry { return change(slices.Clone(good)) }
	swapped := edited(func(all []entry) []entry {
		n := len(all) // the programs are the last two
		all[n-2].data, all[n-1].data = all[n-1].data, all[n-2].data
		return all
	})
	for name, c := range map[string]struct {
		written []entry // what is in the archive
		wanted  []entry // what should be in it
		p       platform
		says    string // nothing for an archive that is right
	}{
		"nothing is wrong":                 {written: good, wanted: good, p: linux},
		"a file is missing":                {written: good[1:], wanted: good, p: linux, says: "it holds"},
		"a program is missing":             {written: good[:len(good)-1], wanted: good[:len(good)-1], p: linux, says: "oauthmock is missing"},
		"a file is too many":               {written: append(slices.Clone(good), entry{"x", 0o644, []byte("x")}), wanted: good, p: linux, says: "it holds"},
		"a mode is wrong":                  {written: edited(func(all []entry) []entry { all[len(all)-1].mode = 0o644; return all }), wanted: good, p: linux, says: "it holds"},
		"a byte is wrong":                  {written: edited(func(all []entry) []entry { all[0].data = []byte("# none\n"); return all }), wanted: good, p: linux, says: "it holds"},
		"the programs are elsewhere's":     {written: good, wanted: good, p: platform{"linux", "arm64"}, says: `GOARCH "amd64", not "arm64"`},
		"the programs changed their names": {written: swapped, wanted: swapped, p: linux, says: `package "oauthmock/cmd/oauthmock"`},
		"a program is none": {
			written: edited(func(all []entry) []entry { all[len(all)-2].data = []byte("#!"); return all }),
			wanted:  edited(func(all []entry) []entry { all[len(all)-2].data = []byte("#!"); return all }), p: linux, says: "oauthconform",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for suffix, pack := range map[string]func(io.Writer, string, []entry, time.Time) error{".tar.gz": writeTar, ".zip": writeZip} {
				file := filepath.Join(t.TempDir(), "archive"+suffix)
				if err := writeWhole(file, func(w io.Writer) error { return pack(w, "folder", c.written, earliest()) }); err != nil {
					t.Fatal(err)
				}
				err := check(file, "folder", c.p, c.wanted)
				switch {
				case c.says == "" && err != nil:
					t.Errorf("%s: %v", suffix, err)
				case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
					t.Errorf("%s: %v does not say %q", suffix, err, c.says)
				}
			}
		})
	}
	cut := filepath.Join(t.TempDir(), "cut.tar.gz")
	var whole bytes.Buffer
	if err := writeTar(&whole, "folder", good, earliest()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, whole.Bytes()[:whole.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if check(cut, "folder", linux, good) == nil {
		t.Error("half an archive passes")
	}
}

func TestNobodyFindsHalfAFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	if err := writeWhole(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return fs.ErrInvalid
	}); err == nil {
		t.Fatal("the error is lost")
	}
	if got := list(t, folder); len(got) > 0 {
		t.Errorf("%q is left", got)
	}
}
