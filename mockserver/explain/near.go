package explain

import (
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
	"oauthmock/spec/strictyaml"
)

// near are the operations that a request came nearest to: the same path with another method,
// otherwise paths that are like it.
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
	for _, o := range x.neighbours(e, d).Operations() {
		if fits(o.Path, e.Path) {
			out = append(out, Near{o.Name, o.Method, o.Path, "the method is " + e.Request.Method})
		}
		distance := distance(segments(o.Path), segments(e.Path))
		if o.Method != e.Request.Method {
			distance += costMethod
		}
		if alike(segments(o.Path), segments(e.Path)) {
			all = append(all, candidate{o, distance})
		}
	}
	if len(out) > 0 {
		return out
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return a.distance - b.distance })
	for _, c := range all[:min(most, len(all))] {
		if c.distance > farthest || c.distance > all[0].distance+costMethod {
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

// neighbours returns the surface that answered and, if it is at "/", those whose paths begin there
// too, except on a host of the provider's, which serves one surface.
func (x *Explainer) neighbours(e *exchange.Exchange, d *surface.Description) surface.Descriptions {
	out := surface.Descriptions{d}
	name := surface.HostName(e.Request.Host)
	if d.Prefix != "" || slices.ContainsFunc(d.Hosts, func(h surface.Host) bool { return h.Name == name }) {
		return out
	}
	for _, other := range x.Surfaces {
		if other.Whole && other != d {
			out = append(out, other)
		}
	}
	return out
}

func segments(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// fits reports whether a path matches a template.
func fits(template, path string) bool {
	t, p := segments(template), segments(path)
	return len(t) == len(p) && !slices.Contains(p, "") && distance(t, p) < costEdit
}

// alike reports whether a path has a segment that equals one of a template's, or almost.
func alike(template, path []string) bool {
	path = path[:min(len(path), maxSegments)]
	return slices.ContainsFunc(template, func(t string) bool {
		return !strings.HasPrefix(t, "{") && slices.ContainsFunc(path, func(p string) bool { return change(t, p) < costOther })
	})
}

// maxSegments bounds what is compared: nothing is near a longer path.
const maxSegments = 16

// What it costs to make one path of another: to fill in a parameter, for each letter, to use
// another method, to add or take away a segment. A segment that is altogether another one is taken
// away and added.
const (
	costParameter = 1
	costEdit      = 5
	costMethod    = 10
	costSegment   = 20
	costOther     = 2 * costSegment

	// farthest is the largest cost that is still near.
	farthest = costSegment + costMethod
)

// maxLetters bounds the length of a segment that is compared letter by letter.
const maxLetters = 64

// distance is how much would have to be changed.
func distance(template, path []string) int {
	path = path[:min(len(path), maxSegments)]
	before := make([]int, len(path)+1)
	for j := range before {
		before[j] = costSegment * j
	}
	for i, t := range template {
		now := make([]int, len(path)+1)
		now[0] = costSegment * (i + 1)
		for j, p := range path {
			now[j+1] = min(before[j]+change(t, p), before[j+1]+costSegment, now[j]+costSegment)
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
	edits := strictyaml.Distance(strings.ToLower(template), strings.ToLower(segment))
	if edits > max(1, len(template)/3) {
		return costOther
	}
	return costEdit * max(1, edits) // another case is one edit
}
