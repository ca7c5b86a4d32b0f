package runner

import (
	"cmp"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/spec"
)

// maxCode bounds the columns that a target can add to the matrix.
const maxCode = 40

// noteCells counts the answers of a scenario that is over, and those of them that failed an
// assertion.
func (c *coverage) noteCells(s *session) {
	failed := map[int]bool{}
	for _, assertion := range s.ledger.order {
		if assertion.Verdict == report.Fail && assertion.Step >= 0 {
			failed[assertion.Step] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, sent := range s.evidence {
		if sent.exchange == nil || sent.operation == nil {
			continue
		}
		at := cell{surface: sent.surface.Name, operation: sent.operation.Name, status: sent.status, code: codeOf(sent.exchange)}
		if c.cells[at] == nil {
			c.cells[at] = &counted{}
		}
		c.cells[at].seen++
		if failed[i] {
			c.cells[at].failed++
		}
	}
}

// codeOf is the code of a refusal as JSON writes it.
func codeOf(e *check.Exchange) string {
	code, _, there := e.Refusal()
	if !there || e.Success() || code == nil {
		return ""
	}
	text := check.Render(code)
	if len(text) > maxCode {
		return "(long)"
	}
	return text
}

// matrix is every answer that the documents have or that was seen, of the surfaces that have an
// address.
func (c *coverage) matrix(addressed func(*check.Surface) bool) []report.Cell {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []report.Cell
	for _, surface := range c.judge.Surfaces() {
		if addressed(surface) {
			all = append(all, c.rows(surface)...)
		}
	}
	return all
}

func (c *coverage) rows(surface *check.Surface) []report.Cell {
	var all []report.Cell
	for _, operation := range surface.Operations() {
		documented := documentedCells(surface, operation)
		for at := range c.cells {
			if _, known := documented[at]; !known && at.surface == surface.Name && at.operation == operation.Name {
				documented[at] = false
			}
		}
		var row []report.Cell
		for at, known := range documented {
			one := report.Cell{Surface: at.surface, Operation: at.operation, Method: operation.Method, Path: operation.Path, Status: at.status, Code: at.code, Documented: known}
			if count := c.cells[at]; count != nil {
				one.Seen, one.Failed = count.seen, count.failed
			}
			row = append(row, one)
		}
		slices.SortFunc(row, func(a, b report.Cell) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
		})
		all = append(all, row...)
	}
	return all
}

// documentedCells are the answers of an operation that its document has: each refusal by its code,
// and each other status.
func documentedCells(surface *check.Surface, operation spec.Operation) map[cell]bool {
	cells, coded := map[cell]bool{}, map[int]bool{}
	for _, triple := range surface.Triples() {
		if triple.Operation == operation.Name {
			cells[cell{surface.Name, operation.Name, triple.Status, check.Render(triple.Code.Value())}] = true
			coded[triple.Status] = true
		}
	}
	for _, status := range surface.StatusesOf(operation.Name) {
		if !coded[status] {
			cells[cell{surface.Name, operation.Name, status, ""}] = true
		}
	}
	return cells
}
