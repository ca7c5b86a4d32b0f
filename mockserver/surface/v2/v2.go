// Package v2 is the surface of the OAuth API, version 2: 18 operations, their wire format, and one writer for all answers.
// The published document is spec/v2/openapi.json; every rule with its grade stands in docs/behaviour.md.
package v2

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface, as the refusals table and the journal call it.
const Name = "v2"

// Domain under which the surface's own calls are counted.
const Domain = "oauth.openapi.com"

// TokenShape says how a single token is sent (the published document contradicts itself: see docs/behaviour.md).
type TokenShape string

// The shapes of a single token.
const (
	Both TokenShape = "both" // enveloped in data, and the same fields beside it
	Data TokenShape = "data" // enveloped in data
	Flat TokenShape = "flat" // bare
)

// Surface answers v2. It is safe for concurrent use.
type Surface struct {
	engine   *gin.Engine
	accounts Accounts
	refusals *surface.Refusals
	hosts    []surface.Host
	config   Config
	log      *slog.Logger
}

// Config says how the surface speaks.
type Config struct {
	Shape TokenShape
	// Violations, unless nil, holds every request against the document; what the document forbids is refused.
	Violations func(*exchange.Exchange) []spec.Violation
	// Faults, unless nil, says what goes wrong on purpose.
	Faults *fault.Book
	Log    *slog.Logger
}

// New makes the surface.
func New(accounts Accounts, table *spec.Table, config Config) *Surface {
	s := &Surface{
		engine: gin.New(), accounts: accounts, refusals: surface.NewRefusals(table, Name, config.Log),
		hosts: surface.HostsV2(), config: config, log: config.Log,
	}
	s.engine.RedirectTrailingSlash = false
	s.engine.HandleMethodNotAllowed = true
	s.engine.UseRawPath = true // so that %2F stays inside of one path parameter
	s.engine.Use(s.begin)
	for _, o := range operations() {
		s.engine.Handle(o.method, o.path, s.serve(o))
	}
	s.engine.NoRoute(func(c *gin.Context) { s.miss(c, surface.PathUnknown) })
	s.engine.NoMethod(func(c *gin.Context) { s.miss(c, surface.MethodNotAllowed) })
	return s
}

// ServeHTTP implements http.Handler. The request must come through an exchange.Handler.
func (s *Surface) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// begin names the surface in the exchange, and turns a panic into the surface's 500.
func (s *Surface) begin(c *gin.Context) {
	e := exchange.From(c.Writer)
	e.Surface = Name
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic while answering", "operation", e.Operation, "panic", p)
			s.fail(c, e.Operation, account.Internal, "")
		}
	}()
	c.Next()
}

// call is one request to an operation whose caller is known.
type call struct {
	account.Call
	gin  *gin.Context
	body []byte
	// bearer is set when the caller is known by a token instead of Basic.
	bearer string
	// within, unless nil, is the context in which a fault has the call carried out.
	within context.Context
}

// context outlives the connection: a request that arrived is carried out, whether or not the caller waits for the answer. (A body that
// stalls or breaks off cancels the request's own context, and must still be refused in order.)
func (c *call) context() context.Context {
	if c.within != nil {
		return context.WithoutCancel(c.within)
	}
	return context.Background() // the request's own holds no values that anybody asks for
}

// serve is the way of every request: authenticate, read, ask the account, write.
func (s *Surface) serve(o operation) gin.HandlerFunc {
	failure := func(r account.Reason) account.Failure { return s.refusals.Failure(o.name, r) }
	return func(g *gin.Context) {
		e := exchange.From(g.Writer)
		e.Operation = o.name
		c := &call{gin: g, body: e.Request.Body, Call: account.Call{Scope: o.scope, IP: e.IP, Failure: failure}}
		reason := s.authenticate(o, c, e)
		if f := s.config.Faults.Decide(e, s.refusals); f != nil {
			f.Around(g.Request.Context(), func(ctx context.Context, quiet bool) {
				c.within = ctx
				s.answer(o, c, e, reason, quiet)
			})
			return
		}
		s.answer(o, c, e, reason, false)
	}
}

// miss answers what is no operation.
func (s *Surface) miss(c *gin.Context, reason account.Reason) {
	if f := s.config.Faults.Decide(exchange.From(c.Writer), s.refusals); f != nil {
		f.Around(c.Request.Context(), func(_ context.Context, quiet bool) {
			if !quiet {
				s.fail(c, "", reason, "")
			}
		})
		return
	}
	s.fail(c, "", reason, "")
}

// answer carries out a call whose caller is known, or refused for a reason. Quiet is without answering.
func (s *Surface) answer(o operation, c *call, e *exchange.Exchange, reason account.Reason, quiet bool) {
	if reason != "" {
		if !quiet {
			s.fail(c.gin, o.name, reason, "")
		}
		return
	}
	var answer any
	var receipt account.Receipt
	var err error
	if refusal := s.improper(e); refusal != nil {
		receipt, err = s.accounts.Refuse(c.context(), c.Call, refusal)
	} else {
		answer, receipt, err = o.handle(s, c)
	}
	if !receipt.At.IsZero() {
		e.At, e.Quota = receipt.At, receipt.Quota
	}
	if quiet {
		return
	}
	surface.QuotaHeaders(e, receipt.Quota)
	if err != nil {
		s.refuse(c, o.name, err, receipt)
		return
	}
	s.succeed(c.gin, answer)
}

// improper says why a request is none that an operation could answer, or nil.
func (s *Surface) improper(e *exchange.Exchange) error {
	if e.Request.BodyError != nil {
		return surface.Unreadable(e.Request.BodyError)
	}
	if s.config.Violations == nil {
		return nil
	}
	reason := account.Reason("")
	var said []string
	for _, v := range s.config.Violations(e) {
		if v.Severity != spec.SeverityError {
			continue
		}
		said = append(said, v.Location+": "+v.Message)
		if reason == "" {
			reason = surface.RequestViolates
			if v.Media() {
				reason = surface.MediaType
			}
		}
	}
	if reason == "" {
		return nil
	}
	const most = 5 // more would help nobody
	return account.Refuse(reason, strings.Join(said[:min(most, len(said))], "; "))
}

// authenticate finds out who calls, or why nobody does. Authentication comes before everything else.
func (s *Surface) authenticate(o operation, c *call, e *exchange.Exchange) account.Reason {
	var header string
	if given := c.gin.Request.Header["Authorization"]; len(given) == 1 { // of two, nobody could say which one counts
		header = given[0]
	}
	var identity account.Identity
	var known bool
	reason := surface.CredentialsInvalid
	if bearer, ok := bearerOf(o, header); ok {
		reason = account.RefreshTokenInvalid
		var kind account.SecretKind
		identity, kind, known = s.accounts.AuthenticateBearer(bearer)
		c.bearer, e.Auth = bearer, "refresh"
		if kind == account.AccessToken {
			e.Auth = "token"
		}
	} else if email, apiKey, ok := surface.Basic(header); ok {
		e.Auth = "basic"
		identity, known = s.accounts.Authenticate(email, apiKey)
	}
	if environment, bound := surface.EnvironmentOf(s.hosts, e.Request.Host); bound && identity.Environment != environment {
		known = false
	}
	if !known {
		return reason
	}
	c.Account, e.Account = identity, identity.ID
	return ""
}

// bearerOf is the Bearer of a call to an operation that takes one.
func bearerOf(o operation, header string) (bearer string, ok bool) {
	if !o.bearer {
		return "", false
	}
	return surface.Bearer(header)
}
