package client

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// expand replaces ${NAME} in the texts of a JSON value. A text that is nothing but ${NAME} becomes
// the value itself.
func expand(value any, values map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, member := range value {
			out[name] = expand(member, values)
		}
		return out
	case []any:
		out := make([]any, 0, len(value))
		for _, element := range value {
			out = append(out, expand(element, values))
		}
		return out
	case string:
		if name, ok := strings.CutPrefix(value, "${"); ok && strings.HasSuffix(name, "}") && strings.Count(value, "${") == 1 {
			if whole, known := values[strings.TrimSuffix(name, "}")]; known {
				return whole
			}
		}
		for name, text := range values {
			value = strings.ReplaceAll(value, "${"+name+"}", fmt.Sprint(text))
		}
		return value
	}
	return value
}

// expandJSON is expand of a JSON text, as JSON again. The tables hold JSON only, which a test sees
// to.
func expandJSON(text string, values map[string]any) string {
	out, _ := json.Marshal(expand(parse(text), values))
	return string(out)
}

// differs describes how the output differs from what is required; "" if it does not. Objects may
// have more members, lists may be in any order, times are compared as such, {"oneOf": […]} accepts
// any of the list.
func differs(want, got any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		if one, is := want["oneOf"].([]any); is {
			if slices.ContainsFunc(one, func(each any) bool { return differs(each, got, path) == "" }) {
				return ""
			}
			return fmt.Sprintf("%s is %s", path, show(got))
		}
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %s", path, show(got))
		}
		for _, name := range sortedKeys(want) {
			member, has := object[name]
			if !has {
				return fmt.Sprintf("%s.%s is not there", path, name)
			}
			if why := differs(want[name], member, path+"."+name); why != "" {
				return why
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok {
			return fmt.Sprintf("%s is %s", path, show(got))
		}
		return differentLists(want, slices.Clone(list), path)
	}
	if same(want, got) {
		return ""
	}
	return fmt.Sprintf("%s is %s", path, show(got))
}

func differentLists(want, got []any, path string) string {
	for _, each := range want {
		at := slices.IndexFunc(got, func(one any) bool { return differs(each, one, "") == "" })
		if at < 0 {
			return fmt.Sprintf("%s lacks %s", path, show(each))
		}
		got = slices.Delete(got, at, at+1)
	}
	if len(got) > 0 {
		return fmt.Sprintf("%s has %s too many: %s", path, plural(len(got), "entry", "entries"), show(got[0]))
	}
	return ""
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// same compares two values that are neither objects nor lists.
func same(want, got any) bool {
	wanted, isNumber := number(want)
	given, isNumberToo := number(got)
	if _, text := got.(string); isNumber && isNumberToo && !text {
		return wanted.Cmp(given) == 0
	}
	a, isText := want.(string)
	b, isTextToo := got.(string)
	if isText && isTextToo {
		at, err := time.Parse(time.RFC3339, a)
		and, wrong := time.Parse(time.RFC3339, b)
		return a == b || err == nil && wrong == nil && at.Equal(and)
	}
	return want == got
}

func number(value any) (*big.Rat, bool) {
	switch value := value.(type) {
	case json.Number:
		if len(value) > 64 {
			return nil, false
		}
		return new(big.Rat).SetString(string(value))
	case int:
		return big.NewRat(int64(value), 1), true
	}
	return nil, false
}

// shownBytes bounds a value in a finding.
const shownBytes = 300

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return clip(string(text), shownBytes)
}

// clip cuts a text after so many bytes.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for name := range object {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	return keys
}
