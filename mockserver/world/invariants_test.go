package world_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

func TestEveryWorldBeginsWithInvariantsThatHold(t *testing.T) {
	for _, name := range []string{"demo", "empty", "generated:seed=7,tokens=50"} {
		t.Run(name, func(t *testing.T) {
			f, err := fixtures.Open(name)
			require.NoError(t, err)
			p := newPaying(t, f)
			p.sound(t)
			_, _, err = p.Advance(t.Context(), 800*24*time.Hour) // subscriptions renew or end, tokens expire
			require.NoError(t, err)
			p.sound(t)
		})
	}
}

func TestWhatIsOffIsToldWithItsAccount(t *testing.T) {
	ctx := t.Context()
	p := newPaying(t, paidWorld())
	p.sound(t)
	err := p.store.Update(ctx, account.Identity{ID: "two"}, func(a *account.Account) error {
		a.Subscriptions[0].AvailableRequests = -3
		return nil
	})
	require.NoError(t, err)
	want := []world.Violation{{Account: "two", Violation: account.Violation{
		Invariant: "subscription.requests", Detail: "subscription 66064804b25145ee88ee20d7 has -3 of 7 requests left",
	}}}
	for id, off := range map[account.ID][]world.Violation{"": want, "two": want, "one": {}} {
		found, err := p.Violations(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, off, found, "of %q", id)
	}
	_, err = p.Violations(ctx, "nobody")
	assert.ErrorIs(t, err, account.ErrNoAccount)
	require.NoError(t, p.ResetAccount("two"))
	p.sound(t)
}

func TestASecretThatLeadsToNobodyIsTold(t *testing.T) {
	p := newPaying(t, paidWorld())
	made := p.token(t, "one", account.LimitsChange{})
	require.NoError(t, p.store.Update(t.Context(), account.Identity{ID: "one"}, func(a *account.Account) error {
		live, _ := a.Tokens.Get(made.Value)
		live.RefreshToken = "000000000000000000000000"
		return nil
	}))
	off, err := p.Violations(t.Context(), "")
	require.NoError(t, err)
	assert.Equal(t, []world.Violation{{Account: "one", Violation: account.Violation{
		Invariant: "store.secrets", Detail: "1 of the account's credentials, tokens and refresh tokens lead to nobody, or to another account",
	}}}, off)
}

func TestOfManyAccountsThatAreOffNotAllIsTold(t *testing.T) {
	p := newPaying(t, paidWorld())
	for range 11 {
		made, err := p.Fresh(world.AccountOptions{})
		require.NoError(t, err)
		require.NoError(t, p.store.Update(t.Context(), account.Identity{ID: account.ID(made.ID)}, func(a *account.Account) error {
			for n := range 200 {
				a.Subscriptions = append(a.Subscriptions, &account.Subscription{ID: fmt.Sprint(n), AvailableRequests: -1})
			}
			return nil
		}))
	}
	off, err := p.Violations(t.Context(), "")
	require.NoError(t, err)
	assert.Len(t, off, 1000)
}

// TestRetentionBelongsToEveryAccountHoweverItIsMade makes accounts in all ways that there are.
func TestRetentionBelongsToEveryAccountHoweverItIsMade(t *testing.T) {
	ctx := t.Context()
	p := newRetaining(t, paidWorld(), account.Retention{Transactions: 10, Errors: 3, Addresses: 2})
	state, err := p.State(ctx)
	require.NoError(t, err)
	_, err = p.TakeSnapshot(ctx, "all", "")
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		again func() (account.ID, error)
	}{
		{"from the start", func() (account.ID, error) { return "one", nil }},
		{"fresh", func() (account.ID, error) { f, err := p.Fresh(world.AccountOptions{}); return account.ID(f.ID), err }},
		{"reset", func() (account.ID, error) { return "one", p.ResetAccount("one") }},
		{"all reset", func() (account.ID, error) { return "one", p.Reset() }},
		{"imported", func() (account.ID, error) { return "one", p.Import(&state) }},
		{"of the snapshot", func() (account.ID, error) { return "one", p.RestoreSnapshot("all", "") }},
		{"put", func() (account.ID, error) { return "one", p.PutAccount(paidWorld().Accounts[0]) }},
		{"admitted", func() (account.ID, error) {
			i, err := p.Admit("new@example.com", "00000000000000000000000000000001", account.Production)
			return i.ID, err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, err := c.again()
			require.NoError(t, err)
			made := p.token(t, id, account.LimitsChange{})
			for n := range 40 {
				c := caller(id)
				c.IP = fmt.Sprintf("203.0.113.%d", n)
				_, _, err := p.UseService(ctx, c, made.Value, account.Target{Method: "GET", Domain: "company.openapi.com", Path: "IT-start"}, nil)
				require.NoError(t, err)
				_, err = p.Refuse(ctx, c, account.Refuse(account.Internal, ""))
				require.Error(t, err)
			}
			f, err := p.Account(ctx, id)
			require.NoError(t, err)
			assert.LessOrEqual(t, len(f.Wallet.Transactions), 10)
			assert.Equal(t, fixtures.Amount(100_000-35*600), f.Wallet.Credit())
			assert.Len(t, f.Errors, 3)
			for _, u := range f.Usage {
				assert.LessOrEqual(t, len(u.IP), 2)
			}
			require.NoError(t, (&fixtures.World{Version: fixtures.Version, Catalogue: state.Catalogue, Accounts: []fixtures.Account{f}, Server: state.Server}).Validate())
			p.sound(t)
		})
	}
}

// TestSixtyFourCallersAtOnceLeaveExactSums lets callers share tokens whose limits end, a wallet
// that ends, a subscription and free requests that end, while tokens rotate and are deleted,
// somebody recharges, and somebody checks the invariants all the time.
func TestSixtyFourCallersAtOnceLeaveExactSums(t *testing.T) {
	const callers, rounds, rotations, price = 64, 40, 500, 600
	ctx := t.Context()
	f := paidWorld()
	f.Accounts[0].Wallet.Transactions[0].Amount = 1000*price + 599
	p := newPaying(t, f)
	one, limit := account.ID("one"), func(n int64) account.Change[int64] { return account.Change[int64]{Present: true, Value: n} }
	limited := p.token(t, one, account.LimitsChange{TotalRequests: limit(150)}).Value
	frugal := p.token(t, one, account.LimitsChange{WalletAmount: account.Change[account.Money]{Present: true, Value: 99*price + price - 1}}).Value
	open := p.token(t, one, account.LimitsChange{}).Value
	turning := p.token(t, one, account.LimitsChange{TotalRequests: limit(77)}) // rotates again and again, and is still one token with one limit

	var tokenMu sync.Mutex
	current := func() account.Token {
		tokenMu.Lock()
		defer tokenMu.Unlock()
		return turning
	}
	var by sync.Map // "limited/wallet" → *atomic.Int64
	count := func(what string) {
		n, _ := by.LoadOrStore(what, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	done := make(chan struct{})
	var callersDone, others sync.WaitGroup
	others.Go(func() { // rotates, but not for ever: a caller who comes too late each time gets its turn in the end
		for range rotations {
			select {
			case <-done:
				return
			default:
			}
			old := current()
			next, _, err := p.UpdateTokenAsBearer(ctx, caller(one), old.Value, old.RefreshToken, account.TokenRequest{})
			if !assert.NoError(t, err) {
				return
			}
			tokenMu.Lock()
			turning = next
			tokenMu.Unlock()
		}
	})
	others.Go(func() { // checks
		for {
			select {
			case <-done:
				return
			default:
			}
			off, err := p.Violations(ctx, "")
			if !assert.NoError(t, err) || !assert.Empty(t, off) {
				return
			}
		}
	})
	var made sync.Map // stats of tokens at their end are lost with them: what they paid is counted here
	for n := range callers {
		callersDone.Go(func() {
			short := p.token(t, one, account.LimitsChange{}).Value
			for range rounds {
				for name, token := range map[string]string{"limited": limited, "frugal": frugal, "open": open, "turning": current().Value, "short": short} {
					scope := start
					if name == "open" && n%2 == 0 {
						scope = free
					}
					c, _, err := p.use(t, one, token, scope)
					for name == "turning" && reason(err) == account.AccessTokenInvalid {
						c, _, err = p.use(t, one, current().Value, scope) // it rotated in between
					}
					if err != nil {
						if refusal, ok := errors.AsType[*account.Refusal](err); ok {
							count(name + " refused: " + string(refusal.Reason))
							continue
						}
						t.Error(err)
						return
					}
					count(name + " " + string(c.PaidBy))
					count("all " + string(c.PaidBy))
					if c.Amount > 0 {
						n, _ := made.LoadOrStore("amount", new(atomic.Int64))
						n.(*atomic.Int64).Add(int64(c.Amount))
					}
				}
			}
			_, err := p.DeleteToken(ctx, caller(one), short)
			assert.NoError(t, err)
		})
	}
	callersDone.Wait()
	close(done)
	others.Wait()
	p.sound(t)

	counted := func(what string) int64 {
		n, ok := by.Load(what)
		if !ok {
			return 0
		}
		return n.(*atomic.Int64).Load()
	}
	amount, _ := made.Load("amount")
	spent := fixtures.Amount(amount.(*atomic.Int64).Load())
	last, err := p.Account(ctx, one)
	require.NoError(t, err)
	assert.Equal(t, 1000*price+599-spent, last.Wallet.Credit())
	assert.Equal(t, int64(5), counted("all subscription"))
	assert.Equal(t, int64(2), counted("all free"))
	assert.Zero(t, last.Subscriptions[0].AvailableRequests)
	assert.Equal(t, int64(len(last.Wallet.Transactions)-1), counted("all wallet"), "each paid call is one transaction")
	assert.Less(t, last.Wallet.Credit(), fixtures.Amount(price), "the wallet paid as long as it could")
	sums := func(name string) int64 {
		return counted(name+" wallet") + counted(name+" subscription") + counted(name+" free")
	}
	assert.Equal(t, int64(150), sums("limited"))
	assert.Equal(t, int64(99), counted("frugal wallet"))
	assert.Equal(t, int64(77), sums("turning"))

	var usage fixtures.Usage
	for _, u := range last.Usage {
		usage.TotalRequests += u.TotalRequests
		usage.WalletRequests += u.WalletRequests
		usage.SubscriptionRequests += u.SubscriptionRequests
		usage.WalletAmount += u.WalletAmount
	}
	assert.Equal(t, counted("all wallet"), usage.WalletRequests)
	assert.Equal(t, int64(5), usage.SubscriptionRequests)
	assert.Equal(t, spent, usage.WalletAmount)
	for _, token := range last.Tokens {
		name, ok := map[string]string{limited: "limited", frugal: "frugal", open: "open", turning.Value: "turning"}[token.Token]
		if assert.True(t, ok) {
			assert.Equal(t, counted(name+" wallet"), token.Stats.WalletRequests, name)
			assert.Equal(t, counted(name+" subscription"), token.Stats.SubscriptionRequests, name)
			assert.Equal(t, sums(name), token.Stats.TotalRequests-token.Stats.ErrorRequests, name)
		}
	}
}

// TestInvariantsAreLookedAtBetweenResets resets all the time while others make tokens and look: no
// account that is just being replaced is told.
func TestInvariantsAreLookedAtBetweenResets(t *testing.T) {
	ctx := t.Context()
	p := newPaying(t, paidWorld())
	_, err := p.TakeSnapshot(ctx, "one", "one")
	require.NoError(t, err)
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					p.token(t, "one", account.LimitsChange{})
				}
			}
		})
	}
	group.Go(func() {
		defer close(done)
		for n := range 600 {
			again := p.Reset
			switch n % 3 {
			case 1:
				again = func() error { return p.ResetAccount("one") }
			case 2:
				again = func() error { return p.RestoreSnapshot("one", "") }
			}
			if !assert.NoError(t, again()) {
				return
			}
		}
	})
	group.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			off, err := p.Violations(ctx, "")
			if !assert.NoError(t, err) || !assert.Empty(t, off) {
				return
			}
		}
	})
	group.Wait()
	p.sound(t)
}
