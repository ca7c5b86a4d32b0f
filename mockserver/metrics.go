package mockserver

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"oauthmock/mockserver/exchange"
)

// meter counts exchanges for GET /metrics, in Prometheus' text format. Every server has its own.
type meter struct {
	set      *metrics.Set
	counters sync.Map // series → *metrics.Counter, because rendering a name for each request costs more than counting it
	took     sync.Map // operation → *metrics.Histogram
}

type series struct {
	surface, operation string
	status             int
}

func newMeter() *meter { return &meter{set: metrics.NewSet()} }

func (m *meter) count(e *exchange.Exchange) {
	s := series{e.Surface, e.Operation, e.Response.Status}
	counter, ok := m.counters.Load(s)
	if !ok {
		counter, _ = m.counters.LoadOrStore(s, m.set.GetOrCreateCounter(
			fmt.Sprintf("oauthmock_requests_total{surface=%q,operation=%q,status=\"%d\"}", s.surface, s.operation, s.status)))
	}
	counter.(*metrics.Counter).Inc()

	histogram, ok := m.took.Load(e.Operation)
	if !ok {
		histogram, _ = m.took.LoadOrStore(e.Operation, m.set.GetOrCreateHistogram(
			fmt.Sprintf("oauthmock_request_duration_seconds{operation=%q}", e.Operation)))
	}
	histogram.(*metrics.Histogram).Update(e.Took.Seconds())
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
}
