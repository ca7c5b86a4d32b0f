package openapi

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// reader goes through the tree of a document. Schemas are made one after another from a queue, so a
// recursive schema is no recursion here.
type reader struct {
	root    *object
	main    *source  // the document's own file
	others  *sources // the files that it refers to
	modern  bool     // OAS 3.1 or later
	warn    warnings
	schemas map[*object]*schema
	pending []pending
	all     []read
	formats map[string]bool
	ids     map[string]bool
	places  []*place // of the operations

	elsewhere string // the country of what is made up, see elsewhere
}

type pending struct {
	schema *schema
	node   *object
	at     *place
}

// read is a schema and its place.
type read struct {
	schema *schema
	at     *place
}

// maxChain bounds how many references may lead from one to the next.
const maxChain = 64

// follow resolves a reference. It returns node itself if that is not a reference, and nil if the
// reference is broken, which it has then reported; what states the consequence.
func (r *reader) follow(node *object, at *place, what string) (*object, *place) {
	for range maxChain {
		v, has := node.get("$ref")
		if !has {
			return node, at
		}
		ref, ok := v.(string)
		if !ok {
			r.warn.add(at, "$ref is %s, not a string; %s", kindOf(v), what)
			return nil, at
		}
		target, place, problem := r.lookup(ref, at.file)
		next, isObject := target.(*object)
		if problem == "" && !isObject {
			problem = "leads to " + kindOf(target) + ", not an object"
		}
		if problem != "" {
			r.warn.add(at, "the reference %q %s; %s", ref, problem, what)
			return nil, at
		}
		node, at = next, place
	}
	r.warn.add(at, "the reference leads round in a circle; %s", what)
	return nil, at
}

// lookup finds what a reference in a file points to.
func (r *reader) lookup(ref string, from *source) (any, *place, string) {
	file, fragment, _ := strings.Cut(ref, "#")
	if from == nil {
		from = r.main
	}
	in := from
	if file != "" && path.Base(file) != path.Base(from.name) {
		if !strings.ContainsAny(file, "/.:") && fragment == "" {
			if v, at, problem := r.bare(file); problem == "" {
				return v, at, ""
			}
		}
		var problem string
		if in, problem = r.others.open(from, file); problem != "" {
			return nil, nil, problem
		}
	}
	at := in.place()
	if fragment == "" {
		return in.root, at, ""
	}
	if !strings.HasPrefix(fragment, "/") {
		return r.bare(fragment)
	}
	var v any = in.root
	for part := range strings.SplitSeq(fragment[1:], "/") {
		child, ok := step(v, part)
		if !ok {
			return nil, nil, "leads nowhere"
		}
		v = child
		at = at.in(unescapePointer(part), v)
	}
	return v, at, ""
}

// bare finds a schema by its name alone, as a discriminator writes it, or by its anchor.
func (r *reader) bare(name string) (any, *place, string) {
	at := r.main.place()
	schemas := r.root.object("components").object("schemas")
	if v, ok := schemas.get(name); ok {
		return v, at.in("components", nil).in("schemas", schemas).in(name, v), ""
	}
	if schemas != nil {
		for i, v := range schemas.values {
			if o, ok := v.(*object); ok && (o.text("$anchor") == name || o.text("$id") == name) {
				return v, at.in("components", nil).in("schemas", schemas).in(schemas.keys[i], v), ""
			}
		}
	}
	return nil, nil, "leads nowhere"
}

// step descends by one part of a pointer, as it is written, unescaped, or percent-decoded.
func step(v any, part string) (any, bool) {
	switch v := v.(type) {
	case *object:
		key := unescapePointer(part)
		if child, ok := v.get(key); ok {
			return child, true
		}
		if decoded, err := url.PathUnescape(part); err == nil {
			if child, ok := v.get(unescapePointer(decoded)); ok {
				return child, true
			}
		}
		return v.get(part)
	case []any:
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// fields warns about members that have no meaning where they are. Names with the prefix "x-" may be
// anywhere.
func (r *reader) fields(node *object, at *place, what, known string) {
	for i, key := range node.keys {
		if !strings.HasPrefix(key, "x-") && !strings.Contains(known, " "+key+" ") {
			r.warn.add(at.in(key, node.values[i]), "%s has no field %q; it is not looked at", what, key)
		}
	}
}

// child returns a member that should be an object, or nil, with a warning, if it is something else.
func (r *reader) child(node *object, key string, at *place) (*object, *place) {
	v, has := node.get(key)
	if !has {
		return nil, nil
	}
	inside := at.in(key, v)
	o, ok := v.(*object)
	if !ok {
		if v != nil {
			r.warn.add(inside, "%q is %s where an object belongs; it is not looked at", key, kindOf(v))
		}
		return nil, nil
	}
	return o, inside
}

// list is a member that should be a list.
func (r *reader) list(node *object, key string, at *place) ([]any, *place) {
	v, has := node.get(key)
	if !has {
		return nil, nil
	}
	inside := at.in(key, v)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.warn.add(inside, "%q is %s where a list belongs; it is not looked at", key, kindOf(v))
	}
	return list, inside
}
