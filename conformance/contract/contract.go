package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"oauthmock/spec"
)

// Contract is what the judge knows of one API. Only Document is required; the zero value of every
// other member is the usual case. The document determines which media types, redirects and empty
// answers are correct, and how failures are wrapped.
type Contract struct {
	// Document is what was published, in its three readings. It is nil if successes are
	// unpublished, like those of the paid services: then Envelope describes how refusals are
	// wrapped, and only they are judged.
	Document *spec.Document
	// Name of the API in scenarios, --surface and --base-url; the document's name by default.
	Name string
	// Title is the name in sentences; Name by default.
	Title string
	// Envelope takes the place of the document's, when it is not nil.
	Envelope *spec.Envelope
	// Address is the surface at whose base URL the API is found too; "" for an address of its own.
	Address string
	// Probe reports whether a target has the API at all; nil means that one with an address has it.
	Probe *Probe
	// Assumed reports whether the refusals that the overlay adds to the published document rest on
	// assumptions alone. They, and what scenarios of level OBSERVE call, are then not held against
	// it.
	Assumed bool
	// Paid reports whether every call may cost money.
	Paid bool
	// Bare names the payloads that are also sent without the envelope.
	Bare Bare
	// Scopes is how the enabled scopes of an account are found; the zero value leaves ${scope} to
	// v2.
	Scopes Scopes
	// Moving are the operations whose answers change with the calls of others, so that scenarios
	// which use them never share an account.
	Moving []string
	// Lifecycle is how something is made and removed again; the zero value leaves given.tokens to
	// v2.
	Lifecycle Lifecycle
}

// Probe is a GET without credentials that costs nothing, and the refusal by which the API makes
// itself known.
type Probe struct {
	Path string
	// Below is the path under which the whole API is, for messages.
	Below  string
	Status int
	// Code as encoding/json decodes it with UseNumber.
	Code any
}

// Bare describes payloads that an answer may hold under the envelope's data, in its place, or both
// at once. Which of these the published document allows its schemas say.
type Bare struct {
	// Operations that answer so.
	Operations []string
	// Key is the member that shows that the payload is there.
	Key string
}

// Scopes is how the scopes of an account are listed.
type Scopes struct {
	// List is the operation. Its payload is a list of texts, or of objects with the scope and a
	// flag under these members.
	List           string
	Scope, Enabled string
	// Detail is the operation that returns a scope's prices by its ID; "" if there is none.
	Detail string
}

// Lifecycle is how the things that scenarios make come and go: what an account without a control
// API is left with must be what it had before. All are names of operations.
type Lifecycle struct {
	// Create makes one, with the members of given.tokens as its body; Read shows it; Undo removes
	// it.
	Create, Read, Undo string
	// Renew answers with another one instead of the one that it was called for; "" where nothing
	// does.
	Renew string
	// ID is the member of the payload that names it, and the parameter of the path of Undo.
	ID string
}

// All returns the contracts of the embedded documents, and that of the paid services behind v2's
// tokens. A document that nothing more is known of has a contract of its own too.
func All() []Contract {
	known := []Contract{v2(), v1(), clientCred(), authCode()}
	var all []Contract
	for _, document := range spec.All() {
		one := Contract{Document: document}
		if i := slices.IndexFunc(known, func(c Contract) bool { return c.Document == document }); i >= 0 {
			one = known[i]
		}
		all = append(all, one.withDefaults())
	}
	return append(all, services().withDefaults())
}

// With returns All and more, and an error where two have one name or one cannot be used.
func With(more []Contract) ([]Contract, error) {
	all := All()
	for _, one := range more {
		one = one.withDefaults()
		switch {
		case one.Name == "":
			return nil, fmt.Errorf("a contract has neither a document nor a name; give it one")
		case one.Document == nil && one.Envelope == nil:
			return nil, fmt.Errorf("the contract %s has neither a document nor an envelope; give it one", one.Name)
		case slices.ContainsFunc(all, func(c Contract) bool { return c.Name == one.Name }):
			return nil, fmt.Errorf("two contracts are called %s", one.Name)
		}
		all = append(all, one)
	}
	return all, nil
}

func (c Contract) withDefaults() Contract {
	if c.Document != nil {
		c.Name = cmp.Or(c.Name, c.Document.Name())
	}
	c.Title = cmp.Or(c.Title, c.Name)
	c.Address = cmp.Or(c.Address, c.Name)
	return c
}

func v2() Contract {
	return Contract{
		Document:  spec.V2(),
		Bare:      Bare{Operations: []string{"token.create", "token.get", "token.update"}, Key: "token"},
		Scopes:    Scopes{List: "scope.list", Scope: "scope", Enabled: "enabled", Detail: "scope.get"},
		Moving:    []string{"token.list", "error.list", "stats.total", "stats.ips", "stats.apis", "stats.api"},
		Lifecycle: Lifecycle{Create: "token.create", Read: "token.get", Undo: "token.delete", Renew: "token.update", ID: "token"},
	}
}

func v1() Contract {
	return Contract{
		Document:  spec.V1(),
		Assumed:   true,
		Scopes:    Scopes{List: "v1.scope.list"},
		Moving:    []string{"v1.token.list", "v1.counters.total", "v1.counters.day", "v1.counters.month", "v1.counters.year"},
		Lifecycle: Lifecycle{Create: "v1.token.create", Read: "v1.token.get", Undo: "v1.token.delete", ID: "token"},
	}
}

func clientCred() Contract {
	return Contract{
		Document: spec.ClientCred(), Title: "client credentials", Assumed: true,
		Bare: Bare{Operations: []string{"clientcred.token"}, Key: "access_token"},
	}
}

func authCode() Contract {
	return Contract{Document: spec.AuthCode(), Title: "authorization code", Assumed: true}
}

// services are the paid services behind the tokens. No document is known of them here, but they
// refuse in one way.
func services() Contract {
	return Contract{
		Name: "services", Title: "paid services", Address: "v2", Paid: true,
		Envelope: &spec.Envelope{Data: "data", Code: "error", Message: "message",
			Success: map[string]any{"success": true, "error": nil}, Failure: map[string]any{"success": false, "data": nil}},
		Probe: &Probe{Path: "/__services/company.openapi.com/", Below: "/__services/", Status: 401, Code: json.Number("125.22")},
	}
}
