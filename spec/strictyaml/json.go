package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// FromJSON reads one JSON value into the nodes of YAML.
func FromJSON(data []byte) (*yaml.Node, error) { return parseJSON(data) }

// parseJSON reads one JSON value into YAML nodes, with lines.
func parseJSON(data []byte) (*yaml.Node, error) {
	reader := jsonReader{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	reader.decoder.UseNumber()
	node, err := reader.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := reader.decoder.Token(); !errors.Is(err, io.EOF) {
		reader.moveOn()
		return nil, lineError{line: reader.line, err: errors.New("something follows the JSON value: send one value alone")}
	}
	return node, nil
}

type jsonReader struct {
	data    []byte
	decoder *json.Decoder
	offset  int // up to where lines have been counted
	line    int
	values  int
}

// moveOn counts the lines up to the token that was read last.
func (r *jsonReader) moveOn() {
	offset := min(int(r.decoder.InputOffset()), len(r.data))
	r.line += bytes.Count(r.data[r.offset:offset], []byte{'\n'})
	r.offset = offset
}

func (r *jsonReader) token() (json.Token, error) {
	token, err := r.decoder.Token()
	r.moveOn()
	if err == nil {
		return token, nil
	}
	line, text := r.line, err.Error()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		text = "it ends too early"
	case errors.As(err, &syntax):
		line = 1 + bytes.Count(r.data[:min(int(syntax.Offset), len(r.data))], []byte{'\n'})
	}
	return nil, lineError{line: line, err: errors.New("is not JSON: " + text)}
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	return r.from(token, depth)
}

func (r *jsonReader) from(token json.Token, depth int) (*yaml.Node, error) {
	if depth > maxDepth {
		return nil, lineError{line: r.line, err: fmt.Errorf("nests deeper than %d", maxDepth)}
	}
	if r.values++; r.values > maxValues {
		return nil, lineError{line: r.line, err: fmt.Errorf("holds too many values: at most %d are read", maxValues)}
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Line: r.line}
	switch t := token.(type) {
	case nil:
		node.Tag, node.Value = "!!null", "null"
	case bool:
		node.Tag, node.Value = "!!bool", strconv.FormatBool(t)
	case json.Number:
		node.Tag, node.Value = "!!int", t.String()
		if strings.ContainsAny(node.Value, ".eE") {
			node.Tag = "!!float"
		}
	case string:
		node.Tag, node.Value, node.Style = "!!str", t, yaml.DoubleQuotedStyle
	case json.Delim:
		closing := json.Delim(']')
		node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
		if t == '{' {
			closing = '}'
			node.Kind, node.Tag = yaml.MappingNode, "!!map"
		}
		for {
			inner, err := r.token()
			if err != nil {
				return nil, err
			}
			if inner == closing {
				return node, nil
			}
			child, err := r.from(inner, depth+1)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
	}
	return node, nil
}
