package grant

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds of what an account holds. Beyond them the oldest codes and tokens go; expired ones are
// gone before.
const (
	MaxClients = 1000
	MaxUsers   = 1000
	MaxCodes   = 10_000
	MaxTokens  = 100_000
)

// Why nothing is registered.
var (
	ErrTaken = errors.New("it is registered already")
	ErrFull  = fmt.Errorf("there are %d clients, or %d users, already: remove one first", MaxClients, MaxUsers)
)

// Grants are the clients and users of one account, and what was granted to them. The zero value is
// empty and ready to use. It is not safe for concurrent use: whoever has the account alone has its
// grants alone.
type Grants struct {
	clients []*Client
	users   []*User
	codes   shelf[Code]
	tokens  shelf[Token]
	changes uint64

	issued, revoked []Key
}

// KeyKind tells keys apart that might look alike.
type KeyKind uint8

// The kinds of keys by which an account is found.
const (
	ClientKey KeyKind = iota
	CodeKey
	TokenKey
)

// Key is something by which an account is found: a client's ID, a code, an access token.
type Key struct {
	Kind  KeyKind
	Value string
}

// Keys returns all keys at this moment.
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

// TakeChanges hands over which keys were revoked and issued since it was last called. A key that is
// in both is gone.
func (g *Grants) TakeChanges() (revoked, issued []Key) {
	revoked, issued = g.revoked, g.issued
	g.revoked, g.issued = nil, nil
	return revoked, issued
}

// Changes counts the changes of anything that is granted or registered.
func (g *Grants) Changes() uint64 { return g.changes }

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

// dropWhere forgets the codes and tokens of some clients and users.
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

// Violations describe what must not be: codes and tokens of clients or users that are not
// registered, a code that came twice and whose token lives. Codes and tokens are told by when they
// were given, because they are secrets.
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

// What falls due, as events name it.
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

// NextDue returns when something falls due next. Not ok when nothing will.
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

// SettleNext does what falls due next, at the time that NextDue returns. Not ok when that is
// nothing that callers are told of: an expired code is forgotten silently.
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

// Clone returns a copy that goes on by itself. It must not be called while changes wait to be
// taken.
func (g *Grants) Clone() Grants {
	return Grants{clients: slices.Clone(g.clients), users: slices.Clone(g.users), codes: g.codes.clone(), tokens: g.tokens.clone(), changes: g.changes}
}
