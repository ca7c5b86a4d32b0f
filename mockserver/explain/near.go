package explain

import (
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
	"oauthmock/spec/strictyaml"
)

// near are the operations that a request came nearest to: the same path with another method, else paths that are like it.
func (x *Explainer) near(e *exchange.Exchange) []Near {
	const most = 3
	d := x.Surfaces.Of(e)
	if d == nil {
		return nil
	}
	var out []Near
	type candidate struct {
		surface.Operation
		distance int
	}
	var all []candidate
	for _, o := range (surface.Descriptions{d}).Operations() {
		if fits(o.Path, e.Path) {
			out = append(out, Near{o.Name, o.Method, o.Path, "the method is " + e.Request.Method})
		}
		distance := distance(segments(o.Path), segments(e.Path))
		if o.Method != e.Request.Method {
			distance += costMethod
		}
		all = append(all, candidate{o, distance})
	}
	if len(out) > 0 {
		return out
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return a.distance - b.distance })
	for _, c := range all[:min(most, len(all))] {
		if c.distance > 2*costOther+costMethod {
			break
		}
		off := "the path is " + e.Path
		if trimmed := strings.TrimSuffix(e.Path, "/"); trimmed != e.Path && fits(c.Path, trimmed) {
			off = "the path ends in a slash"
		}
		if c.Method != e.Request.Method {
			off += ", the method " + e.Request.Method
		}
		out = append(out, Near{c.Name, c.Method, c.Path, off})
	}
	return out
}

func segments(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// fits reports whether a path is one of a template's.
func fits(template, path string) bool {
	t, p := segments(template), segments(path)
	return len(t) == len(p) && !slices.Contains(p, "") && distance(t, p) < costEdit
}

// What it costs to make one segment of another: to fill in a parameter, for each letter, at most; to use another method; to
// change, add or take away a segment.
const (
	costParameter = 1
	costEdit      = 5
	costMethod    = 10
	costOther     = 20
)

// maxLetters bounds the length of a segment that is compared letter by letter.
const maxLetters = 64

// distance is how much would have to be changed.
func distance(template, path []string) int {
	if len(path) > 16 {
		path = path[:16] // nothing of ours is near a path like that
	}
	before := make([]int, len(path)+1)
	for j := range before {
		before[j] = costOther * j
	}
	for i, t := range template {
		now := make([]int, len(path)+1)
		now[0] = costOther * (i + 1)
		for j, p := range path {
			now[j+1] = min(before[j]+change(t, p), before[j+1]+costOther, now[j]+costOther)
		}
		before = now
	}
	return before[len(path)]
}

func change(template, segment string) int {
	switch {
	case template == segment:
		return 0
	case strings.HasPrefix(template, "{") && segment != "":
		return costParameter
	case len(segment) > maxLetters || segment == "":
		return costOther
	}
	// Of another case counts as one edit.
	return min(costOther, costEdit*max(1, strictyaml.Distance(strings.ToLower(template), strings.ToLower(segment))))
}
