package fault

import (
	"net"
	"net/http"

	"oauthmock/mockserver/exchange"
)

// reset breaks the connection. On HTTP/1.1 the caller gets a TCP reset, on HTTP/2 an RST_STREAM for
// this call alone.
type reset struct{}

func newReset(Effect) (effect, error) { return reset{}, nil }

func (reset) apply(f *Fault) sender {
	f.nothing()
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil { // HTTP/2, or no connection at all
			abort(w, r, e)
		}
		if secure, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS would say goodbye
			conn = secure.NetConn()
		}
		// Without lingering the system discards what was not sent, and resets the connection.
		if c, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
			_ = c.SetLinger(0)
		}
		_ = conn.Close()
	}
}
