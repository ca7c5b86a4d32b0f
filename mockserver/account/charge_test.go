package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

func TestACallOfAServiceIsRefusedForTheFirstReasonThereIs(t *testing.T) {
	const ip = "192.0.2.1"
	none := account.Change[int64]{Present: true}
	for name, c := range map[string]struct {
		token  func(b *testService) string
		target account.Target
		reason account.Reason
	}{
		"a token that nobody has": {func(*testService) string { return "ffffffffffffffffffffffff" }, account.Target{Method: "GET", Domain: "nowhere", Path: "x"}, account.AccessTokenInvalid},
		"a token that was deleted": {func(b *testService) string {
			value := b.token(t)
			_, err := b.DeleteToken(t.Context(), b.call, value)
			require.NoError(t, err)
			return value
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.AccessTokenInvalid},
		"a token that has expired": {func(b *testService) string {
			value := b.token(t)
			b.now = b.now.Add(account.MaxTTL)
			return value
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.AccessTokenInvalid},
		"a token that was rotated": {func(b *testService) string {
			value := b.token(t)
			live, _ := b.account.Tokens.Get(value)
			_, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, value, live.RefreshToken, account.TokenRequest{})
			require.NoError(t, err)
			return value
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.AccessTokenInvalid},
		"a refresh token": {func(b *testService) string {
			live, _ := b.account.Tokens.Get(b.token(t))
			return live.RefreshToken
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.AccessTokenInvalid},
		"an unknown service, before the scope": {func(b *testService) string { return b.token(t, start) }, account.Target{Method: "GET", Domain: "nowhere", Path: "IT-start"}, account.EndpointUnknown},
		"an unknown endpoint":                  {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: company, Path: "nothing"}, account.EndpointUnknown},
		"no endpoint":                          {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: company}, account.EndpointUnknown},
		"an endpoint that only begins alike":   {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: company, Path: "IT-startx"}, account.EndpointUnknown},
		"an endpoint in other letters":         {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: company, Path: "it-start"}, account.EndpointUnknown},
		"a method that is not offered, before the scope": {func(b *testService) string { return b.token(t, search) },
			account.Target{Method: "DELETE", Domain: company, Path: "IT-start"}, account.MethodNotOffered},
		"a scope that was not granted, before it is disabled": {func(b *testService) string { return b.token(t, start) },
			account.Target{Method: "GET", Domain: "closed.openapi.com", Path: "report"}, account.ScopeNotGranted},
		"a scope that is disabled, before the address": {func(b *testService) string {
			return b.limited(t, account.LimitsChange{IP: account.Change[[]string]{Present: true, Value: []string{}}})
		}, account.Target{Method: "GET", Domain: "closed.openapi.com", Path: "report"}, account.ScopeDisabled},
		"a requirement that is not met, before the address": {func(b *testService) string {
			return b.limited(t, account.LimitsChange{IP: account.Change[[]string]{Present: true, Value: []string{}}})
		}, account.Target{Method: "GET", Domain: "risk.openapi.com", Path: "report"}, account.RequirementsUnmet},
		"a requirement that is met": {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: "risk.openapi.com", Path: "score"}, ""},
		"an address that is not allowed, before the limits": {func(b *testService) string {
			return b.limited(t, account.LimitsChange{TotalRequests: none, IP: account.Change[[]string]{Present: true, Value: []string{"198.51.100.1"}}})
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.AddressNotAllowed},
		"no requests in all, before those of the wallet": {func(b *testService) string {
			return b.limited(t, account.LimitsChange{TotalRequests: none, WalletRequests: none, WalletAmount: account.Change[account.Money]{Present: true}})
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.TotalRequestsUsedUp},
		"no requests of the wallet, before its amount": {func(b *testService) string {
			return b.limited(t, account.LimitsChange{WalletRequests: none, WalletAmount: account.Change[account.Money]{Present: true}})
		}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.WalletRequestsUsedUp},
		"no amount of the wallet, before the rate limit": {func(b *testService) string {
			b.account.RestoreScopeQuota(ask, new(account.NewQuota(&account.RateLimit{Limit: 1, Window: time.Minute, Enabled: true}, b.now, 1)))
			b.account.Usage.Counter(account.DayOf(b.now), ask).Requests = 1 // the free one
			b.account.OpenBooks()
			return b.limited(t, account.LimitsChange{WalletAmount: account.Change[account.Money]{Present: true, Value: 99}})
		}, account.Target{Method: "GET", Domain: "limited.openapi.com", Path: "ask"}, account.WalletAmountUsedUp},
		"a full window, before the credit": {func(b *testService) string {
			b.account.RestoreScopeQuota(ask, new(account.NewQuota(nil, b.now, 3)))
			b.holds(t, 0)
			return b.token(t)
		}, account.Target{Method: "GET", Domain: "limited.openapi.com", Path: "ask"}, account.RateLimited},
		"too little credit": {func(b *testService) string { b.holds(t, 599); return b.token(t) }, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, account.CreditInsufficient},
		"no reason":         {func(b *testService) string { return b.token(t) }, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, ""},
		"anything below an endpoint": {func(b *testService) string { return b.token(t) },
			account.Target{Method: "GET", Domain: company, Path: "IT-start/12485671007"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			b.call.IP = ip
			token := c.token(b)
			before := b.traces(token)
			charge, receipt, err := b.UseService(t.Context(), b.call, token, c.target, nil)
			require.Equal(t, c.reason, reason(err))
			assert.Equal(t, b.now, receipt.At)
			after := b.traces(token)
			sound(t, b.account)
			if c.reason == "" {
				require.NoError(t, err)
				assert.Equal(t, account.ByWallet, charge.PaidBy)
				return
			}
			assert.Empty(t, charge.PaidBy)
			want := before
			switch c.reason {
			case account.AccessTokenInvalid, account.EndpointUnknown, account.MethodNotOffered, account.RateLimited:
				// Nobody's, of no scope, or as if it had never been made.
			default:
				want.Requests++
				want.Failures++
				want.Errors++
				want.Stats.TotalRequests++
				want.Stats.ErrorRequests++
				want.Stats.IPs = account.NewIPs([]string{ip})
			}
			assert.Equal(t, want, after)
		})
	}
}

func TestTheLongestEndpointTakesTheCall(t *testing.T) {
	for path, want := range map[string]string{
		"IT-start": start, "IT-start/": start, "IT-start/1": start, "IT-start/fuller": start, "IT-start/x/full": start,
		"IT-start/full": full, "IT-start/full/": full, "IT-start/full/1/2": full, "IT-search": search,
	} {
		t.Run(path, func(t *testing.T) {
			b := newShop(account.Production)
			c, _, err := b.UseService(t.Context(), b.call, b.token(t), account.Target{Method: "GET", Domain: company, Path: path}, nil)
			require.NoError(t, err)
			assert.Equal(t, want, c.Name)
			assert.Equal(t, b.account.Wallet.Credit(), 10*account.Unit-c.Amount)
			assert.Equal(t, int64(1), b.account.Usage.API(company, account.Period{}).Scopes[want].Requests)
		})
	}
}

func TestAWrongMethodNamesTheRightOnes(t *testing.T) {
	b := newShop(account.Production)
	c, _, err := b.UseService(t.Context(), b.call, b.token(t), account.Target{Method: "GET", Domain: company, Path: "IT-monitor/1"}, nil)
	assert.Equal(t, account.MethodNotOffered, reason(err))
	assert.ElementsMatch(t, []string{"POST", "PATCH"}, c.Methods)
	c, _, err = b.UseService(t.Context(), b.call, b.token(t), account.Target{Method: "HEAD", Domain: company, Path: "IT-start/full/1"}, nil)
	assert.Equal(t, account.MethodNotOffered, reason(err))
	assert.Equal(t, []string{"GET"}, c.Methods, "once, although two endpoints have it")
}

func TestAScopeCoversWhatItReads(t *testing.T) {
	for name, c := range map[string]struct {
		environment account.Environment
		scopes      []string
		target      account.Target
		covered     bool
	}{
		"itself":                               {account.Production, []string{start}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"what is below it":                     {account.Production, []string{start}, account.Target{Method: "GET", Domain: company, Path: "IT-start/1"}, true},
		"not a longer endpoint":                {account.Production, []string{start}, account.Target{Method: "GET", Domain: company, Path: "IT-start/full"}, false},
		"not a shorter endpoint":               {account.Production, []string{full}, account.Target{Method: "GET", Domain: company, Path: "IT-start/1"}, false},
		"not beside it":                        {account.Production, []string{start}, account.Target{Method: "GET", Domain: company, Path: "IT-search"}, false},
		"the second of two":                    {account.Production, []string{start, search}, account.Target{Method: "GET", Domain: company, Path: "IT-search"}, true},
		"everything":                           {account.Production, []string{"*:*/*"}, account.Target{Method: "POST", Domain: company, Path: "IT-monitor"}, true},
		"everything of a method":               {account.Production, []string{"GET:*/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"not of another method":                {account.Production, []string{"GET:*/*"}, account.Target{Method: "POST", Domain: company, Path: "IT-monitor"}, false},
		"all subdomains":                       {account.Production, []string{"GET:*.openapi.com/*"}, account.Target{Method: "GET", Domain: "zero.openapi.com", Path: "ping"}, true},
		"all of a domain":                      {account.Production, []string{"*:company.openapi.com/*"}, account.Target{Method: "PATCH", Domain: company, Path: "IT-monitor/7"}, true},
		"not of another domain":                {account.Production, []string{"*:company.openapi.com/*"}, account.Target{Method: "GET", Domain: "zero.openapi.com", Path: "ping"}, false},
		"any method of an endpoint":            {account.Production, []string{"*:company.openapi.com/IT-monitor"}, account.Target{Method: "PATCH", Domain: company, Path: "IT-monitor"}, true},
		"endpoints below":                      {account.Production, []string{"GET:company.openapi.com/IT-start/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start/full"}, true},
		"not the endpoint above":               {account.Production, []string{"GET:company.openapi.com/IT-start/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
		"in the sandbox, itself":               {account.Sandbox, []string{"GET:test.company.openapi.com/IT-start"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"in the sandbox, all of a domain":      {account.Sandbox, []string{"*:test.company.openapi.com/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"in the sandbox, everything":           {account.Sandbox, []string{"*:*/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"in the sandbox, all subdomains":       {account.Sandbox, []string{"*:*.openapi.com/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"in the sandbox, all that are tests":   {account.Sandbox, []string{"*:*.company.openapi.com/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, true},
		"in production, none that are tests":   {account.Production, []string{"*:*.company.openapi.com/*"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
		"in the sandbox, not as in production": {account.Sandbox, []string{start}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
		"in production, not as in the sandbox": {account.Production, []string{"GET:test.company.openapi.com/IT-start"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
		"not what is not a scope":              {account.Production, []string{"everything"}, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
		"not without any":                      {account.Production, nil, account.Target{Method: "GET", Domain: company, Path: "IT-start"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(c.environment)
			const token = "656d1e2f8b3c2a001f7e4a12" // restored, so that it may have scopes that nobody would be given
			b.account.RestoreToken(account.Token{
				Value: token, RefreshToken: "656d1e2f8b3c2a001f7e4a13", Scopes: c.scopes, ExpireAt: account.MomentOf(b.now.Add(time.Hour)),
			})
			charge, _, err := b.UseService(t.Context(), b.call, token, c.target, nil)
			if !c.covered {
				assert.Equal(t, account.ScopeNotGranted, reason(err))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, account.DomainIn(c.target.Domain, c.environment), account.DomainOf(charge.Name), "called as in the environment")
			assert.Equal(t, int64(1), b.account.Usage.API(account.DomainOf(charge.Name), account.Period{}).Requests)
		})
	}
}

func TestAnAddressIsAllowedHoweverItIsWritten(t *testing.T) {
	for name, c := range map[string]struct {
		list    []string
		ip      string
		allowed bool
	}{
		"no list":                             {nil, "192.0.2.1", true},
		"an empty list":                       {[]string{}, "192.0.2.1", false},
		"itself":                              {[]string{"192.0.2.1"}, "192.0.2.1", true},
		"the second":                          {[]string{"192.0.2.9", "192.0.2.1"}, "192.0.2.1", true},
		"another":                             {[]string{"192.0.2.1"}, "192.0.2.11", false},
		"IPv6 in other letters":               {[]string{"2001:DB8::7"}, "2001:db8::7", true},
		"IPv6 with its zeros":                 {[]string{"2001:0db8:0000:0000:0000:0000:0000:0007"}, "2001:db8::7", true},
		"another IPv6":                        {[]string{"2001:db8::7"}, "2001:db8::8", false},
		"IPv4 that the list maps into IPv6":   {[]string{"::ffff:192.0.2.1"}, "192.0.2.1", true},
		"IPv4 that the caller maps into IPv6": {[]string{"192.0.2.1"}, "::ffff:192.0.2.1", true},
		"after text that is not an address":   {[]string{"office", "", "2001:DB8::7"}, "2001:db8::7", true},
		"only text that is not an address":    {[]string{"office"}, "192.0.2.1", false},
		"a caller without an address":         {[]string{"192.0.2.1"}, "", false},
		"no network":                          {[]string{"192.0.2.0/24"}, "192.0.2.1", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			token := b.limited(t, account.LimitsChange{IP: account.Change[[]string]{Present: true, Value: c.list}})
			b.call.IP = c.ip
			_, _, err := b.get(t, token, start)
			if c.allowed {
				assert.NoError(t, err)
			} else {
				assert.Equal(t, account.AddressNotAllowed, reason(err))
			}
		})
	}
}
