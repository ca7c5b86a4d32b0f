package surface

import (
	"fmt"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
	"oauthmock/spec"
)

// Surface describes one API as a value. An Engine serves it.
type Surface struct {
	Description
	// Failure renders a refusal. It must not fail itself.
	Failure func(c *Call, r Refusal) Answer
	// Match, unless nil, returns the name of the request's operation, instead of matching the
	// operations' own paths; "" if the path is unknown. It may set the exchange's Path, Params and
	// Environment, and Call.Own.
	Match func(c *Call) string
	// Improper, unless nil, returns why the request's operation could not answer it. It is called
	// after authentication.
	Improper func(c *Call) error
	// Refuse, unless nil, records a call that is refused before its handler is called, and returns
	// the refusal to send.
	Refuse func(c *Call, refusal error) (account.Receipt, error)
	// Documented, unless nil, returns an answer from the document of the called service: for a
	// status, or by the name of an example. If the answer is a failure, a call that was paid counts
	// as failed too.
	Documented func(c *Call, status int, example string) (Answer, error)
	// Secret, unless nil, reports whether a word is a credential that the surface gave and that is
	// no account's, such as that of a browser's session. It must be safe for concurrent use.
	Secret func(word string) bool
	// Rows are refusals of the surface beside those of spec/refusals.yaml, and take precedence.
	Rows []spec.Refusal
}

// check returns what is missing in a surface.
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

// Description is what other packages know of a surface: the router, explanations, coverage,
// metrics, faults, and the journal.
type Description struct {
	// Name in the refusals table, the journal and everywhere else: "v2".
	Name string
	// Domain under which statistics count the surface's own calls; empty if they do not.
	Domain string
	// Hosts of the provider that serve the surface at "/".
	Hosts []Host
	// Serves, unless nil, reports whether another host, as HostName returns it, serves the surface
	// at "/" too.
	Serves func(host string) bool
	// Prefix is where any other host serves the surface: "" is "/". Paths of operations do not
	// include the prefix unless Whole is set.
	Prefix string
	Whole  bool
	// Auth are the names of the credentials that it accepts, as in Exchange.Auth.
	Auth []string
	// Document describes the API; nil if there is none.
	Document   *spec.Document
	Operations []Operation
	// Explain, unless nil, adds sentences to the explanation of a call.
	Explain func(e *exchange.Exchange) []string
}

// Host is a name under which the provider serves a surface.
type Host struct {
	Name string
	// Environment is the only one whose credentials the host accepts; empty accepts those of all.
	Environment account.Environment
}

// Operation returns the operation with a name, or nil. A nil Description has none.
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

// Operation is one operation of a surface: its method and path, how callers authenticate, and its
// handler.
type Operation struct {
	// Name, unique in a server: "token.create".
	Name string
	// Method, or AnyMethod if the surface has a Match of its own.
	Method string
	// Path as a template: "/tokens/{token}". Also are further paths, which documents and coverage
	// do not list.
	Path string
	Also []string
	// Forms are further methods that the operation's own pages submit their forms with.
	Forms []string
	// Scope under which calls are counted.
	Scope account.ScopeName
	// Authenticate identifies the caller: it calls Call.Accept, or returns the reason for a
	// refusal.
	Authenticate func(c *Call) account.Reason
	// Handle carries out a call whose caller is known.
	Handle func(c *Call) (Answer, account.Receipt, error)
	// Weighs is set for a handler with rules that precede those on the request itself: it is called
	// for improper requests too, and returns Call.Improper when its turn comes.
	Weighs bool
	// Freedom is what the contract leaves open in successful answers.
	Freedom fault.Freedom

	failure func(account.Reason) account.Failure
}

// AnyMethod is the Method of an operation that accepts all methods.
const AnyMethod = "*"

// Answer is the answer to a call.
type Answer struct {
	// Status; zero means 200.
	Status int
	// ContentType is not sent if empty. Header are further headers; a name may occur more than
	// once.
	ContentType string
	Header      []Field
	// Body, unless nil.
	Body Body
}

// Field is a header. The name is in canonical form.
type Field struct{ Name, Value string }

// Body is a body that renders itself.
type Body interface {
	// Append appends the body to b. An error is logged, and answered as the surface's internal
	// error.
	Append(b []byte) ([]byte, error)
}

// Text is a Body that is a string.
type Text string

// Append implements Body.
func (t Text) Append(b []byte) ([]byte, error) { return append(b, t...), nil }

// Bytes is a Body that is a byte slice.
type Bytes []byte

// Append implements Body.
func (t Bytes) Append(b []byte) ([]byte, error) { return append(b, t...), nil }

// Refusal is a refused call: its row of the refusals table, and what was wrong.
type Refusal struct {
	spec.Refusal
	// Detail explains what was wrong, for explanations. The caller sees it only as part of Text.
	Detail string
}

// Text returns the message for the caller. It includes the detail if the caller asked for it, by
// wanting strict requests or by providing the document that the request violates.
func (r Refusal) Text() string {
	switch account.Reason(r.Reason) {
	case RequestViolates, MediaType:
		return r.Message + ": " + r.Detail
	}
	return r.Message
}
