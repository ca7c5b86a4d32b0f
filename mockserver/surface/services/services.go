// Package services is the surface of the paid services behind the tokens, as far as they debit
// wallets: any method and path of a service in the catalogue. Account rules decide whether a token
// may make the call and who pays for it; this package parses the call and writes an answer.
//
// It has a Match of its own, because there is nothing to route: the catalogue decides, within the
// account's transaction.
package services

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/surface"
)

// Name of the surface.
const Name = "services"

// Operation is the name of every paid call.
const Operation = "service.call"

// Prefix under which services are found on hosts that are not the provider's:
// /__services/{domain}/{path}.
const Prefix = "/__services"

// sandbox is the prefix of a service's domain in the sandbox.
const sandbox = "test."

// Accounts is what the surface needs of accounts.
type Accounts interface {
	AuthenticateToken(value string) (account.Identity, bool)
	UseService(ctx context.Context, call account.Call, token string, target account.Target, improper error) (account.Charge, account.Receipt, error)
	FailService(ctx context.Context, call account.Call, token, scope string, failure account.Failure) error
	StartJob(ctx context.Context, who account.Identity, r account.JobRequest) (job account.Job, callback string, err error)
	AddCallback(ctx context.Context, who account.Identity, scope string, r account.CallbackRequest, p account.CallbackPayload) (id string, err error)
}

// Callbacks delivers the callbacks that calls ask for. See callback.Sender.
type Callbacks interface {
	// Admit reserves a place for a callback, which release frees; ok is false if there is none.
	Admit() (release func(), ok bool)
	// Look starts the delivery of an account's callbacks.
	Look(id account.ID)
}

// Config configures the surface's answers.
type Config struct {
	// Serves reports whether a service is sold, by its production domain.
	Serves func(domain string) bool
	// Documents returns those of services by production domain, from which they answer. It is
	// called for each call.
	Documents func() Documents
	// Seed of what is made up.
	Seed uint64
	// Callbacks delivers what calls ask for.
	Callbacks Callbacks
}

// api holds what the handlers use. It is safe for concurrent use.
type api struct {
	accounts Accounts
	config   Config
	answers  answers
	known    known
}

// New creates the surface.
func New(accounts Accounts, config Config) surface.Surface {
	s := &api{accounts: accounts, config: config}
	return surface.Surface{
		Description: surface.Description{
			Name: Name, Serves: s.serves, Prefix: Prefix, Whole: true, Auth: []string{"token"},
			Operations: []surface.Operation{{
				Name: Operation, Method: surface.AnyMethod, Path: "/{domain}/{path}",
				Authenticate: s.authenticate, Handle: s.handle, Weighs: true,
			}},
			Explain: explain,
		},
		Match: s.match, Improper: s.improper, Failure: surface.Enveloped, Documented: s.documented,
	}
}

// serves reports whether a host, in lower case and without port, is a service's, in the sandbox or
// not.
func (s *api) serves(host string) bool {
	return s.config.Serves(host) || (strings.HasPrefix(host, sandbox) && s.config.Serves(host[len(sandbox):]))
}

// place is where a call goes.
type place struct {
	account.Target
	escaped string // path below the service, as sent
	query   string
	accept  string
	prefers preference
	failure *openapi.Answer // that the caller prefers
	// callback that the caller asks for; nil means none.
	callback *account.CallbackRequest
}

// match reads where a call goes.
func (s *api) match(c *surface.Call) string {
	host, escaped := surface.HostName(c.Request.Host), c.Request.URL.EscapedPath()
	p := &place{query: c.Request.URL.RawQuery, accept: strings.Join(c.Request.Header["Accept"], ",")}
	switch rest, under := strings.CutPrefix(escaped, Prefix+"/"); {
	case s.serves(host):
		c.Exchange.Environment = account.Production
		if strings.HasPrefix(host, sandbox) && !s.config.Serves(host) {
			c.Exchange.Environment = account.Sandbox
		}
	case under:
		host, escaped, _ = strings.Cut(rest, "/")
		host, escaped = strings.ToLower(host), "/"+escaped
	default:
		return ""
	}
	p.Method, p.Domain, p.escaped = c.Request.Method, host, escaped
	if domain, test := strings.CutPrefix(host, sandbox); test && !s.config.Serves(host) {
		p.Domain = domain
	}
	p.Path = strings.TrimPrefix(escaped, "/")
	if plain, err := url.PathUnescape(p.Path); err == nil {
		p.Path = plain
	}
	c.Exchange.Path = "/" + p.Domain + escaped
	if !s.config.Serves(p.Domain) {
		return ""
	}
	c.Own = p
	return Operation
}

// authenticate identifies the account of a call's access token.
func (s *api) authenticate(c *surface.Call) account.Reason {
	c.Gone = account.AccessTokenInvalid
	token, ok := surface.Bearer(c.Authorization())
	if !ok {
		return account.AccessTokenInvalid
	}
	if identity, known := s.accounts.AuthenticateToken(token); !known || !c.Accept(identity) {
		return account.AccessTokenInvalid
	}
	c.Bearer, c.Exchange.Auth = token, "token"
	return ""
}

// improper refuses a request that the service's document has no answer to.
func (s *api) improper(c *surface.Call) error {
	to := c.Own.(*place)
	documents := s.config.Documents()
	if documents.misses(to) {
		return account.Refuse(account.EndpointUnknown, "the document of "+to.Domain+" has operations there, but none with this path")
	}
	if err := s.preferred(c, to); err != nil {
		return err
	}
	if err := to.readCallback(c, documents); err != nil {
		return err
	}
	return surface.Violated(surface.RequestViolates, documents.violations(c.Exchange, to))
}

// handle uses the service, and answers from the fixture, otherwise from its document, otherwise
// with what was charged.
func (s *api) handle(c *surface.Call) (surface.Answer, account.Receipt, error) {
	to := c.Own.(*place)
	release := s.admit(c, to)
	defer release()
	charge, receipt, err := s.accounts.UseService(c.Context(), c.Call, c.Bearer, to.Target, c.Improper)
	e := c.Exchange
	e.Scope, e.PaidBy, e.Charged = charge.Name, string(charge.PaidBy), charge.Amount
	if err != nil {
		refusal, _ := errors.AsType[*account.Refusal](err)
		switch {
		case refusal == nil:
		case refusal.Reason == account.MethodNotOffered:
			e.SetHeader("Allow", strings.Join(slices.Sorted(slices.Values(charge.Methods)), ", "))
		case refusal.Reason == surface.DocumentedAnswer:
			e.Reason, e.Detail, e.Code = string(refusal.Reason), refusal.Detail, refusal.As.Code
			return answerOf(*to.failure), receipt, nil
		}
		return surface.Answer{}, receipt, err
	}
	if charge.Job != nil {
		return surface.Answer{ContentType: surface.JSON, Header: costs(charge), Body: surface.Bytes(charge.Job.Body())}, receipt, nil
	}
	answer, err := s.success(e, to, charge)
	switch {
	case err != nil:
	case charge.Scope.Async != nil:
		answer, err = s.begin(c, to, charge, answer)
	case to.callback != nil:
		answer, err = s.callBack(c, to, answer)
	}
	return answer, receipt, err
}

// explain describes the kind of call.
func explain(e *exchange.Exchange) []string {
	if e.Operation == "" {
		return nil
	}
	if e.Scope == "" { // what the path holds may be a secret, and is not repeated
		return []string{"It is a call of a paid service."}
	}
	return []string{"It is a call of the paid service " + account.DomainOf(e.Scope) + "."}
}
