package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// setting is a flag whose text is parsed at once, so that a bad value is refused by the name of its
// flag.
type setting[T any] struct {
	value *T
	parse func(string) (T, error)
	kind  string
	text  string
}

// newSetting holds the initial text's value, which must be good.
func newSetting[T any](value *T, kind, initial string, parse func(string) (T, error)) *setting[T] {
	s := &setting[T]{value: value, parse: parse, kind: kind}
	if initial != "" {
		// What a default means is checked by the tests of the command.
		_ = s.Set(initial)
	}
	return s
}

// Set parses and stores a text. The caller prints its errors with the flag's name.
func (s *setting[T]) Set(text string) error {
	value, err := s.parse(text)
	if err != nil {
		return err
	}
	*s.value, s.text = value, text
	return nil
}

func (s *setting[T]) String() string { return s.text }

// Type names the value in the help.
func (s *setting[T]) Type() string { return s.kind }

// environmentName is the variable of a flag: OAUTHCONFORM_BASE_URL for base-url.
func environmentName(flag string) string {
	return "OAUTHCONFORM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// flagError names the flag that is wrong and what would be right. It never repeats a value that may
// be a secret, nor an address, which may contain one.
func flagError(command *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue("--"+invalid.GetFlag().Name, invalid.GetFlag(), invalid.GetValue(), invalid.Unwrap())
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if unknown.GetSpecifiedShortnames() != "" {
			return fmt.Errorf("flags begin with two dashes (%s --help lists them)", command.CommandPath())
		}
		return fmt.Errorf("there is no flag --%s (%s --help lists them)", unknown.GetSpecifiedName(), command.CommandPath())
	}
	return fmt.Errorf("%w (%s --help lists the flags)", err, command.CommandPath())
}

func invalidValue(where string, flag *pflag.Flag, value string, why error) error {
	if flag.Value.Type() == "bool" {
		why = errors.New("it must be true or false")
	}
	if strings.HasSuffix(flag.Name, "-url") || strings.HasSuffix(flag.Name, "-key") || strings.HasSuffix(flag.Name, "-token") {
		return fmt.Errorf("invalid value for %s: %w", where, why)
	}
	return fmt.Errorf("invalid value %q for %s: %w", value, where, why)
}

// noArguments refuses arguments, without repeating them: one may be a key whose flag was forgotten.
func noArguments(command *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes flags only, each beginning with two dashes; %d of its arguments are none", command.Name(), len(args))
	}
	return nil
}

// refuseEmpty returns an error for every flag that was given without a value. Most often that is a
// shell variable that was not set, and continuing as if the flag were missing would be another run
// than the one asked for.
func refuseEmpty(flags *pflag.FlagSet) (errs []error) {
	flags.Visit(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if len(values) == 0 || slices.Contains(values, "") {
			errs = append(errs, fmt.Errorf("--%s is empty: give it a value, or leave it out", flag.Name))
		}
	})
	return errs
}

// fromEnvironment takes flags that the command line does not set from the environment. An empty
// variable counts as unset.
func fromEnvironment(command *cobra.Command, getenv func(string) string) {
	command.PreRunE = func(command *cobra.Command, _ []string) error {
		errs := refuseEmpty(command.Flags())
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			name := environmentName(flag.Name)
			text := getenv(name)
			if flag.Changed || text == "" || flag.Name == "help" {
				return
			}
			values := []string{text}
			if flag.Value.Type() == "stringArray" {
				// On the command line the flag is repeated, and its value may hold a comma.
				values = strings.Split(text, ",")
			}
			for _, value := range values {
				if err := flag.Value.Set(value); err != nil {
					errs = append(errs, invalidValue(name+" (for --"+flag.Name+")", flag, value, err))
				}
			}
		})
		return errors.Join(errs...)
	}
}

func parseLevel(text string) (string, error) {
	if text != "must" && text != "should" && text != "observe" {
		return "", errors.New(`it must be "must" (failed SHOULDs are warnings), "should" (they fail) or "observe" (what is only observed fails too)`)
	}
	return text, nil
}

func parseParallel(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 256 {
		return 0, errors.New("it must be a whole number from 1 to 256")
	}
	return n, nil
}

func parseSeed(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, errors.New("it must be a whole number from 0 to 18446744073709551615")
	}
	return n, nil
}

func parseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errors.New("it must be a duration above zero, like 10s or 1m30s")
	}
	return d, nil
}

// parseURL takes the address of a server: http or https, a host, perhaps a path. Credentials have
// flags of their own, because addresses are printed in reports.
func parseURL(text string) (string, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil:
		return "", errors.New("it must be an address like http://127.0.0.1:8080")
	case address.User != nil:
		return "", errors.New("it must not hold credentials; --email and --api-key take them")
	case address.Scheme != "http" && address.Scheme != "https", address.Hostname() == "":
		return "", errors.New("it must begin with http:// or https:// and a host, like http://127.0.0.1:8080")
	case address.RawQuery != "" || address.ForceQuery || address.Fragment != "" || strings.HasSuffix(text, "#"):
		return "", errors.New("it must end with the host or a path, without ? and #")
	}
	return strings.TrimRight(text, "/"), nil
}

func parseAdminURL(text string) (string, error) {
	if text == noAdmin {
		return text, nil
	}
	address, err := parseURL(text)
	if err != nil {
		return "", fmt.Errorf("%w; or it is %q", err, noAdmin)
	}
	return address, nil
}
