package surface

import (
	"slices"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// Descriptions are those of all surfaces of a server.
type Descriptions []*Description

// Of returns the description of the surface that answered, or nil.
func (all Descriptions) Of(e *exchange.Exchange) *Description { return all.Named(e.Surface) }

// Named returns the description of a surface, or nil.
func (all Descriptions) Named(name string) *Description {
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Owns reports whether calls of a surface itself are counted under a domain, of the sandbox or not.
func (all Descriptions) Owns(domain string) bool {
	return domain != "" && slices.ContainsFunc(all, func(d *Description) bool {
		return d.Domain != "" && (domain == d.Domain || domain == account.DomainIn(d.Domain, account.Sandbox))
	})
}

// Names are the names of surfaces, operations and credentials by which users ask for requests.
func (all Descriptions) Names() journal.Names {
	n := journal.Names{Auth: []string{"none"}}
	for _, d := range all {
		n.Surfaces = append(n.Surfaces, d.Name)
		for _, o := range d.Operations {
			n.Operations = append(n.Operations, o.Name)
		}
		for _, auth := range d.Auth {
			if !slices.Contains(n.Auth, auth) {
				n.Auth = append(n.Auth, auth)
			}
		}
	}
	return n
}

// Operations returns the operations of all surfaces that have a path of their own, which those that
// take any method do not.
func (all Descriptions) Operations() []Operation {
	var out []Operation
	for _, d := range all {
		for _, o := range d.Operations {
			if o.Method != AnyMethod {
				out = append(out, o)
			}
		}
	}
	return out
}
