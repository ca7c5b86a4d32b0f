package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"oauthmock/conformance/contract"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// Target is the server to judge.
type Target struct {
	// Name for the report; default is BaseURL.
	Name string
	// BaseURL of the API, with a path where the API is not at the root. It is the address of
	// Surface, v2 by default.
	BaseURL string
	Surface string
	// Addresses are the base URLs of further surfaces by name. The control API may name missing
	// ones (GET /endpoints), on the host of BaseURL alone; scenarios of surfaces without an address
	// are skipped.
	Addresses map[string]string
	// AdminURL of the control API; "" means that there is none, and all scenarios share the account
	// below.
	AdminURL string
	// AdminToken is sent to the control API as Bearer, when it is not empty.
	AdminToken string
	// Email and APIKey of the account; needed where there is no control API.
	Email, APIKey string
	// SandboxAPIKey of the same e-mail; without it (and without a control API) sandbox scenarios
	// are skipped.
	SandboxAPIKey string
	// ClientID, ClientSecret and RedirectURI are those of an OAuth client, Username and Password
	// those of a user who may sign in at it. They are used if no control API provides some;
	// scenarios that need what is missing are skipped.
	ClientID, ClientSecret, RedirectURI string
	Username, Password                  string
	// AuthorizeCommand, when it is not empty, is a program with its arguments that takes an
	// authorization URL as one more argument, goes through the pages, and prints where the browser
	// was sent on its last line.
	AuthorizeCommand []string
	// CallbackURL is where the target sees this machine, with the port on which the suite then
	// receives callbacks; "" is loopback, which does for targets on this machine. CallbackTimeout
	// is how long the target waits for a receiver, 30 s where it is 0: scenarios that let it wait
	// are skipped where that is long. WrapReceiver, unless nil, comes between the target and the
	// receiver.
	CallbackURL     string
	CallbackTimeout time.Duration
	WrapReceiver    func(http.Handler) http.Handler
	// Clock is the clock of a target without a control API; nil means that of this machine.
	Clock Clock
	// Client sends the requests, when it is not nil. Its redirects and cookies are not used.
	Client *http.Client
	// StateHook is the address of the user's own way to reach states where there is no control API;
	// Provided are states, by name, that the user supplies.
	StateHook string
	Provided  map[string]string
	// Connection is how the target is reached where Client does not say.
	Connection Connection
	// Discovered is what Look found out, Sent how many requests that took, and Latency how many
	// seconds the target needed for an answer.
	Discovered []report.Discovered
	Sent       int
	Latency    float64
	// Stopped, unless empty, is why nothing can be judged; the report says so, and nothing is sent.
	Stopped string
	// InProcess means that Client reaches a server inside this process, so that writing is as
	// harmless as on loopback.
	InProcess bool
}

// Clock returns the time, and waits.
type Clock interface {
	Now() time.Time
	// Wait returns when so much time has passed, or with the context's error.
	Wait(ctx context.Context, d time.Duration) error
}

// machine is the clock of this machine.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

func (machine) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// surface is the name of the surface that BaseURL is the address of.
func (t Target) surface() string {
	return cmp.Or(t.Surface, contract.All()[0].Name)
}

// Options configure a run. The zero value runs nothing: Scenarios or Files must be given.
type Options struct {
	// Scenarios in the order in which they are reported.
	Scenarios []scenarios.Scenario
	// Files, when they are not nil, hold scenario files that are read with the documents of
	// Contracts, and reported after Scenarios.
	Files fs.FS
	// Contracts of APIs that are not the suite's own, which scenarios may call. Scenarios must have
	// been loaded with their documents.
	Contracts []contract.Contract
	// Surfaces, Tags and IDs choose among them; each empty list chooses all. An id that ends in "/"
	// chooses all below it.
	Surfaces, Tags, IDs []string
	// Level is "should" (the default: failed SHOULDs fail a scenario), "must" (they only warn) or
	// "observe" (what differs from choices that the documents leave open fails too: for servers
	// that mean to be like the mock).
	Level string
	// AllowWrites lets scenarios write on hosts that are not this machine.
	AllowWrites bool
	// ReadOnly sends nothing that writes, anywhere, and makes no accounts.
	ReadOnly bool
	// Production allows hosts of the provider that do not begin with "test.".
	Production bool
	// RequireControl judges nothing if no control API answers.
	RequireControl bool
	// Rate is how many requests are sent a second, at most; 0 for any number.
	Rate float64
	// MaxRequests bounds the requests of the whole run, discovery, control API and clean-up
	// included; 0 for any number. What it cuts off is INCONCLUSIVE.
	MaxRequests int
	// MaxSpend bounds the money that paid calls may take from the wallets of production accounts,
	// as a decimal number; "" for no bound.
	MaxSpend string
	// Journal keeps what the run makes, when it is not nil.
	Journal *Journal
	// Patience is how long one request may wait for a target that limits the rate of requests,
	// although nothing provoked it; default 3 minutes.
	Patience time.Duration
	// UserAgent is sent with every request; default "oauthconform".
	UserAgent string
	// Parallel is how many scenarios run at once; default 1. Without a control API those that
	// others could disturb run alone.
	Parallel int
	// Seed of the order and of ${nonce}; Shuffle runs the scenarios in an order drawn from it.
	Seed    uint64
	Shuffle bool
	// Timeout of each request, default 10 s.
	Timeout time.Duration
	// Baseline are the failures that are known: each becomes XFAIL, and what no longer fails XPASS.
	Baseline report.Baseline
	// Listener, when it is not nil, hears the events of the run as they happen.
	Listener report.Listener
}

// The levels of a run.
const (
	levelMust    = "must"
	levelShould  = "should"
	levelObserve = "observe"
)

const (
	defaultTimeout  = 10 * time.Second
	defaultPatience = 3 * time.Minute
)

func (o Options) withDefaults() (Options, error) {
	if o.Files != nil {
		var documents []*spec.Document
		for _, one := range o.Contracts {
			if one.Document != nil {
				documents = append(documents, one.Document)
			}
		}
		more, err := scenarios.Load(o.Files, documents...)
		if err != nil {
			return o, err
		}
		o.Scenarios, o.Files = slices.Concat(o.Scenarios, more), nil
	}
	if o.Level == "" {
		o.Level = levelShould
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Parallel == 0 {
		o.Parallel = 1
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	switch {
	case o.Level != levelMust && o.Level != levelShould && o.Level != levelObserve:
		return o, fmt.Errorf("level %q is unknown; it is must, should or observe", o.Level)
	case o.Timeout < 0:
		return o, fmt.Errorf("timeout %s is negative; give a duration such as 10s", o.Timeout)
	case o.Parallel < 0:
		return o, fmt.Errorf("parallel is %d; give 1 or more", o.Parallel)
	case o.Rate < 0 || o.MaxRequests < 0:
		return o, errors.New("a rate and a bound of requests must not be negative; 0 is for any number")
	}
	return o, nil
}

// parseBase reads a base URL, without the slash at its end.
func parseBase(what, text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("%s %q is not a URL such as http://127.0.0.1:8080", what, text)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%s must not hold a user, a query or a fragment", what)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// loopback reports whether the host is this machine, by name or number; no name is looked up.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// production reports whether a host is one of the provider's with real accounts.
func production(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.HasPrefix(host, "test.") {
		return false
	}
	return slices.ContainsFunc([]string{"openapi.com", "openapi.it", "altravia.com"}, func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

var errReadOnly = errors.New("a read-only run makes no accounts, so an e-mail and an API key are needed (--email and --api-key)")

var errNoCredentials = errors.New("there is no control API to make accounts with, so an e-mail and an API key are needed")
