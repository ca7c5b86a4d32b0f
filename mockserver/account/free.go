package account

import "time"

// freeUse is how many free requests of a scope were used, by window, up to the end of a day. It is
// derived from the usage, and computed again on another day: going through years of usage for every
// call would take longer the older the account is.
type freeUse struct {
	today                   Day
	day, month, year, total int64
}

// hasFree reports whether a scope has a free request left. Every window with a limit must have one
// left.
func (a *Account) hasFree(c *Charge, now time.Time) bool {
	limits := c.Scope.Free
	if limits == (FreeLimits{}) {
		return false
	}
	used := a.freeUse(c, now)
	left := func(limit *int64, used int64) bool { return limit == nil || used < *limit }
	return left(limits.Day, used.day) && left(limits.Month, used.month) && left(limits.Year, used.year) && left(limits.Total, used.total)
}

// unpaid returns the calls that nobody paid for and nobody refused.
func (c *Counter) unpaid() int64 {
	return c.Requests - c.WalletRequests - c.SubscriptionRequests - c.ErrorRequests
}

// countFree counts a free call. (Calls of a scope without a price are counted too; it has no limit
// of them.)
func (a *Account) countFree(c *Charge, now time.Time) {
	if c.Scope.Free == (FreeLimits{}) {
		return
	}
	used := a.freeUse(c, now)
	if a.Usage.Counter(used.today, c.Name).unpaid() < 0 {
		return // the fixture counts calls that were paid and failed: this one only makes up for them, as it will when all is counted again
	}
	used.day++
	used.month++
	used.year++
	used.total++
}

// freeUse returns how many free requests were used: calls that nobody paid for and nobody refused.
func (a *Account) freeUse(c *Charge, now time.Time) *freeUse {
	today := DayOf(now)
	if used, ok := a.free[c.Name]; ok && used.today == today {
		return used
	}
	used := &freeUse{today: today}
	a.Usage.every(Period{}, func(day Day, scope string, n *Counter) {
		if scope != c.Name {
			return
		}
		free := max(0, n.unpaid())
		used.total += free
		if day/10_000 == today/10_000 {
			used.year += free
		}
		if day/100 == today/100 {
			used.month += free
		}
		if day == today {
			used.day += free
		}
	})
	if a.free == nil {
		a.free = map[string]*freeUse{}
	}
	a.free[c.Name] = used
	return used
}
