package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/journal"
)

// verifyFlags is the expectation, as written on the command line.
type verifyFlags struct {
	account, client, kind, surface, operation, method, path, auth, body, file string

	query, header                    []string
	status, exactly, atLeast, atMost int
	wait                             time.Duration
}

// verifyCommand asks whether a running mock was asked what was expected.
func (c *client) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check whether a running mock received the requests that you expect",
		Long: "Check whether a running mock received the requests that you expect: as often as --exactly, --at-least or --at-most, or at least once if none of\n" +
			"them is set. --path, and values of --query and --header, may contain *. --file reads the whole expectation as JSON, which can also be requests in\n" +
			"order ({\"inOrder\":[{…},{…}]}).\n\n" +
			"Exit status: 0 satisfied; 1 not satisfied (near misses are printed) or no answer; 2 wrong usage; 3 undetermined, because the\n" +
			"journal dropped what would be needed.",
		Example: "  oauthmock verify --operation token.create --status 200 --exactly 1\n" +
			"  oauthmock verify --method PATCH --path '/tokens/*' --auth refresh --wait 5s\n" +
			"  echo '{\"match\":{\"path\":\"/wallet\"},\"atMost\":3}' | oauthmock verify --file -",
		Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, wait, err := f.expectation(cmd)
			if err != nil {
				return err
			}
			status, answer, err := c.ask(cmd.Context(), question{method: http.MethodPost, path: []string{"verify"}, body: body, wait: wait})
			if err != nil {
				return err
			}
			if c.json {
				err = c.raw(answer)
			} else {
				err = c.showVerdict(status, answer)
			}
			switch {
			case err != nil:
				return err
			case status == http.StatusConflict:
				return exitStatus(exitError)
			case status == http.StatusFailedDependency:
				return exitStatus(exitUnknown)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	c.accountFlag(cmd, flags, &f.account, "only requests of this account, by its `ID`")
	flags.StringVar(&f.client, "client", "", "only requests of this OAuth client, by its `ID`")
	kindFlag(cmd, flags, &f.kind)
	flags.StringVar(&f.surface, "surface", "", "surface, such as v2; * stands for anything")
	flags.StringVar(&f.operation, "operation", "", "operation, such as token.update; * stands for anything")
	flags.StringVar(&f.method, "method", "", "method, such as PATCH")
	flags.StringVar(&f.path, "path", "", "path, without the query; * stands for anything")
	flags.IntVar(&f.status, "status", 0, "status of the answer; 0 for an answer that was never sent")
	flags.StringVar(&f.auth, "auth", "", "how the caller authenticated: basic, refresh, token, none, or as another surface calls it")
	flags.StringArrayVar(&f.query, "query", nil, "parameter of the query, as `NAME=VALUE`; may be repeated")
	flags.StringArrayVar(&f.header, "header", nil, "header of the request, as `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.body, "body", "", "what the request's body holds at least, as `JSON`")
	flags.IntVar(&f.exactly, "exactly", 0, "that it came `N` times, neither more nor less")
	flags.IntVar(&f.atLeast, "at-least", 0, "that it came `N` times or more")
	flags.IntVar(&f.atMost, "at-most", 0, "that it came `N` times or less")
	flags.DurationVar(&f.wait, "wait", 0, "how long to wait until it is so, a `DURATION` of up to 1m")
	flags.StringVar(&f.file, "file", "", "the expectation as JSON in a `FILE` (- is standard input), in the place of all other flags")
	_ = cmd.RegisterFlagCompletionFunc("auth", cobra.FixedCompletions([]string{"basic", "refresh", "token", "none"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// expectation returns the body for the control API, and how long verifying may wait.
func (f *verifyFlags) expectation(cmd *cobra.Command) (body []byte, wait time.Duration, err error) {
	flags := cmd.Flags()
	own := []string{"account", "client", "kind", "surface", "operation", "method", "path", "status", "auth", "query", "header", "body", "exactly", "at-least", "at-most", "wait"}
	if flags.Changed("file") {
		for _, name := range own {
			if flags.Changed(name) {
				return nil, 0, usageError{fmt.Errorf("--file holds the whole expectation: leave --%s out, or write it into the file", name)}
			}
		}
		return expectationFile(f.file, cmd.InOrStdin())
	}
	match, expectation := map[string]any{}, map[string]any{}
	for name, member := range map[string]struct {
		in    map[string]any
		key   string
		value any
	}{
		"client": {match, "client", f.client}, "kind": {match, "kind", f.kind}, "surface": {match, "surface", f.surface}, "operation": {match, "operation", f.operation}, "method": {match, "method", f.method}, "path": {match, "path", f.path},
		"status": {match, "status", f.status}, "auth": {match, "auth", f.auth}, "body": {match, "body", json.RawMessage(f.body)},
		"account": {expectation, "account", f.account}, "exactly": {expectation, "exactly", f.exactly}, "at-least": {expectation, "atLeast", f.atLeast},
		"at-most": {expectation, "atMost", f.atMost}, "wait": {expectation, "wait", f.wait.String()},
	} {
		if flags.Changed(name) {
			member.in[member.key] = member.value
		}
	}
	if err := journal.CheckKind(f.kind); err != nil {
		return nil, 0, usageError{fmt.Errorf("--kind: %w", err)}
	}
	if flags.Changed("body") && !json.Valid([]byte(f.body)) {
		return nil, 0, usageError{fmt.Errorf("--body: %q is not JSON", f.body)}
	}
	for name, given := range map[string][]string{"query": f.query, "headers": f.header} {
		pairs := map[string]string{}
		for _, pair := range given {
			separators := "="
			if name == "headers" {
				separators = "=:" // also as they are written in HTTP
			}
			at := strings.IndexAny(pair, separators)
			if at < 1 {
				return nil, 0, usageError{fmt.Errorf("--%s: %q is not a NAME=VALUE", strings.TrimSuffix(name, "s"), pair)}
			}
			key := strings.TrimSpace(pair[:at])
			if _, twice := pairs[key]; twice {
				return nil, 0, usageError{fmt.Errorf("--%s: %q is given twice", strings.TrimSuffix(name, "s"), key)}
			}
			pairs[key] = pair[at+1:]
			if pair[at] == ':' {
				pairs[key] = strings.TrimSpace(pairs[key])
			}
		}
		if len(pairs) > 0 {
			match[name] = pairs
		}
	}
	if f.wait < 0 {
		return nil, 0, usageError{errors.New("--wait: want a duration above zero, such as 5s")}
	}
	expectation["match"] = match
	body, err = json.Marshal(expectation)
	return body, f.wait, err
}

// expectationFile reads an expectation from a file.
func expectationFile(path string, stdin io.Reader) (body []byte, wait time.Duration, err error) {
	if body, err = readFile(path, stdin); err != nil {
		return nil, 0, usageError{fmt.Errorf("--file: %w", err)}
	}
	if !json.Valid(body) {
		return nil, 0, usageError{fmt.Errorf("--file: %s is not JSON", path)}
	}
	var known struct{ Wait string }
	if json.Unmarshal(body, &known) == nil { // the server reports other problems
		if d, err := time.ParseDuration(known.Wait); err == nil && d > 0 {
			wait = min(d, patience)
		}
	}
	return body, wait, nil
}

// showVerdict prints whether what was expected came, and what came near.
func (c *client) showVerdict(status int, body []byte) error {
	var v struct {
		Satisfied  bool
		Detail     string
		Matched    []string
		NearMisses []struct {
			ID          string
			Differences []struct {
				Field            string
				Expected, Actual json.RawMessage
			}
		}
	}
	if err := decodeAnswer(body, &v); err != nil {
		return err
	}
	verdict := "satisfied"
	switch {
	case status == http.StatusFailedDependency:
		verdict = "inconclusive"
	case !v.Satisfied:
		verdict = "not satisfied"
	}
	if err := c.printf("%s: %s\n", verdict, cell(v.Detail)); err != nil {
		return err
	}
	if len(v.Matched) > 0 {
		what := "requests"
		if len(v.Matched) == 1 {
			what = "request"
		}
		if err := c.printf("matched: %s %s\n", what, shorten(strings.Join(v.Matched, ", "))); err != nil {
			return err
		}
	}
	for _, near := range v.NearMisses {
		if err := c.printf("near: request %s\n", cell(near.ID)); err != nil {
			return err
		}
		for _, d := range near.Differences {
			if err := c.printf("  %s: expected %s, but got %s\n", cell(d.Field), shorten(string(d.Expected)), shorten(string(d.Actual))); err != nil {
				return err
			}
		}
	}
	return nil
}
