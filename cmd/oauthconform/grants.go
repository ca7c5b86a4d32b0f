package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kballard/go-shellquote"
	"github.com/spf13/pflag"

	"oauthmock/conformance"
)

// grantFlags say as which OAuth client and which user the grants are asked.
type grantFlags struct {
	clientID, clientSecret, redirectURI, username, password, authorizeCommand string

	// words are those of authorizeCommand.
	words []string
}

func (g *grantFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&g.clientID, "client-id", "", "`ID` of an OAuth client; not needed where there is a control API")
	flags.StringVar(&g.clientSecret, "client-secret", "", "`SECRET` of that client; better passed as OAUTHCONFORM_CLIENT_SECRET")
	flags.StringVar(&g.redirectURI, "redirect-uri", "", "`URI` that is registered for that client; nothing is ever sent there")
	flags.StringVar(&g.username, "username", "", "`NAME` of a user who may sign in at that client")
	flags.StringVar(&g.password, "password", "", "`PASSWORD` of that user; better passed as OAUTHCONFORM_PASSWORD")
	flags.StringVar(&g.authorizeCommand, "authorize-command", "", "`COMMAND` that completes the authorization pages instead of the suite: its last argument is the authorization URL, and the last line that it prints is the URL that the browser was redirected to")
}

// grantFlagNames are the flags by name.
func grantFlagNames() []string {
	return []string{"client-id", "client-secret", "redirect-uri", "username", "password", "authorize-command"}
}

// grantText is a flag whose value is a line of text.
type grantText struct {
	flag string
	text *string
}

func (g *grantFlags) texts() []grantText {
	return []grantText{
		{"--client-id", &g.clientID}, {"--client-secret", &g.clientSecret}, {"--redirect-uri", &g.redirectURI}, {"--username", &g.username}, {"--password", &g.password},
	}
}

func (g *grantFlags) check() error {
	for _, one := range g.texts() {
		if strings.ContainsFunc(*one.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("%s must be one line without control characters", one.flag)
		}
	}
	for _, pair := range [][2]grantText{{{"--client-id", &g.clientID}, {"--client-secret", &g.clientSecret}}, {{"--username", &g.username}, {"--password", &g.password}}} {
		for i, one := range pair {
			if other := pair[1-i]; *one.text != "" && *other.text == "" {
				return fmt.Errorf("%s needs %s beside it", one.flag, other.flag)
			}
		}
	}
	if g.redirectURI != "" && g.clientID == "" {
		return errors.New("--redirect-uri needs --client-id beside it")
	}
	var err error
	if g.words, err = shellquote.Split(g.authorizeCommand); err != nil {
		return fmt.Errorf("--authorize-command: it is split into words as a shell would, and has a quote or a backslash without an end: %s", strings.ToLower(err.Error()))
	}
	return nil
}

// give puts the flags into a target.
func (g *grantFlags) give(target *conformance.Target) {
	target.ClientID, target.ClientSecret, target.RedirectURI = g.clientID, g.clientSecret, g.redirectURI
	target.Username, target.Password, target.AuthorizeCommand = g.username, g.password, g.words
}
