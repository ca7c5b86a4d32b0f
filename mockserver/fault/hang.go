package fault

import (
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// hang never answers: until the caller leaves, the rule is removed, the account is reset, the
// server stops, or its time is over. Then the connection ends without an answer (HTTP/1.1), or the
// stream with RST_STREAM (HTTP/2).
type hang struct{ most time.Duration }

func newHang(e Effect) (effect, error) {
	most, err := bound(e.Max, MaxDelay)
	return hang{most}, err
}

func (h hang) apply(f *Fault) sender {
	f.nothing()
	f.exchange.Fault.Delay = h.most
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		f.wait(r.Context(), h.most)
		abort(w, r, e)
	}
}
