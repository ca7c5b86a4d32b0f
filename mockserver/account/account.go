package account

import (
	"time"

	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/grant"
)

// ID names an account within the mock. It never appears in the API.
type ID string

// Account is everything that one customer owns in one environment. It is not safe for concurrent
// use; a Store runs one transaction at a time on it.
type Account struct {
	ID          ID
	Email       string
	APIKey      string
	Environment Environment
	CreatedAt   time.Time
	// Incarnation is set by the Store when the account is put into it.
	Incarnation Incarnation
	// Visitor is set if the account was created for unknown credentials. Its API key may also be
	// another account's, and does not identify it without the e-mail.
	Visitor bool

	// Clock is the account's own clock, relative to the server's.
	Clock         clock.Setting
	Entitlements  Entitlements
	IDs           IDs
	Tokens        Tokens
	Wallet        Wallet
	Subscriptions []*Subscription // oldest first
	Callbacks     []*Callback     // oldest first
	Jobs          []*Job          // of asynchronous services, oldest first
	// WebhookSecret signs the payloads of callbacks.
	WebhookSecret string
	Errors        ErrorLog
	Usage         Usage
	Quota         Quota
	// Grants are the OAuth clients and users, and what was granted to them.
	Grants grant.Grants
	// Retention bounds what is kept entry by entry; see Retain.
	Retention Retention

	scopes  map[string]*Quota   // of paid services, by the scope's name in the environment
	clients map[string]*Quota   // of clients, by their IDs
	free    map[string]*freeUse // by the scope's name
	books   Books
	// alerts are the newest events of the wallet, out of a total number.
	alerts  []Event
	alerted uint64

	terms  terms // of subscriptions
	termed int   // so many of the subscriptions were looked at for them

	lease         lease
	queue         queue // callbacks that wait for an attempt
	dueBytes      int   // about what the data of those in the queue take
	callbackIndex callbackIndex
	lastCallback  uint64    // seq of the newest callback
	callbackBytes int       // about what the data of all callbacks take
	attempts      uint64    // changes that attempts to deliver callbacks, and jobs, made
	nextJob       time.Time // when the first job is done that is not; zero where all are
	jobBytes      int       // what the bodies of all jobs take

	issued  []Secret
	revoked []Secret
	endings []Ending // the newest, oldest first
}

// Now returns the time on the account's clock when the server's shows server, in whole seconds:
// with the finer times that the clock has, a token could outlive its own expireAt.
func (a *Account) Now(server time.Time) time.Time { return a.Clock.At(server).Truncate(time.Second) }

// Identity returns the account's identity in its current life.
func (a *Account) Identity() Identity {
	return Identity{ID: a.ID, Environment: a.Environment, Incarnation: a.Incarnation}
}

// SecretKind distinguishes secrets of different kinds with the same text.
type SecretKind uint8

// The kinds of secrets that identify an account.
const (
	BasicCredentials SecretKind = iota
	AccessToken
	RefreshToken
	APIKey
	// A client's ID is not secret, but identifies its account all the same.
	ClientID
	GrantCode
	GrantToken
	// SecretKinds is the number of kinds.
	SecretKinds
)

// Secret identifies an account, and is known to its owner only.
type Secret struct {
	Kind  SecretKind
	Value string
}

// Credentials returns the secret of HTTP Basic: the e-mail with the API key.
func Credentials(email, apiKey string) Secret {
	return Secret{BasicCredentials, email + "\x00" + apiKey}
}

// Secrets returns all current secrets of the account.
func (a *Account) Secrets() []Secret {
	out := make([]Secret, 0, 2+2*a.Tokens.Len())
	out = append(out, Credentials(a.Email, a.APIKey))
	if !a.Visitor {
		out = append(out, Secret{APIKey, a.APIKey})
	}
	for _, t := range a.Tokens.All() {
		out = append(out, Secret{AccessToken, t.Value}, Secret{RefreshToken, t.RefreshToken})
	}
	for _, k := range a.Grants.Keys() {
		out = append(out, secret(k))
	}
	return out
}

// Held returns the secrets of the account that anybody may have as well: its API key, its webhook
// secret, the secrets of its clients, the passwords of its users. Several of them may be equal,
// too. They change with Grants.Registrations alone.
func (a *Account) Held() []string { return append(a.Grants.Secrets(), a.WebhookSecret, a.APIKey) }

// TakeSecretChanges returns the secrets that were revoked and issued since the last call. A Store
// calls it at the end of every transaction, and updates its index before the next one starts.
func (a *Account) TakeSecretChanges() (revoked, issued []Secret) {
	const kept = 16 // so that a token or two allocate nothing
	gone, given := a.Grants.TakeChanges()
	for _, k := range gone {
		a.revoked = append(a.revoked, secret(k))
	}
	for _, k := range given {
		a.issued = append(a.issued, secret(k))
	}
	revoked, issued = a.revoked, a.issued
	a.revoked, a.issued = revoked[:0], issued[:0]
	if cap(revoked) > kept {
		a.revoked = nil
	}
	if cap(issued) > kept {
		a.issued = nil
	}
	return revoked, issued
}

// Changes returns a value that differs whenever something that the API shows of the account has
// changed, other than its records of calls.
func (a *Account) Changes() Changes {
	c := Changes{
		tokens: a.Tokens.changes, grants: a.Grants.Changes(), credit: a.Wallet.credit,
		subscriptions: len(a.Subscriptions), callbacks: len(a.Callbacks),
		attempts: a.attempts,
	}
	if n := len(a.Wallet.transactions); n > 0 {
		c.transaction = a.Wallet.transactions[n-1].ID
	}
	for _, s := range a.Subscriptions {
		c.available += s.AvailableRequests
		c.updated = max(c.updated, s.UpdatedAt.UnixNano())
	}
	return c
}

// Changes is a version of an account, to be compared.
type Changes struct {
	tokens, grants, attempts uint64
	credit                   Money
	transaction              string
	subscriptions, callbacks int
	available, updated       int64
}

// ExpireToken makes the token with a value or refresh token expire now; it is settled with what
// falls due. ExpireToken reports whether the token exists.
func (a *Account) ExpireToken(value string, now time.Time) bool {
	t, ok := a.Tokens.Get(value)
	for _, other := range a.Tokens.All() {
		if ok {
			break
		}
		if other.RefreshToken == value {
			t, ok = other, true
		}
	}
	if ok {
		a.Tokens.changes++
		t.ExpireAt = MomentOf(now)
		a.Tokens.reschedule(t)
	}
	return ok
}

// RestoreToken adds a token as it is, as the newest.
func (a *Account) RestoreToken(t Token) { a.addToken(&t) }

func (a *Account) addToken(t *Token) {
	a.Tokens.add(t)
	a.issued = append(a.issued, Secret{AccessToken, t.Value}, Secret{RefreshToken, t.RefreshToken})
}

func (a *Account) removeToken(t *Token) {
	a.Tokens.remove(t)
	a.books.Gone.add(t.Stats.tally())
	a.revoked = append(a.revoked, Secret{AccessToken, t.Value}, Secret{RefreshToken, t.RefreshToken})
}

// Event is something that fell due and was settled.
type Event struct {
	At   time.Time
	What string // "token.expired", "code.expired", "grant-token.expired", "subscription.renewed", "subscription.expired", WalletLow, WalletRecharged
	ID   string
}

// maxSettled bounds the events of one settlement, so that advancing a clock by centuries ends.
const maxSettled = 1_000_000

// Settle settles what has fallen due by now, in order of time, and returns what happened. Expired
// tokens are as good as deleted. Every transaction starts with it.
func (a *Account) Settle(now time.Time) []Event {
	var events []Event
	for range maxSettled {
		lapsed := a.nextLapsed(now)
		until := now
		if lapsed != nil {
			until = lapsed.ExpiresAt
		}
		granted, due := a.Grants.NextDue()
		if due = due && !granted.After(until); due {
			until = granted
		}
		if t, ok := a.Tokens.nextExpired(until); ok {
			events = append(events, Event{At: t.ExpireAt.Time(), What: "token.expired", ID: t.Value})
			a.end(t, EndedByExpiry, t.ExpireAt.Time())
			continue
		}
		if due {
			if e, told := a.Grants.SettleNext(); told {
				events = append(events, Event(e))
			}
			continue
		}
		if lapsed == nil {
			break
		}
		alerted := a.alerted
		events = append(events, a.settleLapsed())
		events = append(events, a.alertsSince(alerted)...)
	}
	a.settleJobs(now)
	return events
}
