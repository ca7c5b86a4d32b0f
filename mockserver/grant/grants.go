package grant

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds of what an account holds. Beyond them the oldest codes and tokens are dropped; expired
// ones have been dropped before.
const (
	MaxClients = 1000
	MaxUsers   = 1000
	MaxCodes   = 10_000
	MaxTokens  = 100_000
)

// Reasons why a registration fails.
var (
	ErrTaken = errors.New("it is registered already")
	ErrFull  = fmt.Errorf("there are %d clients, or %d users, already: remove one first", MaxClients, MaxUsers)
)

// Grants are the clients and users of one account, and what was granted to them. The zero value is
// empty and ready to use. It is not safe for concurrent use; the account's transaction protects it.
type Grants struct {
	clients []*Client
	users   []*User
	codes   shelf[Code]
	tokens  shelf[Token]
	changes uint64
	// registrations counts the changes of clients and users.
	registrations uint64

	issued, revoked []Key
}

// KeyKind distinguishes keys of different kinds with the same text.
type KeyKind uint8

// The kinds of keys that identify an account.
const (
	ClientKey KeyKind = iota
	CodeKey
	TokenKey
)

// Key identifies an account: a client's ID, a code, or an access token.
type Key struct {
	Kind  KeyKind
	Value string
}

// Keys returns all current keys.
func (g *Grants) Keys() (keys []Key) {
	for _, c := range g.clients {
		keys = append(keys, Key{ClientKey, c.ID})
	}
	for value := range g.codes.entries {
		keys = append(keys, Key{CodeKey, value})
	}
	for value := range g.tokens.entries {
		keys = append(keys, Key{TokenKey, value})
	}
	return keys
}

// TakeChanges returns the keys that were revoked and issued since the last call. A key in both is
// gone.
func (g *Grants) TakeChanges() (revoked, issued []Key) {
	revoked, issued = g.revoked, g.issued
	g.revoked, g.issued = nil, nil
	return revoked, issued
}

// Changes counts all changes of grants and registrations.
func (g *Grants) Changes() uint64 { return g.changes }

// Registrations counts how often clients and users were registered and removed.
func (g *Grants) Registrations() uint64 { return g.registrations }

// Secrets returns the secrets of the clients and the passwords of the users. Several may be equal.
func (g *Grants) Secrets() (secrets []string) {
	for _, c := range g.clients {
		secrets = append(secrets, c.Secret)
	}
	for _, u := range g.users {
		secrets = append(secrets, u.Password)
	}
	return secrets
}

func (g *Grants) issue(kind KeyKind, value string) {
	g.changes++
	k := Key{kind, value}
	g.revoked = slices.DeleteFunc(g.revoked, func(other Key) bool { return other == k }) // registered again
	g.issued = append(g.issued, k)
}

func (g *Grants) revoke(kind KeyKind, value string) {
	g.changes++
	g.revoked = append(g.revoked, Key{kind, value})
}

// dropWhere drops the codes and tokens of some clients and users.
func (g *Grants) dropWhere(of func(clientID, username string) bool) {
	for _, c := range g.codes.all() {
		if of(c.ClientID, c.Username) {
			g.dropCode(c.Value)
		}
	}
	for _, t := range g.tokens.all() {
		if of(t.ClientID, t.Username) {
			g.drop(t.Value)
		}
	}
}

// Violations describes broken invariants: codes and tokens of clients or users that are not
// registered, or a live token of a code that was used twice. It identifies codes and tokens by when
// they were issued, because their values are secret.
func (g *Grants) Violations() (off []string) {
	owned := func(what string, at time.Time, clientID, username string, inOwnName bool) {
		if _, ok := g.Client(clientID); !ok {
			off = append(off, fmt.Sprintf("the %s given at %s is of the client %q, which is not registered", what, at.Format(time.RFC3339), clientID))
		}
		if _, ok := g.User(username); !ok && !inOwnName {
			off = append(off, fmt.Sprintf("the %s given at %s is for the user %q, who is not registered", what, at.Format(time.RFC3339), username))
		}
	}
	for _, c := range g.codes.all() {
		owned("code", c.IssuedAt, c.ClientID, c.Username, false)
		if _, lives := g.tokens.get(c.Token); c.Revoked && lives {
			off = append(off, fmt.Sprintf("the code given at %s came twice, and its token lives", c.IssuedAt.Format(time.RFC3339)))
		}
	}
	for _, t := range g.tokens.all() {
		owned("token", t.IssuedAt, t.ClientID, t.Username, t.Username == "")
	}
	return off
}

// Names of the events that fall due.
const (
	CodeExpired  = "code.expired"
	TokenExpired = "grant-token.expired"
)

// Event is something that fell due. ID is the code or token.
type Event struct {
	At   time.Time
	What string
	ID   string
}

// NextDue returns when something falls due next; ok is false if nothing will.
func (g *Grants) NextDue() (at time.Time, ok bool) {
	code, ok := g.codes.next()
	token, too := g.tokens.next()
	switch {
	case ok && (!too || !token.due.Before(code.due)):
		return code.due, true
	case too:
		return token.due, true
	}
	return time.Time{}, false
}

// SettleNext settles what falls due next, at the time that NextDue returns. ok is false if callers
// are not told about it: an expired code is dropped silently.
func (g *Grants) SettleNext() (event Event, ok bool) {
	code, coded := g.codes.next()
	token, too := g.tokens.next()
	if too && (!coded || token.due.Before(code.due)) {
		event = Event{At: token.due, What: TokenExpired, ID: token.item.Value}
		g.drop(token.item.Value)
		return event, true
	}
	if !coded {
		return Event{}, false
	}
	c := code.item
	if c.UsedAt.IsZero() && !c.Expired {
		g.changes++
		c.Expired = true
		g.codes.move(c.Value, c.ExpiresAt.Add(keptFor))
		return Event{At: c.ExpiresAt, What: CodeExpired, ID: c.Value}, true
	}
	g.dropCode(c.Value)
	return Event{}, false
}

// Clone returns an independent copy. It must not be called while TakeChanges has changes to return.
func (g *Grants) Clone() Grants {
	return Grants{clients: slices.Clone(g.clients), users: slices.Clone(g.users), codes: g.codes.clone(), tokens: g.tokens.clone(), changes: g.changes, registrations: g.registrations}
}
