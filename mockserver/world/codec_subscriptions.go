package world

import (
	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) subscriptions(a *account.Account, f *fixtures.Account) {
	for _, s := range f.Subscriptions {
		a.Subscriptions = append(a.Subscriptions, &account.Subscription{
			ID: s.ID, Scope: d.scope(s.Scope), Type: s.Type, Active: s.Active, Autorenew: s.Autorenew,
			TotalRequests: s.TotalRequests, AvailableRequests: s.AvailableRequests, Price: account.Money(s.Price), PricePerRequest: account.Money(s.PricePerRequest),
			StartsAt: d.at(s.StartsAt), ExpiresAt: d.at(s.ExpiresAt), CreatedAt: d.at(s.CreatedAt), UpdatedAt: d.at(s.UpdatedAt),
		})
	}
	sort(d.kit, a.Subscriptions, func(x, y *account.Subscription) int { return x.CreatedAt.Compare(y.CreatedAt) })
}

func (e encoder) subscriptions(f *fixtures.Account, a *account.Account) {
	for _, s := range a.Subscriptions {
		f.Subscriptions = append(f.Subscriptions, fixtures.Subscription{
			ID: s.ID, Scope: e.scope(s.Scope), Type: s.Type, Active: s.Active, Autorenew: s.Autorenew,
			TotalRequests: s.TotalRequests, AvailableRequests: s.AvailableRequests, Price: fixtures.Amount(s.Price), PricePerRequest: fixtures.Amount(s.PricePerRequest),
			StartsAt: fixtures.At(s.StartsAt), ExpiresAt: fixtures.At(s.ExpiresAt), CreatedAt: fixtures.At(s.CreatedAt), UpdatedAt: fixtures.At(s.UpdatedAt),
		})
	}
}
