package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth bounds how deep a document or a body may nest.
const maxDepth = 500

var errTooDeep = fmt.Errorf("it nests deeper than %d levels", maxDepth)

// jsonReader parses JSON into a tree.
type jsonReader struct {
	data    []byte
	decoder *json.Decoder
	warn    *warnings // nil if warnings are ignored
	offset  int64     // up to here lines are counted
	line    int
}

// lineError is a fault of the file at a line.
type lineError struct {
	line   int
	offset int64 // of the value that is wrong, in bytes; 0 when it is not known
	err    error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// readJSON parses exactly one JSON value. A duplicate key is a warning; its last value counts.
func readJSON(data []byte, warn *warnings) (any, error) {
	r := &jsonReader{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), warn: warn, line: 1}
	r.decoder.UseNumber()
	v, err := r.value(&place{line: 1}, 0)
	if err == nil {
		_, err = r.decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return v, nil
		case err == nil:
			err = errors.New("something follows the JSON value")
		}
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	at := r.decoder.InputOffset()
	return nil, &lineError{r.lineAt(at), at, err}
}

// lineAt counts lines up to an offset, which only grows.
func (r *jsonReader) lineAt(offset int64) int {
	if offset > r.offset {
		r.line += bytes.Count(r.data[r.offset:offset], []byte{'\n'})
		r.offset = offset
	}
	return r.line
}

func (r *jsonReader) value(at *place, depth int) (any, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth >= maxDepth {
		return nil, errTooDeep
	}
	if delimiter == '[' {
		list := []any{}
		for r.decoder.More() {
			v, err := r.value(at, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = r.decoder.Token()
		return list, err
	}
	o := &object{line: r.lineAt(r.decoder.InputOffset())}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		inside := at
		if r.warn != nil {
			inside = &place{parent: at, key: key, line: o.line}
		}
		v, err := r.value(inside, depth+1)
		if err != nil {
			return nil, err
		}
		putOnce(o, key, v, inside, r.warn)
	}
	_, err = r.decoder.Token()
	return o, err
}

// putOnce adds a member. If the key exists already the last one counts, as in JSON readers; but
// duplicate paths are usually one path with different methods, so those are merged.
func putOnce(o *object, key string, v any, at *place, warn *warnings) {
	old, had := o.get(key)
	if !had {
		o.add(key, v)
		return
	}
	before, wasObject := old.(*object)
	now, isObject := v.(*object)
	if wasObject && isObject && isPathItem(at) {
		for i, k := range now.keys {
			before.put(k, now.values[i])
		}
		if warn != nil {
			warn.add(at, "the path stands twice; its operations are put together")
		}
		return
	}
	o.put(key, v)
	if warn != nil {
		warn.add(at, "the key %q stands twice; the last one counts", key)
	}
}

func isPathItem(at *place) bool {
	return at != nil && at.parent != nil && at.parent.parent != nil && at.parent.parent.parent == nil && at.parent.key == "paths"
}
