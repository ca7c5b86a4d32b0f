package spec

import (
	_ "embed" // the table is embedded
	"fmt"
	"regexp"
	"slices"
	"sync"
)

const refusalsFile = "spec/refusals.yaml"

//go:embed refusals.yaml
var refusalsDocument string

// Grade is how well a rule is known.
type Grade string

// The grades, best first.
const (
	// Documented: the published documents state it.
	Documented Grade = "documented"
	// Observed: the provider's own code or guides do it, or a third party reports it of the live
	// service.
	Observed Grade = "observed"
	// Assumed: this project decided.
	Assumed Grade = "assumed"
)

// EveryOperation is the [Refusal.Operation] of rows for all operations of a surface that have no
// row of their own.
const EveryOperation = "*"

// Refusal is how one operation of a surface answers a refusal for one reason.
type Refusal struct {
	// Surface is "v2"; Operation a name like "token.create", or [EveryOperation]; Reason a name
	// like "scopes-missing".
	Surface, Operation, Reason string
	// Status is the HTTP status, 400 to 599.
	Status int
	// Code and Message are the members `error` and `message` of the answer.
	Code    Code
	Message string
	// CodeName is the word by which some APIs name the code in addition: "invalid_request" for
	// "400013"; otherwise "".
	CodeName string
	Grade    Grade
	// Source is where the row comes from: "PATCH /tokens/{token} 401 unauthorized_refresh" is an
	// example of the published document; rows that are not documented give a reason in words.
	Source string
}

type refusalKey struct{ surface, operation, reason string }

// Table holds every refusal. It is immutable, and so safe for concurrent use.
type Table struct {
	rows  []Refusal
	index map[refusalKey]int
}

var refusals = sync.OnceValues(func() (*Table, error) {
	return parseRefusals(refusalsFile, []byte(refusalsDocument))
})

// Refusals returns the embedded table, spec/refusals.yaml. It is parsed on first use, once.
func Refusals() (*Table, error) {
	return refusals()
}

// Find returns the row of an operation and reason: the operation's own, otherwise the surface's row
// for every operation, which has the Operation [EveryOperation].
func (t *Table) Find(surface, operation, reason string) (Refusal, bool) {
	for _, op := range []string{operation, EveryOperation} {
		if i, ok := t.index[refusalKey{surface, op, reason}]; ok {
			return t.rows[i], true
		}
	}
	return Refusal{}, false
}

// All returns all rows in the order of the file. The caller owns the copy.
func (t *Table) All() []Refusal {
	return slices.Clone(t.rows)
}

var (
	refusalOperation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\*|[a-z0-9]+(\.[a-z0-9]+)+)$`) })
	refusalReason    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })
	refusalSurface   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+$`) })
)

// refusalRow is a row in the file's own form.
type refusalRow struct {
	Surface   string `yaml:"surface"`
	Operation string `yaml:"operation"`
	Reason    string `yaml:"reason"`
	Status    int    `yaml:"status"`
	Code      Code   `yaml:"code"`
	Message   string `yaml:"message"`
	CodeName  string `yaml:"codeName"`
	Grade     Grade  `yaml:"grade"`
	Source    string `yaml:"source"`
}

// parseRefusals parses a table strictly and reports all problems at once, each with file and line.
func parseRefusals(file string, data []byte) (*Table, error) {
	var written struct {
		Version  string       `yaml:"version"`
		Refusals []refusalRow `yaml:"refusals"`
	}
	c, err := read(file, data, &written)
	if err != nil {
		return nil, err
	}
	c.choice("version", written.Version, "1.0")
	if len(written.Refusals) == 0 {
		c.refuse("refusals", "must be a list with at least one entry")
	}
	table := &Table{index: map[refusalKey]int{}}
	for i, row := range written.Refusals {
		place := fmt.Sprintf("refusals[%d]", i)
		c.refusal(place, &row)
		key := refusalKey{row.Surface, row.Operation, row.Reason}
		if first, double := table.index[key]; double {
			c.refuse(place, "%s %s %s has a row in line %d already; want one", row.Surface, row.Operation, row.Reason, c.document.Line(fmt.Sprintf("refusals[%d]", first)))
			continue
		}
		table.index[key] = len(table.rows)
		table.rows = append(table.rows, Refusal(row))
	}
	return table, c.problems.Err()
}

// refusal checks a row.
func (c *checks) refusal(place string, row *refusalRow) {
	c.name(place+".surface", row.Surface, refusalSurface(), `a name like "v2"`)
	c.name(place+".operation", row.Operation, refusalOperation(), `a name like "token.create", or "*" for every operation`)
	c.name(place+".reason", row.Reason, refusalReason(), `a name like "scopes-missing"`)
	if row.Status < 400 || row.Status > 599 {
		c.refuse(place+".status", "must be a whole number from 400 to 599, not %d", row.Status)
	}
	if row.Code.IsZero() {
		c.refuse(place+".code", "is missing")
	}
	c.text(place+".message", &row.Message)
	c.choice(place+".grade", string(row.Grade), string(Documented), string(Observed), string(Assumed))
	c.text(place+".source", &row.Source)
}
