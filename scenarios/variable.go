package scenarios

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

var (
	// reference is "$${" (a literal "${") or a reference to a variable.
	reference    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\$\{|\$\{([^{}]*)\}`) })
	variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`) })
	rootName     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`) })
	scopeName    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^scope([2-9]|[1-9][0-9])?$`) })
)

// Forms are what a reference may ask of a text, as in ${apiKey|shorter}.
func Forms() []string { return []string{"host", "othercase", "otherscheme", "path", "shorter"} }

// Formed returns a text in one of the [Forms]: "othercase" swaps the case of its letters, "shorter"
// takes its last character away; of a URL, "otherscheme" has http for https and the other way
// round, "host" is its host and port, "path" all that follows. It reports false where the value is
// not text, or would stay as it is.
func Formed(value any, form string) (string, bool) {
	text, _ := value.(string)
	if text == "" {
		return "", false
	}
	formed := text
	if scheme, rest, isURL := strings.Cut(text, "://"); isURL {
		host := rest[:strings.IndexAny(rest+"/", "/?#")]
		switch form {
		case "otherscheme":
			other := map[string]string{"http": "https", "https": "http"}[scheme]
			return other + "://" + rest, other != ""
		case "host":
			return host, host != ""
		case "path":
			return rest[len(host):], true
		}
	}
	switch form {
	case "shorter":
		letters := []rune(text)
		formed = string(letters[:len(letters)-1])
	case "othercase":
		formed = strings.Map(func(r rune) rune {
			if unicode.IsLower(r) {
				return unicode.ToUpper(r)
			}
			return unicode.ToLower(r)
		}, text)
	}
	return formed, formed != text
}

// builtins are the variables that every scenario has, besides ${scope}, ${scope2}, …
func builtins() []string {
	return []string{"email", "apiKey", "basic", "now", "today", "month", "year", "nonce"}
}

// credentialNames are the variables of the OAuth client and the user that an account has.
func credentialNames() []string {
	return []string{"client.id", "client.secret", "client.redirectUri", "user.username", "user.password"}
}

// Variables lists the variables that a value refers to, in texts at any depth, keys included; each
// once, in the order of appearance (keys of objects sorted).
func Variables(value any) []string {
	var names []string
	add := func(text string) {
		for _, found := range reference().FindAllStringSubmatch(text, -1) {
			if found[0] != "$${" && !slices.Contains(names, found[1]) {
				names = append(names, found[1])
			}
		}
	}
	var visit func(any)
	visit = func(value any) {
		switch v := value.(type) {
		case string:
			add(v)
		case []any:
			for _, one := range v {
				visit(one)
			}
		case map[string]any:
			for _, key := range sortedKeys(v) {
				add(key)
				visit(v[key])
			}
		}
	}
	visit(value)
	return names
}

// Expand replaces variables in a value by their values, in texts at any depth. A text that is one
// reference and nothing else becomes the variable's value with its type. The lookup's first error
// is returned as it is.
func Expand(value any, lookup func(name string) (any, error)) (any, error) {
	switch v := value.(type) {
	case string:
		if found := reference().FindStringSubmatch(v); found != nil && found[0] == v && v != "$${" {
			return lookup(found[1])
		}
		return ExpandText(v, lookup)
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			expanded, err := Expand(one, lookup)
			if err != nil {
				return nil, err
			}
			list[i] = expanded
		}
		return list, nil
	case map[string]any:
		object := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			name, err := ExpandText(key, lookup)
			if err != nil {
				return nil, err
			}
			if object[name], err = Expand(v[key], lookup); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	return value, nil
}

// ExpandText replaces variables in a text by their values; values that are not text are written as
// JSON.
func ExpandText(text string, lookup func(name string) (any, error)) (string, error) {
	var failed error
	out := reference().ReplaceAllStringFunc(text, func(match string) string {
		if match == "$${" {
			return "${"
		}
		value, err := lookup(match[2 : len(match)-1])
		if err != nil && failed == nil {
			failed = err
		}
		return Text(value)
	})
	return out, failed
}

// Text returns a value as text: a string as it is, anything else as JSON.
func Text(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// Reach follows the part of a variable's name after its first dot into objects (by key) and lists
// (by index from 0).
func Reach(value any, rest []string) (any, bool) {
	for _, part := range rest {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[part]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// scopeNumber is 1 for "scope", 2 for "scope2", …, and 0 for any other name.
func scopeNumber(name string) int {
	found := scopeName().FindStringSubmatch(name)
	if found == nil {
		return 0
	}
	if found[1] == "" {
		return 1
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
