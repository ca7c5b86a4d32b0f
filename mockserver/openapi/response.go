package openapi

import (
	"strconv"
	"strings"
)

// response is the successful answer of an operation.
type response struct {
	status      int
	contentType string
	json        bool
	schema      *schema
	at          *place
	examples    []any // only while the document is loaded
	ready       []byte
	hasReady    bool
	bodyless    bool
	tries       int // how often to try to make a body that fits
}

const responseFields = " $ref description headers content links summary "

// response picks the answer of an operation: the lowest documented success, else the default, else 200 with an empty object.
func (r *reader) response(op *object, at *place) *response {
	all, place := r.child(op, "responses", at)
	if all == nil {
		r.warn.add(at, "the operation documents no responses; it answers 200 with {}")
		return emptyResponse()
	}
	status, node, inside := r.success(all, place)
	if node == nil {
		return emptyResponse()
	}
	r.fields(node, inside, "a response", responseFields)
	resp := &response{status: status, at: inside}
	if status == 204 || status == 205 {
		resp.bodyless = true
		return resp
	}
	content, place := r.child(node, "content", inside)
	if v, has := node.get("schema"); has && content == nil {
		r.warn.add(inside, "the response has its schema beside its description, as in OpenAPI 2; it is read as that of application/json")
		resp.contentType, resp.json = "application/json", true
		resp.schema = r.schemaAt(v, inside.in("schema", v))
		return resp
	}
	if content == nil || len(content.keys) == 0 {
		resp.contentType, resp.json, resp.ready, resp.hasReady = "application/json", true, []byte("{}"), true
		return resp
	}
	r.content(resp, content, place)
	return resp
}

func emptyResponse() *response {
	return &response{status: 200, contentType: "application/json", json: true, ready: []byte("{}"), hasReady: true}
}

// success picks the response and warns about those that are none.
func (r *reader) success(all *object, at *place) (status int, node *object, inside *place) {
	best := 0
	var chosen string
	for i, code := range all.keys {
		if strings.HasPrefix(code, "x-") {
			continue
		}
		n, ok := statusOf(code)
		if !ok {
			r.warn.add(at.in(code, all.values[i]), "%q is no status; the response is left out", code)
			continue
		}
		// A status comes before the range it is in, and both before the default.
		rank := n * 2
		if strings.HasSuffix(strings.ToUpper(code), "XX") {
			rank = 299*2 + 1
		}
		switch {
		case n == 0:
			rank = 1000 * 2
		case n < 200 || n > 299:
			continue
		}
		if best == 0 || rank < best {
			o, isObject := all.values[i].(*object)
			place := at.in(code, all.values[i])
			if !isObject {
				r.warn.add(place, "the response is %s, not an object; it is left out", kindOf(all.values[i]))
				continue
			}
			best, chosen, node, inside, status = rank, code, o, place, n
		}
	}
	if node == nil {
		return 0, nil, nil
	}
	if status == 0 {
		status = 200
	}
	what := "it answers " + strconv.Itoa(status) + " with {}"
	target, place := r.follow(node, inside, what)
	if target == nil {
		target, place = &object{}, at.in(chosen, node)
	}
	return status, target, place
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

// content picks JSON where it is offered, else what comes first.
func (r *reader) content(resp *response, content *object, at *place) {
	pick := 0
	for i, name := range content.keys {
		if isJSON(r.mediaName(name, at)) {
			pick = i
			break
		}
	}
	written := content.keys[pick]
	name := r.mediaName(written, at)
	switch name {
	case "*/*", "application/*":
		name = "application/json"
	case "text/*":
		name = "text/plain"
	case "image/*":
		name = "image/png"
	}
	resp.contentType, resp.json = name, isJSON(name)
	if strings.Contains(written, "charset") && strings.HasPrefix(strings.ToLower(written), name) {
		resp.contentType = written
	}
	o, _ := content.values[pick].(*object)
	inside := at.in(written, content.values[pick])
	if o == nil {
		r.warn.add(inside, "the media type is %s, not an object; it is read as if it were empty", kindOf(content.values[pick]))
		return
	}
	r.fields(o, inside, "a media type", " $ref schema example examples encoding itemSchema prefixEncoding itemEncoding ")
	if v, has := o.get("schema"); has {
		resp.schema = r.schemaAt(v, inside.in("schema", v))
	}
	resp.at = inside
	if v, has := o.get("example"); has {
		resp.examples = append(resp.examples, v)
	}
	resp.examples = append(resp.examples, r.examples(o, inside)...)
}

// examples reads the named examples of a media type, in order.
func (r *reader) examples(node *object, at *place) []any {
	v, has := node.get("examples")
	if !has {
		return nil
	}
	inside := at.in("examples", v)
	list, isList := v.([]any)
	if isList {
		r.warn.add(inside, "examples are a list, not an object; its items are used")
		return list
	}
	o, ok := v.(*object)
	if !ok {
		r.warn.add(inside, "examples are %s, not an object; they are not used", kindOf(v))
		return nil
	}
	var found []any
	for i, name := range o.keys {
		example, isObject := o.values[i].(*object)
		if !isObject {
			found = append(found, o.values[i])
			continue
		}
		if example, _ = r.follow(example, inside.in(name, example), "the example is not used"); example == nil {
			continue
		}
		if value, has := example.get("value"); has {
			found = append(found, value)
		} else if value, has := example.get("dataValue"); has {
			found = append(found, value)
		} else if example.find("externalValue") < 0 && example.find("serializedValue") < 0 && example.find("summary") < 0 && len(example.keys) > 0 {
			r.warn.add(inside.in(name, example), "the example has no value; it is read as the value itself")
			found = append(found, example)
		}
	}
	return found
}
