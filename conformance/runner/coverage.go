package runner

import (
	"fmt"
	"slices"
	"sync"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/spec"
)

// coverage collects how much of the published contract was met by exchanges that were judged. Safe for concurrent use.
type coverage struct {
	judge    *check.Judge
	totals   map[dimension][]string
	statuses map[string]bool

	mu   sync.Mutex
	seen map[dimension]map[string]bool
}

type dimension string

const (
	operations dimension = "operations"
	statuses   dimension = "statuses"
	refusals   dimension = "refusals"
	properties dimension = "properties"
	parameters dimension = "parameters"
)

func newCoverage(judge *check.Judge) *coverage {
	c := &coverage{judge: judge, totals: map[dimension][]string{}, statuses: map[string]bool{}, seen: map[dimension]map[string]bool{}}
	for _, one := range []dimension{operations, statuses, refusals, properties, parameters} {
		c.seen[one] = map[string]bool{}
	}
	for _, operation := range judge.Operations() {
		c.totals[operations] = append(c.totals[operations], operation.Name)
		for _, parameter := range operation.Parameters {
			c.totals[parameters] = append(c.totals[parameters], parameterName(operation, parameter))
		}
	}
	for _, triple := range judge.Triples() {
		c.totals[refusals] = append(c.totals[refusals], triple.String())
	}
	c.totals[statuses] = judge.Statuses()
	for _, status := range c.totals[statuses] {
		c.statuses[status] = true
	}
	c.totals[properties] = judge.Properties()
	return c
}

func parameterName(operation spec.Operation, parameter spec.Parameter) string {
	return fmt.Sprintf("%s %s %s %s", operation.Method, operation.Path, parameter.In, parameter.Name)
}

// count notes what one judged exchange shows.
func (c *coverage) count(sent *sent) {
	e := sent.exchange
	if e.Operation == nil {
		return
	}
	seen := c.judge.Seen(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Success() {
		c.seen[operations][e.Operation.Name] = true
	}
	if c.statuses[e.Place()] {
		c.seen[statuses][e.Place()] = true
	}
	code, message, _ := e.Refusal()
	for _, triple := range c.judge.Triples() {
		if triple.Operation == e.Operation.Name && triple.Status == e.Status && check.Equal(code, triple.Code.Value()) && check.Equal(message, triple.Message) {
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

func (c *coverage) report() report.Coverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return report.Coverage{
		Operations: c.of(operations), Statuses: c.of(statuses), Refusals: c.of(refusals),
		Properties: c.of(properties), Parameters: c.of(parameters),
	}
}

func (c *coverage) of(one dimension) report.Covered {
	covered := report.Covered{Total: len(c.totals[one]), Missing: []string{}}
	for _, name := range c.totals[one] {
		if !c.seen[one][name] {
			covered.Missing = append(covered.Missing, name)
		}
	}
	slices.Sort(covered.Missing)
	covered.Covered = covered.Total - len(covered.Missing)
	return covered
}
