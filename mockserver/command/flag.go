package command

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/mockserver"
)

// flagGroup is a group of flags under one title of the help.
type flagGroup struct {
	title string
	flags []flag
}

// flag is one flag of serve: a row of the table in flags.go.
type flag struct {
	name string
	// value points to the default, and once the flags are parsed to the flag's value. It is a
	// *string, *bool, *int, *int64, *uint64, *[]string or *time.Duration.
	value any
	usage string // what the help says; a word in `back quotes` names the value
	// options checks the value, and returns what the server is to do. It is called only if the flag
	// was given.
	options func() ([]mockserver.Option, error)
	// whole marks a flag that may be repeated, and whose values may hold commas.
	whole bool
	// bare is the value of a flag that is given without one; empty marks a flag that needs one.
	bare string
	// reread marks a flag that --watch reads again when a file has changed.
	reread bool
}

// row makes a row of the table. value points to the default. If options is nil, any value is
// accepted, and the flag is for the command alone.
func row[T any](name string, value *T, usage string, options func(T) ([]mockserver.Option, error)) flag {
	f := flag{name: name, value: value, usage: usage}
	if options != nil {
		f.options = func() ([]mockserver.Option, error) { return options(*value) }
	}
	return f
}

// again marks a row as one that --watch reads again.
func (f flag) again() flag {
	f.reread = true
	return f
}

// paths marks a row whose values are paths, in which a comma or a quote is a letter like any other.
func (f flag) paths() flag {
	f.whole = true
	return f
}

// or marks a row whose flag may be given without a value, and then has this one.
func (f flag) or(value string) flag {
	f.bare = value
	return f
}

// one turns the value of a flag into an option of the server.
func one[T any](option func(T) mockserver.Option) func(T) ([]mockserver.Option, error) {
	return func(value T) ([]mockserver.Option, error) { return []mockserver.Option{option(value)}, nil }
}

// ifOn has a flag that is on set an option.
func ifOn(option func() mockserver.Option) func(bool) ([]mockserver.Option, error) {
	return func(on bool) ([]mockserver.Option, error) {
		if !on {
			return nil, nil
		}
		return []mockserver.Option{option()}, nil
	}
}

// each turns each value of a repeatable flag into an option.
func each(option func(string) mockserver.Option) func([]string) ([]mockserver.Option, error) {
	return func(values []string) (out []mockserver.Option, _ error) {
		for _, value := range values {
			out = append(out, option(value))
		}
		return out, nil
	}
}

// positive refuses a value below 1. want describes a good value.
func positive[T int | int64 | time.Duration](want string) func(T) ([]mockserver.Option, error) {
	return func(value T) ([]mockserver.Option, error) {
		if value < 1 {
			return nil, fmt.Errorf("want %s", want)
		}
		return nil, nil
	}
}

// register adds the flag to a set.
func (f flag) register(to *pflag.FlagSet) {
	switch v := f.value.(type) {
	case *string:
		to.StringVar(v, f.name, *v, f.usage)
	case *bool:
		to.BoolVar(v, f.name, *v, f.usage)
	case *int:
		to.IntVar(v, f.name, *v, f.usage)
	case *int64:
		to.Int64Var(v, f.name, *v, f.usage)
	case *uint64:
		to.Uint64Var(v, f.name, *v, f.usage)
	case *[]string:
		if f.whole {
			to.StringArrayVar(v, f.name, *v, f.usage)
			return
		}
		to.StringSliceVar(v, f.name, *v, f.usage)
	case *time.Duration:
		to.DurationVar(v, f.name, *v, f.usage)
	default:
		panic(fmt.Sprintf("--%s: a flag cannot be a %T", f.name, v))
	}
	if f.bare != "" {
		to.Lookup(f.name).NoOptDefVal = f.bare
	}
}

// helpColumns is the greatest width of the help of flags.
const helpColumns = 120

// registerGroups gives flags to a command, whose help shows them group by group, in the order of
// the table.
func registerGroups(cmd *cobra.Command, groups []flagGroup) {
	sets := make([]*pflag.FlagSet, len(groups))
	for i, group := range groups {
		sets[i] = pflag.NewFlagSet(group.title, pflag.ContinueOnError)
		sets[i].SortFlags = false
		for _, f := range group.flags {
			f.register(sets[i])
		}
		cmd.Flags().AddFlagSet(sets[i])
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		w := cmd.OutOrStderr()
		fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
		for _, set := range sets {
			fmt.Fprintf(w, "\n%s:\n%s", set.Name(), set.FlagUsagesWrapped(helpColumns))
		}
		return nil
	})
}
