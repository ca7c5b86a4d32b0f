package world_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/store"
	"oauthmock/mockserver/world"
)

func newWorld(t testing.TB, fixture string) *world.World {
	t.Helper()
	f, err := fixtures.Named(fixture)
	require.NoError(t, err)
	w, err := world.New(world.Config{
		Fixtures: world.Static(f), Clock: clock.New(clock.Real), Store: store.NewMemory(), Seed: 1,
		Start: time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC), Frozen: true, RateLimit: account.RateLimit{Limit: 10_000, Window: time.Minute, Enabled: true},
	})
	require.NoError(t, err)
	return w
}

// BenchmarkFresh makes fresh accounts and removes them again.
func BenchmarkFresh(b *testing.B) {
	for _, options := range []world.AccountOptions{{Fixture: "empty"}, {Fixture: "demo"}, {Fixture: "demo", Environment: "sandbox"}, {Fixture: "demo", Email: "me@example.com"}} {
		b.Run(options.Fixture+" "+options.Environment+options.Email, func(b *testing.B) {
			w := newWorld(b, "demo")
			b.ReportAllocs()
			for b.Loop() {
				a, err := w.Fresh(options)
				if err != nil {
					b.Fatal(err)
				}
				w.RemoveAccount(account.ID(a.ID))
			}
		})
	}
}

// BenchmarkReset puts a server with a thousand accounts back to the start; making those is not
// counted.
func BenchmarkReset(b *testing.B) {
	w := newWorld(b, "demo")
	for b.Loop() {
		b.StopTimer()
		for range 1000 {
			if _, err := w.Fresh(world.AccountOptions{Fixture: "empty"}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if err := w.Reset(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSnapshot takes a snapshot of the demo world, and comes back to it.
func BenchmarkSnapshot(b *testing.B) {
	w := newWorld(b, "demo")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.TakeSnapshot(b.Context(), "before", ""); err != nil {
			b.Fatal(err)
		}
		if err := w.RestoreSnapshot("before", ""); err != nil {
			b.Fatal(err)
		}
	}
}
