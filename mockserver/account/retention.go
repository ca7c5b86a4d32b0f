package account

// Retention bounds what an account keeps entry by entry; zero is the default. Sums stay exact
// beyond it.
type Retention struct {
	// Transactions of the wallet. The oldest are merged into one, so that all always sum up to the
	// credit.
	Transactions int
	// Errors in the error log; the oldest are dropped.
	Errors int
	// Addresses listed of the callers of one scope on one day, and of one token. Calls from further
	// addresses are counted, but not listed.
	Addresses int
}

// Defaults of Retention.
const (
	DefaultTransactions = 100_000
	DefaultErrors       = 10_000
	DefaultAddresses    = 1_000
)

// LeastTransactions is the smallest bound of transactions: below it, merging them would be most of
// the work.
const LeastTransactions = 10

// Retain bounds what the account keeps. What it holds beyond that is dropped with the next entry of
// its kind.
func (a *Account) Retain(r Retention) {
	a.Retention = r
	a.Errors.bound = r.errors()
}

func (r Retention) transactions() int { return or(r.Transactions, DefaultTransactions) }
func (r Retention) errors() int       { return or(r.Errors, DefaultErrors) }
func (r Retention) addresses() int    { return or(r.Addresses, DefaultAddresses) }

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
