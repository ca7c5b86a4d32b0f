package command

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
)

// envCommand prints what a shell needs to lead programs to a running mock.
func (c *client) envCommand() *cobra.Command {
	shell := "sh"
	if runtime.GOOS == "windows" {
		shell = "powershell"
	}
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the environment variables that send programs to a running mock",
		Long: "Print the environment variables that send programs to a running mock through its proxy (--proxy-addr) and make them trust its CA. The files that\n" +
			"they name are in the user's cache folder. docs/unchanged-programs.md lists programs that need more.",
		Example: "  eval \"$(oauthmock env)\"\n  oauthmock env --shell fish | source\n  oauthmock env --shell powershell | Out-String | Invoke-Expression",
		Args:    noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			assign, known := shells()[shell]
			if !known {
				return usageError{fmt.Errorf("--shell: %q is none of sh, fish and powershell", shell)}
			}
			all, err := c.surroundings(cmd.Context(), c.adminToken, c.keepTrust)
			if err != nil {
				return err
			}
			for _, v := range all {
				if err := c.printf("%s\n", assign(v)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&shell, "shell", shell, "whose words they are in, `sh|fish|powershell`")
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions([]string{"sh", "fish", "powershell"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// shells are how each of them sets an environment variable to any text.
func shells() map[string]func(pair) string {
	return map[string]func(pair) string{
		"sh": func(v pair) string { return "export " + v.name + "='" + strings.ReplaceAll(v.value, "'", `'\''`) + "'" },
		"fish": func(v pair) string {
			return "set -gx " + v.name + " '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(v.value) + "'"
		},
		"powershell": func(v pair) string { return "$env:" + v.name + " = '" + strings.ReplaceAll(v.value, "'", "''") + "'" },
	}
}

// keepTrust writes files to trust a mock by into the user's cache, where each mock has its own, by
// its address.
func (c *client) keepTrust(ca []byte) (*trust, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no folder for the mock's CA: %w", err)
	}
	dir := filepath.Join(cache, "oauthmock", strings.NewReplacer(":", "-", "[", "", "]", "").Replace(base.Host))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return writeTrust(dir, ca, c.getenv)
}
