package strictyaml

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// entryNode is the kind of a node for an entry that is not parsed yet: its value is the entry's
// text, in JSON. The YAML reader never makes one.
const entryNode yaml.Kind = 1 << 16

// setAside cuts entries of lists that are written on one line, as JSON, out of a text, and leaves
// an empty line for each. Large worlds consist of them (see Spec.Write): parsed one by one, when it
// is their turn, they take a fraction of the time and memory that the YAML reader needs for all of
// them at once. It returns the text and the entries by line; no entries if there are fewer than
// few.
func setAside(data []byte, few int) ([]byte, map[int][]byte) {
	if bytes.Count(data, []byte("- {")) < few {
		return data, nil
	}
	// A larger one might take more memory than the YAML reader is allowed.
	const longest = 64 << 10
	entries := map[int][]byte{}
	rest := make([]byte, 0, len(data)/8)
	line := 0
	for text := range bytes.Lines(data) {
		line++
		dash := bytes.IndexByte(text, '-')
		if dash >= 0 && len(bytes.Trim(text[:dash], " ")) == 0 {
			entry := bytes.TrimRight(text[dash+1:], " \r\n")
			if bytes.HasPrefix(entry, []byte(" {")) && len(entry) <= longest && json.Valid(entry) && meansTheSame(entry) {
				entries[line] = entry[1:]
				rest = append(append(rest, text[:dash]...), "- 0\n"...)
				continue
			}
		}
		rest = append(rest, text...)
	}
	return rest, entries
}

// meansTheSame reports whether YAML reads a text as JSON does: it contains nothing that YAML
// refuses or breaks lines at.
func meansTheSame(entry []byte) bool {
	for i := 0; i < len(entry); {
		r, size := utf8.DecodeRune(entry[i:])
		switch {
		case r == utf8.RuneError && size == 1, r == '\r', r == '\t', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
			return false
		}
		i += size
	}
	// Escaped surrogate halves are valid JSON, but not YAML.
	return !bytes.Contains(entry, []byte(`\ud`)) && !bytes.Contains(entry, []byte(`\uD`))
}

// putBack replaces what setAside left by the entries. It returns false if one did not belong to a
// list, but, for example, to a text of several lines: then the YAML reader must parse everything.
func putBack(node *yaml.Node, entries map[int][]byte) bool {
	left := len(entries)
	var walk func(node *yaml.Node)
	walk = func(node *yaml.Node) {
		for _, child := range node.Content {
			entry, ok := entries[child.Line]
			if ok && node.Kind == yaml.SequenceNode && child.Kind == yaml.ScalarNode && child.Value == "0" {
				*child = yaml.Node{Kind: entryNode, Value: string(entry), Line: child.Line}
				left--
				continue
			}
			walk(child)
		}
	}
	walk(node)
	return left == 0
}
