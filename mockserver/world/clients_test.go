package world_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/world"
)

func TestAFreshAccountDrawsItsClientsAndKeepsItsUsers(t *testing.T) {
	w := newWorld(t, "demo")
	demo, err := w.Account(t.Context(), "demo")
	require.NoError(t, err)
	seen := map[string]bool{"demo-client": true, "demo-secret": true}
	for range 3 {
		made, err := w.Fresh(world.AccountOptions{})
		require.NoError(t, err)
		require.Len(t, made.Clients, 2)
		assert.Equal(t, demo.Users, made.Users)
		for i, c := range made.Clients {
			assert.Regexp(t, `^client-[0-9a-f]{16}$`, c.ID)
			assert.Regexp(t, `^[0-9a-f]{32}$`, c.Secret)
			assert.Equal(t, demo.Clients[i].RedirectURIs, c.RedirectURIs)
			assert.False(t, seen[c.ID] || seen[c.Secret], "each is drawn")
			seen[c.ID], seen[c.Secret] = true, true
			owner, ok := w.Find(account.Secret{Kind: account.ClientID, Value: c.ID})
			require.True(t, ok)
			assert.Equal(t, account.ID(made.ID), owner.ID)
		}
		f, err := w.Account(t.Context(), account.ID(made.ID))
		require.NoError(t, err)
		assert.Equal(t, made.Clients, f.Clients)
	}
}

func TestAClientIsRegisteredOnceInAServer(t *testing.T) {
	w, ctx := newWorld(t, "demo"), t.Context()
	drawn, err := w.AddClient(ctx, "demo", fixtures.Client{})
	require.NoError(t, err)
	assert.Regexp(t, `^client-[0-9a-f]{16}$`, drawn.ID)
	again, err := w.AddClient(ctx, "demo", fixtures.Client{})
	require.NoError(t, err)
	assert.NotEqual(t, drawn.ID, again.ID)
	_, err = w.AddClient(ctx, "demo-sandbox", fixtures.Client{ID: "demo-client"})
	assert.ErrorIs(t, err, world.ErrClientTaken, "whichever account it is of")
	_, err = w.AddClient(ctx, "demo", fixtures.Client{ID: "a b"})
	assert.ErrorContains(t, err, "is not a client id")
	_, err = w.AddClient(ctx, "nobody", fixtures.Client{})
	assert.ErrorIs(t, err, account.ErrNoAccount)

	require.NoError(t, w.RemoveClient(ctx, "demo", drawn.ID))
	assert.ErrorIs(t, w.RemoveClient(ctx, "demo", drawn.ID), world.ErrNoClient)
	_, found := w.Find(account.Secret{Kind: account.ClientID, Value: drawn.ID})
	assert.False(t, found)
	_, err = w.AddClient(ctx, "demo-sandbox", fixtures.Client{ID: drawn.ID})
	require.NoError(t, err, "its id is free")

	require.NoError(t, w.AddUser(ctx, "demo", fixtures.User{Username: "ada", Password: "x"}))
	assert.ErrorIs(t, w.AddUser(ctx, "demo", fixtures.User{Username: "ada", Password: "y"}), world.ErrUserTaken)
	assert.ErrorContains(t, w.AddUser(ctx, "demo", fixtures.User{Username: "eve"}), "is not a password")
	require.NoError(t, w.RemoveUser(ctx, "demo", "ada"))
	assert.ErrorIs(t, w.RemoveUser(ctx, "demo", "ada"), world.ErrNoUser)

	require.NoError(t, w.ResetAccount("demo"))
	f, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	assert.Len(t, f.Clients, 2)
	assert.Len(t, f.Users, 1)
}

func TestAClientWhoseIDWasTakenIsDrawnAgain(t *testing.T) {
	w, ctx := newWorld(t, "demo"), t.Context()
	first, err := w.AddClient(ctx, "demo", fixtures.Client{})
	require.NoError(t, err)
	f, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	f.Issued = map[string]uint64{"token": 1} // a state without its counts draws the same ones again
	require.NoError(t, w.PutAccount(f))
	second, err := w.AddClient(ctx, "demo", fixtures.Client{})
	require.NoError(t, err)
	assert.NotEqual(t, first.ID, second.ID)
}

func TestAClientHasARateLimit(t *testing.T) {
	w, ctx := newWorld(t, "demo"), t.Context()
	limit := func(want int64) {
		t.Helper()
		l, err := w.ClientRateLimit(ctx, "demo-client")
		require.NoError(t, err)
		assert.Equal(t, want, l.Limit)
	}
	limit(w.RateLimit().Limit)
	require.NoError(t, w.SetAccountRateLimit(ctx, "demo", account.RateLimit{Limit: 5, Window: time.Hour, Enabled: true}))
	limit(5)
	require.NoError(t, w.SetClientRateLimit(ctx, "demo-client", account.RateLimit{Limit: 7, Window: time.Hour, Enabled: true}))
	limit(7)
	_, err := w.ClientRateLimit(ctx, "nobody")
	assert.ErrorIs(t, err, world.ErrNoClient)
	assert.ErrorIs(t, w.SetClientRateLimit(ctx, "nobody", account.RateLimit{}), world.ErrNoClient)
}

// TestGrantsArePartOfTheState leads everything that can be granted through each way in which an
// account goes on elsewhere.
func TestGrantsArePartOfTheState(t *testing.T) {
	w, ctx := newWorld(t, "demo"), t.Context()
	f, err := w.Account(ctx, "demo")
	require.NoError(t, err)
	now := w.Time().Now.Truncate(time.Second)
	at := func(d time.Duration) fixtures.When { return fixtures.At(now.Add(d)) }
	used := at(-5 * time.Second)
	f.Clients[0].RateLimit = &fixtures.RateLimit{Limit: 3, Window: "1m0s", Enabled: true}
	f.Clients[0].Quota = &fixtures.Quota{Start: at(0), Used: 2}
	f.Clients = append(f.Clients, fixtures.Client{ID: "off", Secret: "s", Disabled: true})
	common := fixtures.Code{Code: "open", ClientID: "demo-client", Username: "johndoe", RedirectURI: "https://example.com/callback", IssuedAt: at(-time.Second), ExpiresAt: at(time.Minute)}
	assumed, hashed, spent, lapsed := common, common, common, common
	assumed.Code, assumed.Challenge = "assumed", "c"
	hashed.Code, hashed.Challenge, hashed.ChallengeMethod = "hashed", "c", "S256"
	spent.Code, spent.UsedAt, spent.UsedBy, spent.Token, spent.Revoked = "spent", &used, "7", "gone", true
	lapsed.Code, lapsed.Expired = "lapsed", true
	lapsed.IssuedAt, lapsed.ExpiresAt = at(-70*time.Second), at(-10*time.Second)
	f.Codes = []fixtures.Code{common, assumed, hashed, spent, lapsed}
	f.GrantTokens = []fixtures.GrantToken{
		{Token: "t", ClientID: "demo-client", Username: "johndoe", IssuedAt: at(0), ExpiresAt: at(time.Hour)},
		{Token: "sk-t", ClientID: "YOUR_CLIENT_ID", IssuedAt: at(0), ExpiresAt: at(time.Minute)},
	}
	require.NoError(t, w.PutAccount(f))
	same := func(how string, w *world.World) {
		t.Helper()
		got, err := w.Account(ctx, "demo")
		require.NoError(t, err)
		assert.Equal(t, text(t, f.Clients), text(t, got.Clients), how)
		assert.Equal(t, text(t, f.Users), text(t, got.Users), how)
		assert.Equal(t, text(t, f.Codes), text(t, got.Codes), how)
		assert.Equal(t, text(t, f.GrantTokens), text(t, got.GrantTokens), how)
		owner, ok := w.Find(account.Secret{Kind: account.GrantToken, Value: "sk-t"})
		assert.True(t, ok && owner.ID == "demo", how)
		violations, err := w.Violations(ctx, "demo")
		require.NoError(t, err)
		assert.Empty(t, violations, how)
	}
	same("put", w)
	require.NoError(t, w.ResetAccount("demo"))
	same("reset", w)
	_, err = w.TakeSnapshot(ctx, "before", "")
	require.NoError(t, err)
	require.NoError(t, w.RemoveClient(ctx, "demo", "demo-client"))
	require.NoError(t, w.RestoreSnapshot("before", ""))
	same("snapshot", w)
	state, err := w.State(ctx)
	require.NoError(t, err)
	other := newWorld(t, "empty")
	require.NoError(t, other.Import(&state))
	same("import", other)
	_, found := other.Find(account.Secret{Kind: account.ClientID, Value: "empty-client"})
	assert.False(t, found)

	_, fired, err := w.AdvanceAccount(ctx, account.Identity{ID: "demo"}, time.Minute)
	require.NoError(t, err)
	var what []string
	for _, e := range fired {
		what = append(what, e.What+" "+e.ID)
	}
	assert.Equal(t, []string{"code.expired open", "code.expired assumed", "code.expired hashed", "grant-token.expired sk-t"}, what)
	fresh, err := w.Fresh(world.AccountOptions{})
	require.NoError(t, err)
	made, err := w.Account(ctx, account.ID(fresh.ID))
	require.NoError(t, err)
	assert.Empty(t, made.Codes)
	assert.Empty(t, made.GrantTokens)
	_, ok := w.Find(account.Secret{Kind: account.GrantCode, Value: grant.Code{Value: "open"}.Value})
	assert.True(t, ok, "a code that expired is remembered")
}
