package world_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

func TestASnapshotIsComeBackToAsOftenAsOneLikes(t *testing.T) {
	w := newWorld(t, "demo")
	move := func(amount account.Money) string {
		_, booked, err := w.Recharge(t.Context(), "demo", amount, "test")
		require.NoError(t, err)
		return booked.ID
	}
	move(1)
	taken, err := w.TakeSnapshot(t.Context(), "before", "")
	require.NoError(t, err)
	assert.Equal(t, world.Snapshot{Name: "before", At: w.Time().Now, Accounts: 2}, taken)
	before, err := w.State(t.Context())
	require.NoError(t, err)

	var drawn []string
	for range 2 {
		drawn = append(drawn, move(2), move(3))
		made, err := w.Fresh(world.AccountOptions{Fixture: "empty"})
		require.NoError(t, err)
		drawn = append(drawn, made.ID)
		require.True(t, w.RemoveAccount("demo-sandbox"))
		w.SetRateLimit(account.RateLimit{Limit: 5, Window: time.Second, Enabled: true})
		_, _, err = w.Advance(t.Context(), 1000*time.Hour)
		require.NoError(t, err)

		require.NoError(t, w.RestoreSnapshot("before", ""))
		after, err := w.State(t.Context())
		require.NoError(t, err)
		assert.Equal(t, before, after)
	}
	assert.Equal(t, drawn[:3], drawn[3:], "the same ids are drawn again")
	require.NoError(t, w.ResetAccount("demo"))
	one, err := w.Account(t.Context(), "demo")
	require.NoError(t, err)
	assert.Len(t, one.Wallet.Transactions, 31, "a reset leads to the fixture and not to the snapshot")

	require.NoError(t, w.Reset())
	assert.Len(t, w.Snapshots(), 1, "a reset leaves snapshots")
	require.NoError(t, w.RestoreSnapshot("before", ""))
	assert.True(t, w.RemoveSnapshot("before"))
	assert.ErrorIs(t, w.RestoreSnapshot("before", ""), world.ErrNoSnapshot)
}

func TestASnapshotOfOneAccountLeavesTheOthersAlone(t *testing.T) {
	w := newWorld(t, "demo")
	ctx := t.Context()
	_, _, err := w.SetAccountTime(ctx, "demo", world.Time{Now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	before, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	taken, err := w.TakeSnapshot(ctx, "one", "demo")
	require.NoError(t, err)
	assert.Equal(t, world.Snapshot{Name: "one", Account: "demo", At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Accounts: 1}, taken)
	_, err = w.TakeSnapshot(ctx, "all", "")
	require.NoError(t, err)

	for name, id := range map[string]account.ID{"one": "", "all": "demo"} {
		t.Run(name, func(t *testing.T) {
			for _, id := range []account.ID{"demo", "demo-sandbox"} {
				_, _, err := w.Recharge(ctx, id, 7*account.Unit, "test")
				require.NoError(t, err)
			}
			_, _, err := w.Advance(ctx, 24*time.Hour)
			require.NoError(t, err)
			other, err := w.Account(ctx, "demo-sandbox")
			require.NoError(t, err)

			require.NoError(t, w.RestoreSnapshot(name, id))
			f, err := w.Account(ctx, "demo")
			require.NoError(t, err)
			assert.Equal(t, before.Wallet, f.Wallet)
			at, err := w.AccountTime(ctx, "demo")
			require.NoError(t, err)
			assert.Equal(t, taken.At, at.Now, "its clock shows what it showed")
			same, err := w.Account(ctx, "demo-sandbox")
			require.NoError(t, err)
			assert.Equal(t, other, same)
		})
	}
	assert.ErrorIs(t, w.RestoreSnapshot("one", "demo-sandbox"), account.ErrNoAccount)
	require.True(t, w.RemoveAccount("demo"))
	require.NoError(t, w.RestoreSnapshot("one", ""))
	_, err = w.Account(ctx, "demo")
	assert.NoError(t, err, "who was removed is back")
}

func TestASnapshotWhoseSecretsSomebodyElseHasIsNotRestored(t *testing.T) {
	w := newWorld(t, "demo")
	_, err := w.TakeSnapshot(t.Context(), "one", "demo")
	require.NoError(t, err)
	f, err := w.Account(t.Context(), "demo")
	require.NoError(t, err)
	require.True(t, w.RemoveAccount("demo"))
	f.ID = "other"
	require.NoError(t, w.PutAccount(f))
	assert.ErrorIs(t, w.RestoreSnapshot("one", ""), world.ErrTaken)
	_, err = w.Account(t.Context(), "other")
	assert.NoError(t, err)
}

func TestSnapshotsAreBounded(t *testing.T) {
	w := newWorld(t, "empty")
	for _, name := range []string{"", "a/b", "ü", string(make([]byte, 65))} {
		_, err := w.TakeSnapshot(t.Context(), name, "")
		assert.ErrorIs(t, err, world.ErrSnapshotName, "%q", name)
	}
	for i := range world.MaxSnapshots {
		_, err := w.TakeSnapshot(t.Context(), fmt.Sprint(i), "")
		require.NoError(t, err)
	}
	_, err := w.TakeSnapshot(t.Context(), "one-too-many", "")
	require.ErrorIs(t, err, world.ErrSnapshots)
	_, err = w.TakeSnapshot(t.Context(), "7", "")
	assert.NoError(t, err, "in the place of another there is room")
}

func TestWhoWaitsIsCancelledByWhatChangesWhatTheyWaitFor(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world.World) error
		// whose waiting ends: nobody's, demo's, demo-sandbox's
		ends [3]bool
	}{
		"a reset":               {func(w *world.World) error { return w.Reset() }, [3]bool{true, true, true}},
		"a reset of demo":       {func(w *world.World) error { return w.ResetAccount("demo") }, [3]bool{false, true, false}},
		"demo is removed":       {func(w *world.World) error { w.RemoveAccount("demo"); return nil }, [3]bool{false, true, false}},
		"a snapshot":            {func(w *world.World) error { return w.RestoreSnapshot("all", "") }, [3]bool{true, true, true}},
		"a snapshot of sandbox": {func(w *world.World) error { return w.RestoreSnapshot("all", "demo-sandbox") }, [3]bool{false, false, true}},
		"a reset of nobody": {func(w *world.World) error {
			if errors.Is(w.ResetAccount("nobody"), account.ErrNoAccount) {
				return nil
			}
			return errors.New("it was reset")
		}, [3]bool{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "demo")
			_, err := w.TakeSnapshot(t.Context(), "all", "")
			require.NoError(t, err)
			everybody, stop := w.Within(t.Context(), "")
			defer stop()
			demo, stop := w.Within(t.Context(), "demo")
			defer stop()
			sandbox, stop := w.Within(t.Context(), "demo-sandbox")
			defer stop()
			require.NoError(t, c.change(w))
			for i, ctx := range []context.Context{everybody, demo, sandbox} {
				assert.Equal(t, c.ends[i], ctx.Err() != nil)
				if c.ends[i] {
					assert.ErrorIs(t, context.Cause(ctx), world.ErrReset)
				}
			}
		})
	}
}
