package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"oauthmock/conformance/mutant"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
)

// newMutants proves that the suite can fail: it judges the built-in mock behind faulty behaviours.
func newMutants(p program) *cobra.Command {
	var names []string
	var from string
	var parallel int
	var asJSON, without bool
	command := &cobra.Command{
		Use:   "mutants",
		Short: "Prove the suite: judge faulty servers, and print which assertion killed which",
		Long: `mutants puts one fault at a time in front of the embedded mock, and runs the scenarios that cover it. It prints which
assertion killed which mutant. A crash, a timeout or an ERROR is not a kill. The exit status is 1 if a mutant survives or changes nothing on the
wire, or if a kind of assertion kills no mutant.

With --without-control the mutants are judged as a stranger's server is: by every scenario of their surface that needs no control API, with the
demo world's credentials alone. Those of the paid services are left out, which need money that a control API gives. Not every mutant can be seen so; the exit status is 1 when fewer than four of five are killed.`,
		Example: "  oauthconform mutants\n  oauthconform mutants --name rotation/ --name money/credit",
		Args:    noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			all, err := loadScenarios(from)
			if err != nil {
				return err
			}
			some, err := mutant.Select(mutant.All(), names)
			if err != nil {
				return fmt.Errorf("--name: %w", err)
			}
			config := mutant.Config{Scenarios: all, Mutants: some, Start: startMutated, Parallel: parallel}
			if without {
				config.WithoutControl = demoStranger()
			}
			matrix, err := mutant.Run(command.Context(), config)
			if err != nil {
				return err
			}
			whole := len(names) == 0 && !without
			if asJSON {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetIndent("", "  ")
				err = encoder.Encode(matrix)
			} else {
				err = printMatrix(p.stdout, matrix, whole, without)
			}
			if err != nil {
				return err
			}
			if without {
				if matrix.Share() < shareWithoutControl {
					return exitError(report.ExitFailed)
				}
				return nil
			}
			if len(matrix.Survivors()) > 0 || whole && len(matrix.Idle()) > 0 {
				return exitError(report.ExitFailed)
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&names, "name", nil, "only mutants whose name begins with `PREFIX`; may be repeated")
	flags.StringVar(&from, "scenarios", "", "`DIR|FILE` of scenarios, in the place of those that come with the program")
	flags.Var(newSetting(&parallel, "N", "2", parseParallel), "parallel", "how many mutants are tried at once, 1 to 256")
	flags.BoolVar(&without, "without-control", false, "judge without a control API, as a stranger's server is judged")
	flags.BoolVar(&asJSON, "json", false, "print the matrix as JSON")
	return command
}

// shareWithoutControl is how many of all mutants must be killed where there is no control API.
const shareWithoutControl = 0.8

// demoStranger returns what the demo world gives a user without a control API.
func demoStranger() *mutant.Stranger {
	return &mutant.Stranger{Email: demoEmail, APIKey: demoKey, SandboxAPIKey: demoSandboxKey,
		ClientID: "demo-client", ClientSecret: "demo-secret", RedirectURI: "https://example.com/callback", Username: "johndoe", Password: "password"}
}

// startMutated starts the mock behind a mutant.
func startMutated(given string) (http.Handler, error) {
	options := []mockserver.Option{mockserver.WithCallbackTimeout(callbackTimeout)}
	switch given {
	case "":
	case "documented":
		options = append(options, mockserver.WithSuccessEnvelope(given))
	default:
		options = append(options, mockserver.WithTokenShape(given))
	}
	mock, err := mockserver.New(options...)
	if err != nil {
		return nil, err
	}
	return mock.Handler(), nil
}

// printMatrix prints which assertion killed which mutant, and what each kind of assertion is good
// for.
func printMatrix(w io.Writer, matrix mutant.Matrix, whole, without bool) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	family := ""
	killed := 0
	for _, o := range matrix.Outcomes {
		if f, _, _ := strings.Cut(o.Name, "/"); f != family {
			if family != "" {
				fmt.Fprintln(table)
			}
			family = f
		}
		if !o.Killed || o.Problem != "" {
			fmt.Fprintf(table, "SURVIVED\t%s\t%s: %s\n", o.Name, o.What, o.Problem)
			continue
		}
		killed++
		more := ""
		if n := len(o.Killers) - 1; n > 0 {
			more = fmt.Sprintf("  (and %d more)", n)
		}
		fmt.Fprintf(table, "killed\t%s\t%s: %s%s\n", o.Name, o.Killers[0].Scenario, o.Killers[0].Assertion, more)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if whole {
		fmt.Fprintf(w, "\nkinds of assertions\n\n")
		fmt.Fprintf(table, "kind\tkills\talone\n")
		for _, k := range matrix.Kinds {
			note := k.Why
			if k.Kills == 0 && note == "" {
				note = "IDLE: kills nothing; give it a mutant, or remove it"
			}
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", k.Name, k.Kills, k.Alone, note)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	how := ""
	if without {
		how = fmt.Sprintf(" without a control API (%.1f %%)", 100*matrix.Share())
	}
	_, err := fmt.Fprintf(w, "\n%d of %d mutants killed%s in %.1f s\n", killed, len(matrix.Outcomes), how, matrix.Seconds)
	return err
}
