package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec/strictyaml"
)

// baselineFlags name the file of known failures, by its name and its old one.
type baselineFlags struct{ file, old string }

func (b *baselineFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&b.file, "baseline", "", "YAML `FILE` of known failures, ID[#ASSERTION]: {reason: …, until: 2026-12-31} or ID: REASON; they are XFAIL, and XPASS, which fails the run, when they no longer fail")
	flags.StringVar(&b.old, "expected-failures", "", "old name of --baseline")
}

// load reads the file that the flags name, if any. unknown is the message for an ID that is not
// among those known.
func (b *baselineFlags) load(known []string, unknown string) (report.Baseline, error) {
	flag, name := "--baseline", b.file
	switch {
	case b.file != "" && b.old != "":
		return nil, errors.New("--baseline and --expected-failures are one flag by two names; give one of them")
	case b.old != "":
		flag, name = "--expected-failures", b.old
	case b.file == "":
		return nil, nil
	}
	text, err := strictyaml.ReadFile(name, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	read := knownFailures{ids: known, unknown: unknown}
	if err := (strictyaml.Format{MayBeEmpty: true}).Decode(name, text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return read.baseline, nil
}

// idsOf are the ids of scenarios.
func idsOf(all []scenarios.Scenario) []string {
	ids := make([]string, 0, len(all))
	for i := range all {
		ids = append(ids, all[i].ID)
	}
	return ids
}

// knownFailures is the file format of a baseline.
type knownFailures struct {
	ids      []string
	unknown  string
	baseline report.Baseline
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (k *knownFailures) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() != strictyaml.Mapping {
		return errors.New("write a mapping, each line ID: REASON or ID#ASSERTION: {reason: …, until: …}")
	}
	for name, value := range v.Members() {
		id, assertion, _ := strings.Cut(name.Text(), "#")
		if !slices.Contains(k.ids, id) {
			name.Refuse("%s", k.unknown)
			continue
		}
		one := report.Known{ID: id, Assertion: assertion}
		if value.Kind() == strictyaml.Mapping {
			k.mapping(&one, name, value)
		} else {
			k.reason(&one, name, value)
		}
		k.baseline = append(k.baseline, one)
	}
	return nil
}

func (k *knownFailures) reason(one *report.Known, name, value strictyaml.Value) {
	if value.Kind() == strictyaml.Null || strings.TrimSpace(value.Text()) == "" {
		name.Refuse("say in words why it is expected to fail")
	}
	one.Reason = value.Text()
}

func (k *knownFailures) mapping(one *report.Known, name, value strictyaml.Value) {
	for key, of := range value.Members() {
		switch key.Text() {
		case "reason":
			one.Reason = of.Text()
		case "until":
			at, err := time.Parse(time.DateOnly, of.Text())
			if err != nil {
				of.Refuse("until must be a date, such as 2026-12-31")
			}
			one.Until = at
		default:
			key.Refuse("there is no member %q; there are reason and until", key.Text())
		}
	}
	if strings.TrimSpace(one.Reason) == "" {
		name.Refuse("say in words why it is expected to fail")
	}
}
