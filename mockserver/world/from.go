package world

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// catalogue makes the catalogue of a world.
func catalogue(services []fixtures.Service) *account.Catalogue {
	var scopes []account.CatalogueScope
	for _, service := range services {
		for _, s := range service.Scopes {
			prices := make([]account.Price, len(s.Prices))
			for i, p := range s.Prices {
				prices[i] = account.Price{Key: p.Key, Amount: account.Money(p.Amount)}
			}
			var answer []byte
			if s.Response != nil {
				answer, _ = json.Marshal(s.Response) // what came out of a document goes into one
			}
			scopes = append(scopes, account.CatalogueScope{
				Answer: answer,
				ID:     s.ID, Method: s.Method, Domain: service.Domain, Endpoint: s.Endpoint, RateLimit: s.RateLimit,
				Free:         account.FreeLimits{Day: s.FreeLimits.Day, Month: s.FreeLimits.Month, Year: s.FreeLimits.Year, Total: s.FreeLimits.Total},
				Requirements: s.Requirements, Prices: prices,
			})
		}
	}
	return account.NewCatalogue(scopes)
}

// kit is what all accounts of one fixture have in common, and share. What it holds is never changed, except for the memory of names, which
// who builds locks the world for.
type kit struct {
	entitlements account.Entitlements
	environment  account.Environment
	// lived accounts stand in the order in which they lived; of others the oldest comes first.
	lived bool
	moved map[string]string // scopes, by what they are called in production
	// shares says that more than one account is made with the kit. They begin with the same usage, as long as day is today.
	shares bool
	day    account.Day
	usage  account.Usage
}

func newKit(f *fixtures.Account, c *account.Catalogue, lived bool) *kit {
	e := account.Environment(f.Environment)
	return &kit{
		environment: e, lived: lived, moved: map[string]string{},
		entitlements: account.NewEntitlements(c, e, f.EnabledScopes, f.RequirementsMet),
	}
}

// move is a scope as it is called in the environment.
func (k *kit) move(scope string) string {
	if k.environment == account.Production {
		return scope
	}
	name, ok := k.moved[scope]
	if !ok {
		name = account.MoveScope(scope, k.environment)
		k.moved[scope] = name
	}
	return name
}

// sort puts the oldest first, unless the order is what happened.
func sort[T any](k *kit, list []T, compare func(x, y T) int) {
	if !k.lived {
		slices.SortStableFunc(list, compare)
	}
}

// build makes an account of its fixture, with which it shares what neither changes in place. Times count from start. The fixture must be
// valid.
func (k *kit) build(f *fixtures.Account, seed uint64, start time.Time) (*account.Account, error) {
	at := func(w fixtures.When) time.Time { return w.Resolve(start) }
	environment := k.environment
	moment := func(w fixtures.When) account.Moment { return account.MomentOf(at(w)) }
	move := k.move
	moveAll := func(scopes []string) []string {
		if environment == account.Production {
			return scopes // as they are, and the same memory: neither side changes them in place
		}
		out := make([]string, len(scopes))
		for i, s := range scopes {
			out[i] = move(s)
		}
		return out
	}
	a := &account.Account{
		ID: account.ID(f.ID), Email: f.Email, APIKey: f.APIKey, Environment: environment, Visitor: f.Visitor, CreatedAt: at(f.CreatedAt),
		Entitlements: k.entitlements,
		IDs:          account.NewIDs(seed, account.ID(f.ID), f.Issued),
	}
	if f.Clock != nil {
		if f.Clock.Offset != "" {
			offset, err := time.ParseDuration(f.Clock.Offset)
			if err != nil {
				return nil, fmt.Errorf("account %q: clock.offset %q is no duration such as 24h", f.ID, f.Clock.Offset)
			}
			a.Clock.Offset = offset
		}
		if f.Clock.FrozenAt != nil {
			a.Clock.FrozenAt = at(*f.Clock.FrozenAt)
		}
	}
	limit, err := rateLimit(f.RateLimit)
	if err != nil {
		return nil, fmt.Errorf("account %q: %w", f.ID, err)
	}
	a.Quota = account.NewQuota(limit, time.Time{}, 0)
	if f.Quota != nil {
		a.Quota = account.NewQuota(limit, at(f.Quota.Start), f.Quota.Used)
	}

	for _, q := range f.ScopeQuotas {
		limit, err := rateLimit(q.RateLimit)
		if err != nil {
			return nil, fmt.Errorf("account %q: scopeQuotas: %w", f.ID, err)
		}
		quota := account.NewQuota(limit, time.Time{}, 0)
		if q.Quota != nil {
			quota = account.NewQuota(limit, at(q.Quota.Start), q.Quota.Used)
		}
		a.RestoreScopeQuota(move(q.Scope), &quota)
	}

	transactions := make([]account.Transaction, len(f.Wallet.Transactions))
	for i, t := range f.Wallet.Transactions {
		transactions[i] = account.Transaction{ID: t.ID, Amount: account.Money(t.Amount), CreatedAt: at(t.CreatedAt), Description: t.Description}
	}
	sort(k, transactions, func(x, y account.Transaction) int { return x.CreatedAt.Compare(y.CreatedAt) })
	a.Wallet = account.NewWallet(at(f.Wallet.CreatedAt), transactions)

	tokens := make([]account.Token, len(f.Tokens))
	for i, t := range f.Tokens {
		token := account.Token{
			Value: t.Token, RefreshToken: t.RefreshToken, Name: t.Name, Scopes: moveAll(t.Scopes),
			CreatedAt: moment(t.CreatedAt), UpdatedAt: moment(t.UpdatedAt), ExpireAt: moment(t.ExpireAt), TTL: time.Duration(t.TTL) * time.Second,
			Limits: account.NewTokenLimits(account.TokenLimits{
				TotalRequests: t.Limits.TotalRequests, WalletRequests: t.Limits.WalletRequests, SubscriptionRequests: t.Limits.SubscriptionRequests,
				WalletAmount: (*account.Money)(t.Limits.WalletAmount), IP: t.Limits.IP,
			}),
			Stats: account.TokenStats{
				TotalRequests: t.Stats.TotalRequests, WalletRequests: t.Stats.WalletRequests, SubscriptionRequests: t.Stats.SubscriptionRequests,
				ErrorRequests: t.Stats.ErrorRequests, WalletAmount: account.Money(t.Stats.WalletAmount), IPs: account.NewIPs(t.Stats.IP),
			},
		}
		if token.TTL <= 0 {
			token.TTL = min(time.Duration(token.ExpireAt-token.CreatedAt)*time.Second, account.MaxTTL)
		}
		tokens[i] = token
	}
	sort(k, tokens, func(x, y account.Token) int { return cmp.Compare(x.CreatedAt, y.CreatedAt) })
	for _, t := range tokens {
		a.RestoreToken(t)
	}

	for _, s := range f.Subscriptions {
		a.Subscriptions = append(a.Subscriptions, &account.Subscription{
			ID: s.ID, Scope: move(s.Scope), Type: s.Type, Active: s.Active, Autorenew: s.Autorenew,
			TotalRequests: s.TotalRequests, AvailableRequests: s.AvailableRequests, Price: account.Money(s.Price), PricePerRequest: account.Money(s.PricePerRequest),
			StartsAt: at(s.StartsAt), ExpiresAt: at(s.ExpiresAt), CreatedAt: at(s.CreatedAt), UpdatedAt: at(s.UpdatedAt),
		})
	}
	sort(k, a.Subscriptions, func(x, y *account.Subscription) int { return x.CreatedAt.Compare(y.CreatedAt) })

	for _, b := range f.Callbacks {
		callback := &account.Callback{
			ID: b.ID, Scope: move(b.Scope), URL: b.URL, Method: b.Method, Field: b.Field, Active: b.Active,
			CreatedAt: at(b.CreatedAt), StartedAt: at(b.StartedAt), HTTPResponseCode: b.HTTPResponseCode,
			ElapsedTime: time.Duration(b.ElapsedTime) * time.Millisecond, Attempt: b.Attempt, Retry: b.Retry, Data: b.Data, Custom: b.Custom, Headers: b.Headers,
		}
		if b.Domain != "" {
			callback.Domain = account.DomainIn(b.Domain, environment)
		}
		if b.CompletedAt != nil {
			callback.CompletedAt = at(*b.CompletedAt)
		}
		a.Callbacks = append(a.Callbacks, callback)
	}
	sort(k, a.Callbacks, func(x, y *account.Callback) int { return x.CreatedAt.Compare(y.CreatedAt) })

	entries := make([]account.ErrorEntry, len(f.Errors))
	for i, e := range f.Errors {
		entries[i] = account.ErrorEntry{ID: e.ID, Scope: move(e.Scope), At: at(e.ErrorAt), Status: e.Status, Code: e.Code, Message: e.Message, IP: e.IP}
	}
	sort(k, entries, func(x, y account.ErrorEntry) int { return x.At.Compare(y.At) })
	a.Errors = account.NewErrorLog(entries)

	if !k.shares {
		a.Usage = k.count(f, start)
		openBooks(a, f.Books)
		return a, nil
	}
	if today := account.DayOf(start); k.day != today {
		k.day, k.usage = today, k.count(f, start)
	}
	a.Usage = k.usage.Shared()
	openBooks(a, f.Books)
	return a, nil
}

// openBooks opens the books of an account, or takes up those that came with it.
func openBooks(a *account.Account, f *fixtures.Books) {
	if f == nil {
		a.OpenBooks()
		return
	}
	tally := func(t fixtures.Tally) account.Tally {
		return account.Tally{
			Requests: t.TotalRequests, WalletRequests: t.WalletRequests, SubscriptionRequests: t.SubscriptionRequests,
			ErrorRequests: t.ErrorRequests, WalletAmount: account.Money(t.WalletAmount),
		}
	}
	a.RestoreBooks(account.Books{
		Usage: tally(f.Usage), Tokens: tally(f.Tokens), Own: tally(f.Own), Gone: tally(f.Gone), Charged: account.Money(f.Charged), Prepaid: f.Prepaid,
	})
}

// count is the usage of a fixture.
func (k *kit) count(f *fixtures.Account, start time.Time) (usage account.Usage) {
	counters := make([]account.Counter, len(f.Usage)) // in one piece
	for i, u := range f.Usage {
		counters[i] = account.Counter{
			Requests: u.TotalRequests, WalletRequests: u.WalletRequests, SubscriptionRequests: u.SubscriptionRequests,
			ErrorRequests: u.ErrorRequests, WalletAmount: account.Money(u.WalletAmount), IPs: account.NewIPs(u.IP),
		}
		usage.Restore(account.DayOf(u.Day.Resolve(start)), k.move(u.Scope), &counters[i])
	}
	return usage
}

// rateLimit reads a limit; nil is none.
func rateLimit(f *fixtures.RateLimit) (*account.RateLimit, error) {
	if f == nil {
		return nil, nil
	}
	window, err := time.ParseDuration(f.Window)
	if err != nil || window <= 0 {
		return nil, fmt.Errorf("rateLimit.window %q is no duration above zero such as 1m", f.Window)
	}
	if f.Limit < 0 || (f.Enabled && f.Limit == 0) {
		return nil, fmt.Errorf("rateLimit.limit is %d; want 1 or more", f.Limit)
	}
	return &account.RateLimit{Limit: f.Limit, Window: window, Enabled: f.Enabled}, nil
}

// relative is an account's clock as fixtures write it; nil is the server's own.
func relative(s clock.Setting) *fixtures.Clock {
	if s == (clock.Setting{}) {
		return nil
	}
	c := &fixtures.Clock{}
	if s.Offset != 0 {
		c.Offset = s.Offset.String()
	}
	if s.Frozen() {
		at := fixtures.At(s.FrozenAt)
		c.FrozenAt = &at
	}
	return c
}
