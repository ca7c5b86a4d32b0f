package openapi

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// source is one file of a document.
type source struct {
	name string // relative to the folder of the document, with slashes; of the document itself its base name
	root *object
	main bool // the document itself
}

// place returns the start of a file.
func (s *source) place() *place { return &place{line: s.root.line, file: s} }

// maxSources bounds the files that a document refers to, and MaxFile their size in all.
const maxSources = 500

// sources reads the files that a document refers to. They must be in its folder or below: nothing
// outside of that is read, not even by symbolic links, and nothing is fetched.
type sources struct {
	folder *os.Root // nil where the document is in memory
	path   string   // of the folder
	read   map[string]*source
	names  []string // of all that were asked for, found or not
	size   int
}

// open returns the file that a reference in another one names; problem says why it cannot be read.
func (s *sources) open(from *source, ref string) (found *source, problem string) {
	switch {
	case strings.Contains(ref, "://") || strings.HasPrefix(ref, "//"):
		return nil, "leads to the network, and nothing is fetched"
	case s == nil || s.folder == nil || from == nil:
		return nil, "leads out of the file, and nothing else is read"
	}
	if plain, err := url.PathUnescape(ref); err == nil {
		ref = plain
	}
	name := path.Join(path.Dir(from.name), strings.ReplaceAll(ref, `\`, "/"))
	if path.IsAbs(ref) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, "leads out of the document's folder, and nothing outside of it is read"
	}
	if known, ok := s.read[name]; ok {
		if known == nil {
			return nil, "leads to a file that cannot be read"
		}
		return known, ""
	}
	if len(s.names) >= maxSources {
		return nil, fmt.Sprintf("leads to one file more than the %d that are read", maxSources)
	}
	s.names = append(s.names, name)
	s.read[name] = nil
	root, err := s.parse(name)
	if err != nil {
		return nil, "cannot be followed (" + err.Error() + ")"
	}
	s.read[name] = &source{name: name, root: root}
	return s.read[name], ""
}

func (s *sources) parse(name string) (*object, error) {
	file, err := s.folder.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, plainError(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(MaxFile-s.size)+1))
	if err != nil {
		return nil, plainError(err)
	}
	if s.size += len(data); s.size > MaxFile {
		return nil, fmt.Errorf("with %s the document is larger than %d MiB", name, MaxFile>>20)
	}
	inner := &reader{}
	tree, err := inner.tree(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	root, ok := tree.(*object)
	if !ok {
		return nil, fmt.Errorf("%s holds %s, not an object", name, kindOf(tree))
	}
	return root, nil
}

// plainError is an error of a file without the path, which names the machine.
func plainError(err error) error {
	if inner, ok := errors.AsType[*os.PathError](err); ok {
		return inner.Err
	}
	return err
}

// files are the paths of all files that were asked for.
func (s *sources) files() []string {
	var out []string
	for _, name := range slices.Sorted(slices.Values(s.names)) {
		out = append(out, filepath.Join(s.path, filepath.FromSlash(name)))
	}
	return out
}
