package account

// Retention bounds what an account remembers one by one; zero is the default. Sums stay exact
// beyond it.
type Retention struct {
	// Transactions of the wallet. The oldest are drawn together into one, so that all always sum up
	// to the credit.
	Transactions int
	// Errors in the error log; the oldest go first.
	Errors int
	// Addresses listed of the callers of one scope on one day, and of one token. Calls from others
	// are counted, and their addresses not listed.
	Addresses int
}

// What is remembered where nothing else is said.
const (
	DefaultTransactions = 100_000
	DefaultErrors       = 10_000
	DefaultAddresses    = 1_000
)

// LeastTransactions is the smallest bound of transactions: below it, drawing them together would be
// most of the work.
const LeastTransactions = 10

// Retain bounds what the account remembers. What it holds beyond that by now is gone with the next
// entry of its kind.
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
