package mockserver

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/exchange"
)

// meter counts exchanges for GET /metrics, in Prometheus' text format. Each server has its own. It
// is safe for concurrent use.
type meter struct {
	dropped func() uint64
	queue   func() callback.Stats
	// known and faults are replaced as a whole, never modified: locking a map for each request
	// costs more than counting.
	known  atomic.Pointer[map[series]counted]
	faults atomic.Pointer[map[string]*atomic.Uint64]
	mu     sync.Mutex // held while one of them is replaced
}

// operation is what durations are told of.
type operation struct{ surface, name string }

type series struct {
	operation
	status int
}

type counted struct {
	requests *atomic.Uint64
	took     *durations // of all statuses of the operation
}

// durations is a histogram.
type durations struct {
	sum     atomic.Int64                   // in nanoseconds
	buckets [len(bounds) + 1]atomic.Uint64 // by upper bound; the last has none
}

// bounds are the upper bounds of the buckets of a duration. The mock answers in fractions of a
// millisecond; faults take seconds.
var bounds = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute,
}

func (d *durations) add(took time.Duration) {
	i := 0
	for i < len(bounds) && took > bounds[i] {
		i++
	}
	d.buckets[i].Add(1)
	d.sum.Add(int64(took))
}

func newMeter(dropped func() uint64, queue func() callback.Stats) *meter {
	m := &meter{dropped: dropped, queue: queue}
	m.known.Store(&map[series]counted{})
	m.faults.Store(&map[string]*atomic.Uint64{})
	return m
}

func (m *meter) count(e *exchange.Exchange) {
	s := series{operation{e.Surface, e.Operation}, e.Response.Status}
	c, ok := (*m.known.Load())[s]
	if !ok {
		c = m.meet(s)
	}
	c.requests.Add(1)
	m.countFault(e)
	c.took.add(e.Took)
}

func (m *meter) countFault(e *exchange.Exchange) {
	if e.Fault != nil {
		m.countKind(e.Fault.Kind)
	}
}

// countKind counts a fault: of a call, a delivery, or a TLS handshake. There are as many kinds as
// effects.
func (m *meter) countKind(kind string) {
	n, ok := (*m.faults.Load())[kind]
	if !ok {
		n = with(m, &m.faults, kind, func(map[string]*atomic.Uint64) *atomic.Uint64 { return new(atomic.Uint64) })
	}
	n.Add(1)
}

// meet adds a series. There are at most as many as operations times statuses.
func (m *meter) meet(s series) counted {
	return with(m, &m.known, s, func(known map[series]counted) counted {
		for other, c := range known {
			if other.operation == s.operation {
				return counted{new(atomic.Uint64), c.took}
			}
		}
		return counted{new(atomic.Uint64), new(durations)}
	})
}

// with replaces a map of the meter by one that has a key too, and returns what is under it.
func with[K comparable, V any](m *meter, in *atomic.Pointer[map[K]V], key K, create func(map[K]V) V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := *in.Load()
	if v, ok := known[key]; ok { // somebody else was quicker
		return v
	}
	known = maps.Clone(known)
	known[key] = create(known)
	in.Store(&known)
	return known[key]
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	const requests, took = "oauthmock_requests_total", "oauthmock_request_duration_seconds"
	const faults, callbacks = "oauthmock_faults_total", "oauthmock_callbacks_total"
	known, queue := *m.known.Load(), m.queue()
	all := slices.SortedFunc(maps.Keys(known), func(a, b series) int {
		return cmp.Or(strings.Compare(a.surface, b.surface), strings.Compare(a.name, b.name), cmp.Compare(a.status, b.status))
	})
	begin(w, requests, "counter", "Requests that were answered.")
	for _, s := range all {
		fmt.Fprintf(w, "%s{surface=%q,operation=%q,status=\"%d\"} %d\n", requests, s.surface, s.name, s.status, known[s].requests.Load())
	}
	begin(w, took, "histogram", "How long answers took, without delays that a fault made.")
	for i, s := range all {
		if i == 0 || all[i-1].operation != s.operation {
			known[s].took.write(w, took, fmt.Sprintf("surface=%q,operation=%q", s.surface, s.name))
		}
	}
	begin(w, faults, "counter", "Calls, attempts to deliver callbacks, and TLS handshakes that went wrong on purpose.")
	wrong := *m.faults.Load()
	for _, kind := range slices.Sorted(maps.Keys(wrong)) {
		fmt.Fprintf(w, "%s{kind=%q} %d\n", faults, kind, wrong[kind].Load())
	}
	one := func(name, kind, help string, value any) {
		begin(w, name, kind, help)
		fmt.Fprintf(w, "%s %d\n", name, value)
	}
	one("oauthmock_journal_dropped_total", "counter", "Requests that the journal does not hold any more.", m.dropped())
	begin(w, callbacks, "counter", "Attempts to deliver callbacks.")
	for _, what := range []string{account.CallbackDelivered, account.CallbackFailed, account.CallbackGivenUp} {
		fmt.Fprintf(w, "%s{outcome=%q} %d\n", callbacks, strings.TrimPrefix(what, "callback."), queue.Attempts[what])
	}
	one("oauthmock_callbacks_pending", "gauge", "Callbacks that wait for an attempt.", queue.Pending)
	one("oauthmock_callbacks_refused_total", "counter", "Calls that were refused because too many callbacks were pending.", queue.Refused)
}

func begin(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// write writes the histogram: a line for each bucket with what is in it and all before it.
func (d *durations) write(w io.Writer, name, labels string) {
	var n uint64
	for i := range d.buckets {
		n += d.buckets[i].Load()
		le := "+Inf"
		if i < len(bounds) {
			le = fmt.Sprint(bounds[i].Seconds())
		}
		fmt.Fprintf(w, "%s_bucket{%s,le=%q} %d\n", name, labels, le, n)
	}
	fmt.Fprintf(w, "%s_sum{%s} %v\n%s_count{%s} %d\n", name, labels, time.Duration(d.sum.Load()).Seconds(), name, labels, n)
}
