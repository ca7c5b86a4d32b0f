package account

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Day is a day of the calendar in UTC, as year*10000 + month*100 + day.
type Day int32

// DayOf is the day of a time.
func DayOf(t time.Time) Day {
	y, m, d := t.UTC().Date()
	return Day(y*10_000 + int(m)*100 + d)
}

// Time is the day's first moment.
func (d Day) Time() time.Time {
	return time.Date(int(d/10_000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

// Period is a day, a month, a year, or, when zero, all time.
type Period struct {
	Year, Month, Day int
}

// Contains says whether a day lies in the period.
func (p Period) Contains(d Day) bool {
	return (p.Year == 0 || int(d/10_000) == p.Year) && (p.Month == 0 || int(d/100%100) == p.Month) && (p.Day == 0 || int(d%100) == p.Day)
}

// Counter counts calls.
type Counter struct {
	Requests             int64
	WalletRequests       int64
	SubscriptionRequests int64
	ErrorRequests        int64
	WalletAmount         Money
	IPs                  IPs
}

// Add adds another counter, its addresses included.
func (c *Counter) Add(o *Counter) {
	c.Requests += o.Requests
	c.WalletRequests += o.WalletRequests
	c.SubscriptionRequests += o.SubscriptionRequests
	c.ErrorRequests += o.ErrorRequests
	c.WalletAmount += o.WalletAmount
	for _, ip := range o.IPs.list {
		c.IPs.Add(ip)
	}
}

// Usage is what was called, by day and scope. Every statistic is a sum of it.
type Usage struct {
	days map[Day]map[string]*Counter
}

// Counter is the counter of a scope on a day, made when it is not there.
func (u *Usage) Counter(day Day, scope string) *Counter {
	scopes, ok := u.days[day]
	if !ok {
		if u.days == nil {
			u.days = map[Day]map[string]*Counter{}
		}
		scopes = map[string]*Counter{}
		u.days[day] = scopes
	}
	c, ok := scopes[scope]
	if !ok {
		c = &Counter{}
		scopes[scope] = c
	}
	return c
}

// Days calls yield for every day and scope, in order. Within the transaction only.
func (u *Usage) Days(yield func(Day, string, *Counter)) {
	for _, day := range slices.Sorted(maps.Keys(u.days)) {
		for _, scope := range slices.Sorted(maps.Keys(u.days[day])) {
			yield(day, scope, u.days[day][scope])
		}
	}
}

// Total is the sum over a period.
type Total struct {
	Counter
	APIs int
}

// Total sums a period over all domains.
func (u *Usage) Total(p Period) Total {
	var out Total
	domains := map[string]struct{}{}
	u.each(p, func(scope string, c *Counter) {
		out.Add(c)
		domains[DomainOf(scope)] = struct{}{}
	})
	out.APIs = len(domains)
	return out
}

// API is the sum over a period for one domain, with its scopes.
type API struct {
	Counter
	Scopes map[string]*Counter
}

// APIs sums a period by domain.
func (u *Usage) APIs(p Period) map[string]*API {
	out := map[string]*API{}
	u.each(p, func(scope string, c *Counter) {
		domain := DomainOf(scope)
		api, ok := out[domain]
		if !ok {
			api = &API{Scopes: map[string]*Counter{}}
			out[domain] = api
		}
		api.add(scope, c)
	})
	return out
}

// API sums a period for one domain; a domain that was never called has zeros.
func (u *Usage) API(domain string, p Period) *API {
	api := &API{Scopes: map[string]*Counter{}}
	u.each(p, func(scope string, c *Counter) {
		if strings.EqualFold(DomainOf(scope), domain) {
			api.add(scope, c)
		}
	})
	return api
}

func (api *API) add(scope string, c *Counter) {
	api.Counter.Add(c)
	sum, ok := api.Scopes[scope]
	if !ok {
		sum = &Counter{}
		api.Scopes[scope] = sum
	}
	sum.Add(c)
}

// each visits the counters of a period in no order: sums do not need one.
func (u *Usage) each(p Period, visit func(scope string, c *Counter)) {
	for day, scopes := range u.days {
		if !p.Contains(day) {
			continue
		}
		for scope, c := range scopes {
			visit(scope, c)
		}
	}
}
