package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/conformance/mutant"
	"oauthmock/scenarios"
)

func newDocs(p program) *cobra.Command {
	var chosen choice
	command := &cobra.Command{
		Use:   "docs",
		Short: "Print all scenarios as Markdown: a table for each subject, with requirement, source and covered refusals",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			list, err := chosen.load(command.Context())
			if err != nil {
				return err
			}
			out := bufio.NewWriter(p.stdout)
			writeDocs(out, list)
			return out.Flush()
		},
	}
	chosen.register(command)
	command.AddCommand(&cobra.Command{
		Use:   "requirements NAME",
		Short: "Print a frozen requirement set as Markdown: each requirement with its source, its scenario and the mutants that prove it",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := loadScenarios("")
			if err != nil {
				return err
			}
			out := bufio.NewWriter(p.stdout)
			if err := writeRequirements(out, args[0], list); err != nil {
				return err
			}
			return out.Flush()
		},
	})
	return command
}

// writeRequirements writes a requirement set: a line for each requirement.
func writeRequirements(out *bufio.Writer, name string, list []scenarios.Scenario) error {
	set, err := scenarios.Requirements(name)
	if err != nil {
		return err
	}
	proof := map[string][]string{}
	for _, m := range mutant.All() {
		for _, id := range m.Scenarios {
			proof[id] = append(proof[id], "`"+m.Name+"`")
		}
	}
	fmt.Fprintf(out, "# Requirements: %s\n\nMade by `oauthconform docs requirements %s`. %s; SHA-256 of the set `%s`, of the document `%s`.\n\n| requirement | source | scenario | mutants that prove it |\n|---|---|---|---|\n",
		name, name, plural(len(set.Requirements), "requirement"), set.Digest(), set.Document)
	for i := range list {
		s := &list[i]
		if set.Requirements[s.ID] == "" {
			continue
		}
		mutants := strings.Join(proof[s.ID], ", ")
		fmt.Fprintf(out, "| %s | %s | `%s` | %s |\n", cell(s.Requirement), cell(s.Reference()), s.ID, mutants)
	}
	return nil
}

// writeDocs writes the scenarios in their order, under a heading for each surface and subject.
func writeDocs(out *bufio.Writer, list []scenarios.Scenario) {
	fmt.Fprintf(out, "# Scenarios\n\n%s. MUST rests on what the published documents say, SHOULD on their strict reading, on corrections and on assumptions; OBSERVE is only recorded.\n", plural(len(list), "scenario"))
	surface, subject := "", ""
	for _, s := range list {
		words := strings.SplitN(s.ID, "/", 3)
		if words[0] != surface {
			surface, subject = words[0], ""
			fmt.Fprintf(out, "\n## %s\n", cell(surface))
		}
		about := surface
		if len(words) > 2 {
			about = words[1]
		}
		if about != subject {
			subject = about
			fmt.Fprintf(out, "\n### %s\n\n| scenario | level | requirement | source | refusals covered |\n|---|---|---|---|---|\n", cell(subject))
		}
		requirement := s.Requirement
		if s.NeedsServices() {
			requirement += " (Needs the paid services.)"
		}
		fmt.Fprintf(out, "| `%s`<br>%s | %s | %s | %s | %s |\n", s.ID, cell(s.Title), s.Level, cell(requirement), cell(s.Source), cell(strings.Join(s.Covers, "; ")))
	}
}

// cell escapes a text for a cell of a Markdown table.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
