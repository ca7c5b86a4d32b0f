package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/pflag"

	"oauthmock/conformance"
)

// callbackFlags configure how the target calls the suite back.
type callbackFlags struct {
	callbackURL     string
	callbackTimeout time.Duration
}

func (c *callbackFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.callbackURL, "callback-url", "", "`URL` under which the server sees this machine, where the suite then receives callbacks; with a port, such as http://host.docker.internal:9000; not needed on this machine")
	flags.DurationVar(&c.callbackTimeout, "callback-timeout", 0, "how long the server waits for the answer to a callback, `DURATION`; scenarios that let it wait are skipped unless it is 5s or less (default 30s)")
}

// give checks the flags, and hands them to a target.
func (c *callbackFlags) give(target *conformance.Target) error {
	if c.callbackURL != "" {
		u, err := url.Parse(c.callbackURL)
		if err != nil || u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("--callback-url is %q; want an http URL with the port on which to listen, such as http://host.docker.internal:9000", c.callbackURL)
		}
	}
	if c.callbackTimeout < 0 {
		return fmt.Errorf("--callback-timeout is %s; want a duration above zero, such as 1s", c.callbackTimeout)
	}
	target.CallbackURL, target.CallbackTimeout = c.callbackURL, c.callbackTimeout
	return nil
}
