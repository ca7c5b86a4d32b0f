package account

import (
	"cmp"
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

// ParsePeriod reads YYYY, YYYY-MM or YYYY-MM-DD, which must be a real day, month or year; ok is
// false for any other text.
func ParsePeriod(text string) (p Period, ok bool) {
	// time.Parse alone would also take a sign or blanks in the year.
	if text == "" || strings.Trim(text, "0123456789-") != "" || text[0] == '-' {
		return Period{}, false
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if len(text) != len(layout) {
			continue
		}
		t, err := time.Parse(layout, text)
		if err != nil || t.Year() == 0 {
			return Period{}, false
		}
		p = Period{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
		if len(text) < len("2006-01-02") {
			p.Day = 0
		}
		if len(text) < len("2006-01") {
			p.Month = 0
		}
		return p, true
	}
	return Period{}, false
}

// Contains reports whether a day lies in the period.
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
	// shared is what this usage and others began with. It is never changed: a counter in days
	// stands instead of the one here.
	shared map[Day]map[string]*Counter
	begun  *Tally // the sum of what is shared
}

// Shared answers a usage that begins with what was counted in this one, and shares its memory, so
// that this one must not change any more. It must not be a shared one itself.
func (u *Usage) Shared() Usage {
	if u.begun == nil { // once for all who begin with it
		sum := u.tally()
		u.begun = &sum
	}
	return Usage{shared: u.days, begun: u.begun}
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
		if begun, ok := u.shared[day][scope]; ok {
			*c = *begun
			c.IPs = begun.IPs.clone()
		}
		scopes[scope] = c
	}
	return c
}

// Restore puts a counter that is already counted in its place, or adds it to what stands there. The
// counter belongs to the usage afterwards.
func (u *Usage) Restore(day Day, scope string, c *Counter) {
	_, known := u.days[day][scope]
	_, begun := u.shared[day][scope]
	if known || begun {
		u.Counter(day, scope).Add(c)
		return
	}
	if u.days == nil {
		u.days = map[Day]map[string]*Counter{}
	}
	scopes, ok := u.days[day]
	if !ok {
		scopes = map[string]*Counter{}
		u.days[day] = scopes
	}
	scopes[scope] = c
}

// Days calls yield for every day and scope, in order. Within the transaction only.
func (u *Usage) Days(yield func(Day, string, *Counter)) {
	type place struct {
		day   Day
		scope string
	}
	counters := map[place]*Counter{}
	u.every(Period{}, func(day Day, scope string, c *Counter) { counters[place{day, scope}] = c })
	order := slices.SortedFunc(maps.Keys(counters), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.scope, b.scope))
	})
	for _, at := range order {
		yield(at.day, at.scope, counters[at])
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
	u.every(p, func(_ Day, scope string, c *Counter) { visit(scope, c) })
}

// every visits the counters of a period with their days.
func (u *Usage) every(p Period, visit func(day Day, scope string, c *Counter)) {
	for day, scopes := range u.days {
		if !p.Contains(day) {
			continue
		}
		for scope, c := range scopes {
			visit(day, scope, c)
		}
	}
	for day, scopes := range u.shared {
		if !p.Contains(day) {
			continue
		}
		own := u.days[day]
		for scope, c := range scopes {
			if _, changed := own[scope]; !changed {
				visit(day, scope, c)
			}
		}
	}
}
