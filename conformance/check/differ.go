package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// mostDifferences bounds how many entries are named.
const mostDifferences = 20

// differ names the entries of a list or object by which a value misses a matcher: what is missing,
// too many, or other than expected. It returns nothing where expected and actual say it all. places
// are their JSONPaths below the value's, beginning with "[" or ".".
func differ(m scenarios.Matcher, value any) (differences, places []string) {
	d := &difference{}
	list, isList := value.([]any)
	if m.Has("equals") && !m.Has("plus") && !m.Has("within") {
		d.equal("", m.Equals, value, true)
	}
	if !isList {
		return d.done()
	}
	if want, ok := m.SameElements.([]any); ok && m.Has("sameElements") {
		d.elements("", want, list)
	}
	if m.Unique {
		for i, one := range list {
			if contains(list[:i], one) {
				d.note(fmt.Sprintf("[%d]", i), "stands twice: %s", Render(one))
			}
		}
	}
	if m.Has("each") && m.Each != nil {
		for i, one := range list {
			if missed := Match(*m.Each, one, true); missed != "" {
				d.note(fmt.Sprintf("[%d]", i), "[%d]: expected %s, got %s", i, missed, Render(one))
			}
		}
	}
	return d.done()
}

type difference struct {
	texts, places []string
}

func (d *difference) note(place, format string, args ...any) {
	d.texts = append(d.texts, fmt.Sprintf(format, args...))
	d.places = append(d.places, place)
}

func (d *difference) done() (differences, places []string) {
	if more := len(d.texts) - mostDifferences; more > 0 {
		return append(d.texts[:mostDifferences], fmt.Sprintf("and %d more", more)), d.places[:mostDifferences]
	}
	return d.texts, d.places
}

// equal compares two values down to the entries that differ. Of two scalars at the root there is
// nothing to name.
func (d *difference) equal(at string, want, got any, root bool) {
	switch x := want.(type) {
	case map[string]any:
		if y, ok := got.(map[string]any); ok {
			d.members(at, x, y)
			return
		}
	case []any:
		if y, ok := got.([]any); ok {
			if len(x) != len(y) {
				d.elements(at, x, y)
				return
			}
			for i := range x {
				d.equal(fmt.Sprintf("%s[%d]", at, i), x[i], y[i], false)
			}
			return
		}
	}
	if !root && !Equal(want, got) {
		d.note(at, "%s: expected %s, got %s", shown(at), Render(want), Render(got))
	}
}

func (d *difference) members(at string, want, got map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		place := at + "." + name
		if one, there := got[name]; there {
			d.equal(place, want[name], one, false)
		} else {
			d.note(place, "missing: %s %s", shown(place), Render(want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want[name]; !wanted {
			d.note(at+"."+name, "unexpected: %s %s", shown(at+"."+name), Render(got[name]))
		}
	}
}

// shown is a place for people.
func shown(place string) string { return strings.TrimPrefix(place, ".") }

// elements compares two lists regardless of order.
func (d *difference) elements(at string, want, got []any) {
	rest := slices.Clone(want)
	for i, one := range got {
		if j := slices.IndexFunc(rest, func(other any) bool { return Equal(one, other) }); j >= 0 {
			rest = slices.Delete(rest, j, j+1)
			continue
		}
		d.note(fmt.Sprintf("%s[%d]", at, i), "unexpected: %s", Render(one))
	}
	for _, one := range rest {
		d.note(at, "missing: %s", Render(one))
	}
}
