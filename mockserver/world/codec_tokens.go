package world

import (
	"cmp"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) tokens(a *account.Account, f *fixtures.Account) {
	tokens := make([]account.Token, len(f.Tokens))
	for i, t := range f.Tokens {
		token := account.Token{
			Value: t.Token, RefreshToken: t.RefreshToken, Name: t.Name, Scopes: d.scopes(t.Scopes),
			CreatedAt: d.moment(t.CreatedAt), UpdatedAt: d.moment(t.UpdatedAt), ExpireAt: d.moment(t.ExpireAt), TTL: time.Duration(t.TTL) * time.Second,
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
	sort(d.kit, tokens, func(x, y account.Token) int { return cmp.Compare(x.CreatedAt, y.CreatedAt) })
	for _, t := range tokens {
		a.RestoreToken(t)
	}
}

func (e encoder) tokens(f *fixtures.Account, a *account.Account) {
	for _, t := range a.Tokens.All() {
		f.Tokens = append(f.Tokens, fixtures.Token{
			Token: t.Value, RefreshToken: t.RefreshToken, Name: t.Name, Scopes: e.scopes(t.Scopes),
			CreatedAt: fixtures.At(t.CreatedAt.Time()), UpdatedAt: fixtures.At(t.UpdatedAt.Time()), ExpireAt: fixtures.At(t.ExpireAt.Time()),
			TTL: int64(t.TTL / time.Second), Limits: tokenLimits(t.Limits),
			Stats: fixtures.TokenStats{
				TotalRequests: t.Stats.TotalRequests, WalletRequests: t.Stats.WalletRequests, SubscriptionRequests: t.Stats.SubscriptionRequests,
				ErrorRequests: t.Stats.ErrorRequests, WalletAmount: fixtures.Amount(t.Stats.WalletAmount), IP: slices.Clone(t.Stats.IPs.List()),
			},
		})
	}
}

func tokenLimits(l *account.TokenLimits) fixtures.TokenLimits {
	if l == nil {
		return fixtures.TokenLimits{}
	}
	return fixtures.TokenLimits{
		TotalRequests: l.TotalRequests, WalletRequests: l.WalletRequests, SubscriptionRequests: l.SubscriptionRequests,
		WalletAmount: (*fixtures.Amount)(l.WalletAmount), IP: l.IP,
	}
}
