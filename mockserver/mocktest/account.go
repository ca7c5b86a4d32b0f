package mocktest

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"

	"oauthmock/mockserver/world"
)

// AccountOptions choose what a new account is like; empty members are chosen by the mock.
type AccountOptions = world.AccountOptions

// Account is an account of the mock, with its credentials. It is safe for concurrent use.
type Account struct {
	ID          string
	Email       string
	APIKey      string
	Environment string // "production" or "sandbox"

	mock *Mock
	tb   TB
}

// NewAccount creates an account with credentials and tokens of its own, which no other test sees.
// It is removed when the test tb ends; if tb has failed by then, its log shows the account's
// requests. Without options the account is a copy of the production account of the mock's initial
// world ("demo", unless an option of Start chooses another). At most one AccountOptions may be
// given.
func (m *Mock) NewAccount(tb TB, options ...AccountOptions) *Account {
	tb.Helper()
	a := &Account{mock: m, tb: tb}
	var in any
	switch len(options) {
	case 0:
	case 1:
		in = options[0]
	default:
		tb.Fatalf("mocktest: NewAccount takes at most one AccountOptions, but got %d", len(options))
		return nil
	}
	var created struct{ ID, Email, APIKey, Environment string }
	m.must(tb, http.MethodPost, "/accounts", in, &created)
	a.ID, a.Email, a.APIKey, a.Environment = created.ID, created.Email, created.APIKey, created.Environment
	tb.Cleanup(func() {
		if tb.Failed() {
			m.logRequests(tb, a.ID)
		}
		// The account may be gone already: a reset removes it.
		_, _ = m.call(m.ctx, http.MethodDelete, "/accounts/"+url.PathEscape(a.ID), nil)
	})
	return a
}

// Authenticate sets the account's Basic credentials on a request.
func (a *Account) Authenticate(r *http.Request) { r.SetBasicAuth(a.Email, a.APIKey) }

// Client returns a new client that reaches the mock over its port, as Mock.Client does, and sends
// the account's Basic credentials. A request that has an Authorization header keeps it.
func (a *Account) Client() *http.Client {
	return &http.Client{Transport: authenticating{a, a.mock.tcpTransport}}
}

// InProcess returns a new client that needs no port, as Mock.InProcess does, and sends the
// account's Basic credentials. A request that has an Authorization header keeps it.
func (a *Account) InProcess() *http.Client {
	return &http.Client{Transport: authenticating{a, a.mock.memTransport}}
}

// authenticating adds an account's credentials to requests.
type authenticating struct {
	account *Account
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t authenticating) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context()) // a RoundTripper must not modify the request
		t.account.Authenticate(r)
	}
	return t.next.RoundTrip(r)
}

// Recharge adds an amount of up to four decimals to the account's wallet, or with a negative amount
// takes it out. What is left of computing with binary fractions does not count: 0.1+0.2 is 0.3. It
// returns the new credit.
func (a *Account) Recharge(amount float64) (credit float64) {
	a.tb.Helper()
	var out struct{ Credit json.Number }
	a.mock.must(a.tb, http.MethodPost, a.path("/wallet"), map[string]any{"amount": decimal(amount)}, &out)
	credit, err := out.Credit.Float64()
	if err != nil {
		a.tb.Fatalf("mocktest: %v", err)
	}
	return credit
}

// decimal returns an amount as it is meant: with four decimals if it differs from them only by what
// float64 cannot represent, otherwise as it is, which the mock refuses.
func decimal(amount float64) float64 {
	const noise = 1e-12 // of the amount; the precision of a float64 is 1.1e-16, and sums of a thousand amounts are exact enough
	meant := math.Round(amount*1e4) / 1e4
	if math.Abs(amount-meant) <= noise*math.Max(1, math.Abs(amount)) {
		return meant
	}
	return amount
}

// Reset restores the account to how it was created, including its clock, rate limit and journal.
func (a *Account) Reset() {
	a.tb.Helper()
	a.mock.must(a.tb, http.MethodPost, "/reset?account="+url.QueryEscape(a.ID), nil, nil)
}
