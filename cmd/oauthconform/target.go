package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

// noAdmin as --admin-url judges the target without its control API.
const noAdmin = "none"

// targetFlags say whom to ask, and as whom.
type targetFlags struct {
	addresses addresses
	// baseURL, surface and others are the resolved addresses, once open knows which surfaces are
	// selected.
	baseURL, surface, adminURL               string
	others                                   map[string]string
	email, apiKey, sandboxAPIKey, adminToken string
	grantFlags
	connectionFlags
	callbackFlags
	stateFlags
}

func (t *targetFlags) register(command *cobra.Command) {
	flags := command.Flags()
	flags.Var(&t.addresses, "base-url", "address of the server to judge, `[SURFACE=]URL`; may be repeated, once for each surface; by default the embedded mock is judged")
	flags.Var(newSetting(&t.adminURL, "URL", "", parseAdminURL), "admin-url", `address of the server's control API, or "none" to do without; default is BASE/__admin where that answers`)
	flags.StringVar(&t.email, "email", "", "e-mail `ADDRESS` of the account to use; not needed with a control API")
	flags.StringVar(&t.apiKey, "api-key", "", "API `KEY` of that account; better passed as OAUTHCONFORM_API_KEY, because command lines are public on many machines")
	flags.StringVar(&t.sandboxAPIKey, "sandbox-api-key", "", "API `KEY` of the account's sandbox; better passed as OAUTHCONFORM_SANDBOX_API_KEY")
	t.grantFlags.register(flags)
	t.connectionFlags.register(flags)
	t.callbackFlags.register(flags)
	t.stateFlags.register(flags)
	flags.StringVar(&t.adminToken, "admin-token", "", "bearer `TOKEN` of the control API, where it wants one; better passed as OAUTHCONFORM_ADMIN_TOKEN")
}

// starter starts the built-in mock; it returns the target, and the function that stops it.
type starter func(context.Context) (conformance.Target, func(), error)

// opening is what a target is opened for.
type opening struct {
	options conformance.Options
	getenv  func(string) string
	// start starts the built-in mock, if no server is named.
	start starter
}

// open prepares the target: it starts the built-in mock, or finds out what the server offers. The
// caller must call the function that it returns once the run is over. An error is wrong usage; what
// keeps a server from being judged is in Target.Stopped.
func (t targetFlags) open(ctx context.Context, command *cobra.Command, ready opening) (conformance.Target, func(), error) {
	t.trim()
	var err error
	if t.baseURL, t.surface, t.others, err = t.addresses.resolve(ready.options.Surfaces); err != nil {
		return conformance.Target{}, nil, err
	}
	if err := t.check(); err != nil {
		return conformance.Target{}, nil, err
	}
	if t.baseURL == "" {
		return t.embedded(ctx, command, ready.start)
	}
	target := conformance.Target{
		BaseURL: t.baseURL, Surface: t.surface, Addresses: t.others, AdminURL: t.adminURL, AdminToken: t.adminToken,
		Email: t.email, APIKey: t.apiKey, SandboxAPIKey: t.sandboxAPIKey,
	}
	t.grantFlags.give(&target)
	if err := t.stateFlags.read(); err != nil {
		return conformance.Target{}, nil, err
	}
	target.StateHook, target.Provided = t.stateHook, t.provided
	if target.Connection, err = t.connection(ready.getenv, append(slices.Collect(maps.Values(t.others)), t.baseURL)); err != nil {
		return conformance.Target{}, nil, err
	}
	if err := t.callbackFlags.give(&target); err != nil {
		return conformance.Target{}, nil, err
	}
	if err := conformance.Permitted(target, ready.options); err != nil {
		return conformance.Target{}, nil, err
	}
	if t.adminURL == noAdmin {
		target.AdminURL = ""
		target.Discovered = []report.Discovered{{What: "control API", State: report.Unused, Detail: "--admin-url none"}}
	} else if target, err = conformance.Look(ctx, target, ready.options); err != nil {
		return conformance.Target{}, nil, err
	}
	if t.email == "" && t.stateHook == "" && (t.clientID == "" || ready.options.ReadOnly) && (target.AdminURL == "" || ready.options.ReadOnly) {
		if err := t.without(&target, ready.options); err != nil {
			return conformance.Target{}, nil, err
		}
	}
	return target, func() {}, nil
}

// without is for a server that is asked without credentials, and makes no accounts. Where that is
// known, it returns what must be given; where it could not be found out, nothing can be asked.
func (t targetFlags) without(target *conformance.Target, options conformance.Options) error {
	found := target.Discovered[0]
	switch {
	case options.ReadOnly:
		return fmt.Errorf("--read-only makes no accounts, so --base-url %s needs --email and --api-key (or OAUTHCONFORM_EMAIL and OAUTHCONFORM_API_KEY)", t.baseURL)
	case target.Stopped != "":
		return nil
	case found.State == report.Failed:
		target.Stopped = fmt.Sprintf("%s cannot be judged: whether it has a control API could not be found out (%s), and neither --email nor --admin-url was given", t.baseURL, found.Detail)
		return nil
	case found.State == report.Locked:
		return fmt.Errorf("the control API at %s/__admin asks for a token, and refuses the one it got or did not get: give --admin-token (or OAUTHCONFORM_ADMIN_TOKEN), or do without by --admin-url none", strings.TrimRight(t.baseURL, "/"))
	}
	return fmt.Errorf("--base-url %s needs --email and --api-key (or OAUTHCONFORM_EMAIL and OAUTHCONFORM_API_KEY), because no control API that could make accounts answers there; --admin-url names one that stands elsewhere", t.baseURL)
}

// trim takes line ends off secrets: they come from files.
func (t *targetFlags) trim() {
	for _, text := range []*string{&t.email, &t.apiKey, &t.sandboxAPIKey, &t.adminToken} {
		*text = strings.TrimRight(*text, "\r\n")
	}
	for _, one := range t.texts() {
		*one.text = strings.TrimRight(*one.text, "\r\n")
	}
}

func (t *targetFlags) check() error {
	for _, secret := range []struct{ flag, text string }{
		{"--email", t.email}, {"--api-key", t.apiKey}, {"--sandbox-api-key", t.sandboxAPIKey}, {"--admin-token", t.adminToken},
	} {
		if strings.ContainsFunc(secret.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("%s must be one line without control characters", secret.flag)
		}
	}
	if err := t.grantFlags.check(); err != nil {
		return err
	}
	switch {
	case t.baseURL == "":
		// The mock inside has its own.
	case strings.Contains(t.email, ":"):
		return errors.New("--email must not hold a colon: in HTTP Basic it ends there")
	case t.email != "" && t.apiKey == "":
		return errors.New("--email needs --api-key beside it (or OAUTHCONFORM_API_KEY)")
	case t.email == "" && t.apiKey != "":
		return errors.New("--api-key needs --email beside it (or OAUTHCONFORM_EMAIL)")
	case t.email == "" && t.sandboxAPIKey != "":
		return errors.New("--sandbox-api-key needs --email and --api-key beside it")
	}
	return nil
}

// embedded starts the mock. What the command line says about another server would have no effect,
// so it is refused; the environment may say it for other runs.
func (t targetFlags) embedded(ctx context.Context, command *cobra.Command, start starter) (conformance.Target, func(), error) {
	for _, name := range slices.Concat([]string{"email", "api-key", "sandbox-api-key", "admin-token"}, grantFlagNames()) {
		if command.Flags().Changed(name) {
			return conformance.Target{}, nil, fmt.Errorf("--%s needs --base-url beside it: the mock inside has its own accounts", name)
		}
	}
	if command.Flags().Changed("admin-url") && t.adminURL != noAdmin {
		return conformance.Target{}, nil, fmt.Errorf("--admin-url needs --base-url beside it: the mock inside has its own control API (%q does without)", noAdmin)
	}
	target, stop, err := start(ctx)
	if err != nil {
		return conformance.Target{}, nil, fmt.Errorf("the mock inside does not start: %w", err)
	}
	if err := t.stateFlags.read(); err != nil {
		stop()
		return conformance.Target{}, nil, err
	}
	target.StateHook, target.Provided = t.stateHook, t.provided
	if t.adminURL == noAdmin {
		target.AdminURL = ""
	}
	return target, stop, nil
}

// guard returns a Redactor for what this program itself writes: the library has one of its own that
// knows the tokens too.
func guard(target conformance.Target, stderr io.Writer) *report.Redactor {
	redactor := report.NewRedactor()
	for _, secret := range []struct{ flag, name, text string }{
		{"--api-key", "OAUTH_API_KEY", target.APIKey},
		{"--sandbox-api-key", "OAUTH_SANDBOX_API_KEY", target.SandboxAPIKey},
		{"--admin-token", "OAUTH_ADMIN_TOKEN", target.AdminToken},
		{"--client-secret", "OAUTH_CLIENT_SECRET", target.ClientSecret},
		{"--password", "OAUTH_PASSWORD", target.Password},
	} {
		if secret.text != "" && !redactor.Add(secret.name, secret.text) {
			fmt.Fprintf(stderr, "oauthconform: %s is too short to be told from ordinary text: it may show in the reports\n", secret.flag)
		}
	}
	for name, value := range target.Provided {
		if lower := strings.ToLower(name); strings.Contains(lower, "key") || strings.Contains(lower, "token") || strings.Contains(lower, "secret") || strings.Contains(lower, "password") {
			redactor.Add("PROVIDED_"+strings.ToUpper(strings.ReplaceAll(name, ".", "_")), value)
		}
	}
	for _, key := range []string{target.APIKey, target.SandboxAPIKey} {
		if key != "" {
			redactor.Add("OAUTH_BASIC", base64.StdEncoding.EncodeToString([]byte(target.Email+":"+key)))
		}
	}
	return redactor
}
