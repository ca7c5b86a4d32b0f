package account

import (
	"container/heap"
	"slices"
	"sort"
	"time"
)

// MaxTTL is the longest lifetime of a token, and the default (v2 TokenCreate.ttl: "Max 1 year").
const MaxTTL = 365 * 24 * time.Hour

// Moment is a time as tokens keep it: whole seconds since 1970. It saves memory in accounts with
// 100,000 tokens, each with three times.
type Moment int64

// MomentOf truncates a time to seconds.
func MomentOf(t time.Time) Moment { return Moment(t.Unix()) }

// Time returns the moment in UTC.
func (m Moment) Time() time.Time { return time.Unix(int64(m), 0).UTC() }

// Token is an access token together with the refresh token that can replace it. Its slices are
// never modified in place.
type Token struct {
	Value        string
	RefreshToken string
	Name         string
	Scopes       []string // as requested, wildcards included
	CreatedAt    Moment
	UpdatedAt    Moment
	ExpireAt     Moment
	// lifetime that a rotation starts again
	TTL time.Duration
	// Limits are never modified in place; nil means none.
	Limits *TokenLimits
	Stats  TokenStats

	seq uint64 // position in order of creation
}

// TokenLimits bound what a token may be used for. Nil means no limit, 0 allows nothing.
type TokenLimits struct {
	TotalRequests        *int64
	WalletRequests       *int64
	SubscriptionRequests *int64
	WalletAmount         *Money
	IP                   []string // nil allows every address
}

// NewTokenLimits returns limits for a token: nil if they limit nothing.
func NewTokenLimits(l TokenLimits) *TokenLimits {
	if l.TotalRequests == nil && l.WalletRequests == nil && l.SubscriptionRequests == nil && l.WalletAmount == nil && l.IP == nil {
		return nil
	}
	own := l // so that nothing is allocated for tokens without limits, the usual case
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

// Change is a value that a request may set, remove, or leave unchanged.
type Change[T any] struct {
	Present bool // the request names it
	Null    bool // the request removes it
	Value   T
}

// LimitsChange is a request's change of a token's limits; Null removes them all.
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
		own := c.Value // so that nothing is allocated for what no request names, the usual case
		*limit = &own
	}
}

// TokenRequest holds the fields of a request for a token. Missing ones keep their value, or their
// default.
type TokenRequest struct {
	// Scopes as requested. ScopesMalformed is set if they were not an array of strings.
	Scopes          Change[[]string]
	ScopesMalformed bool
	Name            Change[string]
	// TTL in seconds. Expire (v1), in seconds since 1970, counts if there is no TTL above 0.
	TTL, Expire Change[int64]
	Limits      LimitsChange
}

// ttl returns the requested lifetime: absent, zero and negative mean a year, the maximum.
func (r TokenRequest) ttl() time.Duration { return lifetime(r.TTL.Value) }

// lifetime interprets a number of seconds: zero and negative mean a year, the maximum.
func lifetime(seconds int64) time.Duration {
	if seconds > 0 && seconds < int64(MaxTTL/time.Second) {
		return time.Duration(seconds) * time.Second
	}
	return MaxTTL
}

// expires reports whether the request's Expire counts.
func (r TokenRequest) expires() bool { return r.Expire.Present && r.TTL.Value <= 0 }

// firstTTL returns the lifetime of a new token. An Expire that is not in the future is a lifetime
// too (v1, deprecated).
func (r TokenRequest) firstTTL(now time.Time) time.Duration {
	if !r.expires() {
		return r.ttl()
	}
	if at := r.Expire.Value; at > now.Unix() {
		return lifetime(at - now.Unix())
	}
	return lifetime(r.Expire.Value)
}

// checkScopes refuses malformed scopes, and those that the account may not use.
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
			continue // nothing to parse, the usual case
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

// issueToken generates a token's values, and adds it to the account's tokens.
func (a *Account) issueToken(t *Token, now time.Time) {
	// Both values are drawn together, so that an unused value has an unused refresh token. (A state
	// that was imported without its count of IDs would be given the same ones again.)
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

// replaceToken is v1 PUT /token/{token}: it replaces scopes and expiry, and keeps what only v2
// knows.
func (a *Account) replaceToken(value string, r TokenRequest, now time.Time) (*Token, error) {
	if _, ok := a.Tokens.Get(value); ok && !r.Scopes.Present && !r.ScopesMalformed {
		return nil, Refuse(ScopesMissing, "the request has no scopes")
	}
	r.TTL = Change[int64]{Present: true} // a year, unless there is an Expire
	return a.updateToken(value, r, now)
}

// expireAt makes a token expire at a time, at most a year from now. A time in the past ends it at
// once.
func (a *Account) expireAt(t *Token, moment int64, now time.Time) {
	t.ExpireAt = min(Moment(moment), MomentOf(now.Add(MaxTTL)))
	t.TTL = max(0, t.ExpireAt.Time().Sub(now))
	a.Tokens.reschedule(t)
	if t.ExpireAt <= MomentOf(now) {
		a.Settle(now)
	}
}

// rotateToken replaces a pair with a new one with the same scopes (v2 TokenUpdate: "When using a
// refresh token …").
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
	a.books.Gone = a.books.Gone.minus(old.Stats.tally()) // its counts carry over to the new one
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
	scopes   map[string][]string // lists of one scope, which most tokens have, shared by those with the same scope
}

// Len returns the number of live tokens.
func (ts *Tokens) Len() int { return len(ts.ordered) }

// All returns the live tokens, oldest first. The result must not be modified, nor used outside the
// transaction.
func (ts *Tokens) All() []*Token { return ts.ordered }

// Get returns a live token by its value.
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
