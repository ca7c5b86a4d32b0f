package main

import (
	"context"

	"github.com/spf13/cobra"

	"oauthmock/conformance"
	"oauthmock/scenarios"
)

// choice selects the scenarios of a command.
type choice struct {
	from                string
	surfaces, tags, ids []string
}

func (c *choice) register(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&c.from, "scenarios", "", "scenario `FILE` or folder, in place of the suite's own")
	flags.StringSliceVar(&c.surfaces, "surface", nil, "only scenarios of these `SURFACES`: v2, services")
	flags.StringSliceVar(&c.tags, "tag", nil, "only scenarios with one of these `TAGS`")
	flags.StringSliceVar(&c.ids, "id", nil, "only scenarios with these `IDS`; one that ends in / selects all below it: v2/tokens/")
}

// load reads the scenarios and chooses among them, as a run would.
func (c *choice) load(ctx context.Context) ([]scenarios.Scenario, error) {
	all, err := loadScenarios(c.from)
	if err != nil {
		return nil, err
	}
	// What a run chooses does not depend on its target; nothing is sent to this one.
	nowhere := conformance.Target{BaseURL: "http://localhost", AdminURL: "http://localhost"}
	outlook, err := conformance.Plan(ctx, nowhere, conformance.Options{Scenarios: all, Surfaces: c.surfaces, Tags: c.tags, IDs: c.ids})
	if err != nil {
		return nil, err
	}
	chosen := make(map[string]bool, len(outlook.Scenarios))
	for _, planned := range outlook.Scenarios {
		chosen[planned.ID] = true
	}
	list := make([]scenarios.Scenario, 0, len(chosen))
	for _, s := range all {
		if chosen[s.ID] {
			list = append(list, s)
		}
	}
	return list, nil
}
