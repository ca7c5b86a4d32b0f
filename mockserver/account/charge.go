package account

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// Target is the endpoint of a paid service that is called: the method, the service's production
// domain, and the path below it, decoded and without its first slash.
type Target struct{ Method, Domain, Path string }

// Payer is what a call was paid from.
type Payer string

// The payers, in the order in which they are tried.
const (
	Free           Payer = "free"
	BySubscription Payer = "subscription"
	ByWallet       Payer = "wallet"
)

// Charge is what a call of a paid service cost.
type Charge struct {
	// Scope that the call fell under; nil if the catalogue has none.
	Scope *CatalogueScope
	// Name of the scope in the account's environment, "GET:test.company.openapi.com/IT-start" in a
	// sandbox.
	Name string
	// PaidBy is empty if the call was refused. Amount is what was debited from the wallet: zero for
	// other payers.
	PaidBy Payer
	Amount Money
	// Job whose progress the call reports; nil for other calls.
	Job *Job
	// Progress is the scope that reports the progress of Scope's jobs; nil if it is not
	// asynchronous.
	Progress *CatalogueScope
	// Methods that the catalogue has for the path, if the called one is not among them.
	Methods []string
}

// AuthenticateToken returns the account that an access token belongs to.
func (s *Service) AuthenticateToken(value string) (Identity, bool) {
	return s.store.Find(Secret{AccessToken, value})
}

// UseService is a call of a paid service with an access token: everything is decided, paid and
// counted in one transaction. Improper, unless nil, is why the service could not answer the
// request: then nothing is paid.
func (s *Service) UseService(ctx context.Context, call Call, token string, target Target, improper error) (charge Charge, receipt Receipt, err error) {
	receipt = Receipt{Account: call.Account.ID}
	err = s.store.Update(ctx, call.Account, func(a *Account) error {
		now := a.Now(s.clock.Now())
		receipt.At = now
		a.Settle(now)
		t, ok := a.Tokens.Get(token)
		if !ok {
			return Refuse(AccessTokenInvalid, "the token was deleted, rotated or expired while the call waited")
		}
		offer, methods := a.Entitlements.catalogue.Find(target)
		if offer == nil {
			charge.Methods = methods
			if len(methods) > 0 {
				return Refuse(MethodNotOffered, "the catalogue has this path of "+target.Domain+" with another method only")
			}
			return Refuse(EndpointUnknown, "the catalogue has no scope for this path of "+target.Domain)
		}
		charge.Scope, charge.Name = offer, offer.Name.In(a.Environment)
		if offer.Async != nil {
			charge.Progress = a.Entitlements.catalogue.Progress(offer)
		}
		if job, asked := a.progress(&charge, target); job != nil {
			own := *job
			charge.Job = &own
		} else if asked && improper == nil {
			improper = Refuse(JobNotFound, "the account has no job of this id")
		}
		var err error
		alerted := a.alerted
		receipt.Quota, err = a.charge(&charge, t, call.IP, improper, now)
		receipt.Alerts = a.alertsSince(alerted)
		if !refusedFor(err, RateLimited) { // a request that consumes and records nothing
			a.recordUse(call, t, &charge, now, err)
		}
		return err
	})
	return charge, receipt, err
}

// charge decides whether a token may make a call and who pays, and pays.
func (a *Account) charge(c *Charge, t *Token, ip string, improper error, now time.Time) (QuotaState, error) {
	if err := a.entitled(c, t, ip); err != nil {
		return QuotaState{}, err
	}
	payer, subscription := a.payer(c, now)
	price := c.Scope.Price()
	if err := t.withinLimits(payer, price); err != nil {
		return QuotaState{}, err
	}
	quota, ok := a.scopeQuota(c).take(now, c.Scope.limit)
	if !ok {
		return quota, Refuse(RateLimited, "the window of the scope "+c.Name+" is full")
	}
	if improper != nil {
		return quota, improper
	}
	switch payer {
	case Free:
		a.countFree(c, now)
	case BySubscription:
		subscription.AvailableRequests--
		subscription.UpdatedAt = now
		a.books.Prepaid++
	case ByWallet:
		if _, err := a.Move(-price, c.Scope.debit, now); err != nil {
			return quota, err
		}
		c.Amount = price
		a.books.Charged += price
	}
	c.PaidBy = payer
	return quota, nil
}

// entitled refuses a token that may not use a scope, or not from the caller's address.
func (a *Account) entitled(c *Charge, t *Token, ip string) error {
	if !t.covers(c) {
		return Refuse(ScopeNotGranted, "none of the token's scopes covers "+c.Name)
	}
	if !a.Entitlements.Enabled(c.Name) {
		return Refuse(ScopeDisabled, c.Name+" is not enabled for this account")
	}
	for _, need := range c.Scope.Requirements {
		if !slices.Contains(a.Entitlements.met, need) {
			return Refuse(RequirementsUnmet, c.Name+" requires "+need+", which the account does not meet")
		}
	}
	if t.Limits != nil && t.Limits.IP != nil && !allowed(t.Limits.IP, ip) {
		return Refuse(AddressNotAllowed, ip+" is not among the addresses that the token is limited to")
	}
	return nil
}

// covers reports whether one of the token's scopes, which may be wildcards, covers the scope of a
// call.
func (t *Token) covers(c *Charge) bool {
	if slices.Contains(t.Scopes, c.Name) {
		return true
	}
	host := DomainOf(c.Name)
	return slices.ContainsFunc(t.Scopes, func(text string) bool {
		p, ok := ParsePattern(text)
		return ok && p.Matches(c.Scope.Method, host, c.Scope.Endpoint)
	})
}

// allowed reports whether an address is in a list, in whatever form either is written.
func allowed(list []string, ip string) bool {
	if slices.Contains(list, ip) {
		return true
	}
	address, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc(list, func(text string) bool {
		other, err := netip.ParseAddr(text)
		return err == nil && other.Unmap() == address.Unmap()
	})
}

// withinLimits refuses a call beyond the token's own limits. Refused calls consume nothing of them.
func (t *Token) withinLimits(payer Payer, price Money) error {
	l := t.Limits
	if l == nil {
		return nil
	}
	if l.TotalRequests != nil && t.Stats.TotalRequests-t.Stats.ErrorRequests >= *l.TotalRequests {
		return Refuse(TotalRequestsUsedUp, "the token's limits.totalRequests are used up")
	}
	switch payer {
	case ByWallet:
		if l.WalletRequests != nil && t.Stats.WalletRequests >= *l.WalletRequests {
			return Refuse(WalletRequestsUsedUp, "the token's limits.walletRequests are used up")
		}
		if l.WalletAmount != nil && t.Stats.WalletAmount+price > *l.WalletAmount {
			return Refuse(WalletAmountUsedUp, "the token's limits.walletAmount leaves less than "+price.String())
		}
	case BySubscription:
		if l.SubscriptionRequests != nil && t.Stats.SubscriptionRequests >= *l.SubscriptionRequests {
			return Refuse(SubscriptionRequestsUsedUp, "the token's limits.subscriptionRequests are used up")
		}
	}
	return nil
}

// payer returns who would pay for a call: free requests first, then a subscription, then the
// wallet.
func (a *Account) payer(c *Charge, now time.Time) (Payer, *Subscription) {
	if c.Scope.Price() == 0 || a.hasFree(c, now) {
		return Free, nil
	}
	if s := a.subscriptionFor(c, now); s != nil {
		return BySubscription, s
	}
	return ByWallet, nil
}

// subscriptionFor returns the active subscription with requests left that ends first.
func (a *Account) subscriptionFor(c *Charge, now time.Time) (first *Subscription) {
	for _, s := range a.Subscriptions {
		if s.Scope != c.Name || !s.Active || s.AvailableRequests < 1 || s.StartsAt.After(now) || !s.ExpiresAt.After(now) {
			continue
		}
		if first == nil || s.ExpiresAt.Before(first.ExpiresAt) {
			first = s
		}
	}
	return first
}

// recordUse records a call in the account's usage, in the token's and, if it was refused, in the
// error log.
func (a *Account) recordUse(call Call, t *Token, c *Charge, now time.Time, err error) {
	usage := a.count(call, c.Name, now, err)
	t.Stats.TotalRequests++
	t.Stats.IPs.addUpTo(call.IP, a.Retention.addresses())
	switch {
	case err != nil:
		t.Stats.ErrorRequests++
	case c.PaidBy == BySubscription:
		usage.SubscriptionRequests++
		t.Stats.SubscriptionRequests++
	case c.PaidBy == ByWallet:
		usage.WalletRequests++
		usage.WalletAmount += c.Amount
		t.Stats.WalletRequests++
		t.Stats.WalletAmount += c.Amount
	}
}

// FailService also counts as failed a call of a paid service that was already paid and counted: the
// effect of a fault that has the service fail after the call. scope is the name that
// [Service.UseService] returned.
func (s *Service) FailService(ctx context.Context, call Call, token, scope string, failure Failure) error {
	return s.store.Update(ctx, call.Account, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.countFailure(a.Usage.Counter(DayOf(now), scope), call, scope, now, failure)
		if t, ok := a.Tokens.Get(token); ok {
			t.Stats.ErrorRequests++
		} else {
			a.books.Gone.ErrorRequests++
		}
		a.books.Failed++
		delete(a.free, scope) // counted again
		return nil
	})
}
