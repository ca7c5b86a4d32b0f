package mockserver

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/rs/cors"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/clock"
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
	"oauthmock/mockserver/surface/services/document"
	"oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/world"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// Defaults of what can be configured.
const (
	DefaultFixtures  = "demo"
	DefaultSeed      = 1
	DefaultRateLimit = 10_000 // requests a minute and account (v2 product page)
	DefaultMaxBody   = 1 << 20

	DefaultJournalEntries = 10_000
	DefaultJournalBytes   = 32 << 20
)

// Option changes how a server begins.
type Option func(*config) error

type config struct {
	fixtures   world.Source
	seed       uint64
	start      time.Time
	frozen     *bool // nil: as the scenario says, or running
	shape      v2.TokenShape
	root       string
	limit      *account.RateLimit // nil: the default
	adminToken string
	maxBody    int64
	origins    []string
	strict     bool
	entries    int
	bytes      int64
	open       bool
	state      *statefile.File
	log        *slog.Logger
	retention  account.Retention
	forwarded  bool
	documents  services.Documents
	warnings   map[string][]document.Warning
	scenario   *scenarios.Scenario
	scene      *scene.Scene // made of the scenario and the options above

	faults, chaos []fault.Rule
	faultFiles    []string
	hideFaults    bool
}

// Named makes an option say by what name it was given when it refuses: a flag, for example.
func Named(name string, option Option) Option {
	return func(c *config) error {
		if err := option(c); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
}

// WithFixtures chooses who exists: a world by its name ("demo", "empty"), a generated one ("generated:seed=7,tokens=1000"), or a file.
// Files are read once; generated worlds are made again whenever a reset needs them, and not kept.
func WithFixtures(name string) Option {
	return func(c *config) error {
		if strings.HasPrefix(name, fixtures.GeneratedPrefix) {
			s, err := fixtures.ParseSpec(name)
			c.fixtures = func() (*fixtures.World, error) { return fixtures.Generate(s) }
			return err
		}
		f, err := fixtures.Open(name)
		c.fixtures = world.Static(f)
		return err
	}
}

// WithWorld chooses who exists.
func WithWorld(w *fixtures.World) Option {
	return func(c *config) error {
		c.fixtures = world.Static(w)
		return w.Validate()
	}
}

// WithSeed sets the seed of everything that is drawn.
func WithSeed(seed uint64) Option {
	return func(c *config) error { c.seed = seed; return nil }
}

// WithClock sets where the clock begins; the zero time is the machine's.
func WithClock(start time.Time) Option {
	return func(c *config) error {
		c.start = start.UTC()
		return clock.Check(start)
	}
}

// WithFrozenClock makes the clock stand still until somebody moves it.
func WithFrozenClock() Option {
	return func(c *config) error { c.frozen = new(true); return nil }
}

// WithTokenShape says how single tokens are sent: "both", "data" or "flat".
func WithTokenShape(shape string) Option {
	return func(c *config) error {
		c.shape = v2.TokenShape(shape)
		switch c.shape {
		case v2.Both, v2.Data, v2.Flat:
			return nil
		}
		return fmt.Errorf("the token shape is %q; want both, data or flat", shape)
	}
}

// WithRootSurface says which surface stands at "/" on hosts that are not the provider's: "v2" or "v1". With v1 at the
// root, v2 stands under /__v2/.
func WithRootSurface(name string) Option {
	return func(c *config) error {
		c.root = name
		if name != "v2" && name != "v1" {
			return fmt.Errorf("the root surface is %q; want v2 or v1", name)
		}
		return nil
	}
}

// WithRateLimit sets how many requests an account may make in a minute; 0 is no limit.
func WithRateLimit(perMinute int64) Option {
	return func(c *config) error {
		if perMinute < 0 {
			return fmt.Errorf("the rate limit is %d; want a number of requests a minute, or 0 for none", perMinute)
		}
		c.limit = &account.RateLimit{Limit: perMinute, Window: time.Minute, Enabled: perMinute > 0}
		return nil
	}
}

// WithAdminToken makes the control API ask for a bearer token.
func WithAdminToken(token string) Option {
	return func(c *config) error { c.adminToken = token; return nil }
}

// WithMaxBody bounds request bodies, in bytes; larger ones are answered 413.
func WithMaxBody(bytes int64) Option {
	return func(c *config) error {
		if bytes < 1 {
			return fmt.Errorf("the largest body is %d bytes; want 1 or more", bytes)
		}
		c.maxBody = bytes
		return nil
	}
}

// WithCORS lets web pages of these origins ("https://app.example.com", or "*" for all) call the API, though not the control API. Preflight requests are answered here: they count under no operation and stand in no journal.
func WithCORS(origins ...string) Option {
	return func(c *config) error {
		for _, origin := range origins {
			u, err := url.Parse(origin)
			if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host) {
				return fmt.Errorf("%q is no origin; want a scheme with a host, such as https://app.example.com, or *", origin)
			}
		}
		c.origins = origins
		return nil
	}
}

// WithStrictRequests refuses requests that the published document forbids, with 400 or 415, and says what was wrong. (What the document
// only does not know is let through.)
func WithStrictRequests() Option {
	return func(c *config) error { c.strict = true; return nil }
}

// WithJournal bounds the journal: it keeps the newest exchanges, at most so many, which together take about so many bytes of memory. What
// is dropped is counted. (The newest one is always kept, whatever its size.)
func WithJournal(entries int, bytes int64) Option {
	return func(c *config) error {
		if entries < 1 || bytes < 1 {
			return fmt.Errorf("the journal is bounded to %d entries and %d bytes; want 1 or more of each", entries, bytes)
		}
		c.entries, c.bytes = entries, bytes
		return nil
	}
}

// WithLog sends the server's log somewhere; the default is nowhere.
func WithLog(log *slog.Logger) Option {
	return func(c *config) error { c.log = log; return nil }
}

// Server is one mock. It is safe for concurrent use.
type Server struct {
	api     http.Handler // the surfaces, behind the exchange
	router  *surface.Router
	admin   *admin.API
	meter   *meter
	journal *journal.Journal
	world   *world.World
	faults  *fault.Book
	state   *statefile.File // nil keeps none
	scene   atomic.Pointer[scene.Scene]
	// reloading is held by Reload, so that of two that come at once one is whole.
	reloading sync.Mutex
	saving    sync.Mutex
}

// configure reads options.
func configure(options []Option) (*config, error) {
	c := &config{
		seed: DefaultSeed, shape: v2.Both, root: v2.Name, maxBody: DefaultMaxBody, log: slog.New(slog.DiscardHandler),
		entries: DefaultJournalEntries, bytes: DefaultJournalBytes,
	}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	if err := c.set(); err != nil {
		return nil, err
	}
	if c.fixtures == nil {
		named, err := fixtures.Named(DefaultFixtures)
		if err != nil {
			return nil, err
		}
		c.fixtures = world.Static(named)
	}
	return c, nil
}

// New wires a server: this function is the map of which part talks to which.
func New(options ...Option) (*Server, error) {
	c, err := configure(options)
	if err != nil {
		return nil, err
	}
	refusals, err := spec.Refusals()
	if err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode) // else gin prints its routes on standard output

	serverClock := clock.New(clock.Real)
	past := fault.NewPast()
	accounts := stage{store.NewMemory(), past}
	everybody, err := world.New(world.Config{
		Fixtures: c.fixtures, Clock: serverClock, Store: accounts, Start: c.start, Frozen: c.isFrozen(), Seed: c.seed, RateLimit: c.rateLimit(),
		Retention: c.retention, Services: c.sold(),
	})
	if err != nil {
		return nil, err
	}
	faults, err := c.bookOf(fault.Config{World: everybody, Past: past})
	if err != nil {
		return nil, err
	}
	service := account.NewService(accounts, serverClock, everybody.RateLimit)
	book := journal.New(c.entries, c.bytes)
	book.WhenDropping(func(dropped uint64) {
		c.log.Warn("the journal is full and drops its oldest entries: it can have more room, or be cleared", "dropped", dropped, "entries", c.entries, "bytes", c.bytes)
	})
	meter := newMeter(book.Dropped)
	met := coverage.New()

	document := explain.NewDocument(documented())
	var violations func(*exchange.Exchange) []spec.Violation
	if c.strict {
		if err := document.Load(); err != nil {
			return nil, err
		}
		violations = document.Violations
	}
	mount := func(accounts v2.Accounts) surface.Mount {
		m := surface.Mount{Name: v2.Name, Handler: v2.New(accounts, refusals, v2.Config{Shape: c.shape, Violations: violations, Faults: faults, Log: c.log}), Hosts: surface.HostsV2()}
		if c.root == "v1" {
			m.Prefix = "/__v2"
		}
		return m
	}
	mounts := []surface.Mount{mount(service)}
	if c.open {
		mounts = opened(door{Service: service, world: everybody, log: c.log}, mount)
	}
	mounts = append(mounts, c.paid(service, everybody, refusals, faults))
	c.tellDocuments()
	router := surface.NewRouter(http.HandlerFunc(noSurface), mounts...)
	done := func(e *exchange.Exchange) {
		book.Add(e)
		meter.count(e)
		met.Count(e)
	}
	s := &Server{
		api:    crossOrigin(c.origins, &exchange.Handler{Next: router, Clock: serverClock, Real: clock.Real, MaxBody: c.maxBody, Done: done, Forwarded: c.forwarded}),
		router: router, meter: meter, journal: book, world: everybody, faults: faults, state: c.state,
	}
	s.scene.Store(c.scene)
	s.admin = admin.New(admin.Config{World: everybody, Faults: faults, Journal: book, Explain: &explain.Explainer{Directory: everybody, Document: document}, Coverage: met, Token: c.adminToken, Log: c.log, Save: s.saver()})
	if err := s.resume(); err != nil {
		return nil, err
	}
	return s, nil
}

// documented are the operations of all surfaces.
func documented() []explain.Operation {
	var out []explain.Operation
	for _, o := range v2.Operations() {
		out = append(out, explain.Operation(o))
	}
	return out
}

// Interrupt ends the requests to the control API that wait for what may never come, such as streams of the journal, and the delays of faults,
// now and from now on. A web server that stops calls it (http.Server.RegisterOnShutdown), because it would wait for them.
func (s *Server) Interrupt() {
	s.admin.Interrupt()
	s.faults.Interrupt()
}

// Handler answers everything: the API, health and metrics, and the control API.
func (s *Server) Handler() http.Handler { return handler{s, true} }

// APIHandler answers the API, health and metrics; the control API is elsewhere (AdminHandler).
func (s *Server) APIHandler() http.Handler { return handler{s, false} }

// AdminHandler answers the control API alone.
func (s *Server) AdminHandler() http.Handler { return s.admin }

type handler struct {
	*Server
	withAdmin bool
}

// ServeHTTP sends a request to the room that answers it: the control API wins over every surface; health and metrics yield on
// the provider's own hosts.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == admin.Prefix || strings.HasPrefix(path, admin.Prefix+"/") {
		if h.withAdmin {
			h.admin.ServeHTTP(w, r)
		} else {
			noSurface(w, r)
		}
		return
	}
	switch path {
	case "/healthz", "/readyz", "/metrics":
		if h.router.Provider(r.Host) {
			break
		}
		if path == "/metrics" {
			readOnly(h.meter.ServeHTTP, w, r)
		} else {
			readOnly(health, w, r)
		}
		return
	}
	h.api.ServeHTTP(w, r)
}

// crossOrigin lets web pages of some origins call a handler.
func crossOrigin(origins []string, h http.Handler) http.Handler {
	if len(origins) == 0 {
		return h
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins, AllowedHeaders: []string{"*"},
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete},
		ExposedHeaders: []string{"X-Mock-Charge", "X-Mock-Fault", "X-Mock-Paid-By", "X-Mock-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"},
	}).Handler(h)
}

// readOnly lets h answer GET and HEAD.
func readOnly(h http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		h(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Allow", "GET, HEAD")
	w.WriteHeader(http.StatusMethodNotAllowed)
	_, _ = io.WriteString(w, `{"success":false,"message":"Method Not Allowed","error":405,"data":null}`)
}

// health says that the server answers. It is ready as soon as it answers, because New has loaded everything.
func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"ok"}`+"\n")
}

// noSurface answers where no surface stands, in the form that all surfaces of the provider have.
func noSurface(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, `{"success":false,"message":"Not Found","error":404,"data":null}`)
}

// Accounts are the IDs of all accounts, in the order in which they came.
func (s *Server) Accounts() []account.ID { return s.world.Accounts() }
