package mockserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/scene"
	"oauthmock/mockserver/statefile"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/clientcred"
	"oauthmock/mockserver/surface/services"
	"oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/world"
	"oauthmock/scenarios"
)

// Defaults of the options.
const (
	DefaultFixtures  = "demo"
	DefaultSeed      = 1
	DefaultRateLimit = 10_000 // requests per minute and account (v2 product page)
	DefaultMaxBody   = 1 << 20

	DefaultJournalEntries = 10_000
	DefaultJournalBytes   = 32 << 20
)

// Option configures a server.
type Option func(*config) error

// config is what the options configured.
type config struct {
	fixtures world.Source
	scenario *scenarios.Scenario
	scene    *scene.Scene // derived from the scenario and the other options
	seed     uint64
	start    time.Time
	frozen   *bool              // nil: as the scenario says, or running
	limit    *account.RateLimit // nil: the default
	open     bool
	approve  world.AutoApprove
	state    *statefile.File

	shape     v2.TokenShape
	envelope  v2.Envelope
	granted   clientcred.Shape
	root      string
	extra     []surface.Surface
	hosts     []providerHost
	named     string // the name of the option being applied, see Named
	strict    bool
	maxBody   int64
	origins   []string
	forwarded bool

	documents services.Documents
	live      *atomic.Pointer[services.Documents] // the documents in force, see Reload
	warnings  map[string][]openapi.Warning        // by domain, of documents
	retention account.Retention

	faults, chaos []fault.Rule
	faultFiles    []string
	hideFaults    bool

	callbacks  callbackConfig
	adminToken string
	entries    int   // of the journal
	bytes      int64 // of the journal
	log        *slog.Logger
}

// configure applies options.
func configure(options []Option) (*config, error) {
	c := &config{
		seed: DefaultSeed, granted: clientcred.Wrapped, root: v2.Name, maxBody: DefaultMaxBody, log: slog.New(slog.DiscardHandler),
		entries: DefaultJournalEntries, bytes: DefaultJournalBytes, callbacks: callbackConfig{timeout: callback.DefaultTimeout},
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

// Named makes an option report errors under a name, such as that of a flag.
func Named(name string, option Option) Option {
	return func(c *config) error {
		c.named = name
		defer func() { c.named = "" }()
		if err := option(c); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
}

// WithFixtures selects the accounts to start with: a world by its name ("demo", "empty"), a
// generated one ("generated:seed=7,tokens=1000"), or a file. Files are read once; generated worlds
// are not kept, but generated again when a reset needs them.
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

// WithWorld sets the accounts to start with.
func WithWorld(w *fixtures.World) Option {
	return func(c *config) error {
		c.fixtures = world.Static(w)
		return w.Validate()
	}
}

// WithSeed sets the seed of all random values.
func WithSeed(seed uint64) Option {
	return func(c *config) error { c.seed = seed; return nil }
}

// WithClock sets the time at which the clock starts; the zero time means now.
func WithClock(start time.Time) Option {
	return func(c *config) error {
		c.start = start.UTC()
		return clock.Check(start)
	}
}

// WithFrozenClock freezes the clock until it is moved.
func WithFrozenClock() Option {
	return func(c *config) error { c.frozen = new(true); return nil }
}

// WithTokenShape sets how single tokens are sent: "both", "data" or "flat".
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

// WithSuccessEnvelope sets what v2's successful answers hold beside data: "full" (success, message
// and error), or "documented" (only those of them that the published document defines for the
// answer, as strict contract testers expect).
func WithSuccessEnvelope(envelope string) Option {
	return func(c *config) error {
		c.envelope = v2.Envelope(envelope)
		switch c.envelope {
		case v2.Full, v2.Documented:
			return nil
		}
		return fmt.Errorf("the envelope is %q; want full or documented", envelope)
	}
}

// WithClientCredentialsShape sets how tokens of client credentials are sent: "wrapped" in data, as
// documented, or with the same members beside data too ("both"), as generic OAuth libraries need
// them.
func WithClientCredentialsShape(shape string) Option {
	return func(c *config) (err error) {
		c.granted, err = clientcred.ParseShape(shape)
		return err
	}
}

// WithRootSurface sets which surface is served at "/" on hosts that are not the provider's: "v2" or
// "v1". With v1 at the root, v2 is served under /__v2/.
func WithRootSurface(name string) Option {
	return func(c *config) error {
		c.root = name
		if name != "v2" && name != "v1" {
			return fmt.Errorf("the root surface is %q; want v2 or v1", name)
		}
		return nil
	}
}

// WithRateLimit sets how many requests an account may make per minute; 0 means no limit.
func WithRateLimit(perMinute int64) Option {
	return func(c *config) error {
		if perMinute < 0 {
			return fmt.Errorf("the rate limit is %d; want a number of requests a minute, or 0 for none", perMinute)
		}
		c.limit = &account.RateLimit{Limit: perMinute, Window: time.Minute, Enabled: perMinute > 0}
		return nil
	}
}

// WithAdminToken makes the control API require a bearer token; an empty token requires none. A
// token that no header can carry is an error: one with a line end or another control character, or
// with surrounding space.
func WithAdminToken(token string) Option {
	return func(c *config) error {
		if strings.TrimSpace(token) != token || strings.ContainsFunc(token, unicode.IsControl) {
			return errors.New("no Authorization header can carry the token: want one line without control characters, and without space around it")
		}
		c.adminToken = token
		return nil
	}
}

// WithMaxBody bounds request bodies, in bytes; larger ones are refused with 413.
func WithMaxBody(bytes int64) Option {
	return func(c *config) error {
		if bytes < 1 {
			return fmt.Errorf("the largest body is %d bytes; want 1 or more", bytes)
		}
		c.maxBody = bytes
		return nil
	}
}

// WithCORS allows web pages of these origins ("https://app.example.com", or "*" for all) to call
// the API, though not the control API. Preflight requests are answered here: they belong to no
// operation, and the journal does not record them.
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

// WithStrictRequests refuses requests that violate the published document, with 400 or 415 and the
// reason. Members and parameters that the document does not mention are still accepted.
func WithStrictRequests() Option {
	return func(c *config) error { c.strict = true; return nil }
}

// WithJournal bounds the journal: it keeps the newest exchanges, up to a number of entries and
// about so many bytes of memory, and counts those it drops. It always keeps the newest one,
// whatever its size.
func WithJournal(entries int, bytes int64) Option {
	return func(c *config) error {
		if entries < 1 || bytes < 1 {
			return fmt.Errorf("the journal is bounded to %d entries and %d bytes; want 1 or more of each", entries, bytes)
		}
		c.entries, c.bytes = entries, bytes
		return nil
	}
}

// WithLog sets the server's log; by default nothing is logged.
func WithLog(log *slog.Logger) Option {
	return func(c *config) error { c.log = log; return nil }
}

// WithAutoApprove skips the pages of the authorization code flow: a user consents at once, either
// the named one or, if the name is empty, the first user of the client's account.
func WithAutoApprove(user string) Option {
	return func(c *config) error {
		c.approve = world.AutoApprove{Enabled: true, User: user}
		return nil
	}
}
