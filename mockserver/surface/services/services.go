// Package services is the surface of the paid services behind the tokens, as far as they debit wallets: any method and path of a service that the
// catalogue names. Account rules decide whether a token may make the call and who pays for it; this package reads the call and writes an answer.
//
// There is no gin engine here, because there is nothing to route: the catalogue decides, within the account's transaction.
package services

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface, as the refusals table and the journal call it.
const Name = "services"

// Operation is what every paid call is called.
const Operation = "service.call"

// Prefix under which services stand on hosts that are not the provider's: /__services/{domain}/{path}.
const Prefix = "/__services"

// sandbox stands before the domain of a service in the sandbox.
const sandbox = "test."

// Accounts is what the surface asks of accounts.
type Accounts interface {
	AuthenticateToken(value string) (account.Identity, bool)
	UseService(ctx context.Context, call account.Call, token string, target account.Target, improper error) (account.Charge, account.Receipt, error)
}

// Config says how the surface answers.
type Config struct {
	// Serves says whether a service is sold, by its production domain.
	Serves func(domain string) bool
	// Documents of services by production domain, from which they answer.
	Documents Documents
	// Seed of what is made up.
	Seed uint64
	// Faults go wrong on purpose; nil is none.
	Faults *fault.Book
	Log    *slog.Logger
}

// Surface answers for all services. It is safe for concurrent use.
type Surface struct {
	accounts Accounts
	refusals *surface.Refusals
	config   Config
	failure  func(account.Reason) account.Failure
	answers  answers
}

// New makes the surface.
func New(accounts Accounts, table *spec.Table, config Config) *Surface {
	s := &Surface{accounts: accounts, refusals: surface.NewRefusals(table, Name, config.Log), config: config}
	s.failure = func(r account.Reason) account.Failure { return s.refusals.Failure(Operation, r) }
	return s
}

// Serves says whether a host, in lower case and without its port, is one of a service, of the sandbox or not.
func (s *Surface) Serves(host string) bool {
	return s.config.Serves(host) || (strings.HasPrefix(host, sandbox) && s.config.Serves(host[len(sandbox):]))
}

// place is where a call goes.
type place struct {
	account.Target
	escaped string // path below the service, as it was sent
	// environment is the only one whose tokens are taken; empty takes all.
	environment account.Environment
	// token that the call carries, and whose it is; set by authenticate.
	token  string
	caller account.Identity
}

// find reads where a call goes; not ok when there is no such service.
func (s *Surface) find(r *http.Request) (p place, ok bool) {
	host, escaped := surface.HostName(r.Host), r.URL.EscapedPath()
	switch rest, under := strings.CutPrefix(escaped, Prefix+"/"); {
	case s.Serves(host):
		p.environment = account.Production
		if strings.HasPrefix(host, sandbox) && !s.config.Serves(host) {
			p.environment = account.Sandbox
		}
	case under:
		host, escaped, _ = strings.Cut(rest, "/")
		host, escaped = strings.ToLower(host), "/"+escaped
	default:
		return place{}, false
	}
	p.Method, p.Domain, p.escaped = r.Method, host, escaped
	if domain, test := strings.CutPrefix(host, sandbox); test && !s.config.Serves(host) {
		p.Domain = domain
	}
	p.Path = strings.TrimPrefix(escaped, "/")
	if plain, err := url.PathUnescape(p.Path); err == nil {
		p.Path = plain
	}
	return p, s.config.Serves(p.Domain)
}

// ServeHTTP implements http.Handler. The request must come through an exchange.Handler.
func (s *Surface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := exchange.From(w)
	e.Surface = Name
	a := answer{Surface: s, w: w, e: e}
	defer func() {
		if p := recover(); p != nil {
			s.config.Log.Error("panic while answering", "operation", e.Operation, "panic", p)
			a.fail(account.Internal, "")
		}
	}()
	to, ok := s.find(r)
	reason := surface.PathUnknown
	if ok {
		e.Operation = Operation
		reason = s.authenticate(r, e, &to)
	}
	if f := s.config.Faults.Decide(e, s.refusals); f != nil {
		f.Around(r.Context(), func(ctx context.Context, quiet bool) { a.to(r.WithContext(ctx), to, reason, quiet) })
		return
	}
	a.to(r, to, reason, false)
}

// to answers a call whose caller is known, or refused for a reason. Quiet is without answering.
func (a answer) to(r *http.Request, to place, reason account.Reason, quiet bool) {
	if reason != "" {
		if !quiet {
			a.fail(reason, "")
		}
		return
	}
	e := a.e
	call := account.Call{Account: to.caller, IP: e.IP, Failure: a.failure}
	// Whoever called may have left: a request that arrived is carried out all the same.
	charge, receipt, err := a.accounts.UseService(context.WithoutCancel(r.Context()), call, to.token, to.Target, a.improper(e, r, to))
	if !receipt.At.IsZero() {
		e.At, e.Quota = receipt.At, receipt.Quota
	}
	e.Scope, e.PaidBy, e.Charged = charge.Name, string(charge.PaidBy), charge.Amount
	if quiet {
		return
	}
	surface.QuotaHeaders(e, receipt.Quota)
	if err != nil {
		a.refuse(err, charge, receipt)
		return
	}
	a.succeed(r, to, charge)
}

// authenticate finds out whose access token a call carries, and puts both into its place; or returns why it is refused.
func (s *Surface) authenticate(r *http.Request, e *exchange.Exchange, to *place) account.Reason {
	given := r.Header["Authorization"]
	if len(given) != 1 { // of two, nobody could say which one counts
		return account.AccessTokenInvalid
	}
	token, ok := surface.Bearer(given[0])
	if !ok {
		return account.AccessTokenInvalid
	}
	identity, ok := s.accounts.AuthenticateToken(token)
	if !ok || to.environment != "" && identity.Environment != to.environment {
		return account.AccessTokenInvalid
	}
	to.token, to.caller = token, identity
	e.Auth, e.Account = "token", identity.ID
	return ""
}

// improper says why a request is none that the service could answer, or nil.
func (s *Surface) improper(e *exchange.Exchange, r *http.Request, to place) error {
	if e.Request.BodyError != nil {
		return surface.Unreadable(e.Request.BodyError)
	}
	if s.config.Documents.misses(to) {
		return account.Refuse(account.EndpointUnknown, "the document of "+to.Domain+" has operations there, but none with this path")
	}
	said := s.config.Documents.violations(e, r, to)
	if len(said) == 0 {
		return nil
	}
	const most = 5 // more would help nobody
	return account.Refuse(surface.RequestViolates, strings.Join(said[:min(most, len(said))], "; "))
}

// allow writes methods as the Allow header does.
func allow(methods []string) string { return strings.Join(slices.Sorted(slices.Values(methods)), ", ") }
