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

// output is a place that gets a report when the run is over.
type output struct {
	format string
	name   string
	w      io.Writer
	file   *os.File
}

// outputs are all of them. They are opened before the run, so that a folder that does not exist is told at once and not
// after ten minutes, and so that an old report cannot be taken for the new one.
type outputs struct{ all []output }

// openOutputs reads the --report flags. Without one for the console, that report goes to standard output, or to standard
// error where another report is on standard output.
func openOutputs(flags []string, stdout, stderr io.Writer) (*outputs, error) {
	var all []output
	for _, flag := range flags {
		format, name, ok := strings.Cut(flag, "=")
		if !ok || name == "" || !slices.Contains([]string{"console", "json", "junit"}, format) {
			return nil, fmt.Errorf("invalid value %q for --report: it must be console=FILE, json=FILE or junit=FILE; - is standard output", flag)
		}
		if slices.ContainsFunc(all, func(other output) bool { return other.name == name }) {
			return nil, fmt.Errorf("invalid value %q for --report: another report goes there already", flag)
		}
		all = append(all, output{format: format, name: name})
	}
	if !slices.ContainsFunc(all, func(o output) bool { return o.format == "console" }) {
		console := output{format: "console", w: stdout}
		if slices.ContainsFunc(all, func(o output) bool { return o.name == standardOutput }) {
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
			file, err := os.Create(o.name)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("--report %s: %w", o.format, err), opened.close())
			}
			o.w, o.file = file, file
		}
		opened.all = append(opened.all, o)
	}
	return opened, nil
}

// write writes and closes every report; it goes on after an error.
func (o *outputs) write(r report.Report, style func(io.Writer) report.Style) error {
	var errs []error
	for _, out := range o.all {
		var err error
		switch out.format {
		case "console":
			err = report.WriteConsole(out.w, r, style(out.w))
		case "json":
			err = report.WriteJSON(out.w, r)
		case "junit":
			err = report.WriteJUnit(out.w, r)
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

// isTerminal says whether a person may be looking at w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// styleOf is how a console report looks: in colour only on a terminal that wants it (https://no-color.org).
func styleOf(getenv func(string) string, terminal, quiet bool) report.Style {
	return report.Style{Color: terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", Quiet: quiet}
}
