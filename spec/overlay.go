package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ohler55/ojg/jp"
	"gopkg.in/yaml.v3"
)

// Correction is one numbered departure from the published document. It consists of one or more overlay
// actions that only make sense together.
type Correction struct {
	// Number counts from 1, without gaps.
	Number int
	// Title is a short name, Reason the why in a sentence or two.
	Title, Reason string
	Grade         Grade
	// Repair marks what is needed to use the document at all: without it kin-openapi refuses the document, or
	// finds no operation for a request to another host. Repairs are part of [Document.Published].
	Repair bool
	// Targets are the JSONPaths that the correction changes, in the order of its actions.
	Targets []string
}

// Corrections returns the overlay as data, in the order of the numbers.
func (d *Document) Corrections() ([]Correction, error) {
	overlay, err := d.overlay()
	if err != nil {
		return nil, err
	}
	return overlay.corrections, nil
}

// action is one action of an overlay: exactly one of update and remove.
type action struct {
	number int // of its correction
	target string
	path   jp.Expr
	update any
	remove bool
	line   int
}

type overlay struct {
	file        string
	corrections []Correction
	actions     []action
}

// readCorrections parses the overlay; a document without one has no corrections.
func (d *Document) readCorrections() (*overlay, error) {
	if d.readOverlay == nil {
		return &overlay{file: d.overlayFile}, nil
	}
	data, err := d.readOverlay()
	if err != nil {
		return nil, fmt.Errorf("spec: %s: %w", d.overlayFile, err)
	}
	return parseOverlay(d.overlayFile, data)
}

// parseOverlay reads an OpenAPI Overlay 1.0 strictly. On top of the format, x-corrections at the root holds
// number, title, reason, grade and repair of each correction, and x-number of an action says which
// correction it is part of.
func parseOverlay(file string, data []byte) (*overlay, error) {
	root, err := yamlDocument(file, data)
	if err != nil {
		return nil, err
	}
	top, err := newRecord(file, root)
	if err != nil {
		return nil, err
	}
	o := &overlay{file: file}
	top.choice("overlay", "1.0.0")
	top.choice("extends", "openapi.json")
	var errs []error
	if node := top.required("info"); node != nil {
		if info, err := newRecord(file, node); err != nil {
			errs = append(errs, err)
		} else {
			info.text("title")
			info.text("version")
			errs = append(errs, info.err())
		}
	}
	for _, node := range top.list("x-corrections") {
		errs = append(errs, o.parseCorrection(node))
	}
	actions := top.list("actions")
	errs = append(errs, top.err())
	for _, node := range actions {
		errs = append(errs, o.parseAction(node))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, c := range o.corrections {
		if len(c.Targets) == 0 {
			errs = append(errs, fmt.Errorf("%s: correction %d (%s) has no action; want an action with x-number: %d", file, c.Number, c.Title, c.Number))
		}
	}
	return o, errors.Join(errs...)
}

func (o *overlay) parseCorrection(node *yaml.Node) error {
	r, err := newRecord(o.file, node)
	if err != nil {
		return err
	}
	next := len(o.corrections) + 1
	c := Correction{Number: r.integer("number", 1, 9999), Title: r.text("title"), Reason: r.text("reason")}
	c.Grade = Grade(r.choice("grade", string(Documented), string(Observed), string(Assumed)))
	c.Repair = r.flag("repair")
	if c.Number != 0 && c.Number != next {
		r.fail(node.Line, "the correction's number is %d; want %d, as numbers count from 1 without gaps", c.Number, next)
	}
	o.corrections = append(o.corrections, c)
	return r.err()
}

func (o *overlay) parseAction(node *yaml.Node) error {
	r, err := newRecord(o.file, node)
	if err != nil {
		return err
	}
	a := action{line: node.Line, number: r.integer("x-number", 1, 9999), target: r.text("target"), remove: r.flag("remove")}
	if a.target != "" {
		if a.path, err = jp.ParseString(a.target); err != nil {
			r.fail(r.members["target"].Line, "target %q is no JSONPath: %v", a.target, err)
		}
	}
	update := r.optional("update")
	switch {
	case update != nil && a.remove:
		r.fail(node.Line, "the action has both update and remove; want one")
	case update == nil && !a.remove:
		r.fail(node.Line, "the action has neither update nor remove: true; want one")
	case update != nil:
		if a.update, err = yamlTree(update); err != nil {
			r.fail(update.Line, "update is no JSON: %v", err)
		}
	}
	switch {
	case a.number == 0:
	case a.number > len(o.corrections):
		r.fail(node.Line, "x-number is %d; want one of the %d under x-corrections", a.number, len(o.corrections))
	default:
		c := &o.corrections[a.number-1]
		c.Targets = append(c.Targets, a.target)
	}
	o.actions = append(o.actions, a)
	return r.err()
}

// yamlTree turns YAML into the values that decodeTree makes of the same JSON.
func yamlTree(node *yaml.Node) (any, error) {
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%w (every key must be text: write \"404\", not 404)", err)
	}
	return decodeTree(data)
}

// apply carries out the actions of the chosen corrections, in the order of the file, on a tree that it
// owns. An action that finds no target, or a target that is so already, is an error: it would stand in the
// overlay as a claim about the document that is not true. Filters in targets can ask whether a member is there and compare texts; numbers keep the
// spelling of the document and compare with nothing.
func (o *overlay) apply(tree any, chosen func(Correction) bool) (any, error) {
	for _, a := range o.actions {
		if !chosen(o.corrections[a.number-1]) {
			continue
		}
		var err error
		if tree, err = a.apply(tree); err != nil {
			return nil, fmt.Errorf("%s:%d: correction %d: %w", o.file, a.line, a.number, err)
		}
	}
	return tree, nil
}

var errIdle = errors.New("the update changes nothing; want one that the document does not say already")

func (a action) apply(tree any) (any, error) {
	if a.target == "$" && !a.remove { // jp.Locate does not find the root
		merged := merge(tree, a.update)
		if reflect.DeepEqual(tree, merged) {
			return nil, errIdle
		}
		return merged, nil
	}
	places := a.path.Locate(tree, 0)
	if len(places) == 0 {
		return nil, fmt.Errorf("target %s finds nothing in the document; want a path to what is to be changed", a.target)
	}
	// From the back, so that removing one entry of a list does not move those still to come.
	slices.Reverse(places)
	for _, place := range places {
		var err error
		if a.remove {
			tree, err = place.Remove(tree)
		} else {
			changed := false
			tree, err = place.Modify(tree, func(old any) (any, bool) {
				merged := merge(old, a.update)
				changed = changed || !reflect.DeepEqual(old, merged)
				return merged, true
			})
			if err == nil && !changed {
				err = errIdle
			}
		}
		if err != nil {
			return nil, fmt.Errorf("target %s, at %s: %w", a.target, place, err)
		}
	}
	return tree, nil
}

// merge is an overlay's update: objects merge member by member, lists grow, anything else is replaced. It
// changes neither argument.
func merge(old, update any) any {
	switch o := old.(type) {
	case map[string]any:
		u, ok := update.(map[string]any)
		if !ok {
			return clone(update)
		}
		merged := make(map[string]any, len(o)+len(u))
		maps.Copy(merged, o)
		for key, value := range u {
			if was, there := o[key]; there {
				merged[key] = merge(was, value)
			} else {
				merged[key] = clone(value)
			}
		}
		return merged
	case []any:
		grown := slices.Clone(o)
		if u, ok := update.([]any); ok {
			return append(grown, clone(u).([]any)...)
		}
		return append(grown, clone(update))
	default:
		return clone(update)
	}
}

// clone copies a tree, so that one update put in many places is not shared between them.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for key, member := range v {
			copied[key] = clone(member)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, entry := range v {
			copied[i] = clone(entry)
		}
		return copied
	default:
		return value
	}
}
