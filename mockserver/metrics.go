package mockserver

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/exchange"
)

// meter counts exchanges for GET /metrics, in Prometheus' text format. Each server has its own.
type meter struct {
	requests, took, faults, dropped family
	callbacks, pending, refused     family
	// known is replaced as a whole, never modified: rendering a name for each request, or locking a
	// map, costs more than counting.
	known atomic.Pointer[map[series]counted]
	mu    sync.Mutex // held while known is replaced
}

// family holds all series of one metric. The set writes the series; the metric's help text precedes
// them.
type family struct {
	name, kind, help string
	set              *metrics.Set
}

type series struct {
	surface, operation string
	status             int
}

type counted struct {
	requests *metrics.Counter
	took     *metrics.PrometheusHistogram
}

// bounds returns the upper bounds of the histogram's buckets, in seconds. The mock answers within
// fractions of a millisecond; faults take seconds.
func bounds() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

func newMeter(dropped func() uint64, queue func() callback.Stats) *meter {
	m := &meter{
		requests: family{"oauthmock_requests_total", "counter", "Requests that were answered.", metrics.NewSet()},
		took:     family{"oauthmock_request_duration_seconds", "histogram", "How long answers took, without delays that a fault made.", metrics.NewSet()},
		faults:   family{"oauthmock_faults_total", "counter", "Calls, attempts to deliver callbacks, and TLS handshakes that went wrong on purpose.", metrics.NewSet()},
		dropped:  family{"oauthmock_journal_dropped_total", "counter", "Requests that the journal does not hold any more.", metrics.NewSet()},

		callbacks: family{"oauthmock_callbacks_total", "counter", "Attempts to deliver callbacks.", metrics.NewSet()},
		pending:   family{"oauthmock_callbacks_pending", "gauge", "Callbacks that wait for an attempt.", metrics.NewSet()},
		refused:   family{"oauthmock_callbacks_refused_total", "counter", "Calls that were refused because too many callbacks were pending.", metrics.NewSet()},
	}
	for _, what := range []string{account.CallbackDelivered, account.CallbackFailed, account.CallbackGivenUp} {
		m.callbacks.set.NewGauge(fmt.Sprintf("%s{outcome=%q}", m.callbacks.name, strings.TrimPrefix(what, "callback.")), func() float64 { return float64(queue().Attempts[what]) })
	}
	m.pending.set.NewGauge(m.pending.name, func() float64 { return float64(queue().Pending) })
	m.refused.set.NewGauge(m.refused.name, func() float64 { return float64(queue().Refused) })
	m.dropped.set.NewGauge(m.dropped.name, func() float64 { return float64(dropped()) })
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
	m.countFault(e)
	c.took.Update(e.Took.Seconds())
}

func (m *meter) countFault(e *exchange.Exchange) {
	if e.Fault != nil {
		m.countKind(e.Fault.Kind)
	}
}

// countKind counts a fault: of a call, a delivery, or a TLS handshake. There are as many kinds as
// effects.
func (m *meter) countKind(kind string) {
	m.faults.set.GetOrCreateCounter(fmt.Sprintf("%s{kind=%q}", m.faults.name, kind)).Inc()
}

// meet adds a series. There are at most as many as operations times statuses.
func (m *meter) meet(s series) counted {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := counted{
		requests: m.requests.set.GetOrCreateCounter(
			fmt.Sprintf("%s{surface=%q,operation=%q,status=\"%d\"}", m.requests.name, s.surface, s.operation, s.status)),
		took: m.took.set.GetOrCreatePrometheusHistogramExt(
			fmt.Sprintf("%s{surface=%q,operation=%q}", m.took.name, s.surface, s.operation), bounds()),
	}
	known := maps.Clone(*m.known.Load())
	known[s] = c
	m.known.Store(&known)
	return c
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, f := range []family{m.requests, m.took, m.faults, m.dropped, m.callbacks, m.pending, m.refused} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		f.set.WritePrometheus(w)
	}
}
