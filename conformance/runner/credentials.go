package runner

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// credentials are the flags by which a user gives what scenarios call by these names.
func (t Target) credentials() map[string]struct{ flag, value string } {
	return map[string]struct{ flag, value string }{
		"client.id":          {"--client-id", t.ClientID},
		"client.secret":      {"--client-secret", t.ClientSecret},
		"client.redirectUri": {"--redirect-uri", t.RedirectURI},
		"user.username":      {"--username", t.Username},
		"user.password":      {"--password", t.Password},
	}
}

// missingFlags names the flags that would give what a scenario uses and the target does not have.
// Where a command goes through the pages, no user is needed.
func (r *Runner) missingFlags(scenario *scenarios.Scenario) []string {
	known := r.target.credentials()
	var flags []string
	for _, name := range scenario.Credentials {
		if one := known[name]; one.value == "" && !r.byCommand(name) {
			flags = append(flags, one.flag)
		}
	}
	return flags
}

// byCommand reports whether a credential is not needed because a command of the user's has its own.
func (r *Runner) byCommand(name string) bool {
	return len(r.target.AuthorizeCommand) > 0 && (name == "user.username" || name == "user.password")
}

// takeCredentials makes variables of the client and the user of an account: its own, otherwise
// those that the target's user gave.
func (s *session) takeCredentials(vars map[string]any, of *account) {
	switch {
	case len(of.Clients) > 0:
		vars["client"] = of.Clients[0].values()
	case s.target.ClientID != "":
		one := oauthClient{ID: s.target.ClientID, Secret: s.target.ClientSecret}
		if s.target.RedirectURI != "" {
			one.RedirectURIs = []string{s.target.RedirectURI}
		}
		vars["client"] = one.values()
	}
	switch {
	case len(of.Users) > 0:
		vars["user"] = of.Users[0].values()
	case s.target.Username != "":
		vars["user"] = user{s.target.Username, s.target.Password}.values()
	}
}

// missingCredentials names what the scenario uses and its account does not have.
func (s *session) missingCredentials(vars map[string]any) []string {
	var missing []string
	for _, name := range s.scenario.Credentials {
		if value, ok := scenarios.Reach(vars, strings.Split(name, ".")); (!ok || value == "") && !s.byCommand(name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// register registers the clients and users that an account is given, and makes variables of them.
func (s *session) register(ctx context.Context, account *account, given scenarios.Given) error {
	lookup := s.lookup(ctx, "", nil)
	text := func(written string) string {
		expanded, err := scenarios.ExpandText(written, lookup)
		if err != nil {
			return written
		}
		return expanded
	}
	for _, one := range given.Clients {
		var uris []string
		for _, uri := range one.RedirectURIs {
			uris = append(uris, text(uri))
		}
		made, err := s.control.registerClient(ctx, account.ID, text(one.Secret), uris, one.Disabled)
		if err != nil {
			return err
		}
		if len(made.RedirectURIs) == 0 {
			made.RedirectURIs = uris
		}
		s.secrets.Add("ANOTHER_SECRET", made.Secret)
		s.vars[one.As] = made.values()
	}
	for _, one := range given.Users {
		body := map[string]string{"username": text(one.Username), "password": text(one.Password), "email": text(one.Email), "fullName": text(one.FullName)}
		if err := s.control.registerUser(ctx, account.ID, body); err != nil {
			return err
		}
		s.vars[one.As] = user{body["username"], body["password"]}.values()
	}
	return nil
}

// unoffered returns the verdict on a scenario that calls an operation of the mock's own which the
// target does not offer, and the reason; no verdict where it offers all.
func (r *Runner) unoffered(ctx context.Context, scenario *scenarios.Scenario) (report.Verdict, string) {
	for i := range scenario.Steps {
		call, ok := scenarios.ResolveCall(r.judgement.Operations(), scenario.Steps[i].Call)
		if !ok || call.Operation == nil || !call.Operation.Own {
			continue
		}
		if verdict, reason := r.addresses.offers(ctx, &r.sender, r.judgement.Surface(call.Surface), call.Operation); verdict != "" {
			return verdict, reason
		}
	}
	return "", ""
}

// offers asks, once, whether the target has an operation of the mock's own: it is there where a
// call without credentials is refused as its document says.
func (a *addresses) offers(ctx context.Context, target *sender, surface *check.Surface, operation *spec.Operation) (report.Verdict, string) {
	base := a.of(surface)
	a.mu.Lock()
	defer a.mu.Unlock()
	how, known := a.absent[operation.Name]
	if !known {
		got, err := target.send(ctx, call{step: "find " + operation.Name, surface: surface, operation: operation, base: base, method: operation.Method,
			path: operation.Path, header: http.Header{"Accept": {"application/json"}}})
		if err != nil {
			return report.Inconclusive, fmt.Sprintf("whether the target offers %s %s is not known: %v", operation.Method, operation.Path, err)
		}
		if !got.exchange.RefusesStrangers() {
			how = describeAnswer(got.exchange)
		}
		a.absent[operation.Name] = how
	}
	if how == "" {
		return "", ""
	}
	return report.Skip, fmt.Sprintf("needs %s %s, which only the mock has; without a token it answered %s", operation.Method, operation.Path, how)
}
