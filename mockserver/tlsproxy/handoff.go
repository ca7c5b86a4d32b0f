package tlsproxy

import (
	"net"
	"sync"
)

// Handoff is a listener without a port: it accepts the connections that it is given.
type Handoff struct {
	given  chan net.Conn
	closed chan struct{}
	close  func()
	addr   net.Addr
}

// NewHandoff returns a listener with the address of another.
func NewHandoff(addr net.Addr) *Handoff {
	h := &Handoff{given: make(chan net.Conn), closed: make(chan struct{}), addr: addr}
	h.close = sync.OnceFunc(func() { close(h.closed) })
	return h
}

// Give passes a connection to the caller of Accept. It reports whether there was one; otherwise the
// connection is still the caller's.
func (h *Handoff) Give(c net.Conn) bool {
	select {
	case h.given <- c:
		return true
	case <-h.closed:
		return false
	}
}

// Accept implements net.Listener.
func (h *Handoff) Accept() (net.Conn, error) {
	select {
	case c := <-h.given:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *Handoff) Close() error {
	h.close()
	return nil
}

// Addr implements net.Listener.
func (h *Handoff) Addr() net.Addr { return h.addr }
