package openapi

import (
	"strconv"
	"strings"
)

// response is one documented answer of an operation.
type response struct {
	code   string // as the document writes it: "200", "4XX", "default"
	status int    // 0 of the default
	at     *place
	// forms in which the answer can be had, in the order of the document; none where it has no
	// body.
	forms    []*form
	location string // of a redirect
}

const responseFields = " $ref description headers content links summary "

// responses reads what an operation answers.
func (r *reader) responses(op *Operation, node *object, at *place) {
	all, place := r.child(node, "responses", at)
	if all == nil {
		r.warn.add(at, "the operation documents no responses; it answers 200 with {}")
	}
	for i, code := range all.lenient().keys {
		inside := place.in(code, all.values[i])
		if strings.HasPrefix(code, "x-") {
			continue
		}
		status, ok := statusOf(code)
		if !ok {
			r.warn.add(inside, "%q is not a status; the response is left out", code)
			continue
		}
		o, isObject := all.values[i].(*object)
		if !isObject {
			r.warn.add(inside, "the response is %s, not an object; it is left out", kindOf(all.values[i]))
			continue
		}
		op.responses = append(op.responses, r.response(code, status, o, inside))
	}
	if op.answer = success(op.responses); op.answer != nil {
		return
	}
	if all != nil {
		r.warn.add(place, "no success is documented; it answers 200 with {}")
	}
	op.answer = &response{code: "200", status: 200, at: at, forms: []*form{emptyForm(at)}}
}

// success selects the answer to a call that succeeds: the lowest documented success, a status
// before its range, otherwise the default, otherwise the lowest redirect.
func success(all []*response) (best *response) {
	rank := func(r *response) int {
		switch ranged := strings.HasSuffix(strings.ToUpper(r.code), "XX"); {
		case r.status >= 200 && r.status < 300 && !ranged:
			return r.status
		case r.status == 200:
			return 300
		case r.status == 0:
			return 301
		case r.status >= 300 && r.status < 400:
			return r.status + 2
		}
		return 0
	}
	for _, r := range all {
		if n := rank(r); n > 0 && (best == nil || n < rank(best)) {
			best = r
		}
	}
	return best
}

// statusOf reads the key of a response; 0 is the default.
func statusOf(code string) (int, bool) {
	if strings.EqualFold(code, "default") {
		return 0, true
	}
	if len(code) != 3 {
		return 0, false
	}
	if upper := strings.ToUpper(code); strings.HasSuffix(upper, "XX") {
		code = code[:1] + "00"
	}
	n, err := strconv.Atoi(code)
	return n, err == nil && n >= 100 && n <= 599
}

func (r *reader) response(code string, status int, node *object, at *place) *response {
	resp := &response{code: code, status: status, at: at}
	what := "it has no body"
	if status < 300 {
		what = "it answers " + strconv.Itoa(resp.sent()) + " with {}"
	}
	node, inside := r.follow(node, at, what)
	if node == nil {
		resp.forms = []*form{emptyForm(at)}
		return resp
	}
	r.fields(node, inside, "a response", responseFields)
	if status >= 300 && status < 400 {
		resp.location = r.location(node, inside)
	}
	if status == 204 || status == 205 || status == 304 || status >= 100 && status < 200 {
		return resp
	}
	content, place := r.child(node, "content", inside)
	if v, has := node.get("schema"); has && content == nil {
		r.warn.add(inside, "the response has its schema beside its description, as in OpenAPI 2; it is read as that of application/json")
		resp.forms = []*form{{contentType: "application/json", json: true, at: inside, schema: r.schemaAt(v, inside.in("schema", v))}}
		return resp
	}
	for i, name := range content.lenient().keys {
		resp.forms = append(resp.forms, r.form(name, content.values[i], place))
	}
	if len(resp.forms) == 0 && resp.location == "" {
		resp.forms = []*form{emptyForm(at)}
	}
	return resp
}

// sent is the status that goes out.
func (r *response) sent() int {
	if r.status == 0 {
		return 200
	}
	return r.status
}

// location returns where a redirect leads: the example of its header, otherwise a reserved address.
func (r *reader) location(node *object, at *place) string {
	headers, place := r.child(node, "headers", at)
	for i, name := range headers.lenient().keys {
		header, _ := headers.values[i].(*object)
		if !strings.EqualFold(name, "Location") || header == nil {
			continue
		}
		inside := place.in(name, header)
		if header, inside = r.follow(header, inside, "where the redirect leads is not known"); header == nil {
			break
		}
		schema := header.object("schema")
		for _, v := range append([]any{header.text("example"), schema.text("example"), schema.text("default")}, values(r.examples(header, inside))...) {
			if text, ok := v.(string); ok && text != "" && !strings.ContainsAny(text, "\r\n") {
				return text
			}
		}
	}
	return "https://example.com/"
}

// examples reads named examples, in order. What stands in a list, or under no name, has none.
func (r *reader) examples(node *object, at *place) []example {
	v, has := node.get("examples")
	if !has {
		return nil
	}
	inside := at.in("examples", v)
	list, isList := v.([]any)
	if isList {
		r.warn.add(inside, "examples are a list, not an object; its items are used")
		return unnamed(list)
	}
	o, ok := v.(*object)
	if !ok {
		r.warn.add(inside, "examples are %s, not an object; they are not used", kindOf(v))
		return nil
	}
	var found []example
	for i, name := range o.keys {
		node, isObject := o.values[i].(*object)
		if !isObject {
			found = append(found, example{name, o.values[i]})
			continue
		}
		if node, _ = r.follow(node, inside.in(name, node), "the example is not used"); node == nil {
			continue
		}
		if value, has := node.get("value"); has {
			found = append(found, example{name, value})
		} else if value, has := node.get("dataValue"); has {
			found = append(found, example{name, value})
		} else if node.find("externalValue") < 0 && node.find("serializedValue") < 0 && node.find("summary") < 0 && len(node.keys) > 0 {
			r.warn.add(inside.in(name, node), "the example has no value; it is read as the value itself")
			found = append(found, example{name, node})
		}
	}
	return found
}

// example is a documented value; its name is "" if it has none.
type example struct {
	name  string
	value any
}

func unnamed(list []any) (found []example) {
	for _, v := range list {
		found = append(found, example{value: v})
	}
	return found
}

func values(examples []example) (found []any) {
	for _, e := range examples {
		found = append(found, e.value)
	}
	return found
}
