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
			row("addr", &s.addr, "address to listen on, `HOST:PORT`; port 0 picks a free one", address),
			row("url-file", &s.urlFile, "`FILE` to write the base URL to, atomically, when the server is ready", nil),
			row("admin-addr", &s.adminAddr, "address of a separate listener for the control API, `HOST:PORT`", address),
			row("admin-token", &s.adminToken, "bearer `TOKEN` that the control API requires; if it listens on more than loopback and none is set, one is generated and logged", nil),
			row("tls-addr", &s.tlsAddr, "address of an additional listener for HTTPS (HTTP/1.1 and HTTP/2), `HOST:PORT`", address),
			row("tls-cert", &s.tlsCert, "your own TLS certificate, in PEM, instead of certificates of the mock's CA: `FILE`, reloaded when it changes", nil),
			row("tls-key", &s.tlsKey, "its key: `FILE`", nil),
			row("ca-dir", &s.caDir, "keep the mock's CA across restarts, in `DIR`; by default each start creates one", nil),
			row("ca-renew", &s.caRenew, "create a new CA in --ca-dir", nil),
			row("ca-file", &s.caFile, "write the CA's certificate, in PEM, to `FILE`; GET /__admin/ca.pem returns it too", nil),
			row("proxy-addr", &s.proxyAddr, "address of an HTTP proxy that sends requests for the provider's and the catalogue's hosts to the mock, `HOST:PORT`", address),
			row("proxy-pass", &s.proxyPass, "hosts that the proxy forwards to unchanged, `HOST[:PORT],…` (*.example.com is every host below it); requests for others get 403", proxyPass),
			row("cors", new([]string(nil)), "`ORIGIN` whose web pages may call the API (not the control API), or * for all; may be repeated; none by default",
				one(func(origins []string) mockserver.Option { return mockserver.WithCORS(origins...) })),
		}},
		{"What it starts with", []flag{
			row("fixtures", &s.fixtures, "accounts to start with: `NAME|FILE` (demo, empty, generated:seed=7,tokens=1000, or a YAML or JSON file)", one(mockserver.WithFixtures)).again(),
			row("scenario", &s.scenario, "start with the state of a scenario: `NAME|FILE` ("+strings.Join(scene.Names(), ", ")+
				", the id of a scenario of the suite, or a YAML file; FILE#ID selects one of several); --fixtures, --clock, --freeze and --rate-limit take precedence over it",
				one(mockserver.WithScenario)).again(),
			row("watch", &s.watch, "reload and reset when a file of --fixtures, --scenario, --faults or --service changes; a file with an error changes nothing", nil),
			row("seed", &s.seed, "`N` is the seed of all random values, such as ids", one(mockserver.WithSeed)).again(),
			row("clock", new(""), "time at which the clock starts, `RFC3339` (2026-02-12T08:30:00Z); default is now", clockStart).again(),
			row("freeze", new(false), "freeze the clock until the control API moves it", one(frozen)).again(),
			row("open-accounts", new(false), "create a fresh account from the fixtures for unknown credentials when they are first used", ifOn(mockserver.WithOpenAccounts)),
			row("state", &s.state, "`FILE` that keeps the state: loaded at start if it exists, written at exit and by POST /__admin/state/save",
				one(mockserver.WithStateFile)),
		}},
		{"How it answers", []flag{
			row("token-shape", new("both"), "how single tokens are sent: `both|data|flat`", one(mockserver.WithTokenShape)),
			row("success-envelope", new("full"), "what successful answers of v2 have beside data, `full|documented`: success, message and error, or only what the document defines",
				one(mockserver.WithSuccessEnvelope)),
			row("client-credentials-shape", new("wrapped"), "where tokens of client credentials are sent, `wrapped|both`: under data, or also at the top level", one(mockserver.WithClientCredentialsShape)),
			row("root-surface", &s.rootSurface, "the API at / on hosts other than the provider's: `v2|v1`", one(mockserver.WithRootSurface)),
			row("provider-host", new([]string(nil)), "another host name, `HOST=SURFACE`, that serves an API as the provider's hosts do (oauth.example.com=v2); may be repeated", providerHosts),
			row("rate-limit", new(fmt.Sprint(mockserver.DefaultRateLimit)), "requests per minute and account, `off|N`", rateLimit).again(),
			row("auto-approve", new("false"), "skip the pages of the authorization code flow: `USER` consents at once; without USER, the first user of the client's account",
				autoApprove).or("true"),
			row("strict-requests", new(false), "refuse requests that the published document forbids, with 400 or 415 and the reason", ifOn(mockserver.WithStrictRequests)),
			row("service", &s.services, "OpenAPI document that a paid service answers from, `DOMAIN=FILE` (company.openapi.com=company.json); may be repeated", services).paths().again(),
			row("callbacks", new("deliver"), "`deliver|record` callbacks: send them, or record them as delivered without sending them", one(mockserver.WithCallbacks)),
			row("callback-hosts", new(""), "hosts other than loopback that callbacks may be sent to, `HOST[:PORT],…`", callbackHosts),
			row("callback-timeout", new(callback.DefaultTimeout), "how long a receiver may take to answer a callback", one(mockserver.WithCallbackTimeout)),
			row("trust-forwarded-for", new(false), "use the first address in X-Forwarded-For as the caller's address", ifOn(mockserver.WithForwardedFor)),
		}},
		{"What fails", []flag{
			row("faults", &s.faults, "`FILE` of fault rules, which make calls fail (YAML or JSON); may be repeated; the first rule that fires wins", each(mockserver.WithFaultFile)).paths().again(),
			row("chaos", new([]string(nil)), "built-in `PROFILE` of fault rules: "+strings.Join(fault.Profiles(), ", ")+"; may be repeated; they come after those of --faults",
				one(func(profiles []string) mockserver.Option { return mockserver.WithChaos(profiles...) })).again(),
			row("hide-fault-header", new(false), "omit the header X-Mock-Fault, which names the rule that changed an answer", ifOn(mockserver.WithHiddenFaults)),
		}},
		{"What it keeps and logs", []flag{
			row("retention", new(""), fmt.Sprintf("individual entries that each account keeps: `KIND=N`, separated by commas; totals stay exact beyond that "+
				"(default transactions=%d,errors=%d,addresses=%d)", account.DefaultTransactions, account.DefaultErrors, account.DefaultAddresses), retention),
			// Each of these two checks its own value; the one that comes last sets both.
			row("journal-entries", &entries, "keep the newest `N` requests with their answers in the journal; older ones are dropped and counted",
				one(func(n int) mockserver.Option { return mockserver.WithJournal(n, max(1, bytes)) })),
			row("journal-bytes", &bytes, "largest size of the journal in `BYTES`",
				one(func(n int64) mockserver.Option { return mockserver.WithJournal(max(1, entries), n) })),
			row("log", &s.log, "format of the log: `text|json`", nil),
		}},
		{"Limits", []flag{
			row("max-body", new(int64(mockserver.DefaultMaxBody)), "largest request body in `BYTES`; larger ones get 413", one(mockserver.WithMaxBody)),
			row("max-header", &s.limits.header, "largest request line with headers in `BYTES` (up to 4096 more are accepted); larger ones get 431", headerSize),
			row("max-connections", &s.limits.connections, "serve at most `N` connections per listener at once; others wait until one closes",
				positive[int]("connections, 1 or more")),
			row("read-timeout", &s.limits.read, "time limit for receiving a request; a body that takes longer gets 408",
				positive[time.Duration]("a duration above zero, such as 30s")),
			row("write-timeout", &s.limits.write, "time limit for an answer, from the end of the request's headers until it is sent",
				positive[time.Duration]("a duration above zero, such as 1m")),
			row("idle-timeout", &s.limits.idle, "how long a connection may stay open without a request",
				positive[time.Duration]("a duration above zero, such as 2m")),
		}},
	}
}
