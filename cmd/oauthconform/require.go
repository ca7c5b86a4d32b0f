package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"oauthmock/conformance/report"
)

// requirable returns what --require can refer to.
func requirable() []string {
	return []string{"operations", "statuses", "refusals", "properties", "parameters", "must"}
}

// parseRequirements reads the values of --require: refusals>=1.0.
func parseRequirements(texts []string) ([]report.Requirement, error) {
	var all []report.Requirement
	for _, text := range texts {
		of, part, ok := strings.Cut(text, ">=")
		of = strings.TrimSpace(of)
		atLeast, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if !ok || !slices.Contains(requirable(), of) || err != nil || !(atLeast >= 0 && atLeast <= 1) {
			return nil, fmt.Errorf("invalid value %q for --require: it must be %s, then >= and a number from 0 to 1, like refusals>=1.0", text, strings.Join(requirable(), ", "))
		}
		all = append(all, report.Requirement{Of: of, AtLeast: atLeast})
	}
	return all, nil
}
