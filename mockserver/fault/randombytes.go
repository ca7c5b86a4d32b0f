package fault

import (
	"encoding/binary"
	"math/rand/v2"
	"net/http"

	"oauthmock/mockserver/exchange"
)

// randomBytes sends rubbish. On HTTP/1.1 it replaces status line, headers and body, and the
// connection ends. On HTTP/2 that would affect all calls of the connection, so there it is the body
// of a 200.
type randomBytes struct{ bytes int }

func newRandomBytes(e Effect) (effect, error) {
	const otherwise = 256
	n, err := bytesOf(e, otherwise, 1)
	return randomBytes{n}, err
}

func (b randomBytes) apply(f *Fault) sender {
	f.nothing()
	rubbish := draw(f.chance(), b.bytes)
	rubbish[0] |= 0x80 // not a letter, so that no line begins like an answer
	r := &f.exchange.Response
	r.Body = rubbish
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		if r.ProtoMajor >= 2 {
			e.Response.Status = http.StatusOK
			e.Response.Header["Content-Type"] = []string{"application/json"}
			whole(w, r, e)
			return
		}
		conn, wire, err := http.NewResponseController(w).Hijack()
		if err != nil { // no connection at all
			abort(w, r, e)
		}
		defer conn.Close()
		_, _ = wire.Write(e.Response.Body) // the caller may have left
		_ = wire.Flush()
	}
}

// draw makes random bytes.
func draw(random *rand.Rand, n int) []byte {
	out := make([]byte, 0, n+8)
	for len(out) < n {
		out = binary.LittleEndian.AppendUint64(out, random.Uint64())
	}
	return out[:n]
}
