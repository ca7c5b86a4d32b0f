package mockserver

import (
	"encoding/json"
	"net/http"
	"net/url"

	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/world"
)

// Account is an account for the time of one test: nobody else sees it, and it sees nobody. It is safe for concurrent use.
type Account struct {
	ID          string
	Email       string
	APIKey      string
	Environment string // "production" or "sandbox"

	mock *Mock
	tb   TB
}

// NewAccount makes a fresh account with credentials and tokens of its own, for a test or a subtest; when that ends, the account is removed,
// and if it has failed, the account's requests are written to its log before. Without a wish the account is the production account of the
// world that the mock began with (demo, unless an option says otherwise).
func (m *Mock) NewAccount(tb TB, wish ...world.Wish) *Account {
	tb.Helper()
	a := &Account{mock: m, tb: tb}
	var in any
	switch len(wish) {
	case 0:
	case 1:
		in = wish[0]
	default:
		tb.Fatalf("mockserver: NewAccount takes one wish, but got %d", len(wish))
		return nil
	}
	var made struct{ ID, Email, APIKey, Environment string }
	m.must(tb, http.MethodPost, "/accounts", in, &made)
	a.ID, a.Email, a.APIKey, a.Environment = made.ID, made.Email, made.APIKey, made.Environment
	tb.Cleanup(func() {
		if tb.Failed() {
			m.show(tb, a.ID)
		}
		// It may be gone already: a reset removes fresh accounts.
		_, _ = m.control(m.ctx, http.MethodDelete, "/accounts/"+url.PathEscape(a.ID), nil)
	})
	return a
}

// Authenticate gives a request the account's Basic credentials.
func (a *Account) Authenticate(r *http.Request) { r.SetBasicAuth(a.Email, a.APIKey) }

// Client is a new client that asks the mock over its port, as Mock.Client does, and authenticates as the account. Requests that say
// themselves who they are (a Bearer, for example) are left alone.
func (a *Account) Client() *http.Client {
	return &http.Client{Transport: authenticating{a, a.mock.overPort}}
}

// InProcess is a new client that needs no port, as Mock.InProcess, and authenticates as the account.
func (a *Account) InProcess() *http.Client {
	return &http.Client{Transport: authenticating{a, a.mock.overPipe}}
}

// authenticating gives requests the credentials of an account.
type authenticating struct {
	account *Account
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t authenticating) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context()) // a RoundTripper may not change what it is given
		t.account.Authenticate(r)
	}
	return t.next.RoundTrip(r)
}

// Clock is the account's clock, an offset from the server's.
func (a *Account) Clock() Clock { return Clock{mock: a.mock, tb: a.tb, account: a.ID} }

// Recharge puts an amount of money, of up to four decimals, into the account's wallet, or with a negative amount takes it out, and answers
// the new credit.
func (a *Account) Recharge(amount float64) (credit float64) {
	a.tb.Helper()
	var out struct{ Credit json.Number }
	a.mock.must(a.tb, http.MethodPost, "/accounts/"+url.PathEscape(a.ID)+"/wallet", map[string]any{"amount": amount}, &out)
	credit, err := out.Credit.Float64()
	if err != nil {
		a.tb.Fatalf("mockserver: %v", err)
	}
	return credit
}

// Requests are the account's entries of the journal; see Mock.Requests.
func (a *Account) Requests(filters ...journal.Filter) []journal.Entry {
	a.tb.Helper()
	return a.mock.requests(a.tb, a.ID, filters)
}

// Reset puts the account back to how it was made, its clock, rate limit and journal included.
func (a *Account) Reset() {
	a.tb.Helper()
	a.mock.must(a.tb, http.MethodPost, "/reset?account="+url.QueryEscape(a.ID), nil, nil)
}
