package callback

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// ErrForbidden reports that an address may not be called. Another attempt would end alike.
var ErrForbidden = errors.New("not called")

// Host is a host beyond loopback that may be called: a name or an address and, unless 0, the only
// port.
type Host struct {
	Name string
	Port uint16
}

// ParseHost reads HOST or HOST:PORT.
func ParseHost(text string) (h Host, err error) {
	h.Name = text
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		bare = text[1 : len(text)-1]
	}
	if _, err := netip.ParseAddr(bare); err == nil {
		h.Name = bare
	} else if name, port, ok := strings.Cut(text, ":"); ok || strings.HasPrefix(text, "[") {
		if strings.HasPrefix(text, "[") {
			if name, port, err = net.SplitHostPort(text); err != nil {
				return h, fmt.Errorf("%q is not a HOST or HOST:PORT", text)
			}
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return h, fmt.Errorf("%q is not a HOST or HOST:PORT: the port is a number from 1 to 65535", text)
		}
		h.Name, h.Port = name, uint16(n)
	}
	h.Name = strings.ToLower(h.Name)
	if h.Name == "" || strings.ContainsAny(h.Name, "/*@ ") {
		return h, fmt.Errorf("%q is not a HOST or HOST:PORT such as hooks.example.com or 192.0.2.1:8443", text)
	}
	return h, nil
}

// guard decides what may be called.
type guard struct {
	hosts []Host
	// own are the addresses, as HOST:PORT, on which the mock itself listens.
	own func() []string
}

// target is where an attempt goes.
type target struct {
	guard
	named   bool // by hosts
	literal bool // an address, and no name that leads to one
}

// admit decides about the host that a URL names, before any name is looked up.
func (g guard) admit(u *url.URL) (target, error) {
	name, port := strings.ToLower(u.Hostname()), portOf(u)
	given, err := netip.ParseAddr(name)
	t := target{guard: g, literal: err == nil}
	for _, h := range g.hosts {
		if h.Name == name && (h.Port == 0 || h.Port == port) {
			t.named = true
			return t, nil
		}
	}
	if t.literal && loopback(given) {
		return t, nil
	}
	if local(name) {
		return t, nil
	}
	return t, fmt.Errorf("%w: the host is not loopback, and --callback-hosts does not name it", ErrForbidden)
}

// local reports whether a name is one that always means this machine (RFC 6761, 6.3).
func local(name string) bool {
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// control checks the address that is about to be dialled, after every name was resolved: what is
// checked is what is dialled.
func (t target) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s is not an address", ErrForbidden, address)
	}
	ip := at.Addr()
	switch {
	case ip.Is4In6() || ip.IsUnspecified() || ip.IsMulticast():
		return fmt.Errorf("%w: %s is an address that means another", ErrForbidden, ip)
	case ip.IsLinkLocalUnicast() && !t.literal: // where clouds keep credentials of their machines
		return fmt.Errorf("%w: the host leads to %s, a link-local address, which only --callback-hosts %s allows", ErrForbidden, ip, ip)
	case !loopback(ip) && !t.named:
		return fmt.Errorf("%w: the host leads to %s, which is not loopback", ErrForbidden, ip)
	case t.ours(at):
		return fmt.Errorf("%w: %s is an address of the mock itself", ErrForbidden, at)
	}
	return nil
}

func loopback(ip netip.Addr) bool { return ip.IsLoopback() && !ip.Is4In6() && ip.Zone() == "" }

// ours reports whether the mock listens at an address.
func (g guard) ours(at netip.AddrPort) bool {
	for _, text := range g.own() {
		own, err := netip.ParseAddrPort(text)
		if err != nil || own.Port() != at.Port() {
			continue
		}
		ip := own.Addr().Unmap()
		if ip == at.Addr() || ip.IsUnspecified() && (at.Addr().IsLoopback() || ofThisMachine(at.Addr())) {
			return true
		}
	}
	return false
}

func ofThisMachine(ip netip.Addr) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true // undetermined: refuse
	}
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == ip.WithZone("") {
			return true
		}
	}
	return false
}
