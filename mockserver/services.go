package mockserver

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/surface/services"
)

// WithService makes a paid service, named by its production domain, answer from its published
// OpenAPI document, and checks requests against it. Problems of the document are logged; they do
// not keep the server from starting.
func WithService(domain, file string) Option {
	return func(c *config) error {
		switch p, ok := account.ParsePattern("GET:" + domain + "/x"); {
		case !ok || p.Wild() || domain != strings.ToLower(domain) || !strings.Contains(domain, "."):
			return fmt.Errorf("%q is not a domain such as company.openapi.com", domain)
		case providers().Owns(domain):
			return fmt.Errorf("%q is the API itself; its document is part of the program", domain)
		case strings.HasPrefix(domain, "test."):
			return fmt.Errorf("%q is a sandbox name: want the domain without test., the sandbox has the same document", domain)
		}
		if _, twice := c.documents[domain]; twice {
			return fmt.Errorf("%s has a document already", domain)
		}
		doc, warnings, err := openapi.Open(file)
		if err != nil {
			return err
		}
		if c.documents == nil {
			c.documents, c.warnings = services.Documents{}, map[string][]openapi.Warning{}
		}
		c.documents[domain], c.warnings[domain] = doc, warnings
		return nil
	}
}

// WithForwardedFor takes the first address of X-Forwarded-For, where a request has one, as the
// caller's: for clients behind a proxy, or tests with addresses of their choice.
func WithForwardedFor() Option {
	return func(c *config) error { c.forwarded = true; return nil }
}

// Retention bounds what each account keeps entry by entry: transactions, errors, addresses. Zero is
// the default of each; sums stay exact beyond it.
type Retention = account.Retention

// WithRetention bounds what accounts keep.
func WithRetention(r Retention) Option {
	return func(c *config) error {
		c.retention = r
		if r.Transactions != 0 && r.Transactions < account.LeastTransactions || r.Errors < 0 || r.Addresses < 0 {
			return fmt.Errorf("want transactions=%d or more, errors=1 or more, addresses=1 or more", account.LeastTransactions)
		}
		return nil
	}
}

// DocumentFiles returns the paths of the files that the documents of services refer to, whether or
// not they exist.
func (s *Server) DocumentFiles() (files []string) {
	documents := *s.documents.Load()
	for _, domain := range slices.Sorted(maps.Keys(documents)) {
		files = append(files, documents[domain].Files()...)
	}
	return files
}

// sold returns the scopes of documented services that the catalogue lacks, derived as the provider
// derives them: one for each method and first path segment, free and enabled for everybody.
func (c *config) sold() []fixtures.Service {
	var out []fixtures.Service
	for _, domain := range slices.Sorted(maps.Keys(c.documents)) {
		doc := c.documents[domain]
		service := fixtures.Service{Domain: domain}
		known := map[string]bool{}
		const most = 8 // base paths; further ones are variables of a server's address that nobody tries
		bases := doc.Bases()
		for _, base := range append(bases[:min(most, len(bases))], "") {
			for _, o := range doc.Operations() {
				name, endpoint, ok := scopeOf(domain, base, o)
				if !ok || known[name] {
					continue
				}
				known[name] = true
				id := fnv.New64a()
				id.Write([]byte(name)) // never fails (package hash)
				service.Scopes = append(service.Scopes, fixtures.Scope{ID: fmt.Sprintf("5e471ce0%016x", id.Sum64()), Method: o.Method, Endpoint: endpoint, Everybody: true})
			}
		}
		if len(service.Scopes) > 0 {
			out = append(out, service)
		}
	}
	return out
}

// scopeOf returns the scope of an operation as text, and its endpoint: the first segment of the
// path below a server's own path, or "root" if there is none or it is a parameter. ok is false for
// a segment that no scope can have.
func scopeOf(domain, base string, o *openapi.Operation) (name, endpoint string, ok bool) {
	endpoint, _, _ = strings.Cut(strings.TrimPrefix(o.Template, "/"), "/")
	if endpoint == "" || strings.Contains(endpoint, "{") {
		endpoint = account.Root
	}
	if base = strings.Trim(base, "/"); base != "" && endpoint == account.Root {
		endpoint = base
	} else if base != "" {
		endpoint = base + "/" + endpoint
	}
	name = o.Method + ":" + domain + "/" + endpoint
	p, ok := account.ParsePattern(name)
	return name, endpoint, ok && !p.Wild()
}

// tellDocuments logs which documents of services were loaded, and their problems.
func (c *config) tellDocuments() {
	const most = 20 // nobody reads more
	for _, domain := range slices.Sorted(maps.Keys(c.documents)) {
		doc := c.documents[domain]
		warnings := c.warnings[domain]
		c.log.Info("document of a service", "service", domain, "title", doc.Title(), "operations", len(doc.Operations()), "warnings", len(warnings))
		for _, w := range warnings[:min(most, len(warnings))] {
			c.log.Warn("document of a service", "service", domain, "warning", w.String())
		}
		for _, o := range doc.Operations() {
			if _, _, ok := scopeOf(domain, "", o); !ok && len(doc.Bases()) == 0 {
				c.log.Warn("an operation can only be called where the catalogue has a scope for it: its path begins with what no scope can have", "service", domain, "operation", o.String())
			}
		}
	}
}
