package surface

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/openapi"
	"oauthmock/spec"
)

// Engine serves a surface. It is safe for concurrent use.
type Engine struct {
	surface  Surface
	config   Config
	refusals *refusals
	routes   *gin.Engine // nil if the surface has a Match of its own
}

// Config holds what all surfaces of a server share.
type Config struct {
	// Table returns the refusals table. It is called for each refusal, possibly concurrently.
	Table func() *spec.Table
	// Faults decides which faults to inject; nil injects none.
	Faults *fault.Book
	// Strict refuses requests that the surface's document forbids.
	Strict bool
	Log    *slog.Logger
}

// NewEngine creates an engine. Requests must reach it through an exchange.Handler. A surface that
// cannot be served is an error.
func NewEngine(s Surface, config Config) (n *Engine, err error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil { // gin panics if two paths exclude each other
			n, err = nil, fmt.Errorf("surface %s: %v", s.Name, p)
		}
	}()
	n = &Engine{surface: s, config: config, refusals: newRefusals(config.Table, s.Name, s.Rows, config.Log)}
	n.surface.Operations = slices.Clone(s.Operations)
	for i := range n.surface.Operations {
		o := &n.surface.Operations[i]
		o.failure = func(reason account.Reason) account.Failure {
			row := n.refusals.row(o.Name, reason)
			return account.Failure{Status: row.Status, Code: row.Code.String(), Message: row.Message}
		}
	}
	if s.Match == nil {
		n.routes = n.router()
	}
	if config.Strict && s.Document != nil {
		if _, err := described(s.Document); err != nil { // read now, so that the first request need not wait
			return nil, err
		}
	}
	return n, nil
}

// router creates the gin router of the surface's operations.
func (n *Engine) router() *gin.Engine {
	g := gin.New()
	g.RedirectTrailingSlash = false
	g.HandleMethodNotAllowed = true
	g.UseRawPath = true // so that %2F stays inside one path parameter
	for i := range n.surface.Operations {
		o := &n.surface.Operations[i]
		for _, path := range append([]string{o.Path}, o.Also...) {
			path = strings.ReplaceAll(strings.ReplaceAll(path, "{", ":"), "}", "")
			for _, method := range append([]string{o.Method}, o.Forms...) {
				g.Handle(method, path, n.routed(o, ""))
			}
		}
	}
	g.NoRoute(n.routed(nil, PathUnknown))
	g.NoMethod(n.routed(nil, MethodNotAllowed))
	return g
}

// routed returns the gin handler for an operation, or for requests that match none, with the
// reason.
func (n *Engine) routed(o *Operation, reason account.Reason) gin.HandlerFunc {
	return func(g *gin.Context) {
		c := &Call{engine: n, Exchange: exchange.From(g.Writer), Request: g.Request, Operation: o}
		for _, p := range g.Params {
			c.Exchange.Params = append(c.Exchange.Params, exchange.Param{Name: p.Key, Value: p.Value})
		}
		n.serve(c, reason)
		g.Status(c.Exchange.Response.Status)
		g.Writer.WriteHeaderNow() // otherwise gin writes a page of its own if no route matched
	}
}

// ServeHTTP implements http.Handler.
func (n *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n.routes != nil {
		n.routes.ServeHTTP(w, r)
		return
	}
	c := &Call{engine: n, Exchange: exchange.From(w), Request: r}
	c.Operation = n.surface.Operation(n.surface.Match(c))
	n.serve(c, PathUnknown)
}

// unknown answers a request that belongs to no surface.
func (n *Engine) unknown(w http.ResponseWriter, r *http.Request) {
	n.serve(&Call{engine: n, Exchange: exchange.From(w), Request: r}, PathUnknown)
}

// serve is the way of every request once its operation is known. reason is why it has none.
func (n *Engine) serve(c *Call, reason account.Reason) {
	e := c.Exchange
	e.Surface = n.surface.Name
	defer func() {
		if p := recover(); p != nil {
			n.config.Log.Error("panic while answering", "surface", e.Surface, "operation", e.Operation, "panic", p)
			n.fail(c, account.Internal, "")
		}
	}()
	if o := c.Operation; o != nil {
		e.Operation = o.Name
		c.Call = account.Call{Scope: o.Scope, IP: e.IP, Failure: o.failure}
		c.Gone = CredentialsInvalid
		reason = o.Authenticate(c)
	}
	if f := n.config.Faults.Decide(e, c); f != nil {
		f.Around(c.Request.Context(), func(ctx context.Context, quiet bool) {
			c.within = ctx
			n.answer(c, reason, quiet)
		})
		return
	}
	n.answer(c, reason, false)
}

// answer carries out a call whose caller is known, or refuses it for a reason. If quiet, it sends
// no answer.
func (n *Engine) answer(c *Call, reason account.Reason, quiet bool) {
	if reason != "" {
		if !quiet {
			n.fail(c, reason, c.Why)
		}
		return
	}
	answer, receipt, err := n.carryOut(c)
	if !receipt.At.IsZero() {
		c.Exchange.At, c.Exchange.Quota = receipt.At, receipt.Quota
	}
	if receipt.Client != "" {
		c.Exchange.Client = receipt.Client
	}
	for _, alert := range receipt.Alerts {
		c.Exchange.Tell(alertText(alert))
	}
	if quiet {
		return
	}
	quotaHeaders(c.Exchange, receipt.Quota)
	if err != nil {
		n.refused(c, err, receipt)
		return
	}
	n.write(c, answer)
}

// carryOut calls the handler, unless the request is improper.
func (n *Engine) carryOut(c *Call) (Answer, account.Receipt, error) {
	c.Improper = n.improper(c)
	if c.Improper == nil || c.Operation.Weighs {
		return c.Operation.Handle(c)
	}
	if n.surface.Refuse == nil {
		return Answer{}, account.Receipt{}, c.Improper
	}
	receipt, err := n.surface.Refuse(c, c.Improper)
	return Answer{}, receipt, err
}

// improper returns why no operation could answer the request, or nil.
func (n *Engine) improper(c *Call) error {
	if err := c.Exchange.Request.BodyError; err != nil {
		return unreadable(err)
	}
	if n.config.Strict {
		if err := n.violation(c); err != nil {
			return err
		}
	}
	if n.surface.Improper != nil {
		return n.surface.Improper(c)
	}
	return nil
}

// violation refuses a request that violates the surface's document.
func (n *Engine) violation(c *Call) error {
	reason := account.Reason("")
	var said []string
	for _, v := range n.surface.Violations(c.Exchange) {
		if v.Severity != openapi.SeverityError {
			continue
		}
		said = append(said, v.Location+": "+v.Message)
		if reason == "" {
			reason = RequestViolates
			if v.Media() {
				reason = MediaType
			}
		}
	}
	return Violated(reason, said)
}

// Violated refuses a request for its violations; it returns nil if there are none.
func Violated(reason account.Reason, said []string) error {
	if len(said) == 0 {
		return nil
	}
	const most = 5 // more would not help
	return account.Refuse(reason, strings.Join(said[:min(most, len(said))], "; "))
}

// unreadable refuses a request whose body could not be read.
func unreadable(err error) error {
	switch {
	case errors.Is(err, exchange.ErrBodyTooLarge):
		return account.Refuse(BodyTooLarge, err.Error())
	case errors.Is(err, exchange.ErrBodyTimeout):
		return account.Refuse(RequestTimeout, err.Error())
	default:
		return account.Refuse(BodyMalformed, err.Error())
	}
}

// refused answers a refusal. Any other error is internal: it is logged, and never shown.
func (n *Engine) refused(c *Call, err error, receipt account.Receipt) {
	var refusal *account.Refusal
	switch {
	case errors.As(err, &refusal):
		if refusal.Reason == account.RateLimited {
			c.Exchange.SetHeader("Retry-After", seconds(receipt.Quota.Reset))
		}
		n.fail(c, refusal.Reason, refusal.Detail)
	case errors.Is(err, account.ErrNoAccount):
		n.fail(c, c.Gone, "the account was reset, replaced or removed between authentication and transaction")
	default:
		n.config.Log.Error("call failed", "surface", n.surface.Name, "operation", c.Exchange.Operation, "error", err)
		n.fail(c, account.Internal, err.Error())
	}
}

// fail answers with the refusals table's row for a reason.
func (n *Engine) fail(c *Call, reason account.Reason, detail string) {
	n.refuse(c, Refusal{n.refusals.row(c.Exchange.Operation, reason), detail})
}

// refuse answers a refusal in the surface's form.
func (n *Engine) refuse(c *Call, r Refusal) {
	e := c.Exchange
	e.Reason, e.Detail, e.Code = r.Reason, r.Detail, r.Code.String()
	e.Grade, e.Source = string(r.Grade), r.Source
	answer := n.surface.Failure(c, r)
	if answer.Status == 0 {
		answer.Status = r.Status
	}
	n.write(c, answer)
}

// write is the only place that writes the bytes of answers.
func (n *Engine) write(c *Call, a Answer) {
	e := c.Exchange
	body := e.Response.Body[:0]
	if a.Body != nil {
		var err error
		if body, err = a.Body.Append(body); err != nil {
			n.config.Log.Error("answer cannot be rendered", "surface", n.surface.Name, "operation", e.Operation, "error", err)
			n.fail(c, account.Internal, err.Error())
			return
		}
	}
	for i, field := range a.Header {
		if slices.ContainsFunc(a.Header[:i], func(f Field) bool { return f.Name == field.Name }) {
			e.Response.Header[field.Name] = append(e.Response.Header[field.Name], field.Value)
		} else {
			e.SetHeader(field.Name, field.Value)
		}
	}
	if a.ContentType != "" {
		e.SetHeader("Content-Type", a.ContentType)
	}
	if e.Response.Status = a.Status; a.Status == 0 {
		e.Response.Status = http.StatusOK
	}
	e.Response.Body = body
}

// alertText describes in a sentence what a call triggered in the wallet.
func alertText(e account.Event) string {
	if e.What == account.WalletRecharged {
		return "The wallet was recharged by itself (transaction " + e.ID + "): its autorecharge."
	}
	return "The wallet fell below the credit that it is watched for (transaction " + e.ID + ")."
}
