package fault

import (
	"net/http"

	"oauthmock/mockserver/exchange"
)

// empty answers nothing at all. On HTTP/1.1 the connection ends without a byte; HTTP/2 knows no
// answer without a status, so there it is a bare 200 without headers of the API and without a body.
type empty struct{}

func newEmpty(Effect) (effect, error) { return empty{}, nil }

func (empty) apply(f *Fault) sender {
	f.nothing()
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		if r.ProtoMajor < 2 {
			abort(w, r, e)
		}
		delete(w.Header(), "Content-Type")
		w.WriteHeader(http.StatusOK)
	}
}
