package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/pflag"
)

// stateFlags configure how to set up states that calls cannot reach, if there is no control API.
type stateFlags struct {
	provide   []string
	stateHook string

	// provided are the values of provide by their names.
	provided map[string]string
}

func (s *stateFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&s.provide, "provide", nil, "`NAME=VALUE` of a state that calls cannot reach, may be repeated: second.email and second.apiKey are another account, the rest is what scenarios call ${provided.NAME}")
	flags.Var(newSetting(&s.stateHook, "URL", "", parseURL), "state-hook", "address of your own that reaches states, where there is no control API; docs/judging-your-server.md says what it is asked")
}

// read makes provided of the flags.
func (s *stateFlags) read() error {
	s.provided = map[string]string{}
	name := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*$`)
	for _, text := range s.provide {
		key, value, ok := strings.Cut(text, "=")
		switch {
		case !ok || !name.MatchString(key) || value == "":
			return errors.New("--provide must be NAME=VALUE, where a name is words of letters and digits, with dots between them")
		case s.provided[key] != "":
			return fmt.Errorf("--provide %s stands there twice", key)
		}
		s.provided[key] = value
	}
	if (s.provided["second.email"] == "") != (s.provided["second.apiKey"] == "") {
		return errors.New("--provide second.email and --provide second.apiKey belong together")
	}
	return nil
}
