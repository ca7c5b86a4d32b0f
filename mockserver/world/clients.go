package world

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
)

// Why a client or a user is not registered, or not removed.
var (
	ErrClientTaken = errors.New("there is a client with this id already; client ids are unique in a server")
	ErrUserTaken   = errors.New("the account has a user with this name already")
	ErrNoClient    = errors.New("there is no such client")
	ErrNoUser      = errors.New("there is no such user")
)

// AddClient registers a client with an account, and returns it. An ID and a secret that are empty
// are drawn.
func (w *World) AddClient(ctx context.Context, id account.ID, c fixtures.Client) (fixtures.Client, error) {
	wish := c
	wish.ID, wish.Secret = cmp.Or(c.ID, "drawn"), cmp.Or(c.Secret, "drawn")
	if err := wish.Validate(); err != nil {
		return c, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := func(clientID string) bool {
		_, ok := w.config.Store.Find(account.Secret{Kind: account.ClientID, Value: clientID})
		return ok
	}
	err := w.update(ctx, id, func(a *account.Account) error {
		switch {
		case c.ID != "" && taken(c.ID):
			return ErrClientTaken
		case len(a.Grants.Clients()) >= grant.MaxClients:
			return grant.ErrFull
		}
		now := a.Now(w.config.Clock.Now())
		a.Settle(now)
		for drawn := c.ID == ""; drawn && (c.ID == "" || taken(c.ID)); {
			c.ID, _ = grant.DrawClient(a.IDs.Draw(now))
		}
		if c.Secret == "" {
			_, c.Secret = grant.DrawClient(a.IDs.Draw(now))
		}
		return (decoder{start: now}).client(a, &c)
	})
	return c, err
}

// RemoveClient forgets a client of an account, its codes and its tokens. It returns ErrNoClient
// when the account has none such.
func (w *World) RemoveClient(ctx context.Context, id account.ID, clientID string) error {
	return w.update(ctx, id, func(a *account.Account) error {
		if !a.RemoveClient(clientID) {
			return ErrNoClient
		}
		return nil
	})
}

// AddUser registers a user with an account.
func (w *World) AddUser(ctx context.Context, id account.ID, u fixtures.User) error {
	if err := u.Validate(); err != nil {
		return err
	}
	return w.update(ctx, id, func(a *account.Account) error {
		err := a.Grants.AddUser(user(u))
		if errors.Is(err, grant.ErrTaken) {
			return ErrUserTaken
		}
		return err
	})
}

// RemoveUser forgets a user of an account, with what was granted in the user's name. It returns
// ErrNoUser when the account has none such.
func (w *World) RemoveUser(ctx context.Context, id account.ID, name string) error {
	return w.update(ctx, id, func(a *account.Account) error {
		if !a.Grants.RemoveUser(name) {
			return ErrNoUser
		}
		return nil
	})
}

// ClientRateLimit returns the limit that holds for a client's window: its own, otherwise its
// account's, otherwise the server's.
func (w *World) ClientRateLimit(ctx context.Context, clientID string) (l account.RateLimit, err error) {
	err = w.withClient(ctx, clientID, func(a *account.Account) { l = a.ClientRateLimit(clientID, w.RateLimit()) })
	return l, err
}

// SetClientRateLimit gives a client a limit of its own, and a new window.
func (w *World) SetClientRateLimit(ctx context.Context, clientID string, l account.RateLimit) error {
	return w.withClient(ctx, clientID, func(a *account.Account) {
		a.RestoreClientQuota(clientID, account.NewQuota(&l, time.Time{}, 0))
	})
}

// withClient is a transaction on the account of a client.
func (w *World) withClient(ctx context.Context, clientID string, transact func(a *account.Account)) error {
	owner, ok := w.config.Store.Find(account.Secret{Kind: account.ClientID, Value: clientID})
	if !ok {
		return fmt.Errorf("%q: %w", clientID, ErrNoClient)
	}
	return w.update(ctx, owner.ID, func(a *account.Account) error {
		if _, ok := a.Grants.Client(clientID); !ok {
			return fmt.Errorf("%q: %w", clientID, ErrNoClient)
		}
		transact(a)
		return nil
	})
}
