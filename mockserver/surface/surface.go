package surface

import (
	"fmt"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
	"oauthmock/spec"
)

// Surface is one API as a value, served by an Engine.
type Surface struct {
	Description
	// Failure words a refusal. It must not fail itself.
	Failure func(c *Call, r Refusal) Answer
	// Match, unless nil, returns the name of the operation that a request is for, in place of the
	// operations' own paths; "" where the path is unknown. It may set the exchange's Path, Params
	// and Environment, and Call.Own.
	Match func(c *Call) string
	// Improper, unless nil, says why a request is not one that its operation could answer. It is
	// asked after authentication.
	Improper func(c *Call) error
	// Refuse, unless nil, records a call that is refused before its handler is called, and returns
	// the refusal.
	Refuse func(c *Call, refusal error) (account.Receipt, error)
	// Documented, unless nil, makes an answer that the document of the called service has: for a
	// status, or under the name of an example. A call that was paid counts as failed as well when
	// that is a failure.
	Documented func(c *Call, status int, example string) (Answer, error)
	// Rows are refusals of the surface beside those in spec/refusals.yaml, looked up before them.
	Rows []spec.Refusal
}

// check says what is missing in a surface.
func (s *Surface) check() error {
	if s.Name == "" || s.Failure == nil || len(s.Operations) == 0 {
		return fmt.Errorf("surface %q: want a name, a Failure and an operation", s.Name)
	}
	seen := map[string]bool{}
	for _, o := range s.Operations {
		switch {
		case o.Name == "" || seen[o.Name]:
			return fmt.Errorf("surface %s: want a name of its own for the operation %q", s.Name, o.Name)
		case o.Authenticate == nil || o.Handle == nil:
			return fmt.Errorf("surface %s: the operation %s wants Authenticate and Handle", s.Name, o.Name)
		}
		seen[o.Name] = true
	}
	return nil
}

// Description is what everybody else knows of a surface: the router, explanations, coverage,
// metrics, faults, the journal.
type Description struct {
	// Name in the refusals table, the journal and everywhere else: "v2".
	Name string
	// Domain under which the surface's own calls are counted in statistics; empty where they are
	// not.
	Domain string
	// Hosts of the provider on which the surface is found at "/".
	Hosts []Host
	// Serves, unless nil, reports whether the surface is also found at "/" on another host, given
	// as HostName returns it.
	Serves func(host string) bool
	// Prefix is where the surface is found on any other host: "" is "/". Its operations' paths do
	// not have the prefix, unless Whole is set.
	Prefix string
	Whole  bool
	// Auth are the names of the credentials that it takes, as in Exchange.Auth.
	Auth []string
	// Document that describes the API; nil where there is none.
	Document   *spec.Document
	Operations []Operation
	// Explain, unless nil, adds sentences to the explanation of a call.
	Explain func(e *exchange.Exchange) []string
}

// Host is a name under which the provider serves a surface.
type Host struct {
	Name string
	// Environment is the only one whose credentials the host takes; empty takes those of all.
	Environment account.Environment
}

// Operation returns the operation of a name, or nil. A nil Description has none.
func (d *Description) Operation(name string) *Operation {
	if d == nil || name == "" {
		return nil
	}
	for i := range d.Operations {
		if d.Operations[i].Name == name {
			return &d.Operations[i]
		}
	}
	return nil
}

// Operation is one operation of a surface: where it is found, how callers authenticate, and who
// answers.
type Operation struct {
	// Name, unique in a server: "token.create".
	Name string
	// Method, or AnyMethod where the surface has a Match of its own.
	Method string
	// Path as a template: "/tokens/{token}". Also are further paths, without a place of their own
	// in documents and coverage.
	Path string
	Also []string
	// Forms are further methods, by which the forms of the operation's own pages are sent to it.
	Forms []string
	// Scope under which calls are counted.
	Scope account.ScopeName
	// Authenticate finds out who calls. It calls Call.Accept, or returns the reason for which the
	// caller is refused.
	Authenticate func(c *Call) account.Reason
	// Handle carries out a call whose caller is known.
	Handle func(c *Call) (Answer, account.Receipt, error)
	// Weighs is for a handler with rules that come before those on the request itself: it is called
	// for improper requests too, and refuses them with Call.Improper when their turn comes.
	Weighs bool
	// Freedom is what the contract leaves open in successful answers.
	Freedom fault.Freedom

	failure func(account.Reason) account.Failure
}

// AnyMethod is the Method of an operation that takes all of them.
const AnyMethod = "*"

// Answer is what a caller is sent.
type Answer struct {
	// Status is 200 when it is zero.
	Status int
	// ContentType is not sent when it is empty. Header are further headers; a name may come more
	// than once.
	ContentType string
	Header      []Field
	// Body, unless nil, is what follows.
	Body Body
}

// Field is a header. The name is in canonical form.
type Field struct{ Name, Value string }

// Body writes itself.
type Body interface {
	// Append appends the body to b. An error is logged, and answered as the surface's internal
	// error.
	Append(b []byte) ([]byte, error)
}

// Text is a Body that is already made.
type Text string

// Append implements Body.
func (t Text) Append(b []byte) ([]byte, error) { return append(b, t...), nil }

// Bytes is a Body that is already made.
type Bytes []byte

// Append implements Body.
func (t Bytes) Append(b []byte) ([]byte, error) { return append(b, t...), nil }

// Refusal is how a call is refused: its row of the refusals table, and what was wrong.
type Refusal struct {
	spec.Refusal
	// Detail says in words what was wrong, for explanations. It is sent only as part of Text.
	Detail string
}

// Text is the message for the caller. It goes on with the detail where the caller asked for it, by
// wanting strict requests or by giving the document that the request violates.
func (r Refusal) Text() string {
	switch account.Reason(r.Reason) {
	case RequestViolates, MediaType:
		return r.Message + ": " + r.Detail
	}
	return r.Message
}
