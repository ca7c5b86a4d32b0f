package callback

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
)

// Bounds of what waits to be delivered, of all accounts together.
const (
	MaxPending      = 20_000
	MaxPendingBytes = 64 << 20
	// maxConcurrent is how many attempts are under way at once.
	maxConcurrent = 16
)

// DefaultTimeout is how long an attempt may take, as the vendor's page has it.
const DefaultTimeout = 30 * time.Second

// Accounts hold the callbacks. See account.Service.
type Accounts interface {
	PendingCallbacks(ctx context.Context, who account.Identity) (account.PendingCallbacks, error)
	BeginAttempt(ctx context.Context, who account.Identity) (account.Attempt, bool, error)
	FinishAttempt(ctx context.Context, a account.Attempt, o account.Outcome) (account.Event, bool, error)
	DropAttempt(ctx context.Context, a account.Attempt) error
	PostponeAttempt(ctx context.Context, a account.Attempt, by time.Duration) error
	HastenAttempt(ctx context.Context, a account.Attempt) error
}

// Config configures the delivery of callbacks.
type Config struct {
	Accounts Accounts
	// All lists the accounts.
	All func() []account.ID
	// Within returns a context that is done when the account is reset, restored or removed. Who no
	// longer needs it calls stop.
	Within func(ctx context.Context, id account.ID) (_ context.Context, stop func())
	// Record records attempts as delivered, and sends nothing.
	Record bool
	// Hosts beyond loopback may be called.
	Hosts []Host
	// Own are the addresses, as HOST:PORT, on which the mock listens. They are never called.
	Own func() []string
	// Resolver looks up the names of hosts; nil is the system's.
	Resolver *net.Resolver
	// Timeout bounds an attempt, in wall time.
	Timeout time.Duration
	// Real is the machine's time, NextID numbers the journal's records, and Done gets each attempt
	// that was made and must not keep it.
	Real   func() time.Time
	NextID func() uint64
	Done   func(*exchange.Exchange)
	// Fault decides what goes wrong with an attempt, and notes it in the exchange. See
	// fault.Book.Deliver.
	Fault func(*exchange.Exchange)
	Log   *slog.Logger
}

// Fired is an event of a callback.
type Fired struct {
	Account account.ID
	account.Event
}

// Sender delivers callbacks. It is safe for concurrent use, and has no goroutine while nothing is
// due.
type Sender struct {
	config Config
	guard  guard
	slots  chan struct{}
	alive  context.Context
	end    context.CancelFunc

	mu       sync.Mutex
	paused   bool
	lines    map[account.ID]*line
	reserved int
	refused  uint64
	counts   map[string]uint64 // attempts by event
	watches  map[*Watch]bool
	moved    chan struct{} // closed, and made again, whenever a line changes
	running  sync.WaitGroup
}

// line is the queue of one account.
type line struct {
	pending, bytes int
	timer          *time.Timer // until the next attempt is due; nil while attempts are made
	running        bool
	held           map[string]held // by the ID of the callback
}

// New creates a sender. It sends nothing before Start is called.
func New(config Config) *Sender {
	s := &Sender{
		config: config, guard: guard{hosts: config.Hosts, own: config.Own}, slots: make(chan struct{}, maxConcurrent), paused: true,
		lines: map[account.ID]*line{}, counts: map[string]uint64{}, watches: map[*Watch]bool{}, moved: make(chan struct{}),
	}
	s.alive, s.end = context.WithCancel(context.Background())
	return s
}

// Start starts sending what is due.
func (s *Sender) Start() {
	s.mu.Lock()
	s.paused = false
	s.mu.Unlock()
	s.Look("")
}

// Interrupt cuts off what is under way, and makes no further attempt. What was cut off is due as
// before.
func (s *Sender) Interrupt() {
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if l.timer != nil {
			l.timer.Stop()
		}
	}
	s.tell()
}

// Wait waits until nothing is under way. It is called after Interrupt.
func (s *Sender) Wait() { s.running.Wait() }

// Admit reserves a place in the queue for a callback; ok is false if the queue is full. release
// frees the place, once the callback is in the account and Look was called, or if there is no
// callback.
func (s *Sender) Admit() (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if pending, bytes := s.sum(); pending+s.reserved >= MaxPending || bytes >= MaxPendingBytes {
		s.refused++
		return nil, false
	}
	s.reserved++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reserved--
	}), true
}

// sum returns what all queues hold. The caller holds the lock.
func (s *Sender) sum() (pending, bytes int) {
	for _, l := range s.lines {
		pending += l.pending
		bytes += l.bytes
	}
	return pending, bytes
}

// Look looks what is due of an account, or of all for "": after a callback was begun, a clock
// moved, or an account replaced.
func (s *Sender) Look(id account.ID) {
	if id != "" {
		s.look(id)
		return
	}
	known := map[account.ID]bool{}
	for _, id := range s.config.All() {
		known[id] = true
		s.look(id)
	}
	s.mu.Lock()
	var gone []account.ID
	for id := range s.lines {
		if !known[id] {
			gone = append(gone, id)
		}
	}
	s.mu.Unlock()
	for _, id := range gone {
		s.look(id)
	}
}

func (s *Sender) look(id account.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Asked while the sender is locked, so that of two who look the later one knows more.
	// Transactions never wait for the sender.
	p, err := s.config.Accounts.PendingCallbacks(context.Background(), account.Identity{ID: id})
	l := s.lines[id]
	if l == nil {
		if err != nil || p.Count == 0 {
			return
		}
		l = &line{}
		s.lines[id] = l
	}
	defer s.tell()
	l.pending, l.bytes = p.Count, p.Bytes
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	switch {
	case l.running:
	case p.Count == 0:
		delete(s.lines, id)
	case s.paused || s.alive.Err() != nil:
	case p.Wait <= 0:
		l.running = true
		s.running.Go(func() { s.run(id) })
	default: // on a frozen clock it is looked again in vain
		l.timer = time.AfterFunc(p.Wait, func() { s.look(id) })
	}
}

// tell wakes the waiting goroutines. The caller holds the lock.
func (s *Sender) tell() {
	close(s.moved)
	s.moved = make(chan struct{})
}

// run makes the due attempts of an account, one after another.
func (s *Sender) run(id account.ID) {
	ctx, stop := s.config.Within(s.alive, id)
	for s.next(ctx, id) {
		continue
	}
	stop()
	s.mu.Lock()
	if l := s.lines[id]; l != nil {
		l.running = false
	}
	s.mu.Unlock()
	s.look(id)
}

// next makes the next attempt; it reports whether there was one.
func (s *Sender) next(ctx context.Context, id account.ID) bool {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return false
	}
	a, ok, err := s.config.Accounts.BeginAttempt(ctx, account.Identity{ID: id})
	if err != nil || !ok {
		return false
	}
	s.attempt(ctx, a)
	return true
}

// attempt makes an attempt and records its outcome.
func (s *Sender) attempt(ctx context.Context, a account.Attempt) {
	e := s.record(a)
	sent, err := prepare(a, e)
	if s.hold(ctx, a, e) {
		return
	}
	if err == nil {
		err = s.post(ctx, a, sent, e)
	}
	if ctx.Err() != nil { // cut off, so its outcome stays unknown
		_ = s.config.Accounts.DropAttempt(context.Background(), a) // it fails where the account is gone
		return
	}
	s.done(e, err)
	if e.Fault != nil && e.Fault.Kind == fault.Duplicate {
		s.repeat(ctx, a, sent, e)
	}
	outcome := account.Outcome{Code: e.Response.Status, Took: e.Took, Headers: sent.headers, Final: errors.Is(err, ErrForbidden)}
	if outcome.Final || errors.Is(err, errDropped) { // nothing was sent
		outcome.Headers = nil
	}
	event, ok, err := s.config.Accounts.FinishAttempt(context.Background(), a, outcome)
	if err != nil || !ok { // the life of the account to which the attempt belongs is over
		return
	}
	s.config.Log.Debug("callback", "account", a.Account.ID, "id", a.Callback.ID, "attempt", a.N, "status", e.Response.Status, "what", event.What)
	s.release(a)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[event.What]++
	if l := s.lines[a.Account.ID]; l != nil && event.What != account.CallbackFailed {
		l.pending--
		l.bytes -= a.Callback.Size
	}
	for w := range s.watches {
		if (w.id == "" || w.id == a.Account.ID) && len(w.fired) < maxWatched {
			w.fired = append(w.fired, Fired{a.Account.ID, event})
		}
	}
}

// record starts the record of an attempt.
func (s *Sender) record(a account.Attempt) *exchange.Exchange {
	return &exchange.Exchange{
		ID: s.config.NextID(), At: a.At, Began: s.config.Real(), Auth: "none", Account: a.Account.ID, Scope: a.Callback.Scope,
		Delivery: &exchange.Delivery{Callback: a.Callback.ID, Attempt: a.N},
	}
}

// done ends the record of an attempt, which went wrong for a reason, if any.
func (s *Sender) done(e *exchange.Exchange, err error) {
	e.Delivery.Error = why(err, s.config.Timeout)
	s.config.Done(e)
}

// repeat sends again what was sent. The outcome does not matter to the callback, and has a record
// of its own.
func (s *Sender) repeat(ctx context.Context, a account.Attempt, sent letter, first *exchange.Exchange) {
	e := s.record(a)
	e.Request, e.Fault = first.Request, first.Fault
	if err := s.post(ctx, a, sent, e); ctx.Err() == nil {
		s.done(e, err)
	}
}

// Stats are numbers about the queue.
type Stats struct {
	// Pending callbacks, about how many bytes they take, and how many calls were refused because
	// the queue was full.
	Pending, Bytes int
	Refused        uint64
	// Attempts by event: "callback.delivered", …
	Attempts map[string]uint64
}

// Stats returns the numbers at this moment.
func (s *Sender) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{Refused: s.refused, Attempts: maps.Clone(s.counts)}
	out.Pending, out.Bytes = s.sum()
	return out
}
