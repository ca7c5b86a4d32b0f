package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

func newPlan(p program) *cobra.Command {
	var flags runFlags
	var asJSON bool
	command := &cobra.Command{
		Use:   "plan",
		Short: "Print what run would send, write, spend and skip, without doing it",
		Long: `plan prints for each scenario the requests that run would send, which of them write, what it would spend from the
wallet, and why it would be skipped. It sends nothing, with one exception: given --base-url without --admin-url, it checks
whether that server has a control API.`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			outlook, err := flags.plan(command, p)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				return encoder.Encode(outlook)
			}
			out := bufio.NewWriter(p.stdout)
			writePlan(out, outlook)
			return out.Flush()
		},
	}
	flags.register(command)
	command.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return command
}

func (f *runFlags) plan(command *cobra.Command, p program) (conformance.Outlook, error) {
	ctx := command.Context()
	options, err := f.options(command, p.getenv)
	if err != nil {
		return conformance.Outlook{}, err
	}
	target, stop, err := f.open(ctx, command, opening{options, p.getenv, planned})
	if err != nil {
		return conformance.Outlook{}, err
	}
	defer stop()
	redactor := guard(target, p.stderr)
	outlook, err := conformance.Plan(ctx, target, options)
	if err != nil {
		return outlook, errors.New(redactor.Text(err.Error()))
	}
	return outlook, nil
}

// planned stands in for the built-in mock if nothing is sent to it.
func planned(context.Context) (conformance.Target, func(), error) {
	return conformance.Target{
		Name: embeddedName, BaseURL: "http://127.0.0.1", AdminURL: "http://127.0.0.1/__admin",
		Email: demoEmail, APIKey: demoKey, SandboxAPIKey: demoSandboxKey,
	}, func() {}, nil
}

func writePlan(out *bufio.Writer, outlook conformance.Outlook) {
	control := "no control API: one account for all"
	if outlook.Control {
		control = "control API: accounts of its own for each"
	}
	fmt.Fprintf(out, "%s · %s\n", outlook.Target, control)
	requests, writes, walks, accounts, skipped, paid, spent := 0, 0, 0, 0, 0, 0, 0.0
	for _, scenario := range outlook.Scenarios {
		fmt.Fprintf(out, "\n%s  %s  %s\n", scenario.ID, scenario.Level, report.Printable(scenario.Title))
		if scenario.Skip != "" {
			skipped++
			fmt.Fprintf(out, "  SKIP: %s\n", scenario.Skip)
			continue
		}
		accounts += scenario.Accounts
		spent += scenario.Spent
		paid += scenario.Paid
		if slices.Contains(scenario.Needs, "services") {
			fmt.Fprintln(out, "  needs the paid services: SKIP where the target does not offer them")
		}
		for _, request := range scenario.Requests {
			notes := []string{request.Step}
			switch {
			case request.Times == 0:
				walks++
				notes = append(notes, "page by page")
			case request.Times > 1:
				notes = append(notes, fmt.Sprintf("%d times", request.Times))
			}
			if request.Writes {
				writes += max(1, request.Times)
				notes = append(notes, "writes")
			}
			if request.Paid {
				notes = append(notes, "paid")
			}
			requests += max(1, request.Times)
			fmt.Fprintf(out, "  %-6s %s  (%s)\n", request.Method, request.Path, strings.Join(notes, "; "))
		}
		for _, step := range scenario.Control {
			fmt.Fprintf(out, "  control: %s\n", step)
		}
	}
	fmt.Fprintf(out, "\n%s, %d of them skipped; %s", plural(len(outlook.Scenarios), "scenario"), skipped, plural(requests, "request"))
	if walks > 0 {
		fmt.Fprintf(out, " and more, as %s through all pages", goes(walks))
	}
	fmt.Fprintf(out, "; %s; %s made and removed; %g spent from the wallet", plural(writes, "write"), plural(accounts, "account"), spent)
	if paid > 0 {
		fmt.Fprintf(out, ", and what %s at the target's prices", costs(paid))
	}
	fmt.Fprintln(out)
	t := outlook.Totals
	fmt.Fprintf(out, "at most %s in all: %d of discovery and first contact, %d of the control API, %d of clean-up", plural(t.Requests, "request"), t.Contact, t.Control, t.CleanUp)
	if t.MaxSpend != "" {
		fmt.Fprintf(out, "; at most %s spent", t.MaxSpend)
	}
	if t.Seconds > 0 {
		fmt.Fprintf(out, "; at most %s", time.Duration(t.Seconds*float64(time.Second)).Round(time.Second))
	}
	fmt.Fprintln(out)
}

func costs(n int) string {
	if n == 1 {
		return "1 call of a paid service costs"
	}
	return fmt.Sprintf("%d calls of paid services cost", n)
}

func goes(n int) string {
	if n == 1 {
		return "1 goes"
	}
	return fmt.Sprintf("%d go", n)
}
