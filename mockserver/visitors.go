package mockserver

import (
	"cmp"
	"errors"
	"log/slog"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

// WithOpenAccounts makes a fresh account of the fixtures for credentials that nobody has, when they
// are first seen: a sandbox account on the provider's hosts that begin with "test.", a production
// account everywhere else. At most world.MaxVisitors are made.
func WithOpenAccounts() Option {
	return func(c *config) error { c.open = true; return nil }
}

// openAccounts is the use cases of accounts that makes an account the first time it sees unknown
// credentials. It is safe for concurrent use.
type openAccounts struct {
	*account.Service
	world     *world.World
	log       *slog.Logger
	full, odd sync.Once // each is logged once
}

// Authenticate returns the account of HTTP Basic credentials, which it makes where there is none:
// in the only environment whose credentials count, else in production.
func (o *openAccounts) Authenticate(email, apiKey string, only account.Environment) (account.Identity, bool) {
	identity, known := o.Service.Authenticate(email, apiKey, only)
	if known || identity.ID != "" {
		return identity, known
	}
	environment := cmp.Or(only, account.Production)
	identity, err := o.world.Admit(email, apiKey, environment)
	switch {
	case errors.Is(err, world.ErrFull):
		o.full.Do(func() { o.log.Warn("unknown credentials no longer get an account", "reason", err) })
	case err != nil:
		o.odd.Do(func() {
			o.log.Warn("unknown credentials get no account; this is logged once", "environment", environment, "reason", err)
		})
	}
	return identity, err == nil
}
