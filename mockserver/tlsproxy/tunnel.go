package tlsproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/surface"
)

// recordHandshake is the first byte that a client of TLS sends.
const recordHandshake = 22

// connect answers CONNECT.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	_, port, err := net.SplitHostPort(r.URL.Host)
	if err != nil || port == "" {
		admin.WriteProblem(w, http.StatusBadRequest, fmt.Sprintf("CONNECT wants HOST:PORT, not %q", r.URL.Host))
		return
	}
	name := surface.HostName(r.URL.Host)
	switch p.lead(name, port) {
	case toMock:
		p.tunnelToMock(w)
	case through:
		p.tunnelThrough(w, r, net.JoinHostPort(name, port))
	default:
		p.refuse(w, name, port)
	}
}

// takeOver turns the connection of a CONNECT into a tunnel.
func takeOver(w http.ResponseWriter) (net.Conn, *bufio.Reader, error) {
	conn, wire, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return conn, wire.Reader, nil
}

// tunnelToMock passes a tunnel to the mock's own servers: with TLS if it starts so.
func (p *Proxy) tunnelToMock(w http.ResponseWriter) {
	conn, reader, err := takeOver(w)
	if err != nil {
		return // the client has left
	}
	if !p.hold(conn) {
		p.letGo(conn)
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(p.Patience)) // reading it will report the error
	first, err := reader.Peek(1)
	p.mu.Lock()
	delete(p.tunnels, conn)
	p.mu.Unlock()
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	give := p.Plain
	if first[0] == recordHandshake {
		give = p.Secure
	}
	early, _ := reader.Peek(reader.Buffered())
	if !give(&tunnel{Conn: conn, early: early}) {
		_ = conn.Close()
	}
}

// tunnel is a connection whose first bytes have been read already.
type tunnel struct {
	net.Conn
	early []byte
}

// Read implements net.Conn.
func (t *tunnel) Read(b []byte) (int, error) {
	if len(t.early) == 0 {
		return t.Conn.Read(b)
	}
	n := copy(b, t.early)
	t.early = t.early[n:]
	return n, nil
}

// SetLinger sets what happens to unsent data when the connection is closed; see net.TCPConn.
func (t *tunnel) SetLinger(seconds int) error {
	if l, ok := t.Conn.(interface{ SetLinger(seconds int) error }); ok {
		return l.SetLinger(seconds)
	}
	return nil
}

// tunnelThrough leads a tunnel to a host beyond, and looks at nothing that goes through it.
func (p *Proxy) tunnelThrough(w http.ResponseWriter, r *http.Request, address string) {
	beyond, err := p.dial(r.Context(), "tcp", address)
	if err != nil {
		p.failed(w, address, err)
		return
	}
	defer p.letGo(beyond)
	conn, reader, err := takeOver(w)
	if err != nil {
		return // the client has left
	}
	defer p.letGo(conn)
	if !p.hold(beyond) || !p.hold(conn) {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(beyond, reader) // either side may leave at any time
		if half, ok := beyond.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
	})
	_, _ = io.Copy(conn, beyond)
	_ = conn.Close() // which ends the other direction
	up.Wait()
}
