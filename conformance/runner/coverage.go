package runner

import (
	"fmt"
	"slices"
	"sync"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/spec"
)

// coverage counts how much of the published contract was met by judged exchanges. It is safe for
// concurrent use.
type coverage struct {
	judge *check.Judge

	mu   sync.Mutex
	seen map[dimension]map[string]bool
	// cells counts answers and failures by operation, status and code.
	cells map[cell]*counted
}

// cell is one kind of answer.
type cell struct {
	surface, operation string
	status             int
	code               string
}

type counted struct{ seen, failed int }

type dimension string

const (
	operations dimension = "operations"
	statuses   dimension = "statuses"
	refusals   dimension = "refusals"
	properties dimension = "properties"
	parameters dimension = "parameters"
)

func newCoverage(judge *check.Judge) *coverage {
	c := &coverage{judge: judge, seen: map[dimension]map[string]bool{}, cells: map[cell]*counted{}}
	for _, one := range []dimension{operations, statuses, refusals, properties, parameters} {
		c.seen[one] = map[string]bool{}
	}
	return c
}

// totals returns everything that some surfaces have. Names outside v2 carry the surface, except
// operations, which have names of their own.
func totals(surfaces []*check.Surface) map[dimension][]string {
	all := map[dimension][]string{}
	for _, surface := range surfaces {
		for _, operation := range surface.Operations() {
			if operation.Own {
				continue
			}
			all[operations] = append(all[operations], operation.Name)
			for _, parameter := range operation.Parameters {
				all[parameters] = append(all[parameters], parameterName(operation, parameter))
			}
		}
		for _, triple := range surface.Triples() {
			all[refusals] = append(all[refusals], triple.String())
		}
		all[statuses] = append(all[statuses], surface.Statuses()...)
		all[properties] = append(all[properties], surface.Properties()...)
	}
	return all
}

func parameterName(operation spec.Operation, parameter spec.Parameter) string {
	return spec.Qualified(operation.Surface, fmt.Sprintf("%s %s %s %s", operation.Method, operation.Path, parameter.In, parameter.Name))
}

// count records what one judged exchange shows.
func (c *coverage) count(sent *sent) {
	e := sent.exchange
	if e.Operation == nil {
		return
	}
	seen := e.Surface.Seen(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Success() || e.Redirect() != nil && e.Documented() {
		c.seen[operations][e.Operation.Name] = true
	}
	if e.Documented() {
		c.seen[statuses][e.Place()] = true
	}
	for _, triple := range e.Surface.Triples() {
		if e.Is(triple) {
			c.seen[refusals][triple.String()] = true
		}
	}
	for _, property := range seen {
		c.seen[properties][property] = true
	}
	for _, parameter := range e.Operation.Parameters {
		given := e.Query.Has(parameter.Name)
		if parameter.In == "path" {
			given = sent.parameter(parameter.Name) != ""
		}
		if given {
			c.seen[parameters][parameterName(*e.Operation, parameter)] = true
		}
	}
}

// report counts what there is to meet of the surfaces that have an address.
func (c *coverage) report(addressed func(*check.Surface) bool) report.Coverage {
	all := totals(slices.DeleteFunc(slices.Clone(c.judge.Surfaces()), func(s *check.Surface) bool { return !addressed(s) }))
	c.mu.Lock()
	defer c.mu.Unlock()
	of := func(one dimension) report.Covered {
		covered := report.Covered{Total: len(all[one]), Missing: []string{}}
		for _, name := range all[one] {
			if !c.seen[one][name] {
				covered.Missing = append(covered.Missing, name)
			}
		}
		slices.Sort(covered.Missing)
		covered.Covered = covered.Total - len(covered.Missing)
		return covered
	}
	return report.Coverage{
		Operations: of(operations), Statuses: of(statuses), Refusals: of(refusals),
		Properties: of(properties), Parameters: of(parameters),
	}
}
