package check

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/ohler55/ojg/jp"
)

// Selection is the result of a JSONPath.
type Selection struct {
	// Value is what was found, or the list of it (see Many).
	Value any
	Found bool
	// Many means that the path may find several places: "[*]", "..", a slice, a filter, a union.
	// Value is then a list, which is empty but found if the part of the path before the first such
	// step exists.
	Many bool
}

// Select follows a JSONPath, written without variables.
func Select(path string, value any) (selected Selection, err error) {
	expression, err := jp.ParseString(path)
	if err != nil {
		return Selection{}, fmt.Errorf("JSONPath %q: %w", path, err)
	}
	defer func() { // a filter may meet values that its operators were not made for
		if trouble := recover(); trouble != nil {
			selected, err = Selection{}, fmt.Errorf("JSONPath %q: %v", path, trouble)
		}
	}()
	many, filters := len(expression), false
	for i, step := range expression {
		switch step.(type) {
		case jp.Root, jp.At, jp.Child, jp.Nth:
		case *jp.Filter:
			filters = true
			many = min(many, i)
		default:
			many = min(many, i)
		}
	}
	if many == len(expression) {
		nodes := expression.Get(value)
		if len(nodes) == 0 {
			return Selection{}, nil
		}
		return Selection{Value: nodes[0], Found: true}, nil
	}
	if prefix := expression[:many]; len(prefix) > 0 && len(prefix.Get(value)) == 0 {
		return Selection{Many: true}, nil
	}
	if !filters {
		return Selection{Value: append([]any{}, expression.Get(value)...), Found: true, Many: true}, nil
	}
	if value == nil { // which the library's filters are not made for
		return Selection{Value: []any{}, Found: true, Many: true}, nil
	}
	// Filters compare Go's own numbers only.
	nodes := expression.Get(inexact(value))
	list := make([]any, len(nodes))
	for i, node := range nodes {
		list[i] = exact(node)
	}
	return Selection{Value: list, Found: true, Many: true}, nil
}

// inexact turns json.Number into int64 or float64, at any depth, in a copy.
func inexact(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = inexact(one)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, one := range v {
			object[key] = inexact(one)
		}
		return object
	}
	return value
}

// exact undoes inexact: the shortest decimal that means the float is the one that was sent, up to
// 15 digits.
func exact(value any) any {
	switch v := value.(type) {
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for i, one := range v {
			v[i] = exact(one)
		}
	case map[string]any:
		for key, one := range v {
			v[key] = exact(one)
		}
	}
	return value
}
