package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"oauthmock/conformance/report"
)

// standardOutput is the file name that means it.
const standardOutput = "-"

// formats are the reports that --report can name, each with how it is written when the run is over.
// Events are written as they happen.
func formats() map[string]func(io.Writer, report.Report) error {
	return map[string]func(io.Writer, report.Report) error{
		"console": nil, // in the style of where it goes
		"events":  nil,
		"json":    report.WriteJSON, "junit": report.WriteJUnit, "html": report.WriteHTML,
		"markdown": report.WriteMarkdown, "github": report.WriteGitHub, "har": report.WriteHAR,
	}
}

// formatNames are the names of formats in sentences.
const formatNames = "console=FILE, json=FILE, junit=FILE, html=FILE, markdown=FILE, github=-, har=FILE or events=FILE"

// output is a place that gets a report when the run is over.
type output struct {
	format string
	name   string
	w      io.Writer
	file   *os.File
	events *report.Events
}

// outputs are all of them. They are opened before the run, so that a folder that does not exist is
// reported at once and not after ten minutes, and so that an old report cannot be taken for the new
// one.
type outputs struct{ all []output }

// openOutputs reads the --report flags. Without one for the console, that report goes to standard
// output, or to standard error where another report is on standard output.
func openOutputs(flags []string, getenv func(string) string, stdout, stderr io.Writer) (*outputs, error) {
	var all []output
	for _, flag := range flags {
		format, name, ok := strings.Cut(flag, "=")
		if _, known := formats()[format]; !ok || name == "" || !known {
			return nil, fmt.Errorf("invalid value %q for --report: it must be %s; - is standard output", flag, formatNames)
		}
		if slices.ContainsFunc(all, func(other output) bool {
			return other.name == name && !(name == standardOutput && other.lines() && lines(format))
		}) {
			return nil, fmt.Errorf("invalid value %q for --report: another report goes there already", flag)
		}
		all = append(all, output{format: format, name: name})
	}
	if !slices.ContainsFunc(all, func(o output) bool { return o.format == "console" }) {
		console := output{format: "console", w: stdout}
		if slices.ContainsFunc(all, func(o output) bool { return o.name == standardOutput && !o.lines() }) {
			console.w = stderr
		}
		all = append([]output{console}, all...)
	}
	opened := &outputs{}
	for _, o := range all {
		switch {
		case o.name == standardOutput:
			o.w = stdout
		case o.name != "":
			file, err := o.create(getenv)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("--report %s: %w", o.format, err), opened.close())
			}
			o.w, o.file = file, file
		}
		if o.format == "events" {
			o.events = report.NewEvents(o.w)
		}
		opened.all = append(opened.all, o)
	}
	return opened, nil
}

// lines reports whether an output may share a stream with other lines: annotations are mixed with
// those of the console.
func (o output) lines() bool { return lines(o.format) }

func lines(format string) bool { return format == "console" || format == "github" }

// create opens the file again, so that no old report is left. GitHub's summary of a step belongs to
// the whole step, and is added to. A pipe is refused before it is opened, because opening one that
// nobody reads waits for ever; so is a device, except the one that discards.
func (o output) create(getenv func(string) string) (*os.File, error) {
	if info, err := os.Stat(o.name); err == nil && !info.Mode().IsRegular() && o.name != os.DevNull {
		return nil, fmt.Errorf("%s is not a regular file: name one, or - for standard output", o.name)
	}
	if o.name == getenv("GITHUB_STEP_SUMMARY") {
		return os.OpenFile(o.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644) //nolint:gosec // a report, for readers of the job's log
	}
	return os.Create(o.name)
}

// listeners returns the reports that are written during the run.
func (o *outputs) listeners() []report.Listener {
	var list []report.Listener
	for _, out := range o.all {
		if out.events != nil {
			list = append(list, out.events)
		}
	}
	return list
}

// write writes and closes every report; it continues after an error.
func (o *outputs) write(r report.Report, style func(io.Writer) report.Style) error {
	var errs []error
	for _, out := range o.all {
		var err error
		switch {
		case out.format == "console":
			err = report.WriteConsole(out.w, r, style(out.w))
		case out.events != nil:
			err = out.events.Err
		default:
			err = formats()[out.format](out.w, r)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("--report %s: %w", out.format, err))
		}
	}
	return errors.Join(append(errs, o.close())...)
}

func (o *outputs) close() error {
	var errs []error
	for _, out := range o.all {
		if out.file != nil {
			errs = append(errs, out.file.Close())
		}
	}
	return errors.Join(errs...)
}

// isTerminal reports whether a person may be looking at w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// styleOf is how a console report looks: in colour only on a terminal that wants it
// (https://no-color.org).
func styleOf(getenv func(string) string, terminal, quiet bool) report.Style {
	return report.Style{Color: terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", Quiet: quiet}
}

// discardReports empties the files of --report if a run ends before it opened them, for example
// because a flag is wrong: an old report must not be taken for that of this run.
func discardReports(args []string, getenv func(string) string) {
	if len(args) == 0 || !slices.Contains([]string{"run", "replay", "client"}, args[0]) {
		return
	}
	named := strings.Split(getenv(environmentName("report")), ",")
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--report="); ok {
			named = append(named, value)
		} else if arg == "--report" && i+1 < len(args) {
			named = append(named, args[i+1])
		}
	}
	for _, one := range named {
		format, name, _ := strings.Cut(one, "=")
		if _, known := formats()[format]; !known || name == "" || name == standardOutput || name == getenv("GITHUB_STEP_SUMMARY") {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			_ = os.Truncate(name, 0) // if that is not allowed, there is nothing else to try
		}
	}
}
