package mockserver

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"oauthmock/mockserver/exchange"
)

// meter counts exchanges for GET /metrics, in Prometheus' text format. Every server has its own.
type meter struct {
	set *metrics.Set
	// known is replaced, never changed: rendering a name for each request, or locking a map, costs more than counting.
	known atomic.Pointer[map[series]counted]
	mu    sync.Mutex // held while known is replaced
}

type series struct {
	surface, operation string
	status             int
}

type counted struct {
	requests *metrics.Counter
	took     *metrics.Histogram
}

func newMeter(dropped func() uint64) *meter {
	m := &meter{set: metrics.NewSet()}
	m.set.NewGauge("oauthmock_journal_dropped_total", func() float64 { return float64(dropped()) })
	m.known.Store(&map[series]counted{})
	return m
}

func (m *meter) count(e *exchange.Exchange) {
	s := series{e.Surface, e.Operation, e.Response.Status}
	c, ok := (*m.known.Load())[s]
	if !ok {
		c = m.meet(s)
	}
	c.requests.Inc()
	if e.Fault != nil {
		m.set.GetOrCreateCounter(fmt.Sprintf("oauthmock_faults_total{kind=%q}", e.Fault.Kind)).Inc() // as many as there are effects
	}
	c.took.Update(e.Took.Seconds())
}

// meet begins to count a series. There are as many as operations and statuses.
func (m *meter) meet(s series) counted {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := counted{
		requests: m.set.GetOrCreateCounter(
			fmt.Sprintf("oauthmock_requests_total{surface=%q,operation=%q,status=\"%d\"}", s.surface, s.operation, s.status)),
		took: m.set.GetOrCreateHistogram(fmt.Sprintf("oauthmock_request_duration_seconds{surface=%q,operation=%q}", s.surface, s.operation)),
	}
	known := maps.Clone(*m.known.Load())
	known[s] = c
	m.known.Store(&known)
	return c
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
}
