package openapi

import (
	"net/url"
	"slices"
	"strings"
)

// router finds operations by method and path. Literal segments come before those with parameters.
type router struct {
	root  branch
	bases []string // paths of the servers, without a slash at the end; longest first
}

// branch is one segment deep in the tree of all templates.
type branch struct {
	literal    map[string]*branch
	partial    []*turn // literal text and parameters in one segment, most text first
	any        *branch // one parameter
	rest       []*turn // a parameter that takes all that follows
	operations map[string]*Operation
}

// turn is a branch taken when a segment fits.
type turn struct {
	segment segment
	form    string
	to      *branch
}

// form is a segment without the names of its parameters.
func (s segment) form() string {
	var b strings.Builder
	for _, p := range s {
		if p.name != "" {
			b.WriteString("{}")
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// add puts an operation in. When the same request leads to another already, that one is returned
// and stays.
func (r *router) add(method string, segments []segment, op *Operation) *Operation {
	at := &r.root
	for i, s := range segments {
		if last := i == len(segments)-1; last && len(s) > 0 && s[0].name != "" && s[0].whole {
			at = at.turn(&at.rest, s)
			break
		}
		if text, ok := s.literal(); ok {
			if at.literal == nil {
				at.literal = map[string]*branch{}
			}
			next := at.literal[text]
			if next == nil {
				next = &branch{}
				at.literal[text] = next
			}
			at = next
		} else if s.single() {
			if at.any == nil {
				at.any = &branch{}
			}
			at = at.any
		} else {
			at = at.turn(&at.partial, s)
		}
	}
	if other := at.operations[method]; other != nil {
		return other
	}
	if at.operations == nil {
		at.operations = map[string]*Operation{}
	}
	at.operations[method] = op
	return nil
}

func (b *branch) turn(turns *[]*turn, s segment) *branch {
	form := s.form()
	for _, t := range *turns {
		if t.form == form {
			return t.to
		}
	}
	t := &turn{segment: s, form: form, to: &branch{}}
	*turns = append(*turns, t)
	return t.to
}

// sort brings everything into the order in which it is tried.
func (r *router) sort() {
	slices.SortFunc(r.bases, func(a, b string) int { return len(b) - len(a) })
	r.root.sort()
}

func (b *branch) sort() {
	for _, turns := range [][]*turn{b.partial, b.rest} {
		slices.SortStableFunc(turns, func(s, t *turn) int { return len(t.form) - len(s.form) })
		for _, t := range turns {
			t.to.sort()
		}
	}
	for _, next := range b.literal {
		next.sort()
	}
	if b.any != nil {
		b.any.sort()
	}
}

// found is an operation, the values of its parameters, and how many segments of the path were
// literal.
type found struct {
	operation *Operation
	values    []string
	literals  int
}

// search descends the tree; path is the rest of it, without a leading slash. Each branch is visited
// once at most.
func (b *branch) search(method, path string, values []string, literals int) (found, bool) {
	text, rest, more := strings.Cut(path, "/")
	step := func(next *branch, values []string, literals int) (found, bool) {
		if more {
			return next.search(method, rest, values, literals)
		}
		if op := next.operations[method]; op != nil {
			return found{op, values, literals}, true
		}
		return found{}, false
	}
	if len(b.literal) > 0 {
		if next := b.literal[unescaped(text)]; next != nil {
			if f, ok := step(next, values, literals+1); ok {
				return f, true
			}
		}
	}
	for _, t := range b.partial {
		if with, ok := t.segment.match(text, values); ok {
			if f, ok := step(t.to, with, literals); ok {
				return f, true
			}
		}
	}
	if b.any != nil && text != "" {
		if f, ok := step(b.any, append(values, unescaped(text)), literals); ok {
			return f, true
		}
	}
	for _, t := range b.rest {
		if with, ok := t.segment.match(path, values); ok {
			if op := t.to.operations[method]; op != nil {
				return found{op, with, literals}, true
			}
		}
	}
	return found{}, false
}

// Find returns the operation of a request. path is the escaped path below the service's host, with
// or without the base path of the document's servers. A literal path takes precedence over a
// template, and a trailing slash counts. params are the values of the template's parameters,
// unescaped; nil if it has none.
func (d *Document) Find(method, path string) (op *Operation, params map[string]string, ok bool) {
	path = strings.TrimPrefix(path, "/")
	best, ok := d.router.root.search(method, path, nil, 0)
	for _, base := range d.router.bases {
		inner, below := strings.CutPrefix("/"+path, base+"/")
		if !below {
			continue
		}
		if f, has := d.router.root.search(method, inner, nil, 0); has && (!ok || f.literals >= best.literals) {
			best, ok = f, true
		}
	}
	if !ok {
		return nil, nil, false
	}
	if len(best.values) > 0 {
		params = make(map[string]string, len(best.values))
		for i, name := range best.operation.names {
			if i < len(best.values) {
				params[name] = best.values[i]
			}
		}
	}
	return best.operation, params, true
}

// maxBases bounds the different base paths of one document.
const maxBases = 64

// Bases returns the paths of the document's servers below which its operations are, such as "/v1",
// the longest first; none if that is the root alone.
func (d *Document) Bases() []string { return slices.Clone(d.router.bases) }

// Knows reports whether the document has an operation of a method whose path begins with the same
// segment: then a path that it does not have is a wrong one, and not one of a part of the service
// that it leaves out.
func (d *Document) Knows(method, path string) bool {
	first := func(path string) string {
		segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		return segment
	}
	for _, base := range d.router.bases {
		if rest, under := strings.CutPrefix(path, base); under && strings.HasPrefix(rest, "/") {
			path = rest
			break
		}
	}
	return slices.ContainsFunc(d.operations, func(o *Operation) bool { return o.Method == method && first(o.Template) == first(path) })
}

// bases adds the paths of servers to those known. Variables are replaced by their default and by
// each value of their enum.
func (r *reader) bases(known []string, servers []any, at *place) []string {
	for i, v := range servers {
		server, ok := v.(*object)
		if !ok {
			r.warn.add(at.at(i, v), "the server is %s, not an object; it is not looked at", kindOf(v))
			continue
		}
		inside := at.at(i, v)
		r.fields(server, inside, "a server", " url description variables name ")
		written, ok := server.text("url"), server.find("url") >= 0
		if !ok {
			r.warn.add(inside, "the server has no url; it is not looked at")
		}
		for _, text := range expand(written, server.object("variables")) {
			base, ok := basePath(text)
			if !ok {
				r.warn.add(inside, "the url %s of a server cannot be read; its path is not taken off", quoted(written))
				continue
			}
			if base != "" && len(known) < maxBases && !slices.Contains(known, base) {
				known = append(known, base)
			}
		}
	}
	return known
}

// expand puts the values of variables into a url.
func expand(text string, variables *object) []string {
	urls := []string{text}
	for i, name := range variables.lenient().keys {
		if !strings.Contains(text, "{"+name+"}") {
			continue
		}
		o, _ := variables.values[i].(*object)
		v, _ := o.get("default")
		values := []string{plain(v)}
		enum, _ := o.get("enum")
		list, _ := enum.([]any)
		for _, v := range list {
			if s := plain(v); !slices.Contains(values, s) {
				values = append(values, s)
			}
		}
		var next []string
		for _, u := range urls {
			for _, value := range values {
				if len(next) < maxBases {
					next = append(next, strings.ReplaceAll(u, "{"+name+"}", value))
				}
			}
		}
		urls = next
	}
	return urls
}

// basePath returns the path of a server's URL, without a trailing slash, as it is sent.
func basePath(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if i := strings.Index(text, "://"); i >= 0 {
		// The host may have variables, which no url has.
		text = text[i+3:]
		slash := strings.IndexByte(text, '/')
		if slash < 0 {
			return "", true
		}
		text = text[slash:]
	} else if strings.HasPrefix(text, "//") {
		slash := strings.IndexByte(text[2:], '/')
		if slash < 0 {
			return "", true
		}
		text = text[2+slash:]
	}
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i]
	}
	if strings.Contains(text, "{") {
		return "", false
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		if path = "/" + strings.TrimPrefix(path, "./"); strings.Contains(path, ".") && !strings.Contains(path[1:], "/") {
			return "", true // a host without its scheme
		}
	}
	return strings.TrimRight(path, "/"), true
}
