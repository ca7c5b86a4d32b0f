package tlsproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/surface"
)

// errForbidden reports that a host that may be passed through leads to where the proxy never goes.
var errForbidden = errors.New("the proxy does not go there")

// dialTimeout bounds how long it may take to connect to a host that is passed through.
const dialTimeout = 10 * time.Second

// Host is a host that the proxy passes requests through to. Without a port it is asked on 80 and
// 443 alone.
type Host struct {
	name string // "*.example.com" is every name below example.com
	port uint16
}

// ParseHost parses HOST or HOST:PORT. HOST may begin with "*.".
func ParseHost(text string) (Host, error) {
	parent, wild := strings.CutPrefix(text, "*.")
	h, err := callback.ParseHost(parent)
	if err != nil || wild && net.ParseIP(h.Name) != nil {
		return Host{}, fmt.Errorf("%q is not a HOST or HOST:PORT such as registry.npmjs.org, *.example.com or 127.0.0.1:3000", text)
	}
	if wild {
		h.Name = "*." + h.Name
	}
	return Host{h.Name, h.Port}, nil
}

// means reports whether a host and port are meant.
func (h Host) means(name, port string) bool {
	if parent, wild := strings.CutPrefix(h.name, "*"); name != h.name && !(wild && strings.HasSuffix(name, parent)) {
		return false
	}
	if h.port == 0 {
		return port == "80" || port == "443"
	}
	return port == fmt.Sprint(h.port)
}

// passes reports whether a host is passed through.
func (p *Proxy) passes(name, port string) bool {
	return slices.ContainsFunc(p.Pass, func(h Host) bool { return h.means(name, port) })
}

// dial connects to a host that is passed through. It refuses a name that resolves to this machine,
// as the owner of any domain can arrange; to reach this machine, allow localhost or the address.
func (p *Proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name := surface.HostName(address)
	literal := name == localhost || net.ParseIP(name) != nil
	dialer := net.Dialer{Timeout: dialTimeout, ControlContext: func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return err
		}
		ip := at.Addr().Unmap()
		switch {
		case ip.IsUnspecified(), !literal && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast()):
			return fmt.Errorf("%w: %s leads to %s, an address of this machine or its neighbours; allow that address itself, if it is meant", errForbidden, name, ip)
		case p.ours(ip, at.Port()):
			return fmt.Errorf("%w: %s is an address of the mock itself", errForbidden, resolved)
		}
		return nil
	}}
	return dialer.DialContext(ctx, network, address)
}

// ours reports whether the mock listens on an address.
func (p *Proxy) ours(ip netip.Addr, port uint16) bool {
	return slices.ContainsFunc(p.Listening(), func(text string) bool {
		own, err := netip.ParseAddrPort(text)
		if err != nil || own.Port() != port {
			return false
		}
		return own.Addr().IsUnspecified() || own.Addr().Unmap() == ip
	})
}
