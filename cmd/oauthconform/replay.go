package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/spec/strictyaml"
)

// maxReport bounds how much of a file is read as a report.
const maxReport = 1 << 30

// readReport reads a JSON report.
func readReport(name string) (report.Report, error) {
	file, err := strictyaml.OpenFile(name)
	if err != nil {
		return report.Report{}, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > maxReport {
		return report.Report{}, fmt.Errorf("%s is longer than %d MiB, and no report", name, maxReport>>20)
	}
	read, err := report.ReadJSON(file)
	if err != nil {
		return report.Report{}, fmt.Errorf("%s: %w", name, err)
	}
	return read, nil
}

// nothingFailed means that there is nothing to run again; it is no wrong usage, but nothing was
// proven.
type nothingFailed struct{ error }

// choose narrows the options to what failed in the report of --rerun-failed, and keeps by which
// flags there is a choice at all.
func (f *runFlags) choose(options *conformance.Options) error {
	for _, one := range []struct {
		flag  string
		given bool
	}{{"--surface", len(f.surfaces) > 0}, {"--tag", len(f.tags) > 0}, {"--id", len(f.ids) > 0}, {"--rerun-failed", f.rerunFailed != ""}} {
		if one.given && !slices.Contains(f.filtered, one.flag) {
			f.filtered = append(f.filtered, one.flag)
		}
	}
	if f.rerunFailed == "" {
		return nil
	}
	read, err := readReport(f.rerunFailed)
	if err != nil {
		return fmt.Errorf("--rerun-failed: %w", err)
	}
	var failed []string
	for _, result := range read.Results {
		wanted := len(f.ids) == 0 || slices.ContainsFunc(f.ids, func(id string) bool {
			return id == result.ID || strings.HasSuffix(id, "/") && strings.HasPrefix(result.ID, id)
		})
		switch result.Verdict {
		case report.Fail, report.XPass, report.Error:
			if wanted {
				failed = append(failed, result.ID)
			}
		}
	}
	if len(failed) == 0 {
		return nothingFailed{fmt.Errorf("--rerun-failed: nothing failed in %s, so there is nothing to run again", f.rerunFailed)}
	}
	options.IDs = failed
	return nil
}

func newReplay(p program) *cobra.Command {
	var flags runFlags
	var written reportFlags
	command := &cobra.Command{
		Use:   "replay REPORT.json ID",
		Short: "Repeat one scenario of a report",
		Long: `replay runs a scenario with the target, the seed and the level of a JSON report. Reports contain no credentials: they come from flags or the
environment, as for run. All other flags of run apply too; --base-url selects another target.`,
		Example: `  oauthconform run --report json=report.json
  oauthconform replay report.json v2/tokens/rotation/old-pair-is-gone`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("replay takes a JSON report and the id of a scenario in it; it got %s", plural(len(args), "argument"))
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			read, err := readReport(args[0])
			if err != nil {
				return err
			}
			if err := flags.as(command, p, read, args[1]); err != nil {
				return err
			}
			return p.judge(command, &flags, &written)
		},
	}
	flags.register(command)
	written.register(command.Flags())
	return command
}

// as takes from a report what the command line leaves open.
func (f *runFlags) as(command *cobra.Command, p program, read report.Report, id string) error {
	if !slices.ContainsFunc(read.Results, func(r report.Result) bool { return r.ID == id }) {
		return errors.New("the report has no scenario of this id; its results name them all")
	}
	f.ids, f.filtered = []string{id}, []string{"replay"}
	open := func(flag string) bool { return !command.Flags().Changed(flag) && p.getenv(environmentName(flag)) == "" }
	var errs []error
	set := func(flag, value string) {
		if open(flag) && value != "" {
			errs = append(errs, command.Flags().Set(flag, value))
		}
	}
	set("seed", strconv.FormatUint(read.Seed, 10))
	set("level", read.Level)
	if !open("base-url") || strings.HasPrefix(read.Target, embeddedName) {
		return errors.Join(errs...)
	}
	if len(read.Addresses) == 0 {
		errs = append(errs, command.Flags().Set("base-url", read.Target))
	}
	for _, surface := range sortedKeys(read.Addresses) {
		if slices.Contains(addressable(), surface) {
			errs = append(errs, command.Flags().Set("base-url", surface+"="+read.Addresses[surface]))
		}
	}
	return errors.Join(errs...)
}

func sortedKeys(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
