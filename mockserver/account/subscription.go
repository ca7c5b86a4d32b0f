package account

import "time"

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

// period is how long one term of the subscription lasts.
func (s *Subscription) period() time.Duration {
	if s.Type == "year" {
		return 365 * 24 * time.Hour
	}
	return 30 * 24 * time.Hour
}

// nextLapsed is the active subscription whose term ended first, by now.
func (a *Account) nextLapsed(now time.Time) *Subscription {
	var first *Subscription
	for _, s := range a.Subscriptions {
		if s.Active && !s.ExpiresAt.After(now) && (first == nil || s.ExpiresAt.Before(first.ExpiresAt)) {
			first = s
		}
	}
	return first
}

// settleSubscription ends a term: the subscription renews when it is meant to and the wallet can
// pay its price, else it ends.
func (a *Account) settleSubscription(s *Subscription) Event {
	at := s.ExpiresAt
	s.UpdatedAt = at
	if s.Autorenew {
		if _, err := a.Move(-s.Price, "Subscription renewal - "+DomainOf(s.Scope), at); err == nil {
			s.StartsAt, s.ExpiresAt = at, at.Add(s.period())
			s.AvailableRequests = s.TotalRequests
			return Event{At: at, What: "subscription.renewed", ID: s.ID}
		}
	}
	s.Active = false
	return Event{At: at, What: "subscription.expired", ID: s.ID}
}
