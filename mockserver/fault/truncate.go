package fault

import (
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// truncate announces the whole answer, sends the first bytes of its body, and breaks off: the
// connection (HTTP/1.1), or the stream with RST_STREAM (HTTP/2).
type truncate struct{ bytes int }

// maxDamage bounds the bytes that effects send or make, so that a rule cannot fill the memory.
const maxDamage = 1 << 20

// breath is how long an HTTP/2 stream stays open after its last bytes, so that clients see them.
const breath = 20 * time.Millisecond

func newTruncate(e Effect) (effect, error) {
	n, err := bytesOf(e, 0, 0)
	return truncate{n}, err
}

// bytesOf reads the member "bytes", or what it is where it is left out.
func bytesOf(e Effect, otherwise, least int) (int, error) {
	if e.Bytes == nil {
		return otherwise, nil
	}
	if *e.Bytes < least || *e.Bytes > maxDamage {
		return 0, wrongf("bytes", "is %d; want %d to %d", *e.Bytes, least, maxDamage)
	}
	return *e.Bytes, nil
}

func (t truncate) apply(f *Fault) sender {
	r := &f.exchange.Response
	whole := len(r.Body)
	if t.bytes >= whole {
		whole = t.bytes + 1 // also an answer that is shorter breaks off
	}
	r.Body = r.Body[:min(t.bytes, len(r.Body))]
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		announce(w, e, whole)
		_, _ = w.Write(e.Response.Body)
		flush(w)
		if r.ProtoMajor >= 2 {
			// Many clients throw away what they have not handed on yet when the RST_STREAM comes.
			f.wait(r.Context(), breath)
		}
		abort(w, r, e)
	}
}
