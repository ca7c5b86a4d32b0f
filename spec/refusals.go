package spec

import (
	_ "embed" // the table is part of the program
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"
)

const refusalsFile = "spec/refusals.yaml"

//go:embed refusals.yaml
var refusalsDocument string

// Grade says how well a rule is known.
type Grade string

// The grades, the best first.
const (
	// Documented: the published documents say so.
	Documented Grade = "documented"
	// Observed: the provider's own code or guides do so, or a third party reports it of the live service.
	Observed Grade = "observed"
	// Assumed: somebody had to decide.
	Assumed Grade = "assumed"
)

// EveryOperation stands in [Refusal.Operation] for all operations of a surface that have no row of their own.
const EveryOperation = "*"

// Refusal is how one operation of a surface answers when it refuses for one reason.
type Refusal struct {
	// Surface is "v2"; Operation a name like "token.create", or [EveryOperation]; Reason a name like "scopes-missing".
	Surface, Operation, Reason string
	// Status is the HTTP status, 400 to 599.
	Status int
	// Code and Message are the members `error` and `message` of the answer.
	Code    Code
	Message string
	Grade   Grade
	// Source says where the row comes from: "PATCH /tokens/{token} 401 unauthorized_refresh" is an example of
	// the published document; of rows that are not documented it is a reason in words.
	Source string
}

type refusalKey struct{ surface, operation, reason string }

// Table holds every refusal. It never changes, so it is safe for concurrent use.
type Table struct {
	rows  []Refusal
	index map[refusalKey]int
}

var refusals = sync.OnceValues(func() (*Table, error) {
	return parseRefusals(refusalsFile, []byte(refusalsDocument))
})

// Refusals returns the embedded table, spec/refusals.yaml. It is read once, when it is first asked for.
func Refusals() (*Table, error) {
	return refusals()
}

// Find is the row of an operation and reason: the operation's own, else the surface's row for every
// operation. A row for every operation comes back as it stands, with Operation [EveryOperation].
func (t *Table) Find(surface, operation, reason string) (Refusal, bool) {
	for _, op := range []string{operation, EveryOperation} {
		if i, ok := t.index[refusalKey{surface, op, reason}]; ok {
			return t.rows[i], true
		}
	}
	return Refusal{}, false
}

// All is every row in the order of the file. The caller owns the copy.
func (t *Table) All() []Refusal {
	return slices.Clone(t.rows)
}

var (
	refusalOperation = regexp.MustCompile(`^(\*|[a-z0-9]+(\.[a-z0-9]+)+)$`)
	refusalReason    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	refusalSurface   = regexp.MustCompile(`^[a-z0-9]+$`)
)

// parseRefusals reads a table strictly and reports all problems at once, each with file and line.
func parseRefusals(file string, data []byte) (*Table, error) {
	root, err := yamlDocument(file, data)
	if err != nil {
		return nil, err
	}
	top, err := newRecord(file, root)
	if err != nil {
		return nil, err
	}
	top.choice("version", "1.0")
	table := &Table{index: map[refusalKey]int{}}
	lines := map[refusalKey]int{}
	var errs []error
	for _, node := range top.list("refusals") {
		row, err := parseRefusal(file, node)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		key := refusalKey{row.Surface, row.Operation, row.Reason}
		if line, double := lines[key]; double {
			errs = append(errs, fmt.Errorf("%s:%d: %s %s %s has a row in line %d already; want one",
				file, node.Line, row.Surface, row.Operation, row.Reason, line))
			continue
		}
		lines[key] = node.Line
		table.index[key] = len(table.rows)
		table.rows = append(table.rows, row)
	}
	if err := errors.Join(append([]error{top.err()}, errs...)...); err != nil {
		return nil, err
	}
	return table, nil
}

func parseRefusal(file string, node *yaml.Node) (Refusal, error) {
	r, err := newRecord(file, node)
	if err != nil {
		return Refusal{}, err
	}
	row := Refusal{
		Surface:   r.text("surface"),
		Operation: r.text("operation"),
		Reason:    r.text("reason"),
		Status:    r.integer("status", 400, 599),
	}
	if code := r.required("code"); code != nil {
		if err := row.Code.UnmarshalYAML(code); err != nil {
			r.fail(code.Line, `"code" is %s; %v`, kindOf(code), err)
		}
	}
	row.Message = r.text("message")
	row.Grade = Grade(r.choice("grade", string(Documented), string(Observed), string(Assumed)))
	row.Source = r.text("source")
	shape := func(name, value string, pattern *regexp.Regexp, example string) {
		if value != "" && !pattern.MatchString(value) {
			r.fail(r.members[name].Line, "%q is %q; want %s", name, value, example)
		}
	}
	shape("surface", row.Surface, refusalSurface, `a name like "v2"`)
	shape("operation", row.Operation, refusalOperation, `a name like "token.create", or "*" for every operation`)
	shape("reason", row.Reason, refusalReason, `a name like "scopes-missing"`)
	return row, r.err()
}
