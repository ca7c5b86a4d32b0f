package account

import (
	"container/heap"
	"slices"
	"sort"
	"time"
)

// MaxTTL is the longest life of a token, and the one it gets when none is asked for (v2
// TokenCreate.ttl: "Max 1 year").
const MaxTTL = 365 * 24 * time.Hour

// Moment is a time as tokens keep it: whole seconds since 1970. Accounts with 100,000 tokens have
// three times as many moments.
type Moment int64

// MomentOf is a time without what is finer than seconds.
func MomentOf(t time.Time) Moment { return Moment(t.Unix()) }

// Time is the moment in UTC.
func (m Moment) Time() time.Time { return time.Unix(int64(m), 0).UTC() }

// Token is an access token together with the refresh token that can replace it. Slices in it are
// never changed in place.
type Token struct {
	Value        string
	RefreshToken string
	Name         string
	Scopes       []string // as they were asked for, wildcards included
	CreatedAt    Moment
	UpdatedAt    Moment
	ExpireAt     Moment
	// TTL with which a rotation starts the lifetime anew.
	TTL time.Duration
	// Limits are never changed in place; nil is none.
	Limits *TokenLimits
	Stats  TokenStats

	seq uint64 // position in the order of creation
}

// TokenLimits bound what a token may be used for. Nil means no limit, 0 allows none.
type TokenLimits struct {
	TotalRequests        *int64
	WalletRequests       *int64
	SubscriptionRequests *int64
	WalletAmount         *Money
	IP                   []string // nil is every address
}

// NewTokenLimits answers limits that a token can have: nil if they limit nothing.
func NewTokenLimits(l TokenLimits) *TokenLimits {
	if l.TotalRequests == nil && l.WalletRequests == nil && l.SubscriptionRequests == nil && l.WalletAmount == nil && l.IP == nil {
		return nil
	}
	own := l // so that nothing is allocated for tokens without limits, which are most
	return &own
}

// TokenStats count what a token was used for.
type TokenStats struct {
	TotalRequests        int64
	WalletRequests       int64
	SubscriptionRequests int64
	ErrorRequests        int64
	WalletAmount         Money
	IPs                  IPs
}

// Change is a value that a request may set, remove, or leave alone.
type Change[T any] struct {
	Present bool // the request names it
	Null    bool // the request removes it
	Value   T
}

// LimitsChange is what a request says of a token's limits; Null removes them all.
type LimitsChange struct {
	Null                 bool
	TotalRequests        Change[int64]
	WalletRequests       Change[int64]
	SubscriptionRequests Change[int64]
	WalletAmount         Change[Money]
	IP                   Change[[]string]
}

// apply merges the change into limits.
func (c LimitsChange) apply(old *TokenLimits) *TokenLimits {
	var limits TokenLimits
	if old != nil && !c.Null {
		limits = *old
	}
	set(&limits.TotalRequests, c.TotalRequests)
	set(&limits.WalletRequests, c.WalletRequests)
	set(&limits.SubscriptionRequests, c.SubscriptionRequests)
	set(&limits.WalletAmount, c.WalletAmount)
	if c.IP.Present {
		limits.IP = c.IP.Value
	}
	return NewTokenLimits(limits)
}

func set[T any](limit **T, c Change[T]) {
	switch {
	case c.Null:
		*limit = nil
	case c.Present:
		own := c.Value // so that nothing is allocated for what no request names, which is most
		*limit = &own
	}
}

// TokenRequest is what a request asks of a token. What it leaves out keeps its value, or its
// default.
type TokenRequest struct {
	// Scopes as asked. ScopesMalformed is set where they were no array of strings.
	Scopes          Change[[]string]
	ScopesMalformed bool
	Name            Change[string]
	// TTL in seconds. Expire (v1) in seconds since 1970 counts where there is no TTL above 0.
	TTL, Expire Change[int64]
	Limits      LimitsChange
}

// ttl reads a lifetime: absent, zero and negative are a year, and a year is the most.
func (r TokenRequest) ttl() time.Duration { return lifetime(r.TTL.Value) }

// lifetime reads a number of seconds: zero and negative are a year, and a year is the most.
func lifetime(seconds int64) time.Duration {
	if seconds > 0 && seconds < int64(MaxTTL/time.Second) {
		return time.Duration(seconds) * time.Second
	}
	return MaxTTL
}

// expires reports whether the request's Expire counts.
func (r TokenRequest) expires() bool { return r.Expire.Present && r.TTL.Value <= 0 }

// firstTTL reads the lifetime of a new token. An Expire that does not lie in the future is a
// lifetime too (v1, deprecated).
func (r TokenRequest) firstTTL(now time.Time) time.Duration {
	if !r.expires() {
		return r.ttl()
	}
	if at := r.Expire.Value; at > now.Unix() {
		return lifetime(at - now.Unix())
	}
	return lifetime(r.Expire.Value)
}

// checkScopes refuses scopes that have no form, or that the account may not use.
func (a *Account) checkScopes(r TokenRequest) error {
	if r.ScopesMalformed {
		return Refuse(ScopesMalformed, "scopes is not an array of strings")
	}
	if r.Scopes.Present && len(r.Scopes.Value) == 0 {
		return Refuse(ScopesMalformed, "scopes is an empty array")
	}
	var patterns []Pattern
	for _, text := range r.Scopes.Value {
		if a.Entitlements.Enabled(text) {
			continue // as most are: nothing to take apart
		}
		p, ok := ParsePattern(text)
		if !ok {
			return Refuse(ScopesMalformed, "\""+text+"\" is not of the form METHOD:host/path")
		}
		patterns = append(patterns, p)
	}
	for _, p := range patterns {
		if !a.Entitlements.Allows(p) {
			return Refuse(ScopesNotEnabled, "\""+p.String()+"\" is unknown, or not enabled for this account")
		}
	}
	return nil
}

// createToken is v2 POST /tokens.
func (a *Account) createToken(r TokenRequest, now time.Time) (*Token, error) {
	if !r.Scopes.Present && !r.ScopesMalformed {
		return nil, Refuse(ScopesMissing, "the request has no scopes")
	}
	if err := a.checkScopes(r); err != nil {
		return nil, err
	}
	ttl := r.firstTTL(now)
	t := &Token{
		Name: r.Name.Value, Scopes: a.Tokens.share(r.Scopes.Value),
		CreatedAt: MomentOf(now), UpdatedAt: MomentOf(now), ExpireAt: MomentOf(now.Add(ttl)), TTL: ttl,
		Limits: r.Limits.apply(nil),
	}
	a.issueToken(t, now)
	return t, nil
}

// issueToken gives a token its values and puts it among the account's.
func (a *Account) issueToken(t *Token, now time.Time) {
	// Both are drawn side by side, so that a value that is free has a refresh token that is free.
	// (A state that was imported without its count of ids would be given the same ones again.)
	for taken := true; taken; _, taken = a.Tokens.Get(t.Value) {
		var b [2 * idLength]byte
		pair := string(a.IDs.append(a.IDs.append(b[:0], "token", now), "refresh", now))
		t.Value, t.RefreshToken = pair[:idLength], pair[idLength:]
	}
	a.addToken(t)
}

// updateToken is v2 PATCH /tokens/{token} with Basic, or with the token itself.
func (a *Account) updateToken(value string, r TokenRequest, now time.Time) (*Token, error) {
	t, ok := a.Tokens.Get(value)
	if !ok {
		return nil, Refuse(TokenNotFound, "the account has no such token, or it has expired")
	}
	if err := a.checkScopes(r); err != nil {
		return nil, err
	}
	if r.Scopes.Present {
		t.Scopes = a.Tokens.share(r.Scopes.Value)
	}
	if r.Name.Present {
		t.Name = r.Name.Value
	}
	a.Tokens.changes++
	t.Limits = r.Limits.apply(t.Limits)
	t.UpdatedAt = MomentOf(now)
	switch {
	case r.expires():
		a.expireAt(t, r.Expire.Value, now)
	case r.TTL.Present:
		a.expireAt(t, now.Add(r.ttl()).Unix(), now)
	}
	return t, nil
}

// replaceToken is v1 PUT /token/{token}: scopes and expiry are replaced, what only v2 knows stays.
func (a *Account) replaceToken(value string, r TokenRequest, now time.Time) (*Token, error) {
	if _, ok := a.Tokens.Get(value); ok && !r.Scopes.Present && !r.ScopesMalformed {
		return nil, Refuse(ScopesMissing, "the request has no scopes")
	}
	r.TTL = Change[int64]{Present: true} // a year, unless there is an Expire
	return a.updateToken(value, r, now)
}

// expireAt has a token expire at a moment, a year away at most. One that has passed ends the token
// at once.
func (a *Account) expireAt(t *Token, moment int64, now time.Time) {
	t.ExpireAt = min(Moment(moment), MomentOf(now.Add(MaxTTL)))
	t.TTL = max(0, t.ExpireAt.Time().Sub(now))
	a.Tokens.reschedule(t)
	if t.ExpireAt <= MomentOf(now) {
		a.Settle(now)
	}
}

// rotateToken puts a new pair with the same scopes in the old pair's place (v2 TokenUpdate: "When
// using a refresh token …").
func (a *Account) rotateToken(old *Token, r TokenRequest, now time.Time) *Token {
	t := *old
	if r.Name.Present {
		t.Name = r.Name.Value
	}
	t.Limits = r.Limits.apply(t.Limits)
	if r.TTL.Present {
		t.TTL = r.ttl()
	}
	t.CreatedAt, t.UpdatedAt, t.ExpireAt = MomentOf(now), MomentOf(now), MomentOf(now.Add(t.TTL))
	a.end(old, EndedByRotation, now)
	a.books.Gone = a.books.Gone.minus(old.Stats.tally()) // what it counted lives on in the new one
	a.issueToken(&t, now)
	return &t
}

// deleteToken is v2 DELETE /tokens/{token}.
func (a *Account) deleteToken(value string, now time.Time) error {
	t, ok := a.Tokens.Get(value)
	if !ok {
		return Refuse(TokenNotFound, "the account has no such token, or it has expired")
	}
	a.end(t, EndedByDeletion, now)
	return nil
}

// Tokens are the live tokens of an account, oldest first.
type Tokens struct {
	ordered  []*Token // by seq
	byValue  Index[*Token]
	expiring expiries
	lastSeq  uint64
	changes  uint64              // of any token
	scopes   map[string][]string // lists of one scope, which most tokens have, so that those with the same share it
}

// Len is the number of live tokens.
func (ts *Tokens) Len() int { return len(ts.ordered) }

// All are the live tokens, oldest first. Read only, and only within the transaction.
func (ts *Tokens) All() []*Token { return ts.ordered }

// Get finds a live token by its value.
func (ts *Tokens) Get(value string) (*Token, bool) {
	return ts.byValue.Get(value)
}

func (ts *Tokens) add(t *Token) {
	ts.lastSeq++
	ts.changes++
	t.seq = ts.lastSeq
	ts.ordered = append(ts.ordered, t)
	ts.byValue.Set(t.Value, t)
	ts.reschedule(t)
}

func (ts *Tokens) remove(t *Token) {
	i := ts.position(t.seq)
	ts.changes++
	ts.ordered = slices.Delete(ts.ordered, i, i+1)
	ts.byValue.Delete(t.Value)
}

// position is where the token with a seq stands, or would stand.
func (ts *Tokens) position(seq uint64) int {
	return sort.Search(len(ts.ordered), func(i int) bool { return ts.ordered[i].seq >= seq })
}

// share answers a list that is equal, and the same for all who ask with it.
func (ts *Tokens) share(scopes []string) []string {
	const most = 1000
	if len(scopes) != 1 {
		return scopes
	}
	if shared, ok := ts.scopes[scopes[0]]; ok {
		return shared
	}
	if ts.scopes == nil {
		ts.scopes = map[string][]string{}
	}
	if len(ts.scopes) < most {
		ts.scopes[scopes[0]] = scopes
	}
	return scopes
}

// reschedule notes when the token expires. Older notes of the same token go stale and are dropped
// when they come up, or all at once when they outnumber the live tokens.
func (ts *Tokens) reschedule(t *Token) {
	if len(ts.expiring) > 2*len(ts.ordered)+64 {
		ts.expiring = ts.expiring[:0]
		for _, live := range ts.ordered {
			ts.expiring = append(ts.expiring, expiry{live.ExpireAt, live.seq})
		}
		heap.Init(&ts.expiring)
		return
	}
	ts.expiring = append(ts.expiring, expiry{t.ExpireAt, t.seq})
	heap.Fix(&ts.expiring, len(ts.expiring)-1) // heap.Push would put it into an any
}

// nextExpired takes out of the schedule a live token that has expired by now.
func (ts *Tokens) nextExpired(now time.Time) (*Token, bool) {
	for len(ts.expiring) > 0 && ts.expiring[0].at <= MomentOf(now) {
		due := heap.Pop(&ts.expiring).(expiry)
		if i := ts.position(due.seq); i < len(ts.ordered) && ts.ordered[i].seq == due.seq && ts.ordered[i].ExpireAt == due.at {
			return ts.ordered[i], true
		}
	}
	return nil, false
}

// expiry is when a token expires, without a pointer to it, which the garbage collector would
// follow.
type expiry struct {
	at  Moment
	seq uint64
}

type expiries []expiry

func (e expiries) Len() int { return len(e) }

func (e expiries) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq // of several at once the oldest
}

func (e expiries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *expiries) Push(x any)   { *e = append(*e, x.(expiry)) }
func (e *expiries) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
