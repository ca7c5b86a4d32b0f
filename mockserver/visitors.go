package mockserver

import (
	"cmp"
	"errors"
	"log/slog"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

// WithOpenAccounts creates a fresh account of the fixtures when unknown credentials are first seen:
// a sandbox account on the provider's hosts that begin with "test.", a production account
// everywhere else. At most world.MaxVisitors are created.
func WithOpenAccounts() Option {
	return func(c *config) error { c.open = true; return nil }
}

// openAccounts wraps the use cases of accounts, and creates an account the first time it sees
// unknown credentials. It is safe for concurrent use.
type openAccounts struct {
	*account.Service
	world     *world.World
	log       *slog.Logger
	full, odd sync.Once // each email is logged once
}

// Authenticate returns the account of HTTP Basic credentials, creating it if there is none: in the
// only environment whose credentials count, otherwise in production.
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
