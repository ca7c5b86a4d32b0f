package command

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/scene"
)

// settings are the values of the flags of serve that the command itself needs. The values of the
// other flags are options of the server, and nothing but the table below refers to them.
type settings struct {
	addr, urlFile, adminAddr, adminToken, state string

	fixtures, scenario string
	watch              bool
	seed               uint64
	rootSurface        string
	faults, services   []string
	log                string
	limits             limits
	secured
	screen io.Writer // the terminal that a person looks at; nil without one

	table []flagGroup
	// environment checks the environment variables.
	environment func(*slog.Logger) error
	// given reports whether a flag was given, on the command line or in the environment.
	given func(flag string) bool
}

// newSettings returns the defaults, and registers the flags with a command.
func newSettings(cmd *cobra.Command) *settings {
	s := &settings{
		addr: "127.0.0.1:8080", fixtures: mockserver.DefaultFixtures, seed: mockserver.DefaultSeed, rootSurface: "v2", log: "text",
		limits: defaultLimits(), given: cmd.Flags().Changed,
	}
	s.table = s.rows()
	registerGroups(cmd, s.table)
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenarios)
	return s
}

// options returns the options of the server for the flags that were given, each under the name of
// its flag: for all flags, or for those that --watch reads again. Flags and the server have the
// same defaults, so a flag that was not given needs no option, and a scenario may choose instead.
func (s *settings) options(reread bool) ([]mockserver.Option, error) {
	var out []mockserver.Option
	for _, group := range s.table {
		for _, f := range group.flags {
			if f.options == nil || !s.given(f.name) || reread && !f.reread {
				continue
			}
			options, err := f.options()
			if err != nil {
				return nil, usageError{fmt.Errorf("--%s: %w", f.name, err)}
			}
			for _, o := range options {
				out = append(out, mockserver.Named("--"+f.name, o))
			}
		}
	}
	return out, nil
}

// rows returns the flags of serve, one row each, in the order of the help.
func (s *settings) rows() []flagGroup {
	entries, bytes := mockserver.DefaultJournalEntries, int64(mockserver.DefaultJournalBytes)
	return []flagGroup{
		{"Where it listens", []flag{
			row("addr", &s.addr, "address to listen on, `HOST:PORT`; port 0 takes a free one", address),
			row("url-file", &s.urlFile, "`FILE` that the base URL is written to, at once, when the server answers", nil),
			row("admin-addr", &s.adminAddr, "address of a listener of its own for the control API, `HOST:PORT`", address),
			row("admin-token", &s.adminToken, "bearer `TOKEN` that the control API asks for; needed (or made, and logged) where it is not bound to loopback", nil),
			row("tls-addr", &s.tlsAddr, "address of a listener for HTTPS (HTTP/1.1 and HTTP/2) beside it, `HOST:PORT`", address),
			row("tls-cert", &s.tlsCert, "certificate of yours for TLS, in PEM, in the place of those of a CA of the mock's own: `FILE`, read again when it changes", nil),
			row("tls-key", &s.tlsKey, "its key: `FILE`", nil),
			row("ca-dir", &s.caDir, "keep that CA over restarts, in `DIR`; else each start makes one", nil),
			row("ca-renew", &s.caRenew, "make a new CA in --ca-dir", nil),
			row("ca-file", &s.caFile, "write the CA's certificate, in PEM, to `FILE`; GET /__admin/ca.pem answers it too", nil),
			row("proxy-addr", &s.proxyAddr, "address of an HTTP proxy that leads the provider's hosts, and those of the catalogue, to the mock, `HOST:PORT`", address),
			row("proxy-pass", &s.proxyPass, "hosts that the proxy lets through, `HOST[:PORT],…` (*.example.com is all below); all others get 403", proxyPass),
			row("cors", new([]string(nil)), "`ORIGIN` whose web pages may call the API (not the control API), or * for all; may be repeated; none by default",
				one(func(origins []string) mockserver.Option { return mockserver.WithCORS(origins...) })),
		}},
		{"What it begins with", []flag{
			row("fixtures", &s.fixtures, "who exists: `NAME|FILE` (demo, empty, generated:seed=7,tokens=1000, or a YAML or JSON file)", one(mockserver.WithFixtures)).again(),
			row("scenario", &s.scenario, "begin with what a scenario gives: `NAME|FILE` ("+strings.Join(scene.Names(), ", ")+
				", the id of a scenario of the suite, or a YAML file, of which FILE#ID chooses one); --fixtures, --clock, --freeze and --rate-limit win over it",
				one(mockserver.WithScenario)).again(),
			row("watch", &s.watch, "begin anew, as after a reset, when a file of --fixtures, --scenario, --faults or --service changes; a file with a mistake changes nothing", nil),
			row("seed", &s.seed, "`N` is the seed of everything that is drawn, such as ids", one(mockserver.WithSeed)).again(),
			row("clock", new(""), "where the clock begins, `RFC3339` (2026-02-12T08:30:00Z); default is now", clockStart).again(),
			row("freeze", new(false), "let the clock stand still until the control API moves it", one(frozen)).again(),
			row("open-accounts", new(false), "make a fresh account of the fixtures for any e-mail and API key that nobody has, when they are first seen", ifOn(mockserver.WithOpenAccounts)),
			row("state", &s.state, "`FILE` that the state is kept in: loaded at the start if it is there, written at the stop and by POST /__admin/state/save",
				one(mockserver.WithStateFile)),
		}},
		{"How it answers", []flag{
			row("token-shape", new("both"), "how single tokens are sent: `both|data|flat`", one(mockserver.WithTokenShape)),
			row("success-envelope", new("full"), "what v2's successes hold beside data, `full|documented`: success, message and error, or only what the document defines for the answer",
				one(mockserver.WithSuccessEnvelope)),
			row("client-credentials-shape", new("wrapped"), "how tokens of client credentials are sent, `wrapped|both`: under data, or beside it too", one(mockserver.WithClientCredentialsShape)),
			row("root-surface", &s.rootSurface, "the API at / on hosts that are not the provider's: `v2|v1`", one(mockserver.WithRootSurface)),
			row("provider-host", new([]string(nil)), "further `HOST=SURFACE` name under which an API is found as on the provider's hosts (oauth.example.com=v2); may be repeated", providerHosts),
			row("rate-limit", new(fmt.Sprint(mockserver.DefaultRateLimit)), "requests a minute and account, `off|N`", rateLimit).again(),
			row("auto-approve", new("false"), "skip the pages of the authorization code flow: `USER` consents at once; without USER, the first user of the client's account",
				autoApprove).or("true"),
			row("strict-requests", new(false), "refuse requests that the published document forbids, with 400 or 415, and say what was wrong", ifOn(mockserver.WithStrictRequests)),
			row("service", &s.services, "OpenAPI document from which a paid service answers, `DOMAIN=FILE` (company.openapi.com=company.json); may be repeated", services).paths().again(),
			row("callbacks", new("deliver"), "what becomes of callbacks, `deliver|record`: sent, or recorded as delivered and not sent", one(mockserver.WithCallbacks)),
			row("callback-hosts", new(""), "hosts beyond loopback that may be called back, `HOST[:PORT],…`", callbackHosts),
			row("callback-timeout", new(callback.DefaultTimeout), "how long a receiver may take to answer a callback", one(mockserver.WithCallbackTimeout)),
			row("trust-forwarded-for", new(false), "take the first address of X-Forwarded-For as the caller's, where there is one", ifOn(mockserver.WithForwardedFor)),
		}},
		{"What goes wrong", []flag{
			row("faults", &s.faults, "`FILE` of rules that make calls go wrong (YAML or JSON); may be repeated: the first rule that fires wins", each(mockserver.WithFaultFile)).paths().again(),
			row("chaos", new([]string(nil)), "`PROFILE` of such rules: "+strings.Join(fault.Profiles(), ", ")+"; may be repeated; they come after those of --faults",
				one(func(profiles []string) mockserver.Option { return mockserver.WithChaos(profiles...) })).again(),
			row("hide-fault-header", new(false), "leave out X-Mock-Fault, which names the rule in answers that went wrong", ifOn(mockserver.WithHiddenFaults)),
		}},
		{"What it remembers and tells", []flag{
			row("retention", new(""), fmt.Sprintf("what each account remembers one by one: `KIND=N`, with commas between; sums stay exact beyond it "+
				"(default transactions=%d,errors=%d,addresses=%d)", account.DefaultTransactions, account.DefaultErrors, account.DefaultAddresses), retention),
			// Each of these two checks its own value; the one that comes last sets both.
			row("journal-entries", &entries, "the journal keeps the newest `N` requests with their answers; older ones are dropped and counted",
				one(func(n int) mockserver.Option { return mockserver.WithJournal(n, max(1, bytes)) })),
			row("journal-bytes", &bytes, "how much memory they may take, in `BYTES`",
				one(func(n int64) mockserver.Option { return mockserver.WithJournal(max(1, entries), n) })),
			row("log", &s.log, "how the log is written: `text|json`", nil),
		}},
		{"How much callers may take", []flag{
			row("max-body", new(int64(mockserver.DefaultMaxBody)), "largest request body in `BYTES`; larger ones are answered 413", one(mockserver.WithMaxBody)),
			row("max-header", &s.limits.header, "largest request line with headers in `BYTES` (4096 more are let through); larger ones are answered 431", headerSize),
			row("max-connections", &s.limits.connections, "at most `N` connections that a listener serves at once; others wait until one ends",
				positive[int]("connections, 1 or more")),
			row("read-timeout", &s.limits.read, "how long a request may take to arrive; a body that takes longer is answered 408",
				positive[time.Duration]("a duration above zero, such as 30s")),
			row("write-timeout", &s.limits.write, "how long an answer may take, from the end of the request's headers until the caller has it",
				positive[time.Duration]("a duration above zero, such as 1m")),
			row("idle-timeout", &s.limits.idle, "how long a connection may stay open without a request",
				positive[time.Duration]("a duration above zero, such as 2m")),
		}},
	}
}
