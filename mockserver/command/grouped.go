package command

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpColumns is how wide the help of flags is at most.
const helpColumns = 120

// grouped are the flags of a command that has too many for one list, under titles, in the order in which they are registered.
type grouped struct {
	titles []string
	groups []*pflag.FlagSet
}

// group begins a group of flags.
func (g *grouped) group(title string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(title, pflag.ContinueOnError)
	flags.SortFlags = false
	g.titles, g.groups = append(g.titles, title), append(g.groups, flags)
	return flags
}

// of gives all flags to a command, whose help shows them by group.
func (g *grouped) of(cmd *cobra.Command) {
	for _, flags := range g.groups {
		cmd.Flags().AddFlagSet(flags)
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		w := cmd.OutOrStderr()
		fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
		for i, flags := range g.groups {
			fmt.Fprintf(w, "\n%s:\n%s", g.titles[i], flags.FlagUsagesWrapped(helpColumns))
		}
		return nil
	})
}
