package mockserver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/authcode"
	"oauthmock/mockserver/surface/clientcred"
	"oauthmock/mockserver/surface/services"
	"oauthmock/mockserver/surface/v1"
	"oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/world"
)

// WithSurface serves a further API, which takes part in routing, explanations, coverage, metrics,
// journal, faults and verify like the provider's own.
func WithSurface(s surface.Surface) Option {
	return func(c *config) error { c.extra = append(c.extra, s); return nil }
}

// WithProviderHost serves a surface on a further host name, with the paths that it has on a
// provider's host. Credentials of both environments are accepted there; health and metrics yield,
// as on all hosts of the provider.
func WithProviderHost(host, surfaceName string) Option {
	return func(c *config) error {
		if host == "" || host != surface.HostName(host) || strings.ContainsAny(host, "/:@?# ") {
			return fmt.Errorf("%q is not a host name; want one such as oauth.example.com, in lower case and without a port", host)
		}
		option := "WithProviderHost"
		if c.named != "" {
			option = c.named
		}
		c.hosts = append(c.hosts, providerHost{host, surfaceName, option})
		return nil
	}
}

// providerHost is a further host of a surface, and the name of the option that added it.
type providerHost struct{ host, surface, option string }

// apis returns all surfaces. This list is the only place that names them.
func (c *config) apis(service *account.Service, everybody *world.World, callbacks services.Callbacks) ([]surface.Surface, error) {
	var accounts interface {
		v2.Accounts
		v1.Accounts
	} = service
	if c.open {
		accounts = &openAccounts{Service: service, world: everybody, log: c.log}
	}
	autoApprove := func() (user string, on bool) {
		a := everybody.AutoApprove()
		return a.User, a.Enabled
	}
	all := append([]surface.Surface{v2.New(accounts, cmp.Or(c.shape, v2.Both), cmp.Or(c.envelope, v2.Full)), v1.New(accounts), clientcred.New(service, c.granted), authcode.New(service, autoApprove)}, c.extra...)

	own := describe(all)
	all = append(all, services.New(service, services.Config{
		Serves:    func(domain string) bool { return !own.Owns(domain) && everybody.Catalogue().Serves(domain) },
		Documents: func() services.Documents { return *c.live.Load() }, Seed: c.seed, Callbacks: callbacks,
	}))
	return all, c.place(all)
}

// providers describes the surfaces of a server that has no further ones.
func providers() surface.Descriptions {
	all, _ := new(config).apis(nil, nil, nil) // cannot fail without hosts to place
	return describe(all)
}

func describe(all []surface.Surface) (out surface.Descriptions) {
	for i := range all {
		out = append(out, &all[i].Description)
	}
	return out
}

// place assigns "/" to the root surface, and further hosts to the surfaces they were named for.
func (c *config) place(all []surface.Surface) error {
	taken := map[string]string{}
	for i := range all {
		s := &all[i]
		if s.Name == c.root {
			s.Prefix = ""
		}
		for _, host := range s.Hosts {
			taken[host.Name] = s.Name
		}
	}
	for _, h := range c.hosts {
		i := slices.IndexFunc(all, func(s surface.Surface) bool { return s.Name == h.surface && s.Serves == nil })
		if i < 0 {
			return fmt.Errorf("%s: there is no surface %q for the host %s; want %s", h.option, h.surface, h.host, strings.Join(placeable(all), ", "))
		}
		if other := taken[h.host]; other != "" {
			return fmt.Errorf("%s: the host %s is that of %s already", h.option, h.host, other)
		}
		taken[h.host] = h.surface
		all[i].Hosts = append(slices.Clip(all[i].Hosts), surface.Host{Name: h.host})
	}
	return nil
}

// placeable returns the names of the surfaces that can have a further host.
func placeable(all []surface.Surface) (names []string) {
	for _, s := range all {
		if s.Serves == nil {
			names = append(names, s.Name)
		}
	}
	return names
}
