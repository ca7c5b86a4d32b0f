package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/kballard/go-shellquote"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/scene"
)

// banner is what a person sees when serve starts: the accounts, what to try, the addresses.
// Programs get the log only.
type banner struct {
	api, admin  string // base URLs, the latter with the control API's prefix
	at          mockserver.Listeners
	root        string // the surface at /
	locked      bool   // the control API asks for a token
	accounts    []fixtures.Account
	others      int // accounts that are not shown
	scene       *scene.Scene
	defaultBase bool // the commands find the mock unasked
}

const (
	// bannerWidth is how wide text is wrapped, in characters, which every terminal shows.
	bannerWidth = 80
	// bannerLabel is how wide the first column is.
	bannerLabel = 16
	// bannerAccounts bounds how many accounts are shown, and of how many entries.
	bannerAccounts = 6
)

// greeting gathers the banner of a mock that listens.
func (m *instance) greeting(ctx context.Context) banner {
	b := banner{api: m.url, at: m.at, admin: m.control + admin.Prefix, root: m.rootSurface, locked: m.adminToken != "", scene: m.mock.Scene(),
		defaultBase: m.adminAddr == "" && m.url == defaultURL}
	all := m.mock.Accounts()
	b.others = max(0, len(all)-bannerAccounts)
	for _, id := range all[:len(all)-b.others] {
		if who, err := m.mock.Who(ctx, id); err == nil { // otherwise it was removed meanwhile
			b.accounts = append(b.accounts, who)
		}
	}
	return b
}

// print writes the banner, so that nothing in it acts on a terminal.
func (b banner) print(w io.Writer) error {
	var out strings.Builder
	row := func(label, format string, args ...any) {
		line := fmt.Sprintf("  %-*s%s", bannerLabel, label, cell(fmt.Sprintf(format, args...)))
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	other := map[string]string{"v2": "version 1 is under /__v1/", "v1": "version 2 is under /__v2/"}[b.root]
	out.WriteString("\n")
	row("API", "%s  (%s; %s)", b.api, map[string]string{"v2": "version 2", "v1": "version 1"}[b.root], other)
	if b.at.HTTPS != "" {
		row("", "https://%s", b.at.HTTPS)
	}
	if b.at.Proxy != "" {
		row("Proxy", "http://%s", b.at.Proxy)
	}
	row("Control API", "%s/", b.admin)
	row("Documents", "%s/openapi/{v2,v1,clientcred,authcode}.json", b.admin)
	row("", "%s/openapi.json describes the control API", b.admin)
	out.WriteString("\n")
	b.people(row)
	if b.scene != nil {
		out.WriteString("\n")
		b.tellScene(row)
	}
	out.WriteString("\n")
	if len(b.accounts) > 0 {
		first, path := b.accounts[0], map[string]string{"v2": "/wallet", "v1": "/credit"}[b.root]
		row("Try", "%s", shellquote.Join("curl", "-u", first.Email+":"+first.APIKey, b.api+path))
	}
	row("Watch", "%s", b.command("requests", "--follow"))
	row("Ask why", "%s", b.command("explain", "last"))
	row("Turn the clock", "%s", b.command("clock", "advance", "24h"))
	out.WriteString("\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// people lists credentials. They belong to the mock, and are there to be used.
func (b banner) people(row func(label, format string, args ...any)) {
	label := func(i int, text string) string {
		if i > 0 {
			return ""
		}
		return text
	}
	var clients []fixtures.Client
	var users []fixtures.User
	for i, a := range b.accounts {
		row(label(i, "Accounts"), "%s  %s  %s", a.Email, a.APIKey, a.Environment)
		clients, users = append(clients, a.Clients...), append(users, a.Users...)
	}
	if b.others > 0 {
		row("", "and %d more: %s", b.others, b.command("accounts"))
	}
	for i, c := range clients[:min(len(clients), bannerAccounts)] {
		row(label(i, "OAuth clients"), "%s / %s", c.ID, c.Secret)
	}
	for i, u := range users[:min(len(users), bannerAccounts)] {
		row(label(i, "Users"), "%s / %s", u.Username, u.Password)
	}
}

// tellScene writes what a scenario gives, and what to test with it.
func (b banner) tellScene(row func(label, format string, args ...any)) {
	row("Scenario", "%s: %s", strings.TrimPrefix(b.scene.Scenario.ID, "development/"), b.scene.Scenario.Title)
	for _, m := range b.scene.Cast {
		of := ""
		if m.Name != "" {
			of = " of " + m.Name
		}
		for i, t := range m.Tokens {
			if i == maxTold {
				row("", "and %d more: %s", len(m.Tokens)-maxTold, b.command("tokens", "--account", string(m.ID)))
				break
			}
			row("", "token %q%s: %s, refresh token %s, lives %s", cmp.Or(t.Name, t.As), of, t.Token, t.RefreshToken, t.TTL)
		}
	}
	for _, rule := range b.scene.Faults {
		row("", "fault %s", rule.Name)
	}
	if b.scene.Scenario.Description == "" {
		return
	}
	row("", "")
	for _, line := range wrap(b.scene.Scenario.Description, bannerWidth-bannerLabel-2) {
		row("", "%s", line)
	}
}

// command is how a command asks this mock.
func (b banner) command(args ...string) string {
	words := append([]string{"oauthmock"}, args...)
	if !b.defaultBase {
		words = append(words, "--url", strings.TrimSuffix(b.admin, admin.Prefix))
	}
	if b.locked {
		words = append(words, "--admin-token", "TOKEN")
	}
	return shellquote.Join(words...)
}

// wrap breaks a text into lines of at most so many characters; words that are longer stay whole.
func wrap(text string, width int) []string {
	var lines []string
	line, length := "", 0
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		switch {
		case line == "":
			line, length = word, size
		case length+1+size > width:
			lines, line, length = append(lines, line), word, size
		default:
			line, length = line+" "+word, length+1+size
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
