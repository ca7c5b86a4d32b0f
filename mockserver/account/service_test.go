package account_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// testService is a service over one account in a store that only locks.
type testService struct {
	*account.Service
	account *account.Account
	now     time.Time
	call    account.Call
	limit   account.RateLimit
	mu      sync.Mutex
}

func (b *testService) Now() time.Time { return b.now }

func (b *testService) Find(s account.Secret) (account.Identity, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.Contains(b.account.Secrets(), s) {
		return account.Identity{ID: b.account.ID, Environment: b.account.Environment}, true
	}
	return account.Identity{}, false
}

func (b *testService) Update(_ context.Context, who account.Identity, transact func(*account.Account) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if who.ID != b.account.ID {
		return account.ErrNoAccount
	}
	return transact(b.account)
}

func newTestService(environment account.Environment) *testService {
	catalogue := account.NewCatalogue([]account.CatalogueScope{
		{ID: "682c9f5a51671f7ef264c4fd", Method: "GET", Domain: "company.openapi.com", Endpoint: "IT-start", Prices: []account.Price{{Key: "it-start", Amount: 600}}},
		{ID: "682c9f5a51671f7ef264c4fe", Method: "POST", Domain: "sms.openapi.com", Endpoint: "send"},
		{ID: "682c9f5a51671f7ef264c4ff", Method: "GET", Domain: "risk.openapi.com", Endpoint: "report"},
	})
	b := &testService{now: noon}
	b.account = &account.Account{
		ID: "one", Email: "a@example.com", APIKey: "key", Environment: environment,
		Entitlements: account.NewEntitlements(catalogue, environment, []string{"GET:company.openapi.com/*", "POST:sms.openapi.com/send"}, nil),
		IDs:          account.NewIDs(1, "one", nil), Wallet: account.NewWallet(noon, nil),
	}
	b.Service = account.NewService(b, b, func() account.RateLimit { return b.limit })
	b.call = account.Call{
		Account: account.Identity{ID: "one"}, Scope: account.NameScope("GET", "oauth.openapi.com", "tokens"), IP: "192.0.2.1",
		Failure: func(r account.Reason) account.Failure {
			return account.Failure{Status: 499, Code: "1", Message: string(r)}
		},
	}
	return b
}

func asks(scopes ...string) account.TokenRequest {
	return account.TokenRequest{Scopes: account.Change[[]string]{Present: true, Value: scopes}}
}

func reason(err error) account.Reason {
	if refusal, ok := errors.AsType[*account.Refusal](err); ok {
		return refusal.Reason
	}
	return ""
}

func TestATokenIsGivenOnlyScopesThatAreEnabled(t *testing.T) {
	for name, c := range map[string]struct {
		request account.TokenRequest
		reason  account.Reason
	}{
		"an enabled scope":                       {asks("GET:company.openapi.com/IT-start"), ""},
		"two of them":                            {asks("GET:company.openapi.com/IT-start", "POST:sms.openapi.com/send"), ""},
		"any method of a host":                   {asks("*:company.openapi.com/*"), ""},
		"a method of any host":                   {asks("POST:*/*"), ""},
		"everything":                             {asks("*:*/*"), ""},
		"all subdomains":                         {asks("*:*.openapi.com/*"), ""},
		"no scopes":                              {account.TokenRequest{}, account.ScopesMissing},
		"an empty array":                         {asks(), account.ScopesMalformed},
		"what is no array of strings":            {account.TokenRequest{ScopesMalformed: true}, account.ScopesMalformed},
		"text":                                   {asks("wallet"), account.ScopesMalformed},
		"a scope without a path":                 {asks("GET:company.openapi.com"), account.ScopesMalformed},
		"a scope with an empty path":             {asks("GET:company.openapi.com/"), account.ScopesMalformed},
		"a scope without a method":               {asks(":company.openapi.com/IT-start"), account.ScopesMalformed},
		"a scope without a host":                 {asks("GET:/IT-start"), account.ScopesMalformed},
		"a lower-case method":                    {asks("get:company.openapi.com/IT-start"), account.ScopesMalformed},
		"blanks in the path":                     {asks("GET:company.openapi.com/IT start"), account.ScopesMalformed},
		"a star in the middle of the path":       {asks("GET:company.openapi.com/*/x"), account.ScopesMalformed},
		"a star inside of a host":                {asks("GET:comp*.openapi.com/x"), account.ScopesMalformed},
		"a good scope before a malformed one":    {asks("GET:company.openapi.com/IT-start", "x"), account.ScopesMalformed},
		"an unknown scope":                       {asks("GET:company.openapi.com/nothing"), account.ScopesNotEnabled},
		"an unknown method":                      {asks("BREW:company.openapi.com/IT-start"), account.ScopesNotEnabled},
		"a scope that is not enabled":            {asks("GET:risk.openapi.com/report"), account.ScopesNotEnabled},
		"a wildcard that covers nothing enabled": {asks("*:risk.openapi.com/*"), account.ScopesNotEnabled},
		"a good scope before one not enabled":    {asks("GET:company.openapi.com/IT-start", "GET:risk.openapi.com/report"), account.ScopesNotEnabled},
		"malformed before not enabled":           {asks("GET:risk.openapi.com/report", "x"), account.ScopesMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(account.Production)
			token, _, err := b.CreateToken(t.Context(), b.call, c.request)
			require.Equal(t, c.reason, reason(err))
			if c.reason == "" {
				require.NoError(t, err)
				assert.Equal(t, c.request.Scopes.Value, token.Scopes, "kept as asked")
				assert.Equal(t, 1, b.account.Tokens.Len())
			} else {
				assert.Zero(t, b.account.Tokens.Len(), "a refused call leaves no token")
			}
		})
	}
}

func TestASandboxCallsItsScopesWithTest(t *testing.T) {
	b := newTestService(account.Sandbox)
	_, _, err := b.CreateToken(t.Context(), b.call, asks("GET:company.openapi.com/IT-start"))
	assert.Equal(t, account.ScopesNotEnabled, reason(err), "a production scope")
	_, _, err = b.CreateToken(t.Context(), b.call, asks("GET:test.company.openapi.com/IT-start"))
	require.NoError(t, err)
	api, _, err := b.UsageOfAPI(t.Context(), b.call, "test.oauth.openapi.com", account.Period{})
	require.NoError(t, err)
	assert.Equal(t, int64(2), api.Requests, "calls are counted under the sandbox's domain")
}

func TestTheLifetimeIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		ttl  account.Change[int64]
		want time.Duration
	}{
		"absent is a year":              {account.Change[int64]{}, account.MaxTTL},
		"zero is a year":                {seconds(0), account.MaxTTL},
		"negative is a year":            {seconds(-5), account.MaxTTL},
		"a second is a second":          {seconds(1), time.Second},
		"a year is a year":              {seconds(365 * 86400), account.MaxTTL},
		"more than a year is a year":    {seconds(365*86400 + 1), account.MaxTTL},
		"the largest integer is a year": {seconds(1<<63 - 1), account.MaxTTL},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(account.Production)
			r := asks("*:*/*")
			r.TTL = c.ttl
			token, _, err := b.CreateToken(t.Context(), b.call, r)
			require.NoError(t, err)
			assert.Equal(t, noon.Add(c.want), token.ExpireAt.Time())

			b.now = noon.Add(c.want - time.Second)
			_, _, err = b.Token(t.Context(), b.call, token.Value)
			assert.NoError(t, err, "alive until the last moment")
			b.now = noon.Add(c.want)
			_, _, err = b.Token(t.Context(), b.call, token.Value)
			assert.Equal(t, account.TokenNotFound, reason(err), "expired is as if deleted")
			_, _, known := b.AuthenticateBearer(token.RefreshToken)
			assert.False(t, known, "the refresh token with it")
		})
	}
}

func seconds(n int64) account.Change[int64] { return account.Change[int64]{Present: true, Value: n} }

func TestOneRotationOfManyWins(t *testing.T) {
	b := newTestService(account.Production)
	old, _, err := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
	require.NoError(t, err)
	var wins, losses int
	var mu sync.Mutex
	var racers sync.WaitGroup
	for range 32 {
		racers.Go(func() {
			token, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, old.Value, old.RefreshToken, account.TokenRequest{})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				wins++
				assert.NotEqual(t, old.Value, token.Value)
				assert.NotEqual(t, old.RefreshToken, token.RefreshToken)
				assert.Equal(t, old.Scopes, token.Scopes)
			} else if assert.Equal(t, account.RefreshTokenInvalid, reason(err)) {
				losses++
			}
		})
	}
	racers.Wait()
	assert.Equal(t, 1, wins)
	assert.Equal(t, 31, losses)
	assert.Equal(t, 1, b.account.Tokens.Len())
}

func TestOnlyTheOwnBearerHasAuthorityOverAToken(t *testing.T) {
	b := newTestService(account.Production)
	first, _, _ := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
	second, _, _ := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
	name := account.TokenRequest{Name: account.Change[string]{Present: true, Value: "renamed"}}
	for what, bearer := range map[string]string{"another token": second.Value, "another refresh token": second.RefreshToken, "rubbish": "rubbish"} {
		_, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, first.Value, bearer, name)
		assert.Equal(t, account.RefreshTokenInvalid, reason(err), what)
	}
	updated, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, first.Value, first.Value, name)
	require.NoError(t, err)
	assert.Equal(t, "renamed", updated.Name)
	assert.Equal(t, first.Value, updated.Value, "the token itself updates, and does not rotate")
}

func TestLimitsAreMerged(t *testing.T) {
	b := newTestService(account.Production)
	r := asks("*:*/*")
	r.Limits.TotalRequests, r.Limits.WalletRequests = seconds(10), seconds(0)
	r.Limits.IP = account.Change[[]string]{Present: true, Value: []string{"192.0.2.1"}}
	token, _, err := b.CreateToken(t.Context(), b.call, r)
	require.NoError(t, err)

	var change account.TokenRequest
	change.Limits.TotalRequests = account.Change[int64]{Present: true, Null: true}
	change.Limits.WalletAmount = account.Change[account.Money]{Present: true, Value: 5000}
	token, _, err = b.UpdateToken(t.Context(), b.call, token.Value, change)
	require.NoError(t, err)
	zero, half := int64(0), account.Money(5000)
	assert.Equal(t, &account.TokenLimits{WalletRequests: &zero, WalletAmount: &half, IP: []string{"192.0.2.1"}}, token.Limits)

	token, _, err = b.UpdateToken(t.Context(), b.call, token.Value, account.TokenRequest{Limits: account.LimitsChange{Null: true}})
	require.NoError(t, err)
	assert.Nil(t, token.Limits)
}

func TestAnImportedAccountNeverGivesOutATokenTwice(t *testing.T) {
	b := newTestService(account.Production)
	first, _, err := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
	require.NoError(t, err)
	b.account.IDs = account.NewIDs(1, "one", nil) // whoever imported the account left out what was issued
	second, _, err := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
	require.NoError(t, err)
	assert.NotEqual(t, first.Value, second.Value)
	assert.NotEqual(t, first.RefreshToken, second.RefreshToken)
	assert.Equal(t, 2, b.account.Tokens.Len())
}

func TestARefusedCallLeavesItsUsageAndItsErrorAndNothingElse(t *testing.T) {
	b := newTestService(account.Production)
	_, _, err := b.CreateToken(t.Context(), b.call, asks("x"))
	require.Error(t, err)
	errs, _, err := b.Errors(t.Context(), b.call, nil, account.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, errs, 1)
	assert.Equal(t, account.ErrorEntry{
		ID: errs[0].ID, Scope: "GET:oauth.openapi.com/tokens", At: noon, Status: 499, Code: "1", Message: "scopes-malformed", IP: "192.0.2.1",
	}, errs[0])
	total, _, err := b.UsageTotal(t.Context(), b.call, account.Period{})
	require.NoError(t, err)
	assert.Equal(t, int64(2), total.Requests, "the refused call and the list, but not this one")
	assert.Equal(t, int64(1), total.ErrorRequests)
}

func TestTheWindowIsFixedAndAFullOneConsumesNothing(t *testing.T) {
	b := newTestService(account.Production)
	b.limit = account.RateLimit{Limit: 2, Window: time.Minute, Enabled: true}
	for left := int64(1); left >= 0; left-- {
		_, receipt, err := b.Wallet(t.Context(), b.call)
		require.NoError(t, err)
		assert.Equal(t, account.QuotaState{Enabled: true, Limit: 2, Remaining: left, Reset: time.Minute}, receipt.Quota)
	}
	b.now = noon.Add(59 * time.Second)
	for range 5 {
		_, receipt, err := b.Wallet(t.Context(), b.call)
		assert.Equal(t, account.RateLimited, reason(err))
		assert.Equal(t, time.Second, receipt.Quota.Reset)
	}
	b.now = noon.Add(time.Minute)
	_, _, err := b.Wallet(t.Context(), b.call)
	require.NoError(t, err)
	total, _, err := b.UsageTotal(t.Context(), b.call, account.Period{})
	require.NoError(t, err)
	assert.Equal(t, int64(3), total.Requests, "refused by the limit is not counted")
	assert.Zero(t, total.ErrorRequests)
}

func TestSubscriptionsRenewWhileTheWalletCanPay(t *testing.T) {
	b := newTestService(account.Production)
	b.account.Wallet = account.NewWallet(noon, []account.Transaction{{Amount: 25 * account.Unit, CreatedAt: noon}})
	month := 30 * 24 * time.Hour
	b.account.Subscriptions = []*account.Subscription{{
		ID: "s", Scope: "GET:company.openapi.com/IT-start", Type: "month", Active: true, Autorenew: true, TotalRequests: 100, AvailableRequests: 3,
		Price: 10 * account.Unit, StartsAt: noon.Add(-month), ExpiresAt: noon,
	}}
	events := b.account.Settle(noon.Add(5 * month))
	require.Len(t, events, 3)
	assert.Equal(t, account.Event{At: noon, What: "subscription.renewed", ID: "s"}, events[0])
	assert.Equal(t, account.Event{At: noon.Add(month), What: "subscription.renewed", ID: "s"}, events[1])
	assert.Equal(t, account.Event{At: noon.Add(2 * month), What: "subscription.expired", ID: "s"}, events[2])
	assert.Equal(t, 5*account.Unit, b.account.Wallet.Credit())
	assert.Equal(t, int64(100), b.account.Subscriptions[0].AvailableRequests)
	assert.False(t, b.account.Subscriptions[0].Active)
}

func TestFiltersTakeScopesAndPatterns(t *testing.T) {
	b := newTestService(account.Production)
	for i, scope := range []string{"GET:a.openapi.com/x", "POST:a.openapi.com/x", "GET:b.openapi.com/y/z"} {
		b.account.Callbacks = append(b.account.Callbacks, &account.Callback{ID: strconv.Itoa(i), Scope: scope})
	}
	for name, c := range map[string]struct {
		filter account.Filter
		want   []string
	}{
		"no filter":    {nil, []string{"2", "1", "0"}},
		"one scope":    {account.Filter{"POST:a.openapi.com/x"}, []string{"1"}},
		"two scopes":   {account.Filter{"POST:a.openapi.com/x", "GET:b.openapi.com/y/z"}, []string{"2", "1"}},
		"a pattern":    {account.Filter{"*:a.openapi.com/*"}, []string{"1", "0"}},
		"rubbish":      {account.Filter{"rubbish"}, []string{}},
		"half a scope": {account.Filter{"GET:a.openapi.com"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			found, _, err := b.Callbacks(t.Context(), b.call, c.filter, account.Page{Limit: 100})
			require.NoError(t, err)
			ids := []string{}
			for _, callback := range found {
				ids = append(ids, callback.ID)
			}
			assert.Equal(t, c.want, ids)
			for skip := range int64(len(c.want)) + 2 {
				page, _, err := b.Callbacks(t.Context(), b.call, c.filter, account.Page{Limit: 1, Skip: skip})
				require.NoError(t, err)
				if skip < int64(len(c.want)) {
					require.Len(t, page, 1)
					assert.Equal(t, c.want[skip], page[0].ID)
				} else {
					assert.Empty(t, page)
				}
			}
		})
	}
}
