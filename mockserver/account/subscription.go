package account

import (
	"container/heap"
	"time"
)

// Subscription is a package of prepaid requests for one scope, for a month of 30 days or a year,
// without rollover.
type Subscription struct {
	ID                string
	Scope             string
	Type              string // month or year
	Active            bool
	Autorenew         bool
	TotalRequests     int64
	AvailableRequests int64
	Price             Money
	PricePerRequest   Money
	StartsAt          time.Time
	ExpiresAt         time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// period returns how long one term of the subscription lasts.
func (s *Subscription) period() time.Duration {
	if s.Type == "year" {
		return 365 * 24 * time.Hour
	}
	return 30 * 24 * time.Hour
}

// term is when the term of an active subscription ends, with its index in the account.
type term struct {
	ends time.Time
	n    int
}

// terms is a heap: the first to end is on top, and the oldest of several that end at once.
type terms []term

func (t terms) Len() int { return len(t) }

func (t terms) Less(i, j int) bool {
	if !t[i].ends.Equal(t[j].ends) {
		return t[i].ends.Before(t[j].ends)
	}
	return t[i].n < t[j].n
}

func (t terms) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push implements heap.Interface.
func (t *terms) Push(x any) { *t = append(*t, x.(term)) }

// Pop implements heap.Interface.
func (t *terms) Pop() any {
	old := *t
	last := old[len(old)-1]
	*t = old[:len(old)-1]
	return last
}

// nextLapsed returns the active subscription whose term has ended first, or nil.
func (a *Account) nextLapsed(now time.Time) *Subscription {
	for ; a.termed < len(a.Subscriptions); a.termed++ {
		if s := a.Subscriptions[a.termed]; s.Active {
			heap.Push(&a.terms, term{s.ExpiresAt, a.termed})
		}
	}
	if len(a.terms) == 0 || a.terms[0].ends.After(now) {
		return nil
	}
	return a.Subscriptions[a.terms[0].n]
}

// settleLapsed ends the term of the subscription that nextLapsed returned: the subscription renews
// if it is set to and the wallet can pay its price, otherwise it ends.
func (a *Account) settleLapsed() Event {
	s := a.Subscriptions[a.terms[0].n]
	at := s.ExpiresAt
	s.UpdatedAt = at
	if s.Autorenew {
		if _, err := a.Move(-s.Price, "Subscription renewal - "+DomainOf(s.Scope), at); err == nil {
			s.StartsAt, s.ExpiresAt = at, at.Add(s.period())
			s.AvailableRequests = s.TotalRequests
			a.terms[0].ends = s.ExpiresAt
			heap.Fix(&a.terms, 0)
			return Event{At: at, What: "subscription.renewed", ID: s.ID}
		}
	}
	s.Active = false
	heap.Pop(&a.terms)
	return Event{At: at, What: "subscription.expired", ID: s.ID}
}
