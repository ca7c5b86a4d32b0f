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
	// Call is what the use cases of accounts need to know. Accept sets the account.
	account.Call
	Exchange *exchange.Exchange
	Request  *http.Request
	// Operation is nil when none matched.
	Operation *Operation
	// Bearer is the token by which the caller is known, where it is one.
	Bearer string
	// Gone is the reason for which the caller is refused when the account is reset, replaced or
	// removed before the call is carried out. Authenticate sets it; by default it is
	// CredentialsInvalid.
	Gone account.Reason
	// Why describes in words for what Authenticate refuses the caller; "" where its reason has all
	// there is to tell.
	Why string
	// Improper is why the request is not one that the operation could answer. See Operation.Weighs.
	Improper error
	// Own is what a surface keeps of a call between Match, Authenticate and Handle.
	Own any

	engine *Engine
	// within, unless nil, is the context in which a fault has the call carried out.
	within context.Context
}

// Context outlives the connection: a request that arrived is carried out, whether or not the caller
// waits for the answer. (A body that stalls or breaks off cancels the request's own context, and
// must still be refused in order.)
func (c *Call) Context() context.Context {
	if c.within != nil {
		return context.WithoutCancel(c.within)
	}
	return context.Background() // the request's own holds no values that anybody asks for
}

// Body is the request's body as it came.
func (c *Call) Body() []byte { return c.Exchange.Request.Body }

// Param returns a parameter of the path, decoded.
func (c *Call) Param(name string) string { return c.Exchange.Param(name) }

// Query reads the query leniently: a pair that cannot be unescaped is taken as it is.
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

// Authorization returns the Authorization header. It is empty when there are several, since nobody
// could say which counts.
func (c *Call) Authorization() string {
	if given := c.Request.Header["Authorization"]; len(given) == 1 {
		return given[0]
	}
	return ""
}

// Accept makes an account the caller, unless the host takes only credentials of the other
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
