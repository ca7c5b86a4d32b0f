package command

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/mockserver"
	"oauthmock/mockserver/scene"
)

// registerScenario names what begins with a scenario as flags.
func (f *serveFlags) registerScenario(flags *pflag.FlagSet) {
	flags.StringVar(&f.scenario, "scenario", "", "begin with what a scenario gives: `NAME|FILE` ("+strings.Join(scene.Names(), ", ")+
		", the id of a scenario of the suite, or a YAML file, of which FILE#ID chooses one); --fixtures, --clock, --freeze and --rate-limit win over it")
	flags.BoolVar(&f.watch, "watch", false, "begin anew, as after a reset, when a file of --fixtures, --scenario or --faults changes; a file with a mistake changes nothing")
}

// completeScenarios offers the development scenarios, and files.
func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scene.Names(), cobra.ShellCompDirectiveDefault
}

// maxTold is how many tokens of an account are told; the control API shows the others.
const maxTold = 20

// tell logs who a scenario's accounts are, and what to test. The keys and tokens are whole: they belong to the mock, and are there to be used.
func tell(s *scene.Scene, log *slog.Logger) {
	if s == nil {
		return
	}
	log.Info("scenario", "id", s.Scenario.ID, "title", s.Scenario.Title)
	for _, m := range s.Cast {
		who := m.Name
		if who == "" {
			who = "(own)"
		}
		log.Info("scenario account", "account", who, "id", m.ID, "email", m.Email, "apiKey", m.APIKey, "environment", m.Environment)
		for i, t := range m.Tokens {
			if i == maxTold {
				log.Info("more tokens are in the control API", "tokens", len(m.Tokens)-maxTold, "path", "/__admin/accounts/"+string(m.ID))
				break
			}
			log.Info("scenario token", "account", who, "as", t.As, "name", t.Name, "token", t.Token, "refreshToken", t.RefreshToken, "lives", t.TTL)
		}
	}
	for _, rule := range s.Faults {
		log.Info("scenario fault", "name", rule.Name)
	}
	if about := s.Scenario.Description; about != "" {
		log.Info("what to test: " + about)
	}
}

// world are the options that say what there is, and where a reset leads: those that a reload reads again, each under the name of its flag.
func (f serveFlags) world() ([]mockserver.Option, error) {
	var out []mockserver.Option
	add := func(flag string, o mockserver.Option) { out = append(out, mockserver.Named(flag, o)) }
	if f.scenario == "" || f.given("fixtures") {
		add("--fixtures", mockserver.WithFixtures(f.fixtures))
	}
	if f.scenario != "" {
		add("--scenario", mockserver.WithScenario(f.scenario))
	}
	add("--seed", mockserver.WithSeed(f.seed))
	if f.clock != "" {
		start, err := time.Parse(time.RFC3339, f.clock)
		if err != nil {
			return nil, usageError{fmt.Errorf("--clock: %q is no time in RFC 3339, such as 2026-02-12T08:30:00Z", f.clock)}
		}
		add("--clock", mockserver.WithClock(start))
	}
	switch {
	case f.freeze:
		add("--freeze", mockserver.WithFrozenClock())
	case f.given("freeze"):
		add("--freeze", mockserver.WithRunningClock())
	}
	if f.scenario == "" || f.given("rate-limit") {
		limit, err := parseRateLimit(f.rateLimit)
		if err != nil {
			return nil, err
		}
		add("--rate-limit", mockserver.WithRateLimit(limit))
	}
	for _, file := range f.faults {
		add("--faults", mockserver.WithFaultFile(file))
	}
	add("--chaos", mockserver.WithChaos(f.chaos...))
	return out, nil
}

// began is what the server began with, for the log.
func (f serveFlags) began() string {
	if f.scenario != "" {
		return "scenario " + f.scenario
	}
	return "fixtures " + f.fixtures
}
