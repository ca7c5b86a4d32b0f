package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// choose applies surfaces, tags and ids. What chooses nothing is refused: a misspelt filter must
// not look like a run that passed.
func choose(options Options) ([]*scenarios.Scenario, error) {
	surfaces, tags, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range options.Scenarios {
		s := &options.Scenarios[i]
		if ids[s.ID] {
			return nil, fmt.Errorf("two scenarios have the id %q", s.ID)
		}
		ids[s.ID], surfaces[surfaceOf(s)] = true, true
		for _, tag := range s.Tags {
			tags[tag] = true
		}
	}
	for _, name := range options.Surfaces {
		if !surfaces[name] {
			return nil, fmt.Errorf("no scenario is about surface %q; there are %s", name, listed(surfaces))
		}
	}
	for _, name := range options.Tags {
		if !tags[name] {
			return nil, fmt.Errorf("no scenario has the tag %q; there are %s", name, listed(tags))
		}
	}
	for _, id := range options.IDs {
		if !slices.ContainsFunc(options.Scenarios, func(s scenarios.Scenario) bool { return hasID(&s, id) }) {
			return nil, fmt.Errorf("no scenario has the id %q; an id that ends in / chooses all below it", id)
		}
	}
	for _, known := range options.Baseline {
		if !ids[known.ID] {
			return nil, fmt.Errorf("expected failure %q: no scenario has this id", known.ID)
		}
	}
	var chosen []*scenarios.Scenario
	for i := range options.Scenarios {
		s := &options.Scenarios[i]
		bySurface := len(options.Surfaces) == 0 || slices.Contains(options.Surfaces, surfaceOf(s))
		byTag := len(options.Tags) == 0 || slices.ContainsFunc(s.Tags, func(tag string) bool { return slices.Contains(options.Tags, tag) })
		byID := len(options.IDs) == 0 || slices.ContainsFunc(options.IDs, func(id string) bool { return hasID(s, id) })
		if bySurface && byTag && byID {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func surfaceOf(s *scenarios.Scenario) string {
	surface, _, _ := strings.Cut(s.ID, "/")
	return surface
}

func hasID(s *scenarios.Scenario, id string) bool {
	return s.ID == id || strings.HasSuffix(id, "/") && strings.HasPrefix(s.ID, id)
}

func listed(set map[string]bool) string {
	if len(set) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}
