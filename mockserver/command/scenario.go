package command

import (
	"log/slog"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/scene"
)

// completeScenarios offers the development scenarios, and files.
func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scene.Names(), cobra.ShellCompDirectiveDefault
}

// maxTold is how many tokens of an account are logged; the control API shows the others.
const maxTold = 20

// tell logs a scenario's accounts, and what to test. Keys and tokens are shown in full: they belong
// to the mock, and are meant to be used.
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
	for _, m := range s.Cast {
		for _, c := range m.Clients {
			log.Info("scenario client", "as", c.As, "account", m.ID, "id", c.ID, "secret", c.Secret, "redirectUris", c.RedirectURIs)
		}
		for _, u := range m.Users {
			log.Info("scenario user", "as", u.As, "account", m.ID, "username", u.Username, "password", u.Password)
		}
	}
	for _, rule := range s.Faults {
		log.Info("scenario fault", "name", rule.Name)
	}
	if about := s.Scenario.Description; about != "" {
		log.Info("what to test: " + about)
	}
}

// began describes the initial state for the log.
func (s *settings) began() string {
	if s.scenario != "" {
		return "scenario " + s.scenario
	}
	return "fixtures " + s.fixtures
}
