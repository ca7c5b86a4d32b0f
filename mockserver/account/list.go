package account

// Filter narrows a list to scopes: each entry is a scope or a pattern of scopes. An empty filter lets everything through.
type Filter []string

// covers says whether the filter lets a scope through.
func (f Filter) covers(scope string) bool {
	if len(f) == 0 {
		return true
	}
	called, _ := ParsePattern(scope)
	for _, text := range f {
		if text == scope {
			return true
		}
		if p, ok := ParsePattern(text); ok && p.Wild() && p.Matches(called.Method, called.Host, called.Path) {
			return true
		}
	}
	return false
}

// oldestFirst is a page of a list that is kept oldest first. It shares the list's memory.
func oldestFirst[T any](list []T, p Page) []T {
	if p.Skip >= int64(len(list)) {
		return nil
	}
	rest := list[p.Skip:]
	return rest[:min(p.Limit, int64(len(rest)))]
}

// newestFirst is a page, read from the end, of a list that is kept oldest first: a copy.
func newestFirst[T any](list []T, f Filter, p Page, scope func(T) string) []T {
	if len(f) == 0 {
		if p.Skip >= int64(len(list)) {
			return nil
		}
		list, p.Skip = list[:int64(len(list))-p.Skip], 0
	}
	out := make([]T, 0, min(p.Limit, int64(len(list))))
	for i := len(list) - 1; i >= 0 && int64(len(out)) < p.Limit; i-- {
		if len(f) > 0 && !f.covers(scope(list[i])) {
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
