package mockserver

import (
	"errors"
	"log/slog"
	"slices"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/world"
)

// WithOpenAccounts makes a fresh account of the fixtures for credentials that nobody has, when they are first seen: a sandbox account on the
// provider's hosts that begin with "test.", a production account everywhere else. At most world.MaxVisitors are made.
func WithOpenAccounts() Option {
	return func(c *config) error { c.open = true; return nil }
}

// door is the use cases of accounts, for which nobody is a stranger. It is safe for concurrent use.
type door struct {
	*account.Service
	world       *world.World
	environment account.Environment
	log         *slog.Logger
	full, odd   *sync.Once // each is logged once
}

// Authenticate says whose HTTP Basic credentials these are; if they are nobody's, they are from now on.
func (d *door) Authenticate(email, apiKey string) (account.Identity, bool) {
	if known, ok := d.Service.Authenticate(email, apiKey); ok {
		return known, true
	}
	id, err := d.world.Admit(email, apiKey, d.environment)
	switch {
	case errors.Is(err, world.ErrFull):
		d.full.Do(func() { d.log.Warn("credentials that nobody has get no account any more", "reason", err) })
	case err != nil:
		d.odd.Do(func() {
			d.log.Warn("credentials that nobody has get no account; this is said once", "environment", d.environment, "reason", err)
		})
	}
	return id, err == nil
}

// opened are mounts of a surface that lets everybody in, one for each environment with its hosts of the provider. On other hosts the first of
// them answers, which is production.
func opened(d door, mount func(v2.Accounts) surface.Mount) []surface.Mount {
	d.full, d.odd = new(sync.Once), new(sync.Once)
	var out []surface.Mount
	for _, e := range []account.Environment{account.Production, account.Sandbox} {
		own := d
		own.environment = e
		m := mount(&own)
		m.Hosts = slices.DeleteFunc(m.Hosts, func(h surface.Host) bool { return h.Environment != e })
		out = append(out, m)
	}
	return out
}
