package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

const year = int64(account.MaxTTL / time.Second)

func given(n int64) account.Change[int64] { return account.Change[int64]{Present: true, Value: n} }

func TestAnExpiryIsATimeOrALifetime(t *testing.T) {
	now := noon.Unix()
	none := account.Change[int64]{}
	for name, c := range map[string]struct {
		ttl, expire               account.Change[int64]
		created, changed, replace int64 // expiry after now; 0 is gone
	}{
		"nothing":                       {none, none, year, 100, year},
		"a time in the future":          {none, given(now + 60), 60, 60, 60},
		"a time more than a year away":  {none, given(now + 2*year), year, year, year},
		"a time that has passed":        {none, given(now - 1), year, 0, 0}, // in a POST that is a lifetime of many years
		"a lifetime, where one is read": {none, given(3600), 3600, 0, 0},
		"this very second":              {none, given(now), year, 0, 0},
		"before there was time":         {none, given(-1 << 63), year, 0, 0},
		"a ttl":                         {given(60), none, 60, 60, year},
		"a ttl of 0":                    {given(0), none, year, year, year},
		"a ttl below 0":                 {given(-5), none, year, year, year},
		"a ttl before an expire":        {given(60), given(now + 600), 60, 60, 600},
		"a ttl of 0 beside an expire":   {given(0), given(now + 600), 600, 600, 600},
	} {
		t.Run(name, func(t *testing.T) {
			expiry := func(token account.Token, err error) int64 {
				require.NoError(t, err)
				return int64(token.ExpireAt) - now
			}
			r := asks("POST:sms.openapi.com/send")
			r.TTL, r.Expire = c.ttl, c.expire
			b := newTestService(account.Production)
			token, _, _, err := b.CreateExpandedToken(t.Context(), b.call, r)
			assert.Equal(t, c.created, expiry(token, err), "created")

			first := asks("POST:sms.openapi.com/send")
			first.TTL = given(100)
			for rule, after := range map[string]int64{"changed": c.changed, "replaced": c.replace} {
				old, _, err := b.CreateToken(t.Context(), b.call, first)
				require.NoError(t, err)
				do := b.ChangeToken
				if rule == "replaced" {
					do = b.ReplaceToken
				}
				token, _, err := do(t.Context(), b.call, old.Value, r)
				if after > 0 {
					assert.Equal(t, after, expiry(token, err), rule)
				} else {
					assert.Equal(t, c.expire.Value, int64(token.ExpireAt), "%s: the answer has it as set", rule)
				}
				left, _, err := b.FindToken(t.Context(), b.call, old.Value)
				require.NoError(t, err)
				assert.Equal(t, after > 0, len(left) == 1, rule)
			}
		})
	}
}

func TestAReplacedTokenKeepsWhatOnlyV2Knows(t *testing.T) {
	b := newTestService(account.Production)
	r := asks("POST:sms.openapi.com/send")
	r.Name = account.Change[string]{Present: true, Value: "name"}
	r.Limits.TotalRequests = given(7)
	old, _, err := b.CreateToken(t.Context(), b.call, r)
	require.NoError(t, err)
	b.now = b.now.Add(time.Hour)
	token, _, err := b.ReplaceToken(t.Context(), b.call, old.Value, asks("GET:company.openapi.com/IT-start"))
	require.NoError(t, err)
	assert.Equal(t, []string{"GET:company.openapi.com/IT-start"}, token.Scopes)
	assert.Equal(t, []any{old.Value, old.RefreshToken, "name", int64(7), old.CreatedAt}, []any{token.Value, token.RefreshToken, token.Name, *token.Limits.TotalRequests, token.CreatedAt})
	assert.Equal(t, account.MomentOf(b.now), token.UpdatedAt)
	assert.Equal(t, account.MaxTTL, token.TTL, "with which a rotation starts anew")
}

func TestWhatAChangeIsRefusedFor(t *testing.T) {
	malformed := account.TokenRequest{ScopesMalformed: true}
	for name, c := range map[string]struct {
		replace bool
		unknown bool
		request account.TokenRequest
		want    account.Reason
	}{
		"an unknown token is changed":           {false, true, account.TokenRequest{}, account.TokenNotFound},
		"an unknown token is replaced":          {true, true, account.TokenRequest{}, account.TokenNotFound},
		"nothing is changed":                    {false, false, account.TokenRequest{}, account.ChangeMissing},
		"malformed scopes are a change":         {false, false, malformed, account.ScopesMalformed},
		"it is replaced without scopes":         {true, false, account.TokenRequest{TTL: given(5)}, account.ScopesMissing},
		"it is replaced by malformed scopes":    {true, false, malformed, account.ScopesMalformed},
		"it is replaced by no scopes":           {true, false, asks(), account.ScopesMalformed},
		"it is replaced by unknown scopes":      {true, false, asks("GET:nobody.com/x"), account.ScopesNotEnabled},
		"it is changed to a scope not enabled":  {false, false, asks("GET:risk.openapi.com/report"), account.ScopesNotEnabled},
		"it is changed by a ttl alone: not":     {false, false, account.TokenRequest{TTL: given(5)}, ""},
		"it is changed by an expire alone: not": {false, false, account.TokenRequest{Expire: given(noon.Unix() + 5)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(account.Production)
			token, _, err := b.CreateToken(t.Context(), b.call, asks("POST:sms.openapi.com/send"))
			require.NoError(t, err)
			do, value := b.ChangeToken, token.Value
			if c.replace {
				do = b.ReplaceToken
			}
			if c.unknown {
				value = "zzz"
			}
			_, _, err = do(t.Context(), b.call, value, c.request)
			assert.Equal(t, c.want, reason(err))
			if c.want != "" {
				left, _, err := b.FindToken(t.Context(), b.call, token.Value)
				require.NoError(t, err)
				assert.Equal(t, []account.Token{token}, left, "a refusal changes nothing")
			}
		})
	}
}

func TestWildcardsAreExpandedToWhatIsEnabled(t *testing.T) {
	for name, c := range map[string]struct {
		environment   account.Environment
		asked, wanted []string
	}{
		"a name alone":             {account.Production, []string{"POST:sms.openapi.com/send"}, nil},
		"everything":               {account.Production, []string{"*:*/*"}, []string{"GET:company.openapi.com/IT-start", "POST:sms.openapi.com/send"}},
		"what is not enabled: not": {account.Production, []string{"GET:*.openapi.com/*"}, []string{"GET:company.openapi.com/IT-start"}},
		"once, for two wildcards":  {account.Production, []string{"*:*/*", "GET:company.openapi.com/*"}, []string{"GET:company.openapi.com/IT-start", "POST:sms.openapi.com/send"}},
		"not again what was asked": {account.Production, []string{"POST:sms.openapi.com/send", "*:*/*"}, []string{"GET:company.openapi.com/IT-start"}},
		"in the sandbox":           {account.Sandbox, []string{"*:test.sms.openapi.com/*"}, []string{"POST:test.sms.openapi.com/send"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(c.environment)
			token, expanded, _, err := b.CreateExpandedToken(t.Context(), b.call, asks(c.asked...))
			require.NoError(t, err)
			assert.Equal(t, c.asked, token.Scopes, "kept as asked")
			assert.Equal(t, append(c.asked, c.wanted...), expanded)
		})
	}
}

func TestTokensAreFoundByWhatTheyList(t *testing.T) {
	b := newTestService(account.Production)
	for _, scopes := range [][]string{{"*:*/*"}, {"POST:sms.openapi.com/send"}, {"GET:company.openapi.com/IT-start", "POST:sms.openapi.com/send"}} {
		_, _, err := b.CreateToken(t.Context(), b.call, asks(scopes...))
		require.NoError(t, err)
	}
	for name, c := range map[string]struct {
		scopes []string
		want   int
	}{
		"all":                           {nil, 3},
		"by a scope":                    {[]string{"POST:sms.openapi.com/send"}, 2},
		"by a wildcard, as it is":       {[]string{"*:*/*"}, 1},
		"not by a wildcard that covers": {[]string{"POST:sms.openapi.com/*"}, 0},
		"by any of several":             {[]string{"*:*/*", "GET:company.openapi.com/IT-start"}, 2},
		"in another case: not":          {[]string{"post:sms.openapi.com/send"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, _, err := b.TokensWithScopes(t.Context(), b.call, c.scopes)
			require.NoError(t, err)
			assert.Len(t, tokens, c.want)
		})
	}
}

func TestCountersSayWhatIsIncluded(t *testing.T) {
	const paid, free, gone = "GET:company.openapi.com/IT-start", "POST:sms.openapi.com/send", "GET:gone.openapi.com/x"
	n := func(n int64) *int64 { return &n }
	all := account.Period{}
	day, month, other := account.Period{Year: 2026, Month: 2, Day: 12}, account.Period{Year: 2026, Month: 2}, account.Period{Year: 2025}
	for name, c := range map[string]struct {
		free   account.FreeLimits
		subs   []*account.Subscription
		period account.Period
		want   map[string]account.Included
	}{
		"nothing is free": {account.FreeLimits{}, nil, all, map[string]account.Included{
			paid: {Requests: 100, Paid: 90}, free: {Requests: 3, Unlimited: true}, gone: {Requests: 1, Paid: 1}}},
		"the free requests of the window": {account.FreeLimits{Day: n(10), Total: n(99)}, nil, day, map[string]account.Included{
			paid: {Requests: 40, Paid: 30, Limit: 10}}},
		"another window's are not": {account.FreeLimits{Day: n(10), Year: n(11)}, nil, month, map[string]account.Included{paid: {Requests: 40, Paid: 30}}},
		"those of all time":        {account.FreeLimits{Day: n(10), Total: n(99)}, nil, all, map[string]account.Included{paid: {Requests: 100, Paid: 90, Limit: 99}, free: {Requests: 3, Unlimited: true}, gone: {Requests: 1, Paid: 1}}},
		"a subscription comes first": {account.FreeLimits{Day: n(10)}, []*account.Subscription{
			{Scope: paid, Active: true, TotalRequests: 1500, StartsAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(time.Hour)}}, day,
			map[string]account.Included{paid: {Requests: 40, Paid: 30, Limit: 1500}}},
		"one that is not active does not": {account.FreeLimits{Day: n(10)}, []*account.Subscription{
			{Scope: paid, TotalRequests: 1500, StartsAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(time.Hour)},
			{Scope: paid, Active: true, TotalRequests: 1500, StartsAt: noon.Add(time.Hour), ExpiresAt: noon.Add(2 * time.Hour)},
			{Scope: free, Active: true, TotalRequests: 1500, StartsAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(time.Hour)}}, day,
			map[string]account.Included{paid: {Requests: 40, Paid: 30, Limit: 10}}},
		"a period without calls": {account.FreeLimits{}, nil, other, map[string]account.Included{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(account.Production)
			catalogue := account.NewCatalogue([]account.CatalogueScope{
				{ID: "a", Method: "GET", Domain: "company.openapi.com", Endpoint: "IT-start", Free: c.free, Prices: []account.Price{{Key: "it-start", Amount: 600}}},
				{ID: "b", Method: "POST", Domain: "sms.openapi.com", Endpoint: "send"},
			})
			b.account.Entitlements = account.NewEntitlements(catalogue, account.Production, []string{"*:*/*"}, nil)
			b.account.Subscriptions = c.subs
			for _, of := range []struct {
				scope          string
				day            account.Day
				requests, paid int64
			}{{paid, 20260212, 40, 30}, {paid, 20260101, 60, 60}, {free, 20260101, 3, 0}, {gone, 20260101, 1, 1}} {
				counter := b.account.Usage.Counter(of.day, of.scope)
				counter.Requests, counter.WalletRequests = of.requests, of.paid
			}
			got, _, err := b.Counters(t.Context(), b.call, c.period)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestAPeriodIsARealOne(t *testing.T) {
	for text, want := range map[string]account.Period{
		"2022": {Year: 2022}, "2022-01": {Year: 2022, Month: 1}, "2024-02-29": {Year: 2024, Month: 2, Day: 29},
	} {
		got, ok := account.ParsePeriod(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "22", "2022-1", "2022-13", "2023-02-29", "2022-01-1", "0000", "-022", "2022-01-01T00:00:00Z", "20220101", "２０２２", " 2022"} {
		_, ok := account.ParsePeriod(text)
		assert.False(t, ok, text)
	}
}
