package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// listed is a scenario in `list --json`.
type listed struct {
	ID          string   `json:"id"`
	Level       string   `json:"level"`
	Title       string   `json:"title"`
	Requirement string   `json:"requirement"`
	Source      string   `json:"source"`
	Tags        []string `json:"tags"`
	Covers      []string `json:"covers"`
	Needs       []string `json:"needs"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
}

func newList(p program) *cobra.Command {
	var chosen choice
	var asJSON bool
	var requirements []string
	command := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios: id, level, title",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			list, err := chosen.load(command.Context())
			if err != nil {
				return err
			}
			sets, err := frozenSets(requirements)
			if err != nil {
				return err
			}
			if len(sets) > 0 {
				list = slices.DeleteFunc(list, func(s scenarios.Scenario) bool {
					return !slices.ContainsFunc(sets, func(set *scenarios.RequirementSet) bool { return set.Requirements[s.ID] != "" })
				})
			}
			if asJSON {
				return p.listJSON(list)
			}
			width := 0
			for _, s := range list {
				width = max(width, len(s.ID))
			}
			for _, s := range list {
				title := s.Title
				if s.NeedsServices() {
					title += " (needs services)"
				}
				if _, err := fmt.Fprintf(p.stdout, "%-*s  %-7s  %s\n", width, s.ID, s.Level, report.Printable(title)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	chosen.register(command)
	command.Flags().StringSliceVar(&requirements, "requirements", nil, "only what these frozen requirement `SETS` name, such as v2-2.1.0")
	command.Flags().BoolVar(&asJSON, "json", false, "as a JSON array, with requirement, source, tags, covered refusals, what the target must offer, file and line")
	return command
}

func (p program) listJSON(list []scenarios.Scenario) error {
	all := make([]listed, 0, len(list))
	for _, s := range list {
		all = append(all, listed{
			ID: s.ID, Level: string(s.Level), Title: s.Title, Requirement: s.Requirement, Source: s.Source,
			Tags: append([]string{}, s.Tags...), Covers: append([]string{}, s.Covers...),
			Needs: append([]string{}, s.Needs...), File: s.File, Line: s.Line,
		})
	}
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}
