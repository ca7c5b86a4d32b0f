package account

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Store keeps accounts. Update is the transaction: one at a time for each account, and what the
// closure did to the account stays, also when it refuses, because rules check first and change
// last.
type Store interface {
	// Find says whose secret it is.
	Find(s Secret) (Identity, bool)
	// Update hands the account to the closure. It returns ErrNoAccount when there is no account
	// with the ID, and when who names an Incarnation and the account with the ID lives another one.
	Update(ctx context.Context, who Identity, transact func(*Account) error) error
}

// ErrNoAccount reports that an account does not exist, or that the life of it that was meant is
// over.
var ErrNoAccount = errors.New("there is no such account")

// ErrNoScope reports that the catalogue has no such scope.
var ErrNoScope = errors.New("the catalogue has no such scope: want one such as GET:company.openapi.com/IT-start")

// Incarnation tells one life of an account from the next: a reset, a restored snapshot, an import
// or a PUT ends a life and begins another one under the same ID. A Store gives every account that
// it takes in an Incarnation that it has never given before. It is never persisted. The zero value
// stands for whichever life the account has at the moment.
type Incarnation uint64

// Identity is who a secret belongs to.
type Identity struct {
	ID          ID
	Environment Environment
	Incarnation Incarnation
}

// Clock tells the server's time.
type Clock interface{ Now() time.Time }

// Service is what can be done with accounts: one method for each use case of the API. It is safe
// for concurrent use. Every method begins a transaction, settles what fell due, counts the call
// against the rate limit, applies the rule, and records the call in the account's usage and, if it
// was refused, in its error log.
type Service struct {
	store Store
	clock Clock
	limit func() RateLimit
	idle  sync.Pool // of *transaction
}

// NewService makes a service; limit answers the server's rate limit.
func NewService(store Store, clock Clock, limit func() RateLimit) *Service {
	return &Service{store: store, clock: clock, limit: limit}
}

// Call is who calls, and how the call is to be remembered.
type Call struct {
	// Account is the caller, as authenticated. A call whose account was reset, replaced or removed
	// since is not carried out: it fails with ErrNoAccount.
	Account Identity
	// Scope under which the call is counted.
	Scope ScopeName
	IP    string
	// Failure words a refusal as the surface will answer it, for the error log.
	Failure func(Reason) Failure
}

// Failure is how a surface answers a refusal. The code is written as on the wire.
type Failure struct {
	Status  int
	Code    string
	Message string
}

// Receipt says what a call found and left behind.
type Receipt struct {
	Account ID
	// Client is the client_id of the OAuth client whose window the call was counted in; empty for
	// other calls.
	Client string
	// At is the time on the account's clock.
	At    time.Time
	Quota QuotaState
	// Alerts are what the call set off in the wallet; nil is nothing.
	Alerts []Event
}

// Page is a part of a list: so many entries, after skipping some. Limit is positive, Skip is not
// negative.
type Page struct{ Limit, Skip int64 }

// Authenticate returns the account that HTTP Basic credentials belong to. Only, unless empty, is
// the only environment whose credentials count.
func (s *Service) Authenticate(email, apiKey string, only Environment) (Identity, bool) {
	identity, known := s.store.Find(Credentials(email, apiKey))
	return identity, known && (only == "" || identity.Environment == only)
}

// AuthenticateBearer says whose refresh token or access token a Bearer is.
func (s *Service) AuthenticateBearer(value string) (Identity, SecretKind, bool) {
	for _, kind := range []SecretKind{RefreshToken, AccessToken} {
		if id, ok := s.store.Find(Secret{kind, value}); ok {
			return id, kind, true
		}
	}
	return Identity{}, 0, false
}

// do is the way of every call.
func (s *Service) do(ctx context.Context, call Call, rule func(a *Account, now time.Time) error) (Receipt, error) {
	t, ok := s.idle.Get().(*transaction)
	if !ok {
		t = &transaction{service: s}
		t.transact = t.on
	}
	t.call, t.rule, t.receipt = call, rule, Receipt{Account: call.Account.ID}
	err := s.store.Update(ctx, call.Account, t.transact)
	receipt := t.receipt
	t.call, t.rule = Call{}, nil
	s.idle.Put(t)
	return receipt, err
}

// transaction is a call under way. It is used again for others, so that no call needs memory for
// it.
type transaction struct {
	service  *Service
	call     Call
	rule     func(a *Account, now time.Time) error
	receipt  Receipt
	transact func(*Account) error // on, bound once
}

// on is what happens to the account while nobody else has it.
func (t *transaction) on(a *Account) error {
	now := a.Now(t.service.clock.Now())
	t.receipt.At = now
	a.Settle(now)
	quota, ok := a.Quota.take(now, t.service.limit())
	t.receipt.Quota = quota
	if !ok {
		return Refuse(RateLimited, "the account's window is full")
	}
	alerted := a.alerted
	err := t.rule(a, now)
	t.receipt.Alerts = a.alertsSince(alerted)
	// A failed authentication belongs to nobody, even if the race for a refresh token was lost only
	// here.
	if !refusedFor(err, RefreshTokenInvalid) {
		a.record(t.call, now, err)
	}
	return err
}

func refusedFor(err error, reason Reason) bool {
	refusal, ok := errors.AsType[*Refusal](err)
	return ok && refusal.Reason == reason
}

// record remembers a call in the usage and, if it failed, in the error log.
func (a *Account) record(call Call, now time.Time, err error) {
	a.count(call, call.Scope.In(a.Environment), now, err)
	a.books.Own.Requests++
	if err != nil {
		a.books.Own.ErrorRequests++
	}
}

// count counts a call under a scope and, if it failed, puts it into the error log.
func (a *Account) count(call Call, scope string, now time.Time, err error) *Counter {
	counter := a.Usage.Counter(DayOf(now), scope)
	counter.Requests++
	counter.IPs.addUpTo(call.IP, a.Retention.addresses())
	if err == nil {
		return counter
	}
	reason := Internal
	refusal, ok := errors.AsType[*Refusal](err)
	if ok {
		reason = refusal.Reason
	}
	if ok && refusal.As != nil {
		a.countFailure(counter, call, scope, now, *refusal.As)
	} else {
		a.countFailure(counter, call, scope, now, call.Failure(reason))
	}
	return counter
}

// countFailure counts a call of a scope as failed, and puts it into the error log.
func (a *Account) countFailure(counter *Counter, call Call, scope string, now time.Time, failure Failure) {
	counter.ErrorRequests++
	a.Errors.add(ErrorEntry{
		ID: a.IDs.Next("error", now), Scope: scope, At: now,
		Status: failure.Status, Code: failure.Code, Message: failure.Message, IP: call.IP,
	}, a.Retention.errors())
}

// Refuse is a call that the surface refuses before any rule, for example because its body cannot be
// read.
func (s *Service) Refuse(ctx context.Context, call Call, refusal error) (Receipt, error) {
	return s.do(ctx, call, func(*Account, time.Time) error { return refusal })
}

// CreateToken is v2 POST /tokens.
func (s *Service) CreateToken(ctx context.Context, call Call, r TokenRequest) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		t, err := a.createToken(r, now)
		return give(&token, t, err)
	})
	return token, receipt, err
}

// AppendTokens is v2 GET /tokens: the oldest first. It appends them to a list, whose memory may be
// used again for the next page.
func (s *Service) AppendTokens(ctx context.Context, call Call, p Page, tokens []Token) (_ []Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		part := oldestFirst(a.Tokens.All(), p)
		tokens = slices.Grow(tokens, len(part))
		for _, t := range part {
			tokens = append(tokens, *t)
		}
		return nil
	})
	return tokens, receipt, err
}

// Token is v2 GET /tokens/{token}.
func (s *Service) Token(ctx context.Context, call Call, value string) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		if !ValidID(value) {
			return Refuse(TokenIDMalformed, "a token is 24 lower-case hex digits")
		}
		t, ok := a.Tokens.Get(value)
		if !ok {
			return Refuse(TokenNotFound, "the account has no such token, or it has expired")
		}
		token = *t
		return nil
	})
	return token, receipt, err
}

// UpdateToken is v2 PATCH /tokens/{token} with Basic.
func (s *Service) UpdateToken(ctx context.Context, call Call, value string, r TokenRequest) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		t, err := a.updateToken(value, r, now)
		return give(&token, t, err)
	})
	return token, receipt, err
}

// UpdateTokenAsBearer is v2 PATCH /tokens/{token} with a Bearer: the token's refresh token rotates
// it, the token itself updates it, any other Bearer is refused. Of many rotations at once exactly
// one wins.
func (s *Service) UpdateTokenAsBearer(ctx context.Context, call Call, value, bearer string, r TokenRequest) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		live, ok := a.Tokens.Get(value)
		switch {
		case ok && live.RefreshToken == bearer:
			return give(&token, a.rotateToken(live, r, now), nil)
		case ok && value == bearer:
			t, err := a.updateToken(value, r, now)
			return give(&token, t, err)
		default:
			return Refuse(RefreshTokenInvalid, "the Bearer is neither this token nor its refresh token")
		}
	})
	return token, receipt, err
}

// DeleteToken is v2 DELETE /tokens/{token}.
func (s *Service) DeleteToken(ctx context.Context, call Call, value string) (Receipt, error) {
	return s.do(ctx, call, func(a *Account, now time.Time) error { return a.deleteToken(value, now) })
}

// Scopes is v2 GET /scopes: the whole catalogue, each scope with whether it is enabled.
func (s *Service) Scopes(ctx context.Context, call Call) (scopes []ScopeView, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		scopes = a.Entitlements.All()
		return nil
	})
	return scopes, receipt, err
}

// Scope is v2 GET /scopes/{id}.
func (s *Service) Scope(ctx context.Context, call Call, id string) (scope ScopeView, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		var ok bool
		if scope, ok = a.Entitlements.ByID(id); !ok {
			return Refuse(ScopeNotFound, "the catalogue has no such scope")
		}
		return nil
	})
	return scope, receipt, err
}

// Errors is v2 GET /errors: the newest first.
func (s *Service) Errors(ctx context.Context, call Call, f Filter, p Page) (errors []ErrorEntry, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		errors = newestFirst(a.Errors.Entries(), f, p, func(e ErrorEntry) string { return e.Scope })
		return nil
	})
	return errors, receipt, err
}

// WalletView is the wallet as a caller sees it.
type WalletView struct {
	Credit               Money
	CreatedAt, UpdatedAt time.Time
}

// Wallet is v2 GET /wallet.
func (s *Service) Wallet(ctx context.Context, call Call) (wallet WalletView, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		wallet = WalletView{Credit: a.Wallet.Credit(), CreatedAt: a.Wallet.CreatedAt, UpdatedAt: a.Wallet.UpdatedAt()}
		return nil
	})
	return wallet, receipt, err
}

// Transactions is v2 GET /wallet/transactions: the newest first.
func (s *Service) Transactions(ctx context.Context, call Call, p Page) (transactions []Transaction, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		transactions = newestFirst(a.Wallet.Transactions(), nil, p, func(Transaction) string { return "" })
		return nil
	})
	return transactions, receipt, err
}

// Callbacks is v2 GET /callbacks: the newest first.
func (s *Service) Callbacks(ctx context.Context, call Call, f Filter, p Page) (callbacks []Callback, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		callbacks = values(newestFirst(a.Callbacks, f, p, func(c *Callback) string { return c.Scope }))
		return nil
	})
	return callbacks, receipt, err
}

// Callback is v2 GET /callbacks/{id}.
func (s *Service) Callback(ctx context.Context, call Call, id string) (callback Callback, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		c := a.callback(id)
		if c == nil {
			return Refuse(CallbackNotFound, "the account has no such callback")
		}
		callback = *c
		return nil
	})
	return callback, receipt, err
}

// Subscriptions is v2 GET /subscriptions: the oldest first.
func (s *Service) Subscriptions(ctx context.Context, call Call, f Filter, p Page) (subscriptions []Subscription, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		var matching []*Subscription
		covers := f.matcher()
		for _, s := range a.Subscriptions {
			if covers(s.Scope) {
				matching = append(matching, s)
			}
		}
		subscriptions = values(oldestFirst(matching, p))
		return nil
	})
	return subscriptions, receipt, err
}

// Subscription is v2 GET /subscriptions/{id}.
func (s *Service) Subscription(ctx context.Context, call Call, id string) (subscription Subscription, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		for _, s := range a.Subscriptions {
			if s.ID == id {
				subscription = *s
				return nil
			}
		}
		return Refuse(SubscriptionNotFound, "the account has no such subscription")
	})
	return subscription, receipt, err
}

// UsageTotal is v2 GET /stats and GET /stats/ips. Like all statistics it covers the calls that
// finished before this one.
func (s *Service) UsageTotal(ctx context.Context, call Call, p Period) (total Total, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		total = a.Usage.Total(p)
		return nil
	})
	return total, receipt, err
}

// UsageByAPI is v2 GET /stats/apis.
func (s *Service) UsageByAPI(ctx context.Context, call Call, p Period) (apis map[string]*API, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		apis = a.Usage.APIs(p)
		return nil
	})
	return apis, receipt, err
}

// UsageOfAPI is v2 GET /stats/apis/{domain}.
func (s *Service) UsageOfAPI(ctx context.Context, call Call, domain string, p Period) (api *API, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		api = a.Usage.API(domain, p)
		return nil
	})
	return api, receipt, err
}

// give copies what a rule made out of the transaction.
func give[T any](to, from *T, err error) error {
	if err == nil {
		*to = *from
	}
	return err
}
