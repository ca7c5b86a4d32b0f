package account

import "slices"

// Filter narrows a list to scopes: each entry is a scope or a pattern of scopes. An empty filter
// accepts everything.
type Filter []string

// matcher returns a function that reports whether the filter accepts a scope. It caches results,
// because long lists hold few different scopes.
func (f Filter) matcher() func(scope string) bool {
	if len(f) == 0 {
		return func(string) bool { return true }
	}
	names := make(map[string]bool, len(f))
	var patterns []Pattern
	for _, text := range f {
		names[text] = true
		if p, ok := ParsePattern(text); ok && p.Wild() {
			patterns = append(patterns, p)
		}
	}
	known := map[string]bool{}
	return func(scope string) bool {
		through, ok := known[scope]
		if !ok {
			called, _ := ParsePattern(scope)
			through = names[scope] || slices.ContainsFunc(patterns, func(p Pattern) bool {
				return p.Matches(called.Method, called.Host, called.Path)
			})
			known[scope] = through
		}
		return through
	}
}

// oldestFirst returns a page of a list that is kept oldest first. It shares the list's memory.
func oldestFirst[T any](list []T, p Page) []T {
	if p.Skip >= int64(len(list)) {
		return nil
	}
	rest := list[p.Skip:]
	return rest[:min(p.Limit, int64(len(rest)))]
}

// newestFirst returns a page, read from the end, of a list that is kept oldest first. It is a copy.
func newestFirst[T any](list []T, f Filter, p Page, scope func(T) string) []T {
	if len(f) == 0 {
		if p.Skip >= int64(len(list)) {
			return nil
		}
		list, p.Skip = list[:int64(len(list))-p.Skip], 0
	}
	covers := f.matcher()
	out := make([]T, 0, min(p.Limit, int64(len(list))))
	for i := len(list) - 1; i >= 0 && int64(len(out)) < p.Limit; i-- {
		if len(f) > 0 && !covers(scope(list[i])) {
			continue
		}
		if p.Skip > 0 {
			p.Skip--
			continue
		}
		out = append(out, list[i])
	}
	return out
}

// values copies what pointers point to.
func values[T any](list []*T) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = *v
	}
	return out
}
