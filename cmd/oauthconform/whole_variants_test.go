//go:build !race

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
)

var only = flag.String("choice", "", "try the choices alone whose names hold this")

// TestTheWholeSuiteAccusesNobodyOfAChoice puts choices that the documents leave open between the
// suite and the mock: each alone, and 40 times half of them. Whoever makes them is accused of no
// MUST and of no SHOULD. It takes minutes, so it is a part of make prove.
func TestTheWholeSuiteAccusesNobodyOfAChoice(t *testing.T) {
	if !*whole && *only == "" {
		t.Skip("with -whole, or -choice NAME")
	}
	all, err := loadScenarios("")
	require.NoError(t, err)
	try := func(t *testing.T, chosen ...variant) {
		mock, err := mockserver.New()
		require.NoError(t, err)
		handler := mock.Handler()
		for _, one := range chosen {
			handler = one.wrap(handler)
		}
		out, err := conformance.Run(t.Context(), conformance.Target{BaseURL: "http://localhost", AdminURL: "http://localhost/__admin", InProcess: true,
			Client: &http.Client{Transport: inprocess.Transport{Handler: handler}}},
			conformance.Options{Scenarios: all, Surfaces: []string{"v2", "services"}, Level: "observe"})
		require.NoError(t, err)
		for _, r := range out.Results {
			for _, a := range r.Assertions {
				if a.Verdict != report.Pass && a.Level != "OBSERVE" {
					t.Errorf("%s %s %s: expected %s, got %s", a.Level, r.ID, a.ID, a.Expected, a.Actual)
				}
			}
		}
	}
	for _, one := range variants() {
		if strings.Contains(one.name, *only) {
			t.Run(one.name, func(t *testing.T) { try(t, one) })
		}
	}
	if *only != "" {
		return
	}
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 40))
		var chosen []variant
		for _, one := range variants() {
			if random.IntN(2) == 0 {
				chosen = append(chosen, one)
			}
		}
		t.Run(fmt.Sprint("drawn ", seed), func(t *testing.T) { try(t, chosen...) })
	}
}
