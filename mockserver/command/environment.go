package command

import (
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/spec/strictyaml"
)

// prefix is the prefix of the program's environment variables.
const prefix = "OAUTHMOCK_"

// variable is the environment variable of a flag: OAUTHMOCK_URL_FILE of --url-file.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// checkEnvironment refuses environment variables that are a slip of the pen away from one that the
// program reads, and warns of others that it does not: what they were meant to say is not done.
// Container platforms set variables of a service that is called oauthmock.
func checkEnvironment(cmd *cobra.Command, getenv func(string) string, log *slog.Logger) error {
	set := slices.DeleteFunc(os.Environ(), func(pair string) bool { return !strings.HasPrefix(pair, prefix) })
	if len(set) == 0 {
		return nil
	}
	known := knownVariables(cmd.Root())
	ofPlatform := regexp.MustCompile(`_PORT(_.*)?$|_SERVICE_.*$`)
	const slip = 2 // letters
	for _, pair := range set {
		name, _, _ := strings.Cut(pair, "=")
		if getenv(name) == "" || slices.Contains(known, name) || ofPlatform.MatchString(name) {
			continue
		}
		for _, meant := range known {
			if strictyaml.Distance(name, meant) <= slip {
				return usageError{fmt.Errorf("environment variable %s: there is no such variable; did you mean %s?", name, meant)}
			}
		}
		log.Warn("no flag reads this environment variable", "variable", name)
	}
	return nil
}

// knownVariables are those of the flags of all commands that have variables, and those that lead
// programs to a mock: commands that ask a running mock read no others.
func knownVariables(root *cobra.Command) []string {
	known := []string{prefix + "URL", prefix + "EMAIL", prefix + "API_KEY", prefix + "ADMIN_TOKEN", prefix + "JAVA_OPTIONS"}
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f.Name)) })
		for _, sub := range cmd.Commands() {
			if sub.GroupID != clientGroup {
				collect(sub)
			}
		}
	}
	collect(root)
	return known
}
