package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

// ends are the ways in which the life of account a ends and another one begins.
var ends = map[string]func(s world.Store) error{
	"put":     func(s world.Store) error { return s.Put(newAccount("a")) },
	"replace": func(s world.Store) error { return s.Replace([]*account.Account{newAccount("a")}) },
	"remove": func(s world.Store) error {
		s.Remove("a")
		return s.Put(newAccount("a"))
	},
}

func incarnationsDiffer(t *testing.T, s world.Store) {
	seen := map[account.Incarnation]string{0: "the zero value"}
	note := func(id, how string) {
		t.Helper()
		given := identity(t, s, id).Incarnation
		assert.NotContains(t, seen, given, how)
		seen[given] = how
	}
	put(t, s, "a", "b")
	note("a", "first")
	note("b", "another account")
	for range 2 {
		for how, end := range ends {
			require.NoError(t, end(s), how)
			note("a", how)
		}
	}
	require.Error(t, s.Replace([]*account.Account{newAccount("a"), newAccount("a")}))
	assert.Contains(t, seen, identity(t, s, "a").Incarnation, "what was refused ends no life")
	require.NoError(t, s.Put(newAccount("a")))
	note("a", "after what was refused")
}

func livesEnd(t *testing.T, s world.Store) {
	put(t, s, "a")
	for how, end := range ends {
		earlier := identity(t, s, "a")
		require.NoError(t, s.Update(t.Context(), earlier, func(a *account.Account) error {
			assert.Equal(t, earlier, a.Identity(), "a transaction may ask who the account is")
			return nil
		}), how)
		assert.Equal(t, earlier, identity(t, s, "a"), "transactions end no life")
		require.NoError(t, end(s), how)
		for range 2 {
			err := s.Update(t.Context(), earlier, func(*account.Account) error { panic("carried out on another life") })
			assert.ErrorIs(t, err, account.ErrNoAccount, how)
		}
		assert.NoError(t, s.Update(t.Context(), identity(t, s, "a"), func(*account.Account) error { return nil }), how)
		assert.NoError(t, s.Update(t.Context(), now("a"), func(*account.Account) error { return nil }), how)
	}
}

// livesMeet lets callers find an account and change it while its lives end all the time.
func livesMeet(t *testing.T, s world.Store) {
	put(t, s, "a")
	ctx := context.WithoutCancel(t.Context())
	const callers, calls = 8, 200
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range calls {
				who, ok := s.Find(account.Credentials("a@example.com", "key of a"))
				if !ok { // between a removal and the next life
					continue
				}
				err := s.Update(ctx, who, func(a *account.Account) error {
					assert.Equal(t, who, a.Identity())
					return nil
				})
				if err != nil {
					assert.ErrorIs(t, err, account.ErrNoAccount)
				}
				err = s.Update(ctx, now("a"), func(*account.Account) error { return nil })
				if err != nil {
					assert.ErrorIs(t, err, account.ErrNoAccount)
				}
			}
		})
	}
	all.Go(func() {
		for range calls {
			for how, end := range ends {
				assert.NoError(t, end(s), how)
			}
		}
	})
	all.Wait()
}
