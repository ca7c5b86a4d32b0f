package world

import (
	"slices"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// usageOf sets the usage, which accounts of a kit that shares have in common until they change it.
func (d decoder) usageOf(a *account.Account, f *fixtures.Account) {
	if !d.shares {
		a.Usage = d.count(f)
		return
	}
	if today := account.DayOf(d.start); d.day != today {
		d.day, d.kit.usage = today, d.count(f)
	}
	a.Usage = d.kit.usage.Shared()
}

func (d decoder) count(f *fixtures.Account) (usage account.Usage) {
	counters := make([]account.Counter, len(f.Usage)) // one allocation
	for i, u := range f.Usage {
		counters[i] = account.Counter{
			Requests: u.TotalRequests, WalletRequests: u.WalletRequests, SubscriptionRequests: u.SubscriptionRequests,
			ErrorRequests: u.ErrorRequests, WalletAmount: account.Money(u.WalletAmount), IPs: account.NewIPs(u.IP),
		}
		usage.Restore(account.DayOf(d.at(u.Day)), d.scope(u.Scope), &counters[i])
	}
	return usage
}

func (e encoder) usage(f *fixtures.Account, a *account.Account) {
	a.Usage.Days(func(day account.Day, scope string, c *account.Counter) {
		f.Usage = append(f.Usage, fixtures.Usage{
			Day: fixtures.At(day.Time()), Scope: e.scope(scope), TotalRequests: c.Requests, WalletRequests: c.WalletRequests,
			SubscriptionRequests: c.SubscriptionRequests, ErrorRequests: c.ErrorRequests, WalletAmount: fixtures.Amount(c.WalletAmount), IP: slices.Clone(c.IPs.List()),
		})
	})
}

// restoreBooks opens the books of an account, or restores those that came with its fixture.
func restoreBooks(a *account.Account, f *fixtures.Books) {
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
		Usage: tally(f.Usage), Tokens: tally(f.Tokens), Own: tally(f.Own), Gone: tally(f.Gone), Charged: account.Money(f.Charged), Prepaid: f.Prepaid, Failed: f.Failed,
		Seal: f.Seal,
	})
}

func books(b account.Books) *fixtures.Books {
	tally := func(t account.Tally) fixtures.Tally {
		return fixtures.Tally{
			TotalRequests: t.Requests, WalletRequests: t.WalletRequests, SubscriptionRequests: t.SubscriptionRequests,
			ErrorRequests: t.ErrorRequests, WalletAmount: fixtures.Amount(t.WalletAmount),
		}
	}
	return &fixtures.Books{
		Usage: tally(b.Usage), Tokens: tally(b.Tokens), Own: tally(b.Own), Gone: tally(b.Gone), Charged: fixtures.Amount(b.Charged), Prepaid: b.Prepaid, Failed: b.Failed,
		Seal: b.Seal,
	}
}
