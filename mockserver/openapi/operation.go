package openapi

import (
	"cmp"
	"strings"
)

// Operation is one method on one path template. It is immutable, and safe for concurrent use.
type Operation struct {
	// Method in capitals, "GET".
	Method string
	// Template is the path as the document writes it, "/IT-start/{vatCode}".
	Template string
	// ID is the operationId, "" if there is none.
	ID string

	names      []string // of the template's parameters, in order
	parameters []*parameter
	body       *requestBody
	responses  []*response
	answer     *response          // to a call when nothing goes wrong
	abroad     string             // the country of what is made up, unless it is Italy
	excused    map[Violation]bool // what the document's own examples do, and so is not reported
}

// String is the operation in one word pair, "GET /IT-start/{vatCode}".
func (o *Operation) String() string { return o.Method + " " + o.Template }

const (
	pathFields      = " $ref summary description get put post delete options head patch trace query servers parameters additionalOperations "
	operationFields = " tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated security servers "
)

// path reads the operations of one path.
func (r *reader) path(d *Document, template string, v any, at *place) {
	item, ok := v.(*object)
	if !ok {
		r.warn.add(at, "the path is %s, not an object; it is left out", kindOf(v))
		return
	}
	item, at = r.pathItem(item, at)
	if item == nil {
		return
	}
	r.fields(item, at, "a path", pathFields)
	servers, place := r.list(item, "servers", at)
	d.router.bases = r.bases(d.router.bases, servers, place)
	shared, place := r.list(item, "parameters", at)
	common := r.parameters(nil, shared, place)
	for i, key := range item.keys {
		method := strings.ToUpper(key)
		switch method {
		case "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY":
		default:
			continue
		}
		node, ok := item.values[i].(*object)
		inside := at.in(key, item.values[i])
		if !ok {
			r.warn.add(inside, "the operation is %s, not an object; it is left out", kindOf(item.values[i]))
			continue
		}
		if node, inside = r.follow(node, inside, "the operation is left out"); node != nil {
			r.operation(d, method, template, common, node, inside)
		}
	}
}

// pathItem follows the reference of a path; members beside it count too.
func (r *reader) pathItem(item *object, at *place) (*object, *place) {
	if _, has := item.get("$ref"); !has {
		return item, at
	}
	target, place := r.follow(item, at, "what it stands for is left out")
	if target == nil || len(item.keys) == 1 {
		return cmp.Or(target, item), place
	}
	both := &object{line: item.line}
	for i, key := range target.keys {
		both.put(key, target.values[i])
	}
	for i, key := range item.keys {
		if key != "$ref" {
			both.put(key, item.values[i])
		}
	}
	return both, at
}

func (r *reader) operation(d *Document, method, template string, common []*parameter, node *object, at *place) {
	r.fields(node, at, "an operation", operationFields)
	op := &Operation{Method: method, Template: template, ID: node.text("operationId"), abroad: abroad(template, r.elsewhere)}
	if op.ID != "" {
		if r.ids == nil {
			r.ids = map[string]bool{}
		}
		if r.ids[op.ID] {
			r.warn.add(at, "the operationId %q stands twice; both operations are kept", op.ID)
		}
		r.ids[op.ID] = true
	}
	servers, place := r.list(node, "servers", at)
	d.router.bases = r.bases(d.router.bases, servers, place)
	own, place := r.list(node, "parameters", at)
	op.parameters = r.parameters(common, own, place)
	segments, problem := parseTemplate(template, op.declares)
	if problem != "" {
		r.warn.add(at.parent, "%s", problem)
	}
	op.names = namesOf(segments)
	r.undeclared(op, at)
	op.body = r.requestBody(node, at)
	r.responses(op, node, at)
	if other := d.router.add(method, segments, op); other != nil {
		r.warn.add(at, "%s %s is the same request as %s; it is left out", method, template, other.Template)
		return
	}
	d.operations = append(d.operations, op)
	r.places = append(r.places, at)
}

// subject is what generated values are about: the operation, and the country if it is not Italy.
type subject struct{ name, abroad string }

func (o *Operation) subject() subject { return subject{o.String(), o.abroad} }

// abroad is the country of a path as the provider names them, "/FR-search", where that is not
// Italy; other is that of paths that name none.
func abroad(template, other string) string {
	country, _, named := strings.Cut(strings.TrimPrefix(template, "/"), "-")
	switch {
	case !named || len(country) != 2 || country != strings.ToUpper(country):
		return other
	case country == "IT" || country == "WW" || country == "EU":
		return ""
	}
	return country
}

// elsewhere returns "US" for a document whose servers are neither the provider's nor Italian.
func elsewhere(servers []any) string {
	for _, v := range servers {
		server, _ := v.(*object)
		_, rest, _ := strings.Cut(server.text("url"), "://")
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, ":")
		for _, home := range []string{
			".it", ".openapi.com", ".altravia.com", ".firmadigitale.com", ".ufficiopostale.com", ".pecmassiva.com", ".messaggisms.com", ".marchetemporali.com",
			".leicode.info", "postontarget.com",
		} {
			if host == "" || strings.HasSuffix(host, home) {
				return ""
			}
		}
	}
	if len(servers) == 0 {
		return ""
	}
	return "US"
}

// declares reports whether a path parameter of that name is documented.
func (o *Operation) declares(name string) bool {
	for _, p := range o.parameters {
		if p.in == inPath && p.name == name {
			return true
		}
	}
	return false
}

// undeclared reports parameters that are only in the template or only in the list.
func (r *reader) undeclared(op *Operation, at *place) {
	known := map[string]bool{}
	for _, name := range op.names {
		known[name] = true
		if !op.declares(name) {
			r.warn.add(at, "{%s} stands in the path and is not declared; any value is accepted", name)
		}
	}
	for _, p := range op.parameters {
		if p.in == inPath && !known[p.name] {
			r.warn.add(at, "the path parameter %q does not stand in the path; it is not looked at", p.name)
		}
	}
}
