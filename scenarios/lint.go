package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"oauthmock/spec"
)

// Lint checks loaded scenarios for what makes a suite worth something, beyond what Load requires of
// every file:
//
//   - every step that expects a refusal has a positive control: a step that succeeds where this one
//     must not (see below);
//   - every step asserts something of its own, unless it acts on the control API;
//   - every call belongs to a published operation or to a paid service, unless it expects to be
//     refused;
//   - ids are unique, also where the scenarios were loaded from several places;
//   - every MUST quotes words that are in a document, and no SHOULD rests on an assumption alone.
//
// A server that refuses everything passes every test of refusals. So a refusal counts only beside a
// success: of the same operation or, if the refusal is about who calls or how often, or about the
// path or the method, of any operation by the same account. The success is in the same scenario,
// before or after, or in one that the scenario's `control` names. A success that is only observed
// does not count, nor does one of another surface. A refusal of a paid service, for whatever
// reason, counts only beside a success of a paid service.
//
// more are documents of surfaces that are not embedded. The problems are in order of files and
// lines; nil means that there are none. The error is one of reading the contract.
func Lint(all []Scenario, more ...*spec.Document) ([]Problem, error) {
	about, err := newContract(more)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	words, err := wordsOf(append(spec.All(), more...))
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	l := &linter{contract: about, words: words, byID: map[string]*Scenario{}}
	for i := range all {
		l.scenario = &all[i]
		if first, twice := l.byID[all[i].ID]; twice {
			l.problem(all[i].LineOf("id"), "the id %q is taken by %s:%d; choose another", all[i].ID, first.File, first.LineOf("id"))
			continue
		}
		l.byID[all[i].ID] = &all[i]
	}
	for i := range all {
		l.scenario = &all[i]
		l.levels()
		l.assertions()
		l.operationsExist()
		l.controls()
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return l.problems, nil
}

// linter checks all scenarios against the contract.
type linter struct {
	contract
	words    string // of all documents; see folded
	byID     map[string]*Scenario
	problems []Problem

	// scenario is the one at hand.
	scenario *Scenario
}

func (l *linter) problem(line int, format string, args ...any) {
	l.problems = append(l.problems, Problem{File: l.scenario.File, Line: line, Message: fmt.Sprintf(format, args...)})
}

// assertions finds requests whose answers are not checked. Load has made sure that comparisons and
// lists of values are not empty.
func (l *linter) assertions() {
	asserting := 0
	for i := range l.scenario.Steps {
		step := &l.scenario.Steps[i]
		if step.Control != nil || step.Wait != "" || step.Has("receive") {
			continue
		}
		asserting++
		e := &step.Expect
		expects := len(e.Status) + len(e.Headers) + len(e.Data) + len(e.Body) + len(e.Items)
		if e.Has("code") || e.Message != nil || e.Redirect != nil || e.HTML != nil || e.Empty {
			expects++
		}
		if expects+len(step.Outcomes)+len(step.Compare) == 0 && step.Walk == nil {
			l.problem(step.Line, "step %q asserts nothing; say under expect what must come back, at least the status", step.Name)
		}
	}
	if asserting == 0 {
		l.problem(l.scenario.LineOf("steps"), "scenario %s asserts nothing: its steps only act on the control API; add a call or a compare", l.scenario.ID)
	}
}

// operationsExist finds calls by method and path that name no operation and yet expect an answer of
// one: a misspelt path.
func (l *linter) operationsExist() {
	for i := range l.scenario.Steps {
		step := &l.scenario.Steps[i]
		if !succeeds(step) {
			continue
		}
		for _, place := range l.places(step) {
			if place.operation == "" && !place.open {
				l.problem(step.LineOf("call"), "step %q: %s %s is no published operation, but the step expects it to succeed%s",
					step.Name, spec.Qualified(place.surface, place.method), place.path,
					didYouMean(spec.Qualified(place.surface, place.method+" "+place.path), l.templates()))
			}
		}
	}
}

// templates are the published operations by method and path.
func (l *linter) templates() []string {
	list := make([]string, len(l.operations))
	for i, operation := range l.operations {
		list[i] = spec.Qualified(operation.Surface, operation.Method+" "+operation.Path)
	}
	return list
}

// paidService stands in for the operation of all calls to paid services.
const paidService = "a call of a paid service"

// place is where a request of a step goes.
type place struct {
	// operation is the alias, or paidService; "" for a path or method of none.
	operation             string
	surface, method, path string
	// open means that a variable other than a key of the step's matrix determines the path, so
	// nothing can be said about it here.
	open bool
}

// places are where the requests of a call step go, one for each value that its matrix gives the
// path, without doubles.
func (l *linter) places(step *Step) []place {
	if step.Authorize != nil {
		return l.pages()
	}
	call, ok := ResolveCall(l.operations, step.Call)
	if !ok {
		return nil
	}
	if call.Alias {
		return []place{{operation: call.Operation.Name, surface: call.Surface, method: call.Method, path: call.Path}}
	}
	var list []place
	for _, path := range expandPaths(call.Path, step.Matrix) {
		one := place{surface: call.Surface, method: call.Method, path: path}
		if one.surface == surfaceV2 || one.surface == surfaceServices {
			one.surface = SurfaceOf(path)
		}
		if operation := MatchOperation(l.operations, one.surface, call.Method, path); operation != nil {
			one.operation = operation.Name
		} else if one.surface == surfaceServices {
			one.operation = paidService
		} else {
			one.open = hasVariables(path)
		}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// pages returns where an authorization of the scenario starts.
func (l *linter) pages() []place {
	surface, _, _ := strings.Cut(l.scenario.ID, "/")
	for _, o := range l.operations {
		if o.Surface == surface && len(o.Forms) > 0 {
			return []place{{operation: o.Name, surface: o.Surface, method: o.Method, path: o.Path}}
		}
	}
	return nil
}

// maxPaths bounds the paths that are checked for one step; only matrices that nobody could review
// have more.
const maxPaths = 10_000

// expandPaths puts the values of a matrix into a path; other variables stay as they are.
func expandPaths(path string, matrix map[string][]any) []string {
	paths := []string{path}
	for _, key := range sortedKeys(matrix) {
		reference := "${" + key + "}"
		if !strings.Contains(path, reference) || len(paths)*len(matrix[key]) > maxPaths {
			continue
		}
		var next []string
		for _, one := range paths {
			for _, value := range matrix[key] {
				next = append(next, strings.ReplaceAll(one, reference, Text(value)))
			}
		}
		paths = next
	}
	return paths
}
