package fault

import (
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// dribble sends the body a few bytes at a time. What is left when its time is over comes at once.
type dribble struct {
	bytes          int
	interval, most time.Duration
}

func newDribble(e Effect) (effect, error) {
	d := dribble{interval: 100 * time.Millisecond}
	var err error
	if d.bytes, err = bytesOf(e, 1, 1); err != nil {
		return nil, err
	}
	if e.Interval != "" {
		if d.interval, err = within("interval", e.Interval, MaxDelay); err != nil {
			return nil, err
		}
	}
	d.most, err = bound(e.Max, MaxDelay)
	return d, err
}

func (d dribble) apply(f *Fault) sender {
	pieces := (len(f.exchange.Response.Body) + d.bytes - 1) / d.bytes
	f.exchange.Fault.Delay = min(d.most, d.interval*time.Duration(max(0, pieces-1)))
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		announce(w, e, len(e.Response.Body))
		rest, left := e.Response.Body, e.Fault.Delay
		for len(rest) > d.bytes && left > 0 {
			if _, err := w.Write(rest[:d.bytes]); err != nil {
				return
			}
			flush(w)
			rest = rest[d.bytes:]
			if !f.wait(r.Context(), d.interval) {
				abort(w, r, e)
			}
			left -= d.interval
		}
		_, _ = w.Write(rest) // the caller may have left
	}
}
