package admin

import (
	"context"
	_ "embed" // the description is part of the program
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/coverage"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/explain"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/world"
)

// Prefix of the control API.
const Prefix = "/__admin"

//go:embed openapi.json
var description []byte

// Config holds what the control API controls.
type Config struct {
	World *world.World
	// Callbacks delivers those of Accounts.
	Callbacks *callback.Sender
	Accounts  *account.Service
	Faults    *fault.Book
	Journal   *journal.Journal
	Redactor  *journal.Redactor // shows what the journal holds
	Surfaces  surface.Descriptions
	Explain   *explain.Explainer
	Coverage  *coverage.Recorder
	// Bodies, unless nil, bounds the bodies of all requests together, but for states and accounts,
	// which are read one at a time.
	Bodies *exchange.Bodies
	// Token, unless empty, is the bearer token that every request must carry.
	Token string
	Log   *slog.Logger
	// Save writes the state to its file; nil where the server keeps none.
	Save func(context.Context) error
	// Scenarios starts scenarios and returns from them.
	Scenarios Scenarios
	// Ticker, unless nil, replaces time.NewTicker for the pauses of streams; stop ends it.
	Ticker func(every time.Duration) (ticks <-chan time.Time, stop func())
}

// API is the control API. It is safe for concurrent use.
type API struct {
	Config
	engine    *gin.Engine
	listening atomic.Pointer[listening]
	loads     sync.Mutex   // held while a world is read: see load
	queued    atomic.Int64 // who waits for it
	// alive is done once the server stops; interrupt makes it so.
	alive     context.Context
	interrupt context.CancelFunc
}

// New creates the control API.
func New(config Config) *API {
	a := &API{Config: config, engine: gin.New()}
	a.alive, a.interrupt = context.WithCancel(context.Background())
	a.engine.RedirectTrailingSlash = false
	a.engine.HandleMethodNotAllowed = true
	a.engine.UseRawPath = true
	a.engine.Use(a.recover, a.guard, func(c *gin.Context) { c.Set(bodiesKey, a.Bodies) })
	for _, r := range a.routes() {
		a.engine.Handle(r.method, Prefix+r.path, a.serve(r))
	}
	a.engine.NoRoute(func(c *gin.Context) {
		write(c, problemf(http.StatusNotFound, "the control API has no such path; %s/openapi.json describes it", Prefix))
	})
	a.engine.NoMethod(func(c *gin.Context) {
		write(c, problemf(http.StatusMethodNotAllowed, "this path does not take %s, only %s", c.Request.Method, c.Writer.Header().Get("Allow")))
	})
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

type route struct {
	method, path string
	handle       func(c *gin.Context) (status int, answer any, err error)
	// query names the parameters that the route takes. Any other is refused: a misspelt ?account=
	// must not reset everything.
	query []string
}

// routes is the table of the control API, as openapi.json describes it.
func (a *API) routes() []route {
	return []route{
		{"GET", "/openapi.json", a.getDescription, nil},
		{"GET", "/openapi/:document", a.getDocument, nil},
		{"GET", "/endpoints", a.getEndpoints, nil},
		{"GET", "/scenarios", a.listScenarios, nil},
		{"PUT", "/scenario", a.beginScenario, nil},
		{"DELETE", "/scenario", a.leaveScenario, nil},
		{"GET", "/ca.pem", a.getCA, nil},
		{"POST", "/reset", a.reset, []string{"account"}},
		{"GET", "/clock", a.getClock, []string{"account"}},
		{"PUT", "/clock", a.putClock, []string{"account"}},
		{"POST", "/clock/advance", a.advanceClock, []string{"account"}},
		{"POST", "/accounts", a.createAccount, nil},
		{"GET", "/accounts", a.listAccounts, nil},
		{"GET", "/accounts/:id", a.getAccount, nil},
		{"PUT", "/accounts/:id", a.putAccount, nil},
		{"DELETE", "/accounts/:id", a.deleteAccount, nil},
		{"POST", "/accounts/:id/wallet", a.moveWallet, nil},
		{"POST", "/accounts/:id/callbacks", a.addCallback, nil},
		{"POST", "/accounts/:id/callbacks/:callback/retry", a.retryCallback, nil},
		{"POST", "/accounts/:id/clients", a.addClient, nil},
		{"DELETE", "/accounts/:id/clients/:client", a.deleteClient, nil},
		{"POST", "/accounts/:id/users", a.addUser, nil},
		{"DELETE", "/accounts/:id/users/:username", a.deleteUser, nil},
		{"GET", "/ratelimit", a.getRateLimit, []string{"account", "scope", "client"}},
		{"PUT", "/ratelimit", a.putRateLimit, []string{"account", "scope", "client"}},
		{"GET", "/autoapprove", a.getAutoApprove, nil},
		{"PUT", "/autoapprove", a.putAutoApprove, nil},
		{"GET", "/profiles", a.listProfiles, nil},
		{"GET", "/faults", a.listFaults, []string{"account"}},
		{"POST", "/faults", a.addFaults, []string{"account"}},
		{"DELETE", "/faults", a.clearFaults, []string{"account"}},
		{"GET", "/faults/:name", a.getFault, nil},
		{"PUT", "/faults/:name", a.putFault, nil},
		{"DELETE", "/faults/:name", a.deleteFault, nil},
		{"GET", "/requests", a.listRequests, filterQuery("after", "before", "limit", "format")},
		{"GET", "/requests/stream", a.streamRequests, filterQuery()},
		{"DELETE", "/requests", a.clearRequests, []string{"account"}},
		{"GET", "/requests/:id", a.getRequest, nil},
		{"POST", "/verify", a.verify, []string{"account"}},
		{"GET", "/coverage", a.getCoverage, []string{"account"}},
		{"DELETE", "/coverage", a.clearCoverage, []string{"account"}},
		{"GET", "/invariants", a.getInvariants, []string{"account"}},
		{"GET", "/state", a.getState, nil},
		{"PUT", "/state", a.putState, nil},
		{"POST", "/state/save", a.saveState, nil},
		{"GET", "/snapshots", a.listSnapshots, nil},
		{"GET", "/snapshots/:name", a.getSnapshot, nil},
		{"PUT", "/snapshots/:name", a.takeSnapshot, []string{"account"}},
		{"DELETE", "/snapshots/:name", a.deleteSnapshot, nil},
		{"POST", "/snapshots/:name/restore", a.restoreSnapshot, []string{"account"}},
	}
}

// list is every list of the control API.
type list[T any] struct {
	Items   []T    `json:"items"`
	Dropped uint64 `json:"dropped"`
}

func (a *API) getDescription(*gin.Context) (int, any, error) {
	return http.StatusOK, rawJSON(description), nil
}

func (a *API) reset(c *gin.Context) (int, any, error) {
	if id, one := accountOf(c); one {
		if err := a.World.ResetAccount(id); err != nil {
			return 0, nil, err
		}
		if err := a.Faults.ResetAccount(id); err != nil {
			return 0, nil, err
		}
		a.Journal.Clear(id)
		a.Coverage.Clear(id)
		return http.StatusNoContent, nil, nil
	}
	if err := a.World.Reset(); err != nil {
		return 0, nil, err
	}
	if err := a.Faults.Reset(); err != nil {
		return 0, nil, err
	}
	a.Journal.Clear("")
	a.Coverage.Clear("")
	return http.StatusNoContent, nil, nil
}
