package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// FromJSON parses one JSON value into YAML nodes.
func FromJSON(data []byte) (*yaml.Node, error) {
	if err := checkJSON(data); err != nil {
		return nil, err
	}
	r := jsonReader{text: strings.ToValidUTF8(string(data), "\ufffd"), line: 1}
	return r.value(), nil
}

// checkJSON returns an error, with its line, if a text is not one JSON value, or holds too many.
func checkJSON(data []byte) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(data, new(json.RawMessage))); ok {
		text := syntax.Error()
		read := data[:min(int(syntax.Offset), len(data))]
		switch {
		case text == "unexpected end of JSON input":
			text, read = "is not JSON: it ends too early", bytes.TrimRight(data, " \t\r\n")
		case strings.HasSuffix(text, "after top-level value"):
			text = "something follows the JSON value: send one value alone"
		default:
			text = "is not JSON: " + text
		}
		return lineError{line: 1 + bytes.Count(read, []byte{'\n'}), err: errors.New(text)}
	}
	values, quoted := 1, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case b == '"':
			quoted = !quoted
		case quoted && b == '\\':
			i++
		case !quoted && (b == ',' || b == ':' || b == '[' || b == '{'): // every value but the first has one of these before it
			values++
		}
	}
	if values > maxValues {
		return fmt.Errorf("holds too many values: at most %d are read", maxValues)
	}
	return nil
}

// jsonReader makes nodes of texts that are known to be JSON. It reuses nodes for each text: an
// entry is decoded before the next one is read.
type jsonReader struct {
	nodes [][]yaml.Node // blocks; nodes must stay where they are
	block int
	next  int
	text  string
	at    int
	line  int
}

// read parses an entry that was set aside. All its values are on the line of the entry. The result
// is valid until the next call.
func (r *jsonReader) read(node *yaml.Node) *yaml.Node {
	r.block, r.next, r.text, r.at, r.line = 0, 0, node.Value, 0, node.Line
	return r.value()
}

// node returns a scalar, or the start of whatever the caller makes of it.
func (r *jsonReader) node(tag, value string) *yaml.Node {
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

// after returns the first byte that is not white space.
func (r *jsonReader) after() byte {
	for {
		switch b := r.text[r.at]; b {
		case '\n':
			r.line++
		case ' ', '\t', '\r':
		default:
			return b
		}
		r.at++
	}
}

func (r *jsonReader) value() *yaml.Node {
	switch first := r.after(); first {
	case '{', '[':
		node := r.node("!!map", "")
		node.Kind = yaml.MappingNode
		if first == '[' {
			node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
		}
		for r.at++; ; {
			switch r.after() {
			case '}', ']':
				r.at++
				return node
			case ',', ':':
				r.at++
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
	for r.at < len(r.text) && !strings.ContainsRune(" \t\r\n,:]}", rune(r.text[r.at])) {
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

// quoted parses a string.
func (r *jsonReader) quoted() string {
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
		if err := json.Unmarshal([]byte(text), &out); err == nil { // known to be JSON
			return out
		}
	}
	return r.text[begin+1 : r.at-1]
}
