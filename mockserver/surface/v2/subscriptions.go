package v2

import (
	"strconv"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// subscriptionListElement is v2 SubscriptionListElement: its counts are strings.
type subscriptionListElement struct {
	ID                string    `json:"id"`
	Scope             string    `json:"scope"`
	Active            bool      `json:"active"`
	AvailableRequests string    `json:"availableRequests"`
	StartsAt          timestamp `json:"startsAt"`
	ExpiresAt         timestamp `json:"expiresAt"`
}

// subscription is v2 Subscription: its counts are strings too.
type subscription struct {
	ID                string    `json:"id"`
	Scope             string    `json:"scope"`
	Domain            string    `json:"domain"`
	Active            bool      `json:"active"`
	StartsAt          timestamp `json:"startsAt"`
	ExpiresAt         timestamp `json:"expiresAt"`
	TotalRequests     string    `json:"totalRequests"`
	AvailableRequests string    `json:"availableRequests"`
	PricePerRequest   money     `json:"pricePerRequest"`
	Type              string    `json:"type"`
	Autorenew         bool      `json:"autorenew"`
	CreatedAt         timestamp `json:"createdAt"`
	UpdatedAt         timestamp `json:"updatedAt"`
	Price             money     `json:"price"`
}

func wireSubscriptionInList(s *account.Subscription) subscriptionListElement {
	return subscriptionListElement{
		ID: s.ID, Scope: s.Scope, Active: s.Active, AvailableRequests: strconv.FormatInt(s.AvailableRequests, 10),
		StartsAt: wireTime(s.StartsAt), ExpiresAt: wireTime(s.ExpiresAt),
	}
}

func wireSubscription(s *account.Subscription) subscription {
	return subscription{
		ID: s.ID, Scope: s.Scope, Domain: account.DomainOf(s.Scope), Active: s.Active, StartsAt: wireTime(s.StartsAt), ExpiresAt: wireTime(s.ExpiresAt),
		TotalRequests: strconv.FormatInt(s.TotalRequests, 10), AvailableRequests: strconv.FormatInt(s.AvailableRequests, 10),
		PricePerRequest: wireMoney(s.PricePerRequest), Type: s.Type, Autorenew: s.Autorenew,
		CreatedAt: wireTime(s.CreatedAt), UpdatedAt: wireTime(s.UpdatedAt), Price: wireMoney(s.Price),
	}
}

// listSubscriptions is GET /subscriptions, and with ?id= one of them.
func (s *api) listSubscriptions(c *surface.Call) (any, account.Receipt, error) {
	query := c.Query()
	if id := query.Get("id"); id != "" {
		return s.oneSubscription(c, id)
	}
	p, ok := page(query)
	if !ok {
		return s.queryInvalid(c)
	}
	subscriptions, receipt, err := s.accounts.Subscriptions(c.Context(), c.Call, filter(query), p)
	return list(subscriptions, wireSubscriptionInList), receipt, err
}

// getSubscription is GET /subscriptions/{id}.
func (s *api) getSubscription(c *surface.Call) (any, account.Receipt, error) {
	return s.oneSubscription(c, c.Param("id"))
}

func (s *api) oneSubscription(c *surface.Call, id string) (any, account.Receipt, error) {
	one, receipt, err := s.accounts.Subscription(c.Context(), c.Call, id)
	return wireSubscription(&one), receipt, err
}
