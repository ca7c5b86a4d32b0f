package account

import (
	"slices"
	"strings"
)

// Catalogue is what the provider sells: every scope of every service. It is immutable after
// NewCatalogue, so all accounts of a server share one.
type Catalogue struct {
	scopes []*CatalogueScope
	byID   map[string]*CatalogueScope
	// byDomain holds the scopes of a service, those with the longest endpoints first.
	byDomain map[string][]*CatalogueScope
	// progress are the names of the scopes that report the progress of jobs.
	progress []ScopeName
}

// CatalogueScope is one scope of the catalogue, under its production names.
type CatalogueScope struct {
	ID       string
	Method   string
	Domain   string
	Endpoint string
	Name     ScopeName
	// RateLimit as the provider writes it ("100/1m"); empty means none.
	RateLimit    string
	limit        RateLimit
	debit        string // description of a debit for a call; made once, because accounts keep many
	Free         FreeLimits
	Requirements []string
	// Prices in the provider's order; the one named like the endpoint is charged, otherwise the
	// first.
	Prices []Price
	// Everybody may use the scope without having it enabled.
	Everybody bool
	// Answer of the service, as a surface sends it; nil if the surface has to find one. The account
	// does not interpret it.
	Answer []byte
	// Async, unless nil, makes calls of the scope start jobs.
	Async *Async
}

// FreeLimits are free requests by window; nil means that the window has none.
type FreeLimits struct{ Day, Month, Year, Total *int64 }

// Price is the price of one request, under a key.
type Price struct {
	Key    string
	Amount Money
}

// Price returns what one request costs, or zero if the scope has no price.
func (s *CatalogueScope) Price() Money {
	for _, p := range s.Prices {
		if strings.EqualFold(p.Key, s.Endpoint) {
			return p.Amount
		}
	}
	if len(s.Prices) > 0 {
		return s.Prices[0].Amount
	}
	return 0
}

// NewCatalogue creates a catalogue, and completes names.
func NewCatalogue(scopes []CatalogueScope) *Catalogue {
	c := &Catalogue{
		scopes: make([]*CatalogueScope, 0, len(scopes)), byID: make(map[string]*CatalogueScope, len(scopes)), byDomain: map[string][]*CatalogueScope{},
	}
	all := slices.Clone(scopes) // one allocation
	for i := range all {
		s := &all[i]
		s.Name = NameScope(s.Method, s.Domain, s.Endpoint)
		s.limit, _ = ParseRateLimit(s.RateLimit)
		if s.Async != nil {
			c.progress = append(c.progress, s.Async.Get)
		}
		s.debit = "API usage - " + s.Domain
		c.scopes = append(c.scopes, s)
		c.byID[s.ID] = s
		c.byDomain[s.Domain] = append(c.byDomain[s.Domain], s)
	}
	for _, service := range c.byDomain {
		slices.SortStableFunc(service, func(x, y *CatalogueScope) int { return len(y.Endpoint) - len(x.Endpoint) })
	}
	return c
}

// Serves reports whether the catalogue has scopes of a service, by its production domain.
func (c *Catalogue) Serves(domain string) bool { return len(c.byDomain[domain]) > 0 }

// Root is the endpoint in the provider's names for the scope of a service's root path, and of paths
// that begin with a parameter.
const Root = "root"

// Find returns the scope that a call falls under: the one with the longest endpoint that equals the
// path or its first segments, otherwise, for the root path and paths of one segment, the root's. If
// none has the method, Find returns the methods of those that match.
func (c *Catalogue) Find(t Target) (scope *CatalogueScope, methods []string) {
	scope, methods = c.find(t, t.Path)
	if scope == nil && len(methods) == 0 && !strings.Contains(strings.TrimSuffix(t.Path, "/"), "/") {
		return c.find(t, Root)
	}
	return scope, methods
}

func (c *Catalogue) find(t Target, path string) (scope *CatalogueScope, methods []string) {
	for _, s := range c.byDomain[t.Domain] {
		rest, under := strings.CutPrefix(path, s.Endpoint)
		if !under || (rest != "" && rest[0] != '/') {
			continue
		}
		if s.Method == t.Method {
			return s, nil
		}
		if !slices.Contains(methods, s.Method) {
			methods = append(methods, s.Method)
		}
	}
	return nil, methods
}

// named returns a scope by its name in an environment.
func (c *Catalogue) named(scope string, e Environment) (*CatalogueScope, bool) {
	i := slices.IndexFunc(c.scopes, func(s *CatalogueScope) bool { return s.Name.In(e) == scope })
	if i < 0 {
		return nil, false
	}
	return c.scopes[i], true
}

// showsProgress reports whether calls of a scope report the progress of jobs.
func (c *Catalogue) showsProgress(s *CatalogueScope) bool { return slices.Contains(c.progress, s.Name) }

// Progress returns the scope whose calls report the progress of an asynchronous scope's jobs.
func (c *Catalogue) Progress(s *CatalogueScope) *CatalogueScope {
	i := slices.IndexFunc(c.scopes, func(other *CatalogueScope) bool { return other.Name == s.Async.Get })
	if i < 0 {
		return nil
	}
	return c.scopes[i]
}

// Scopes returns all scopes in the catalogue's order. The result must not be modified.
func (c *Catalogue) Scopes() []*CatalogueScope { return c.scopes }

// ScopeView is a scope as one account sees it.
type ScopeView struct {
	*CatalogueScope
	// Scope and Domain are named as in the account's environment.
	Scope   string
	Domain  string
	Enabled bool
	// Met tells for each requirement whether the account meets it.
	Met map[string]bool
}

// Entitlements are the scopes of the catalogue that an account may use.
type Entitlements struct {
	environment Environment
	catalogue   *Catalogue
	patterns    []string
	met         []string
	enabled     map[string]*CatalogueScope // by name in the environment
}

// NewEntitlements enables the scopes that match patterns (in production names), and those of
// everybody, and records the requirements met.
func NewEntitlements(c *Catalogue, e Environment, patterns, met []string) Entitlements {
	out := Entitlements{environment: e, catalogue: c, patterns: patterns, met: met, enabled: make(map[string]*CatalogueScope, len(c.scopes))}
	for _, s := range c.scopes {
		if s.Everybody {
			out.enabled[s.Name.In(e)] = s
		}
	}
	for _, text := range patterns {
		p, ok := ParsePattern(text)
		if !ok {
			continue
		}
		for _, s := range c.scopes {
			if p.Matches(s.Method, s.Domain, s.Endpoint) {
				out.enabled[s.Name.In(e)] = s
			}
		}
	}
	return out
}

// Patterns returns the patterns and requirements passed to NewEntitlements.
func (e *Entitlements) Patterns() (enabled, requirementsMet []string) { return e.patterns, e.met }

// Enabled reports whether a scope, by its name in the environment, is enabled.
func (e *Entitlements) Enabled(scope string) bool {
	_, ok := e.enabled[scope]
	return ok
}

// Allows reports whether a token may have a scope: it is enabled, or is a wildcard that covers an
// enabled one.
func (e *Entitlements) Allows(p Pattern) bool {
	if !p.Wild() {
		return e.Enabled(p.String())
	}
	for _, s := range e.enabled {
		if p.Matches(s.Method, DomainIn(s.Domain, e.environment), s.Endpoint) {
			return true
		}
	}
	return false
}

// View returns a scope as the account sees it.
func (e *Entitlements) View(s *CatalogueScope) ScopeView {
	name := s.Name.In(e.environment)
	_, enabled := e.enabled[name]
	met := make(map[string]bool, len(s.Requirements))
	for _, r := range s.Requirements {
		met[r] = false
		for _, m := range e.met {
			if m == r {
				met[r] = true
			}
		}
	}
	return ScopeView{CatalogueScope: s, Scope: name, Domain: DomainIn(s.Domain, e.environment), Enabled: enabled, Met: met}
}

// All returns the catalogue's scopes as the account sees them, in the catalogue's order.
func (e *Entitlements) All() []ScopeView {
	out := make([]ScopeView, 0, len(e.catalogue.scopes))
	for _, s := range e.catalogue.scopes {
		out = append(out, e.View(s))
	}
	return out
}

// ByID returns a scope by its ID.
func (e *Entitlements) ByID(id string) (ScopeView, bool) {
	s, ok := e.catalogue.byID[id]
	if !ok {
		return ScopeView{}, false
	}
	return e.View(s), true
}
