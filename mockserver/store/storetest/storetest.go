// Package storetest holds what any store of accounts must do, as tests that every implementation
// runs.
package storetest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/world"
)

// Run holds a kind of store to the contract; each test gets a fresh one.
func Run(t *testing.T, fresh func() world.Store) {
	for name, test := range map[string]func(*testing.T, world.Store){
		"an account is found by its credentials":                        foundByCredentials,
		"secrets follow the transactions":                               secretsFollow,
		"secrets follow a transaction that panics":                      secretsFollowAPanic,
		"what a refused transaction did stays":                          refusedStays,
		"a transaction has the account alone":                           alone,
		"transactions on other accounts do not wait":                    othersDoNotWait,
		"an unknown account is an error":                                unknown,
		"a transaction of a caller who left does not begin":             callerLeft,
		"accounts may not share a secret":                               noSharedSecret,
		"a replaced account leaves no secret behind":                    replacedLeavesNothing,
		"a removed account leaves no secret behind":                     removedLeavesNothing,
		"all accounts are replaced at once, or none":                    replacedAtOnce,
		"a transaction that waits for a removed account is turned away": waiterTurnedAway,
		"secrets that several have are held until nobody has them":      heldByMany,
		"accounts keep their order":                                     orderKept,
		"no incarnation is given twice":                                 incarnationsDiffer,
		"a life that is over is not taken up again":                     livesEnd,
		"a transaction meets the life that it names":                    livesMeet,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh()) })
	}
}

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

func newAccount(id string) *account.Account {
	return &account.Account{
		ID: account.ID(id), Email: id + "@example.com", APIKey: "key of " + id, Environment: account.Production,
		IDs: account.NewIDs(1, account.ID(id), nil), Wallet: account.NewWallet(noon, nil),
	}
}

func token(value string) account.Token {
	return account.Token{Value: value, RefreshToken: "refresh " + value, CreatedAt: account.MomentOf(noon), ExpireAt: account.MomentOf(noon.Add(time.Hour))}
}

func put(t *testing.T, s world.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		require.NoError(t, s.Put(newAccount(id)))
	}
}

// now is an account by its ID, in whichever life it has.
func now(id string) account.Identity { return account.Identity{ID: account.ID(id)} }

// identity is who an account is at this moment.
func identity(t *testing.T, s world.Store, id string) account.Identity {
	t.Helper()
	found, ok := s.Find(account.Credentials(id+"@example.com", "key of "+id))
	require.True(t, ok)
	return found
}

// owner is whose access token it is; empty for nobody's.
func owner(s world.Store, value string) account.ID {
	id, ok := s.Find(account.Secret{Kind: account.AccessToken, Value: value})
	if !ok {
		return ""
	}
	return id.ID
}

func foundByCredentials(t *testing.T, s world.Store) {
	put(t, s, "a", "b")
	found, ok := s.Find(account.Credentials("a@example.com", "key of a"))
	require.True(t, ok)
	assert.Equal(t, account.ID("a"), found.ID)
	assert.Equal(t, account.Production, found.Environment)
	_, ok = s.Find(account.Credentials("a@example.com", "key of b"))
	assert.False(t, ok)
}

func secretsFollow(t *testing.T, s world.Store) {
	put(t, s, "a")
	require.NoError(t, s.Update(t.Context(), now("a"), func(a *account.Account) error {
		a.RestoreToken(token("one"))
		return nil
	}))
	assert.Equal(t, account.ID("a"), owner(s, "one"))
	_, ok := s.Find(account.Secret{Kind: account.RefreshToken, Value: "one"})
	assert.False(t, ok, "a token is no refresh token")
	require.NoError(t, s.Update(t.Context(), now("a"), func(a *account.Account) error {
		a.Settle(noon.Add(2 * time.Hour))
		return nil
	}))
	assert.Empty(t, owner(s, "one"), "expired")
}

func secretsFollowAPanic(t *testing.T, s world.Store) {
	put(t, s, "a")
	assert.Panics(t, func() {
		_ = s.Update(t.Context(), now("a"), func(a *account.Account) error {
			a.RestoreToken(token("one"))
			panic("in the middle")
		})
	})
	assert.Equal(t, account.ID("a"), owner(s, "one"))
	assert.NoError(t, s.Update(t.Context(), now("a"), func(*account.Account) error { return nil }), "the account is free again")
}

func refusedStays(t *testing.T, s world.Store) {
	put(t, s, "a")
	refusal := errors.New("refused")
	err := s.Update(t.Context(), now("a"), func(a *account.Account) error {
		a.RestoreToken(token("one"))
		return refusal
	})
	assert.ErrorIs(t, err, refusal)
	assert.Equal(t, account.ID("a"), owner(s, "one"))
}

func alone(t *testing.T, s world.Store) {
	put(t, s, "a")
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			assert.NoError(t, s.Update(context.WithoutCancel(t.Context()), now("a"), func(a *account.Account) error {
				_, err := a.Move(1, strconv.Itoa(i), noon) // reads and writes: the race detector would see two at once
				return err
			}))
		})
	}
	all.Wait()
	require.NoError(t, s.Update(t.Context(), now("a"), func(a *account.Account) error {
		assert.Equal(t, account.Money(64), a.Wallet.Credit())
		return nil
	}))
}

func othersDoNotWait(t *testing.T, s world.Store) {
	put(t, s, "a", "b")
	require.NoError(t, s.Update(t.Context(), now("a"), func(*account.Account) error {
		return s.Update(t.Context(), now("b"), func(*account.Account) error { return nil }) // would deadlock
	}))
}

func unknown(t *testing.T, s world.Store) {
	err := s.Update(t.Context(), now("nobody"), func(*account.Account) error { panic("called for nobody") })
	assert.ErrorIs(t, err, account.ErrNoAccount)
	assert.False(t, s.Remove("nobody"))
}

func callerLeft(t *testing.T, s world.Store) {
	put(t, s, "a")
	gone, leave := context.WithCancel(t.Context())
	leave()
	err := s.Update(gone, now("a"), func(*account.Account) error { panic("called for somebody who left") })
	assert.ErrorIs(t, err, context.Canceled)
}

func noSharedSecret(t *testing.T, s world.Store) {
	put(t, s, "a")
	twin := newAccount("b")
	twin.Email, twin.APIKey = "a@example.com", "key of a"
	assert.ErrorContains(t, s.Put(twin), "unique")
	assert.Equal(t, []account.ID{"a"}, s.IDs())
}

func replacedLeavesNothing(t *testing.T, s world.Store) {
	first := newAccount("a")
	first.RestoreToken(token("one"))
	require.NoError(t, s.Put(first))
	second := newAccount("a")
	second.APIKey = "another key"
	require.NoError(t, s.Put(second))
	assert.Empty(t, owner(s, "one"))
	_, ok := s.Find(account.Credentials("a@example.com", "key of a"))
	assert.False(t, ok)
	_, ok = s.Find(account.Credentials("a@example.com", "another key"))
	assert.True(t, ok)
	assert.Equal(t, []account.ID{"a"}, s.IDs())
}

func removedLeavesNothing(t *testing.T, s world.Store) {
	a := newAccount("a")
	a.RestoreToken(token("one"))
	require.NoError(t, s.Put(a))
	require.True(t, s.Remove("a"))
	assert.Empty(t, owner(s, "one"))
	assert.Empty(t, s.IDs())
	assert.ErrorIs(t, s.Update(t.Context(), now("a"), func(*account.Account) error { return nil }), account.ErrNoAccount)
}

func replacedAtOnce(t *testing.T, s world.Store) {
	put(t, s, "a", "b")
	twin := newAccount("d")
	twin.Email, twin.APIKey = "c@example.com", "key of c"
	assert.Error(t, s.Replace([]*account.Account{newAccount("c"), twin}))
	assert.Error(t, s.Replace([]*account.Account{newAccount("c"), newAccount("c")}))
	assert.Equal(t, []account.ID{"a", "b"}, s.IDs())

	require.NoError(t, s.Replace([]*account.Account{newAccount("c")}))
	assert.Equal(t, []account.ID{"c"}, s.IDs())
	_, ok := s.Find(account.Credentials("a@example.com", "key of a"))
	assert.False(t, ok)
	_, ok = s.Find(account.Credentials("c@example.com", "key of c"))
	assert.True(t, ok)
}

func waiterTurnedAway(t *testing.T, s world.Store) {
	put(t, s, "a")
	inside, waited, removed := make(chan struct{}), make(chan error, 1), make(chan bool, 1)
	go func() {
		_ = s.Update(context.WithoutCancel(t.Context()), now("a"), func(*account.Account) error {
			close(inside)
			go func() { removed <- s.Remove("a") }()
			go func() {
				waited <- s.Update(context.WithoutCancel(t.Context()), now("a"), func(a *account.Account) error {
					a.RestoreToken(token("late"))
					return nil
				})
			}()
			return nil
		})
	}()
	<-inside
	assert.True(t, <-removed)
	// Whichever came first, nothing of the waiter is left.
	if err := <-waited; err != nil {
		assert.ErrorIs(t, err, account.ErrNoAccount)
	}
	assert.Empty(t, owner(s, "late"))
}

func orderKept(t *testing.T, s world.Store) {
	put(t, s, "c", "a", "b")
	put(t, s, "a")
	assert.Equal(t, []account.ID{"c", "a", "b"}, s.IDs())
}

func heldByMany(t *testing.T, s world.Store) {
	for id, secret := range map[string]string{"a": "shared-secret", "b": "shared-secret", "c": "my odd/secret"} {
		a := newAccount(id)
		require.NoError(t, a.Grants.AddClient(grant.Client{ID: "client of " + id, Secret: secret}))
		require.NoError(t, a.Grants.AddClient(grant.Client{ID: "other client of " + id, Secret: secret}))
		require.NoError(t, a.Grants.AddUser(grant.User{Username: "jane", Password: "password of " + id}))
		require.NoError(t, s.Put(a))
	}
	removed := func(id, client string) {
		require.NoError(t, s.Update(t.Context(), account.Identity{ID: account.ID(id)}, func(a *account.Account) error {
			require.True(t, a.RemoveClient(client))
			return nil
		}))
		assert.False(t, s.Retired("shared-secret"))
	}
	assert.False(t, s.Held("nobody's"))
	assert.True(t, s.Held("password of b"))
	assert.True(t, s.Held("key of b"))
	assert.Contains(t, s.Phrases(), "my odd/secret")
	assert.NotContains(t, s.Phrases(), "shared-secret", "it is a word")
	removed("a", "client of a")
	removed("a", "other client of a")
	removed("b", "client of b")
	assert.True(t, s.Held("shared-secret"))
	require.True(t, s.Remove("b"))
	assert.False(t, s.Held("shared-secret"))
	assert.True(t, s.Retired("shared-secret"))
	require.NoError(t, s.Replace([]*account.Account{newAccount("a")}))
	assert.False(t, s.Held("my odd/secret"))
	assert.True(t, s.Retired("my odd/secret"))
	assert.True(t, s.Held("key of a"))
	assert.Contains(t, s.Phrases(), "my odd/secret")
}
