package spec

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ohler55/ojg/jp"

	"oauthmock/spec/strictyaml"
)

// Correction is one numbered departure from the published document. It consists of one or more
// overlay actions that only make sense together.
type Correction struct {
	// Number counts from 1, without gaps.
	Number int
	// Title is a short name, Reason the why in a sentence or two.
	Title, Reason string
	Grade         Grade
	// Repair marks a correction without which the document cannot be used at all: kin-openapi
	// refuses it, or finds no operation for a request to another host. Repairs are part of
	// [Document.Published].
	Repair bool
	// Targets are the JSONPaths that the correction changes, in the order of its actions.
	Targets []string
}

// Corrections returns the overlay as data, in order of number.
func (d *Document) Corrections() ([]Correction, error) {
	overlay, err := d.overlay()
	if err != nil {
		return nil, err
	}
	return overlay.corrections, nil
}

// action is one action of an overlay: exactly one of update and remove.
type action struct {
	number int // the number of its correction
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

// parseOverlay parses an OpenAPI Overlay 1.0 strictly. In addition to the format, x-corrections at
// the root holds number, title, reason, grade and repair of each correction, and x-number of an
// action is the correction that it belongs to.
func parseOverlay(file string, data []byte) (*overlay, error) {
	var written struct {
		Overlay string `yaml:"overlay"`
		Extends string `yaml:"extends"`
		Info    struct {
			Title   string `yaml:"title"`
			Version string `yaml:"version"`
		} `yaml:"info"`
		Corrections []writtenCorrection `yaml:"x-corrections"`
		Actions     []writtenAction     `yaml:"actions"`
	}
	c, err := read(file, data, &written)
	if err != nil {
		return nil, err
	}
	c.choice("overlay", written.Overlay, "1.0.0")
	c.choice("extends", written.Extends, "openapi.json")
	c.text("info.title", &written.Info.Title)
	c.text("info.version", &written.Info.Version)
	if len(written.Actions) == 0 {
		c.refuse("actions", "must be a list with at least one entry")
	}
	o := &overlay{file: file}
	for i, w := range written.Corrections {
		o.addCorrection(c, fmt.Sprintf("x-corrections[%d]", i), w)
	}
	for i, w := range written.Actions {
		o.addAction(c, fmt.Sprintf("actions[%d]", i), w)
	}
	for i, one := range o.corrections {
		if len(one.Targets) == 0 {
			c.refuse(fmt.Sprintf("x-corrections[%d]", i), "correction %d (%s) has no action; want an action with x-number: %d", one.Number, one.Title, one.Number)
		}
	}
	return o, c.problems.Err()
}

// writtenCorrection and writtenAction are the file's own form.
type writtenCorrection struct {
	Number int    `yaml:"number"`
	Title  string `yaml:"title"`
	Reason string `yaml:"reason"`
	Grade  Grade  `yaml:"grade"`
	Repair bool   `yaml:"repair"`
}

type writtenAction struct {
	strictyaml.Written

	Number int    `yaml:"x-number"`
	Target string `yaml:"target"`
	Update any    `yaml:"update"`
	Remove bool   `yaml:"remove"`
}

func (o *overlay) addCorrection(c *checks, place string, w writtenCorrection) {
	if next := len(o.corrections) + 1; w.Number != next {
		c.refuse(place+".number", "the correction's number is %d; want %d, as numbers count from 1 without gaps", w.Number, next)
	}
	c.text(place+".title", &w.Title)
	c.text(place+".reason", &w.Reason)
	c.choice(place+".grade", string(w.Grade), string(Documented), string(Observed), string(Assumed))
	o.corrections = append(o.corrections, Correction{Number: w.Number, Title: w.Title, Reason: w.Reason, Grade: w.Grade, Repair: w.Repair})
}

func (o *overlay) addAction(c *checks, place string, w writtenAction) {
	a := action{line: w.LineOf(""), number: w.Number, target: w.Target, update: w.Update, remove: w.Remove}
	c.text(place+".target", &a.target)
	var err error
	if a.path, err = jp.ParseString(a.target); err != nil {
		c.refuse(place+".target", "target %q is no JSONPath: %v", a.target, err)
	}
	switch updates := w.Has("update"); {
	case updates && a.remove:
		c.refuse(place, "the action has both update and remove; want one")
	case !updates && !a.remove:
		c.refuse(place, "the action has neither update nor remove: true; want one")
	}
	if a.number < 1 || a.number > len(o.corrections) {
		c.refuse(place+".x-number", "x-number is %d; want one of the %d under x-corrections", a.number, len(o.corrections))
	} else {
		correction := &o.corrections[a.number-1]
		correction.Targets = append(correction.Targets, a.target)
	}
	o.actions = append(o.actions, a)
}

// apply carries out the actions of the chosen corrections, in the order of the file, on a tree that
// it owns. An action that finds no target, or a target that already is as wanted, is an error: it
// would make a false claim about the document. Filters in targets can test for the presence of a
// member and compare texts; numbers keep the spelling of the document and compare with nothing.
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

// merge is an overlay's update: objects merge member by member, lists grow, anything else is
// replaced. It changes neither argument.
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
