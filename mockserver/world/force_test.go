package world_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// TestWhatIsDoneToACallersAccountIsDoneToNoOtherLifeOfIt does what rules of faults do, for callers
// who were authenticated before a reset.
func TestWhatIsDoneToACallersAccountIsDoneToNoOtherLifeOfIt(t *testing.T) {
	ctx := t.Context()
	w := newWorld(t, "demo")
	find := func() account.Identity {
		who, ok := w.Find(account.Credentials("dev@example.com", "0123456789abcdef0123456789abcdef"))
		require.True(t, ok)
		return who
	}
	earlier := find()
	require.NoError(t, w.Reset())
	before, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	done := func(who account.Identity) map[string]error {
		_, _, advanced := w.AdvanceAccount(ctx, who, time.Hour)
		return map[string]error{"credit": w.SetCredit(ctx, who, 0, "x"), "tokens": w.ExpireTokens(ctx, who), "clock": advanced}
	}
	for what, err := range done(earlier) {
		assert.ErrorIs(t, err, account.ErrNoAccount, what)
	}
	after, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	assert.Equal(t, before, after)
	for _, who := range []account.Identity{find(), {ID: "demo"}} {
		for what, err := range done(who) {
			assert.NoError(t, err, what)
		}
	}
}
