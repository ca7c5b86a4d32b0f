package mockserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/console"
	"oauthmock/mockserver/coverage"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/explain"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/scene"
	"oauthmock/mockserver/statefile"
	"oauthmock/mockserver/store"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/services"
	"oauthmock/mockserver/world"
	"oauthmock/spec"
)

// Server is one mock. It is safe for concurrent use.
type Server struct {
	api       http.Handler // the surfaces, behind the front end
	router    *surface.Router
	admin     *admin.API
	console   *console.Console
	meter     *meter
	journal   *journal.Journal
	redactor  *journal.Redactor
	world     *world.World
	faults    *fault.Book
	callbacks *callback.Sender
	state     *statefile.File // nil keeps none
	scene     atomic.Pointer[scene.Scene]
	documents *atomic.Pointer[services.Documents]
	log       *slog.Logger
	reloading sync.Mutex // held by Reload, so that two concurrent calls do not mix
	started   []Option   // the options of New or of the last Reload; guarded by reloading
	saving    turns      // of SaveState
}

// largestBodies bounds the request bodies that are in memory at once, in bytes: 64 requests' worth
// with the default of --max-body.
const largestBodies = 64 << 20

// New wires a server: it is the map of which part talks to which.
func New(options ...Option) (*Server, error) {
	c, err := configure(options)
	if err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode) // otherwise gin prints its routes on standard output

	// The accounts, where they are kept, and their time.
	serverClock := clock.New(clock.Real)
	past := fault.NewPast()
	accounts := faultStore{store.NewMemory(), past}
	everybody, err := world.New(world.Config{
		Fixtures: c.fixtures, Services: c.sold(), Clock: serverClock, Store: accounts, Start: c.start, Frozen: c.isFrozen(), Seed: c.seed,
		RateLimit: c.rateLimit(), AutoApprove: c.approve, Retention: c.retention,
	})
	if err != nil {
		return nil, err
	}

	// What accounts may do, the surfaces that serve them, and the faults.
	service := account.NewService(accounts, serverClock, everybody.RateLimit)
	c.live = new(atomic.Pointer[services.Documents])
	c.live.Store(&c.documents)
	s := &Server{started: options}
	front := &exchange.Handler{}
	given := []func(word string) bool{everybody.Secret}
	requests, redactor := c.journal(), journal.NewRedactor(func(word string) bool {
		return slices.ContainsFunc(given, func(is func(string) bool) bool { return is(word) })
	}, func() []string {
		if c.adminToken == "" {
			return everybody.Phrases()
		}
		return append(slices.Clip(everybody.Phrases()), c.adminToken)
	})
	callbacks := callback.New(callback.Config{
		Accounts: service, All: everybody.Accounts, Within: everybody.Within, Record: c.callbacks.record, Hosts: c.callbacks.hosts, Timeout: c.callbacks.timeout,
		Own: s.listening, Real: clock.Real, NextID: front.NextID, Log: c.log,
		Fault: func(e *exchange.Exchange) { s.faults.Deliver(e) },
		Done: func(e *exchange.Exchange) {
			requests.Add(e)
			s.meter.countFault(e)
		},
	})
	everybody.OnChange(callbacks.Look)
	apis, err := c.apis(service, everybody, callbacks)
	if err != nil {
		return nil, err
	}
	for _, api := range apis {
		if api.Secret != nil {
			given = append(given, api.Secret)
		}
	}
	surfaces := describe(apis)
	meter := newMeter(requests.Dropped, callbacks.Stats)
	faults, err := c.faultBook(fault.Config{World: everybody, Past: past, Known: fault.Known{Codes: knownCode(), Names: surfaces.Names()}, Handshaken: meter.countKind})
	if err != nil {
		return nil, err
	}
	router, err := surface.NewRouter(surface.Config{Table: refusals, Faults: faults, Strict: c.strict, Log: c.log}, apis...)
	if err != nil {
		return nil, err
	}

	// What is recorded of every request.
	met := coverage.New(surfaces)
	done := func(e *exchange.Exchange) {
		requests.Add(e)
		meter.count(e)
		met.Count(e)
	}

	// HTTP front end. API requests are recorded as exchanges; the control API can reach everything
	// else.
	s.router, s.meter, s.journal, s.redactor, s.world, s.faults, s.callbacks, s.state, s.documents, s.log = router, meter, requests, redactor, everybody, faults, callbacks, c.state, c.live, c.log
	s.scene.Store(c.scene)
	bodies := exchange.NewBodies(max(largestBodies, 4*c.maxBody))
	front.Bodies = bodies
	front.Next, front.Clock, front.Real, front.MaxBody, front.Forwarded, front.Done = router, serverClock, clock.Real, c.maxBody, c.forwarded, done
	s.api = crossOrigin(c.origins, front)
	s.admin = admin.New(admin.Config{
		World: everybody, Callbacks: callbacks, Accounts: service, Faults: faults, Journal: requests, Redactor: redactor, Coverage: met, Surfaces: surfaces,
		Explain: &explain.Explainer{Directory: everybody, Surfaces: surfaces, Requests: requests},
		Bodies:  bodies, Token: c.adminToken, Save: s.saver(), Scenarios: developed{s}, Log: c.log,
	})
	s.console = console.New(console.Config{API: s.admin, Cookie: admin.Cookie})
	c.tellDocuments()
	if err := s.resume(context.Background()); err != nil {
		return nil, err
	}
	if s.state == nil { // with a state file, Listen starts them
		callbacks.Start()
	}
	return s, nil
}

// refusals returns the refusals table. It is read when a call is refused for the first time, so
// that no start waits for it; a test reads the embedded table.
func refusals() *spec.Table {
	table, err := spec.Refusals()
	if err != nil {
		panic(err)
	}
	return table
}

// journal creates the journal, which logs when it starts to drop entries.
func (c *config) journal() *journal.Journal {
	book := journal.New(c.entries, c.bytes)
	book.WhenDropping(func(dropped uint64) {
		c.log.Warn("the journal is full and drops its oldest entries: it can have more room, or be cleared",
			"dropped", dropped, "entries", c.entries, "bytes", c.bytes)
	})
	return book
}

// Interrupt ends, now and from now on, everything that may wait without end: streams of the journal
// and other waiting requests to the control API, delays of faults, and deliveries of callbacks.
// Register it with http.Server.RegisterOnShutdown, because a shutdown waits for active requests.
func (s *Server) Interrupt() {
	s.admin.Interrupt()
	s.faults.Interrupt()
	s.callbacks.Interrupt()
}

// Accounts returns the IDs of all accounts, in order of creation.
func (s *Server) Accounts() []account.ID { return s.world.Accounts() }

// Who returns the identity of an account: its credentials, OAuth clients and users, without its
// state.
func (s *Server) Who(ctx context.Context, id account.ID) (fixtures.Account, error) {
	who, err := s.world.Summary(ctx, id)
	if err == nil {
		who.Clients, who.Users, err = s.world.Registered(ctx, id)
	}
	return who, err
}

// Journal returns the server's journal.
func (s *Server) Journal() *journal.Journal { return s.journal }

// Redactor returns the redactor that renders journal entries with fingerprints instead of
// credentials.
func (s *Server) Redactor() *journal.Redactor { return s.redactor }
