package world_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/store"
	"oauthmock/mockserver/world"
)

const (
	start = "GET:company.openapi.com/IT-start"
	free  = "GET:free.openapi.com/month"
	ask   = "GET:limited.openapi.com/ask"
)

var began = time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)

// paidWorld is a world with an account in each environment, 10.00 in each wallet, and everything
// that a call can be paid from.
func paidWorld() *fixtures.World {
	now, three := fixtures.At(began), int64(3)
	prices := func(units fixtures.Amount) fixtures.Prices { return fixtures.Prices{{Key: "any", Amount: units}} }
	one := fixtures.Account{
		ID: "one", Email: "a@example.com", APIKey: "0123456789abcdef0123456789abcdef", Environment: "production", CreatedAt: now, EnabledScopes: []string{"*:*/*"},
		Wallet: fixtures.Wallet{CreatedAt: now, Transactions: []fixtures.Transaction{{ID: "txn_66064804b25145ee88ee20d6", Amount: 100_000, CreatedAt: now, Description: "Opening"}}},
		Subscriptions: []fixtures.Subscription{{
			ID: "66064804b25145ee88ee20d7", Scope: start, Type: "month", Active: true, TotalRequests: 7, AvailableRequests: 5, Price: 2000,
			StartsAt: now, ExpiresAt: fixtures.At(began.AddDate(0, 0, 30)), CreatedAt: now, UpdatedAt: now,
		}},
		Usage: []fixtures.Usage{{Day: fixtures.At(began.Truncate(24 * time.Hour)), Scope: free, TotalRequests: 1}},
	}
	two := one
	two.ID, two.APIKey, two.Environment = "two", "fedcba9876543210fedcba9876543210", "sandbox"
	return &fixtures.World{
		Version: fixtures.Version, Name: "paid", Accounts: []fixtures.Account{one, two},
		Catalogue: []fixtures.Service{
			{Domain: "company.openapi.com", Scopes: []fixtures.Scope{{ID: "682c9f5a51671f7ef264c4fd", Method: "GET", Endpoint: "IT-start", Prices: prices(600)}}},
			{Domain: "free.openapi.com", Scopes: []fixtures.Scope{{ID: "682c9f5a51671f7ef264c4fe", Method: "GET", Endpoint: "month", FreeLimits: fixtures.FreeLimits{Month: &three}, Prices: prices(50)}}},
			{Domain: "limited.openapi.com", Scopes: []fixtures.Scope{{ID: "682c9f5a51671f7ef264c4ff", Method: "GET", Endpoint: "ask", RateLimit: "2/1m", Prices: prices(1)}}},
		},
	}
}

// paying is a world with the service over its accounts.
type paying struct {
	*world.World
	*account.Service
	clock *clock.Clock
	store *store.Memory
}

// unlimited is a rate limit that is switched off.
var unlimited = account.RateLimit{Limit: 10_000, Window: time.Minute}

func newPaying(t testing.TB, f *fixtures.World) *paying {
	t.Helper()
	return newRetaining(t, f, account.Retention{})
}

func newRetaining(t testing.TB, f *fixtures.World, kept account.Retention) *paying {
	t.Helper()
	require.NoError(t, f.Validate())
	p := &paying{clock: clock.New(clock.Real), store: store.NewMemory()}
	var err error
	p.World, err = world.New(world.Config{Fixtures: world.Static(f), Clock: p.clock, Store: p.store, Seed: 1, Start: began, Frozen: true, RateLimit: unlimited, Retention: kept})
	require.NoError(t, err)
	p.Service = account.NewService(p.store, p.clock, p.RateLimit)
	return p
}

// caller is who calls the OAuth API, or a service, for an account.
func caller(id account.ID) account.Call {
	return account.Call{
		Account: account.Identity{ID: id}, IP: "192.0.2.1", Scope: account.NameScope("GET", "oauth.openapi.com", "tokens"),
		Failure: func(r account.Reason) account.Failure {
			return account.Failure{Status: 499, Code: "1", Message: string(r)}
		},
	}
}

func (p *paying) token(t testing.TB, id account.ID, limits account.LimitsChange) account.Token {
	t.Helper()
	made, _, err := p.CreateToken(t.Context(), caller(id), account.TokenRequest{Scopes: account.Change[[]string]{Present: true, Value: []string{"*:*/*"}}, Limits: limits})
	require.NoError(t, err)
	return made
}

// use calls a service, by the scope's production name.
func (p *paying) use(t testing.TB, id account.ID, token, scope string) (account.Charge, account.Receipt, error) {
	s, _ := account.ParsePattern(scope)
	return p.UseService(t.Context(), caller(id), token, account.Target{Method: s.Method, Domain: s.Host, Path: s.Path}, nil)
}

func (p *paying) paid(t testing.TB, times int, id account.ID, token, scope string, by account.Payer) {
	t.Helper()
	for n := range times {
		c, _, err := p.use(t, id, token, scope)
		require.NoError(t, err, "call %d", n+1)
		require.Equal(t, by, c.PaidBy, "call %d", n+1)
	}
}

// sound wants every invariant of every account to hold.
func (p *paying) sound(t testing.TB) {
	t.Helper()
	off, err := p.Violations(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, off)
}

func reason(err error) account.Reason {
	if refusal, ok := errors.AsType[*account.Refusal](err); ok {
		return refusal.Reason
	}
	return ""
}
