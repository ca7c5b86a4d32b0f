package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// outline is what the published document describes at one place of an answer: the shape of its
// schema, with the names ready. It is built once for each answer of the document, and immutable.
type outline struct {
	// key is the member's own; property its full name, "GET /wallet 200 data.credit". Both are
	// empty where no member is.
	key, property string
	// number is the place of property in Judge.Properties.
	number int
	format string
	kind   *openapi3.Types
	// forms are the parts and alternatives (allOf, oneOf, anyOf), members in the order of their
	// keys, others and items what further members and elements are; nil where the document says
	// nothing of them.
	forms, members []*outline
	others, items  *outline
}

// newOutline reads a schema. prefix is the answer ("GET /wallet 200"), name the place in it
// ("data[].token"; "{}" stands for any key of a map).
func newOutline(schema *openapi3.Schema, prefix, name string) *outline {
	o := &outline{format: schema.Format, kind: schema.Type}
	for _, form := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		o.forms = append(o.forms, newOutline(form.Value, prefix, name))
	}
	for _, key := range slices.Sorted(maps.Keys(schema.Properties)) {
		inner := strings.TrimPrefix(name+"."+key, ".")
		member := newOutline(schema.Properties[key].Value, prefix, inner)
		member.key, member.property = key, prefix+" "+inner
		o.members = append(o.members, member)
	}
	if schema.Items != nil {
		o.items = newOutline(schema.Items.Value, prefix, name+"[]")
	}
	if other := schema.AdditionalProperties.Schema; other != nil {
		o.others = newOutline(other.Value, prefix, name+"{}")
	}
	return o
}

// all visits every member that the outline describes.
func (o *outline) all(visit func(*outline)) {
	for _, member := range o.members {
		visit(member)
	}
	for _, inner := range slices.Concat(o.forms, o.members, []*outline{o.items, o.others}) {
		if inner != nil {
			inner.all(visit)
		}
	}
}

// find visits every described member that a value has, until visit returns true, and returns its
// place: ".data[0].id".
func (o *outline) find(value any, visit func(*outline, any) bool) (path string, found bool) {
	for _, form := range o.forms {
		if !form.fits(value) {
			continue
		}
		if path, found = form.find(value, visit); found {
			return path, true
		}
	}
	switch v := value.(type) {
	case map[string]any:
		return o.findMember(v, visit)
	case []any:
		if o.items == nil {
			return "", false
		}
		for i, one := range v {
			if path, found = o.items.find(one, visit); found {
				return fmt.Sprintf("[%d]%s", i, path), true
			}
		}
	}
	return "", false
}

func (o *outline) findMember(object map[string]any, visit func(*outline, any) bool) (path string, found bool) {
	for _, member := range o.members {
		value, there := object[member.key]
		if !there {
			continue
		}
		if found = visit(member, value); !found {
			path, found = member.find(value, visit)
		}
		if found {
			return "." + member.key + path, true
		}
	}
	if o.others == nil {
		return "", false
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.ContainsFunc(o.members, func(member *outline) bool { return member.key == key }) {
			continue
		}
		if path, found = o.others.find(object[key], visit); found {
			return fmt.Sprintf("['%s']%s", key, path), true
		}
	}
	return "", false
}

// fits reports whether a value may have a form: lists and objects are distinguished; other values
// fit forms without a type only.
func (o *outline) fits(value any) bool {
	if o.kind == nil {
		return true
	}
	switch value.(type) {
	case []any:
		return o.kind.Is(openapi3.TypeArray)
	case map[string]any:
		return o.kind.Is(openapi3.TypeObject)
	}
	return false
}
