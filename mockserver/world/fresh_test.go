package world_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// TestWhatHappensToAFreshAccountHappensToNoOther changes everything that can change in one of two
// that were made alike.
func TestWhatHappensToAFreshAccountHappensToNoOther(t *testing.T) {
	w := newWorld(t, "demo")
	ctx := t.Context()
	var made [2]fixtures.Account
	for i := range made {
		one, err := w.Fresh(world.AccountOptions{Fixture: "demo"})
		require.NoError(t, err)
		made[i], err = w.Account(ctx, account.ID(one.ID))
		require.NoError(t, err)
	}
	template, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	before := text(t, template)

	id := account.ID(made[0].ID)
	_, _, err = w.Recharge(ctx, id, account.Unit, "test")
	require.NoError(t, err)
	require.NoError(t, w.SetAccountRateLimit(ctx, id, account.RateLimit{Limit: 1, Window: time.Hour, Enabled: true}))
	_, fired, err := w.AdvanceAccount(ctx, account.Identity{ID: id}, 10_000*time.Hour)
	require.NoError(t, err)
	assert.NotEmpty(t, fired, "tokens expired, subscriptions were renewed")
	changed, err := w.Account(ctx, id)
	require.NoError(t, err)
	assert.NotEqual(t, text(t, made[0]), text(t, changed))

	other, err := w.Account(ctx, account.ID(made[1].ID))
	require.NoError(t, err)
	assert.JSONEq(t, text(t, made[1]), text(t, other))
	template, err = w.Account(ctx, "demo")
	require.NoError(t, err)
	assert.JSONEq(t, before, text(t, template))

	require.NoError(t, w.ResetAccount(id))
	again, err := w.Account(ctx, id)
	require.NoError(t, err)
	assert.JSONEq(t, text(t, made[0]), text(t, again))
}

func TestAFreshAccountIsLikeItsFixture(t *testing.T) {
	w := newWorld(t, "demo")
	for name, c := range map[string]struct {
		options      world.AccountOptions
		tokens, days int
	}{
		"demo":                    {world.AccountOptions{Fixture: "demo"}, 7, 199},
		"the one it started with": {world.AccountOptions{}, 7, 199},
		"demo in the sandbox":     {world.AccountOptions{Environment: "sandbox"}, 2, 11},
		"empty":                   {world.AccountOptions{Fixture: "empty"}, 0, 0},
		"a generated one":         {world.AccountOptions{Fixture: "generated:seed=7,tokens=30"}, 30, -1},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the second one comes from the template
				made, err := w.Fresh(c.options)
				require.NoError(t, err)
				f, err := w.Account(t.Context(), account.ID(made.ID))
				require.NoError(t, err)
				assert.Len(t, f.Tokens, c.tokens)
				if c.days >= 0 {
					assert.Len(t, f.Usage, c.days)
				}
				assert.Equal(t, []string{made.Email, made.APIKey, made.Environment}, []string{f.Email, f.APIKey, f.Environment})
			}
		})
	}
}

func TestAnOpenAccountMayDoEverything(t *testing.T) {
	w := newWorld(t, "demo")
	for _, environment := range []string{"production", "sandbox"} {
		made, err := w.Fresh(world.AccountOptions{Fixture: "empty", Environment: environment, Open: true})
		require.NoError(t, err)
		f, err := w.Account(t.Context(), account.ID(made.ID))
		require.NoError(t, err)
		catalogue := fixtures.DefaultCatalogue()
		require.NoError(t, f.Validate(catalogue))
		assert.Equal(t, []string{"*:*/*"}, f.EnabledScopes)
		for _, service := range catalogue {
			for _, s := range service.Scopes {
				assert.Subset(t, f.RequirementsMet, s.Requirements)
			}
		}
	}
	closed, err := w.Fresh(world.AccountOptions{Fixture: "empty"})
	require.NoError(t, err)
	f, err := w.Account(t.Context(), account.ID(closed.ID))
	require.NoError(t, err)
	assert.NotEqual(t, []string{"*:*/*"}, f.EnabledScopes)
}
