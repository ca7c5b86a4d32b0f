package surface

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
)

// Call is one request on its way through an Engine. It belongs to the goroutine that serves the
// request.
type Call struct {
	// Call is the part that the use cases of accounts need. Accept sets the account.
	account.Call
	Exchange *exchange.Exchange
	Request  *http.Request
	// Operation is nil if none matched.
	Operation *Operation
	// Bearer is the token that identified the caller, if it was one.
	Bearer string
	// Gone is the reason for the refusal if the account is reset, replaced or removed before the
	// call is carried out. Authenticate sets it; the default is CredentialsInvalid.
	Gone account.Reason
	// Why explains in words why Authenticate refused the caller; "" if the reason says it all.
	Why string
	// Improper is why no operation could answer the request. See Operation.Weighs.
	Improper error
	// Own is the surface's own data about the call, from Match and Authenticate to Handle.
	Own any

	engine *Engine
	// within, unless nil, is the context in which a fault wants the call carried out.
	within context.Context
}

// Context returns a context that outlives the connection: a request that arrived is carried out
// whether or not the caller waits for the answer. (A body that stalls or breaks off cancels the
// request's own context, and must still be refused properly.)
func (c *Call) Context() context.Context {
	if c.within != nil {
		return context.WithoutCancel(c.within)
	}
	return context.Background() // nobody reads values from the request's own
}

// Body returns the request's body.
func (c *Call) Body() []byte { return c.Exchange.Request.Body }

// Param returns a path parameter, decoded.
func (c *Call) Param(name string) string { return c.Exchange.Param(name) }

// Query parses the query leniently: a pair that cannot be unescaped is kept as it is.
func (c *Call) Query() url.Values {
	query := url.Values{}
	for pair := range strings.SplitSeq(c.Request.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		query.Add(unescape(name), unescape(value))
	}
	return query
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// Authorization returns the Authorization header, or "" if there are several, since it is undefined
// which of them counts.
func (c *Call) Authorization() string {
	if given := c.Request.Header["Authorization"]; len(given) == 1 {
		return given[0]
	}
	return ""
}

// Accept makes an account the caller, unless the host accepts only credentials of the other
// environment. It reports whether it did.
func (c *Call) Accept(identity account.Identity) bool {
	if only := c.Exchange.Environment; only != "" && only != identity.Environment {
		return false
	}
	c.Account, c.Exchange.Account, c.Exchange.Incarnation = identity, identity.ID, identity.Incarnation
	return true
}

// Freedom implements fault.Callee.
func (c *Call) Freedom() fault.Freedom {
	if c.Operation == nil {
		return fault.Freedom{}
	}
	return c.Operation.Freedom
}

// RefuseByCode implements fault.Callee.
func (c *Call) RefuseByCode(code string) bool {
	row, ok := c.engine.refusals.byCode(c.Exchange.Operation, code)
	if ok {
		c.engine.refuse(c, Refusal{Refusal: row})
	}
	return ok
}

// Document implements fault.Callee.
func (c *Call) Document(status int, example string) error {
	if c.engine.surface.Documented == nil || c.Operation == nil {
		return errors.New("the surface " + c.engine.surface.Name + " answers from no document")
	}
	answer, err := c.engine.surface.Documented(c, status, example)
	if err == nil {
		c.engine.write(c, answer)
	}
	return err
}
