package mockserver

import (
	"context"
	"log/slog"
	"net/http"
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
	api       http.Handler // the surfaces, behind the exchange
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
	reloading sync.Mutex // held by Reload, so that of two that come at once one is whole
	started   []Option   // what New or the last Reload was given; reloading guards it
	saving    turns      // of SaveState
}

// largestBodies bounds the bodies of all requests that are read at once, in bytes: with --max-body
// as it is, of 64 requests.
const largestBodies = 64 << 20

// New wires a server: this function is the map of which part talks to which.
func New(options ...Option) (*Server, error) {
	c, err := configure(options)
	if err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode) // else gin prints its routes on standard output

	// Who exists, where they are kept, and what time it is for them.
	serverClock := clock.New(clock.Real)
	past := fault.NewPast()
	accounts := stage{store.NewMemory(), past}
	everybody, err := world.New(world.Config{
		Fixtures: c.fixtures, Services: c.sold(), Clock: serverClock, Store: accounts, Start: c.start, Frozen: c.isFrozen(), Seed: c.seed,
		RateLimit: c.rateLimit(), AutoApprove: c.approve, Retention: c.retention,
	})
	if err != nil {
		return nil, err
	}

	// What they may do, the surfaces on which they ask for it, and what goes wrong for them.
	service := account.NewService(accounts, serverClock, everybody.RateLimit)
	c.live = new(atomic.Pointer[services.Documents])
	c.live.Store(&c.documents)
	s := &Server{started: options}
	front := &exchange.Handler{}
	requests, redactor := c.journal(), journal.NewRedactor(everybody.Secret, c.adminToken)
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

	// What is remembered of every request.
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
	if s.state == nil { // else once it is known where the mock listens, which is never called
		callbacks.Start()
	}
	return s, nil
}

// refusals returns the refusals table. It is read when a call is refused for the first time, which
// no start waits for; a program whose embedded table cannot be read does not pass its tests.
func refusals() *spec.Table {
	table, err := spec.Refusals()
	if err != nil {
		panic(err)
	}
	return table
}

// journal makes the journal, which logs when it begins to forget.
func (c *config) journal() *journal.Journal {
	book := journal.New(c.entries, c.bytes)
	book.WhenDropping(func(dropped uint64) {
		c.log.Warn("the journal is full and drops its oldest entries: it can have more room, or be cleared",
			"dropped", dropped, "entries", c.entries, "bytes", c.bytes)
	})
	return book
}

// Interrupt ends the requests to the control API that wait for what may never come, such as streams
// of the journal, the delays of faults, and the delivery of callbacks, now and from now on. A web
// server that stops calls it (http.Server.RegisterOnShutdown), because it would wait for them.
func (s *Server) Interrupt() {
	s.admin.Interrupt()
	s.faults.Interrupt()
	s.callbacks.Interrupt()
}

// Accounts are the IDs of all accounts, in the order in which they came.
func (s *Server) Accounts() []account.ID { return s.world.Accounts() }

// Who returns who an account is: its credentials, OAuth clients and users, and nothing of what it
// has or did.
func (s *Server) Who(ctx context.Context, id account.ID) (fixtures.Account, error) {
	who, err := s.world.Summary(ctx, id)
	if err == nil {
		who.Clients, who.Users, err = s.world.Registered(ctx, id)
	}
	return who, err
}

// Journal returns the record of requests.
func (s *Server) Journal() *journal.Journal { return s.journal }

// Redactor shows what the journal holds, with fingerprints in place of credentials.
func (s *Server) Redactor() *journal.Redactor { return s.redactor }
