package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthmock/conformance/certificate"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// frozenSets reads requirement sets by their names.
func frozenSets(names []string) ([]*scenarios.RequirementSet, error) {
	var sets []*scenarios.RequirementSet
	for _, name := range names {
		set, err := scenarios.Requirements(name)
		if err != nil {
			return nil, fmt.Errorf("--requirements: %w", err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// count prints how much of the sets a run met, and records in the report which sets counted. The
// status is that of the run with nothing else counted: scenarios that no set names were run and
// reported, but change nothing.
func (p program) count(result *report.Report, sets []*scenarios.RequirementSet) int {
	verdicts := make(map[string]report.Verdict, len(result.Results))
	for _, r := range result.Results {
		verdicts[r.ID] = r.Verdict
	}
	status := report.ExitPassed
	if result.ExitCode() == report.ExitError {
		status = report.ExitError
	}
	if result.Stopped != "" || len(result.Leftovers) > 0 {
		status = report.ExitInconclusive
	}
	var names []string
	for _, set := range sets {
		met := 0
		for _, id := range slices.Sorted(maps.Keys(set.Requirements)) {
			switch verdicts[id] {
			case report.Pass, report.Warn:
				met++
			case report.Fail, report.XFail, report.XPass:
				status = report.ExitFailed
			default: // skipped, inconclusive, or not run
				if status != report.ExitFailed {
					status = report.ExitInconclusive
				}
			}
		}
		names = append(names, set.Name)
		fmt.Fprintf(p.stderr, "%s: %d of %d requirements met\n", set.Name, met, len(set.Requirements))
	}
	result.About = append(result.About, report.Fact{Name: certificate.RequirementsFact, Text: strings.Join(names, ", ")})
	return status
}
