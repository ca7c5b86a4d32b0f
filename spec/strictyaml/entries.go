package strictyaml

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// entryNode is the kind of a node that stands for an entry which is not read yet: its value is the entry's text, in JSON.
// The YAML reader makes none.
const entryNode yaml.Kind = 1 << 16

// setAside takes the entries of lists that are written in one line, as JSON, out of a text, and leaves an empty line's
// worth in their place. Large worlds consist of them (see Spec.Write): read one after the other, when it is their turn,
// they take a fraction of the time and of the memory that the YAML reader needs for all of them at once. It answers
// the text and the entries by their line; none if there are fewer than few.
func setAside(data []byte, few int) ([]byte, map[int][]byte) {
	if bytes.Count(data, []byte("- {")) < few {
		return data, nil
	}
	// One that is larger might take more memory than the YAML reader is allowed.
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

// meansTheSame says whether YAML takes a text for what JSON takes it for: not if it holds what YAML refuses or breaks
// lines at.
func meansTheSame(entry []byte) bool {
	for i := 0; i < len(entry); {
		r, size := utf8.DecodeRune(entry[i:])
		switch {
		case r == utf8.RuneError && size == 1, r == '\r', r == '\t', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
			return false
		}
		i += size
	}
	// Escaped halves of characters are JSON, and no YAML.
	return !bytes.Contains(entry, []byte(`\ud`)) && !bytes.Contains(entry, []byte(`\uD`))
}

// putBack puts the entries in the place of what setAside left. It answers false if one did not belong to a list, but to
// a text of several lines, say: then the YAML reader must have it all.
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

// entryReader makes nodes of entries, which are known to be JSON. It uses the same nodes again for each: an entry is
// decoded before the next one is read.
type entryReader struct {
	nodes [][]yaml.Node // blocks; nodes must stay where they are
	block int
	next  int
	text  string
	at    int
	line  int
	depth int
	// aside is the depth from which on objects in lists are set aside again, as entries of their own; 0 is none.
	aside int
}

// read reads an entry that was set aside. All its values stand in the line of the entry. The answer holds until the next
// call.
func (r *entryReader) read(node *yaml.Node) *yaml.Node {
	r.block, r.next, r.text, r.at, r.line = 0, 0, node.Value, 0, node.Line
	return r.value()
}

// node is a scalar, or whatever the caller makes of it.
func (r *entryReader) node(tag, value string) *yaml.Node {
	const size = 64
	if r.next == size {
		r.block, r.next = r.block+1, 0
	}
	if r.block == len(r.nodes) {
		r.nodes = append(r.nodes, make([]yaml.Node, size))
	}
	node := &r.nodes[r.block][r.next]
	r.next++
	*node = yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Line: r.line, Content: node.Content[:0]}
	return node
}

// after is the first byte that is no white space.
func (r *entryReader) after() byte {
	for r.text[r.at] == ' ' || r.text[r.at] == '\t' {
		r.at++
	}
	return r.text[r.at]
}

func (r *entryReader) value() *yaml.Node {
	switch first := r.after(); first {
	case '{', '[':
		node := r.node("!!map", "")
		node.Kind = yaml.MappingNode
		if first == '[' {
			node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
		}
		r.depth++
		for r.at++; ; {
			switch next := r.after(); {
			case next == '}' || next == ']':
				r.at++
				r.depth--
				return node
			case next == ',' || next == ':':
				r.at++
			case next == '{' && first == '[' && r.aside > 0 && r.depth >= r.aside:
				entry := r.node("", r.object())
				entry.Kind = entryNode
				node.Content = append(node.Content, entry)
			default:
				node.Content = append(node.Content, r.value())
			}
		}
	case '"':
		node := r.node("!!str", r.quoted())
		node.Style = yaml.DoubleQuotedStyle
		return node
	}
	begin := r.at
	for r.at < len(r.text) && !strings.ContainsRune(" \t,:]}", rune(r.text[r.at])) {
		r.at++
	}
	text := r.text[begin:r.at]
	switch {
	case text == "null":
		return r.node("!!null", text)
	case text == "true" || text == "false":
		return r.node("!!bool", text)
	case strings.ContainsAny(text, ".eE"):
		return r.node("!!float", text)
	}
	return r.node("!!int", text)
}

// object passes over an object.
func (r *entryReader) object() string {
	begin, open := r.at, 0
	for {
		switch r.text[r.at] {
		case '"':
			r.quoted()
			continue
		case '{':
			open++
		case '}':
			open--
		}
		r.at++
		if open == 0 {
			return r.text[begin:r.at]
		}
	}
}

// quoted reads a string.
func (r *entryReader) quoted() string {
	begin, escapes := r.at, false
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			escapes = true
			r.at++
		}
	}
	r.at++
	if text := r.text[begin:r.at]; escapes {
		var out string
		if err := json.Unmarshal([]byte(text), &out); err == nil { // it is known to be JSON
			return out
		}
	}
	return r.text[begin+1 : r.at-1]
}
