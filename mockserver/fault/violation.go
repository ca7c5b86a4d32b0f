package fault

import (
	"slices"
	"strconv"
	"strings"
)

// violation lies about one member of the answer: for testing how clients decode. A path leads to
// it: names with dots between them, numbers for elements of lists, * for all elements or members
// ("data.credit", "data.0.token", "data.*.scope"). Where the answer has no such member nothing is
// done (but by add).
type violation struct {
	path []string
	do   func(o object, i int, name string) object // i is where the member stands, or -1
}

func newViolation(e Effect) (effect, error) {
	if e.Field == "" {
		return nil, wrongf("field", "is missing; want a path such as data.credit")
	}
	// data[0].token is data.0.token.
	path := strings.FieldsFunc(e.Field, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	const longest = 20
	if len(path) == 0 || len(path) > longest {
		return nil, wrongf("field", "is %q; want a path such as data.credit", e.Field)
	}
	does := map[string]func(o object, i int, name string) object{"drop": drop, "rename": rename, "retype": retype, "null": nullify, "add": add}
	do, ok := does[e.Do]
	if !ok {
		return nil, wrongf("do", "is %q; want drop, rename, retype, null or add", e.Do)
	}
	return violation{path, do}, nil
}

func (v violation) apply(f *Fault) sender {
	r := &f.exchange.Response
	body, err := readValue(r.Body)
	if err != nil {
		return nil // no JSON has no members
	}
	if text, err := render(v.within(body, v.path)); err == nil {
		r.Body = text
	}
	return nil
}

// within changes the value at a path, and returns the whole value.
func (v violation) within(in any, path []string) any {
	step, rest := path[0], path[1:]
	switch in := in.(type) {
	case []any:
		for i := range in {
			if step != "*" && step != strconv.Itoa(i) {
				continue
			}
			if len(rest) > 0 {
				in[i] = v.within(in[i], rest)
			} else { // an element is lied about like a member without a name
				one := v.do(object{{"", in[i]}}, 0, "")
				if len(one) == 0 {
					return slices.Delete(in, i, i+1)
				}
				in[i] = one[0].value
			}
		}
	case object:
		if step == "*" {
			for _, p := range slices.Clone(in) {
				in = v.member(in, p.name, rest)
			}
			return in
		}
		return v.member(in, step, rest)
	}
	return in
}

func (v violation) member(o object, name string, rest []string) object {
	i := o.find(name)
	if len(rest) == 0 {
		return v.do(o, i, name)
	}
	if i >= 0 {
		o[i].value = v.within(o[i].value, rest)
	}
	return o
}

func drop(o object, i int, _ string) object {
	if i < 0 {
		return o
	}
	return slices.Delete(o, i, i+1)
}

func rename(o object, i int, _ string) object {
	if i >= 0 {
		o[i].name += "Renamed"
	}
	return o
}

func nullify(o object, i int, _ string) object {
	if i >= 0 {
		o[i].value = nil
	}
	return o
}

// retype replaces a value by one of another type.
func retype(o object, i int, _ string) object {
	if i < 0 {
		return o
	}
	switch v := o[i].value.(type) {
	case string:
		o[i].value = number("42")
	case number:
		o[i].value = string(v)
	case bool:
		o[i].value = strconv.FormatBool(v)
	case []any:
		wrapped := object{}
		for j, one := range v {
			wrapped = append(wrapped, property{strconv.Itoa(j), one})
		}
		o[i].value = wrapped
	case object:
		list := []any{}
		for _, p := range v {
			list = append(list, p.value)
		}
		o[i].value = list
	default: // null
		o[i].value = "null"
	}
	return o
}

// add adds a member that the document does not know: the one that is named, or, if that is there,
// one of a similar name.
func add(o object, i int, name string) object {
	for i >= 0 {
		name += "Added"
		i = o.find(name)
	}
	return append(o, property{name, "added"})
}
