package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAddressWithoutASurfaceIsThatOfTheOneThatIsChosenAlone(t *testing.T) {
	const a, b = "http://127.0.0.1:1", "http://127.0.0.1:2/v1"
	tests := map[string]struct {
		bare          string
		named         map[string]string
		chosen        []string
		base, surface string
		others        map[string]string
	}{
		"nothing":                            {base: "", surface: "v2"},
		"one":                                {bare: a, base: a, surface: "v2"},
		"one, and a surface that has none":   {bare: a, chosen: []string{"services"}, base: a, surface: "v2"},
		"one, and two surfaces":              {bare: a, chosen: []string{"v2", "services"}, base: a, surface: "v2"},
		"one by its name":                    {named: map[string]string{"v2": a}, base: a, surface: "v2", others: map[string]string{}},
		"one of another surface":             {named: map[string]string{"toy": b}, base: b, surface: "toy", others: map[string]string{}},
		"one bare, one of another surface":   {bare: a, named: map[string]string{"toy": b}, base: a, surface: "v2", others: map[string]string{"toy": b}},
		"both by name, the first goes first": {named: map[string]string{"v2": a, "toy": b}, base: a, surface: "v2", others: map[string]string{"toy": b}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			given := addresses{bare: test.bare, named: test.named}
			base, surface, others, err := given.resolve(test.chosen)
			require.NoError(t, err)
			assert.Equal(t, []string{test.base, test.surface}, []string{base, surface})
			assert.Equal(t, test.others, others)
			assert.Len(t, test.named, len(given.named), "nothing is taken out of what was given")
		})
	}
}
