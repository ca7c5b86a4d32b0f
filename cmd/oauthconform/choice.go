package main

import (
	"github.com/spf13/cobra"

	"oauthmock/scenarios"
)

// choice says which scenarios a command is about.
type choice struct {
	from                string
	surfaces, tags, ids []string
}

func (c *choice) register(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&c.from, "scenarios", "", "scenario `FILE` or folder, in place of the suite's own")
	flags.StringSliceVar(&c.surfaces, "surface", nil, "only scenarios of these `SURFACES`: v2")
	flags.StringSliceVar(&c.tags, "tag", nil, "only scenarios with one of these `TAGS`")
	flags.StringSliceVar(&c.ids, "id", nil, "only scenarios with these `IDS`, or below them: v2/tokens takes all about tokens")
}

// load reads all scenarios, and chooses.
func (c *choice) load() (all, chosen []scenarios.Scenario, err error) {
	all, err = loadScenarios(c.from)
	if err != nil {
		return nil, nil, err
	}
	chosen, err = c.choose(all)
	return all, chosen, err
}
