package fault

import (
	"fmt"
	"net/http"
	"slices"

	"oauthmock/mockserver/exchange"
)

// malformedChunk breaks the framing of the body halfway. On HTTP/1.1 the answer is chunked, and the
// second chunk has a size that is not a number. HTTP/2 has no chunks: there the body is shorter
// than its Content-Length, which makes it malformed just so (RFC 9113, 8.1.1).
type malformedChunk struct{}

func newMalformedChunk(Effect) (effect, error) { return malformedChunk{}, nil }

func (malformedChunk) apply(f *Fault) sender {
	r := &f.exchange.Response
	whole := len(r.Body)
	r.Body = r.Body[:whole/2]
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		if r.ProtoMajor >= 2 {
			announce(w, e, max(whole, 1))
			_, _ = w.Write(e.Response.Body)
			return
		}
		conn, wire, err := http.NewResponseController(w).Hijack()
		if err != nil { // no connection at all
			abort(w, r, e)
		}
		defer conn.Close()
		e.Response.Header["Transfer-Encoding"] = []string{"chunked"}
		delete(e.Response.Header, "Content-Length")
		fmt.Fprintf(wire, "HTTP/1.1 %d %s\r\n", e.Response.Status, http.StatusText(e.Response.Status))
		_ = e.Response.Header.Write(wire)
		if len(e.Response.Body) > 0 {
			fmt.Fprintf(wire, "\r\n%x\r\n%s", len(e.Response.Body), e.Response.Body)
		}
		fmt.Fprintf(wire, "\r\nno size\r\n%s\r\n", slices.Repeat([]byte{'?'}, 16))
		_ = wire.Flush() // the caller may have left
	}
}
