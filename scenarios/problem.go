package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"oauthmock/spec/strictyaml"
)

// Problem is one problem of a scenario file, and what would be right. Line is 0 if it concerns the
// whole file.
type Problem = strictyaml.Problem

// Problems takes the single problems out of an error of Load or LoadFile, in the order of files and
// lines.
func Problems(err error) []Problem { return strictyaml.Problems(err) }

func joinProblems(problems []Problem) error {
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
	})
	problems = slices.Compact(problems)
	errs := make([]error, len(problems))
	for i, problem := range problems {
		errs[i] = problem
	}
	return errors.Join(errs...)
}

func didYouMean(word string, candidates []string) string {
	if near := strictyaml.Nearest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

func quoted(names []string) string {
	list := slices.Clone(names)
	for i, name := range list {
		list[i] = strconv.Quote(name)
	}
	return strings.Join(list, ", ")
}
