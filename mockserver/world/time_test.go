package world_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/store"
	"oauthmock/mockserver/world"
)

// A running clock passes what falls due although nobody looks. A clock that goes back later undoes
// nothing of it.
func TestWhatFellDueByItselfStaysSoWhenTheClockGoesBack(t *testing.T) {
	for name, back := range map[string]func(context.Context, *world.World, world.Time) ([]world.Fired, error){
		"the server's": func(ctx context.Context, w *world.World, to world.Time) ([]world.Fired, error) {
			_, fired, err := w.SetTime(ctx, to)
			return fired, err
		},
		"the account's": func(ctx context.Context, w *world.World, to world.Time) ([]world.Fired, error) {
			_, fired, err := w.SetAccountTime(ctx, "demo", to)
			return fired, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := fixtures.Named("demo")
			require.NoError(t, err)
			passed := time.Duration(0)
			now := clock.New(func() time.Time { return began.Add(passed) })
			w, err := world.New(world.Config{Fixtures: world.Static(f), Clock: now, Store: store.NewMemory(), Seed: 1, RateLimit: unlimited})
			require.NoError(t, err)
			before, err := w.Account(t.Context(), "demo")
			require.NoError(t, err)
			passed = 20 * 365 * 24 * time.Hour // while nobody looks
			fired, err := back(t.Context(), w, world.Time{Now: began})
			require.NoError(t, err)
			expired := 0
			for _, e := range fired {
				if e.Account == "demo" && e.What == "token.expired" {
					expired++
				}
			}
			assert.Len(t, before.Tokens, expired)
			after, err := w.Account(t.Context(), "demo")
			require.NoError(t, err)
			assert.Empty(t, after.Tokens)
			at, err := w.AccountTime(t.Context(), account.ID("demo"))
			require.NoError(t, err)
			assert.Equal(t, began, at.Now)
		})
	}
}
