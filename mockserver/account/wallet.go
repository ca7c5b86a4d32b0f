package account

import "time"

// Wallet is where paid requests are paid from. Its credit is the sum of its transactions, always.
type Wallet struct {
	CreatedAt time.Time
	// Autorecharge is never changed in place; nil watches nothing.
	Autorecharge *Autorecharge
	credit       Money
	transactions []Transaction // oldest first
}

// Transaction is one movement of the wallet: positive for a recharge, negative for a debit.
type Transaction struct {
	ID          string
	Amount      Money
	CreatedAt   time.Time
	Description string
}

// NewWallet makes a wallet of transactions, oldest first.
func NewWallet(createdAt time.Time, transactions []Transaction) Wallet {
	w := Wallet{CreatedAt: createdAt}
	for _, t := range transactions {
		w.add(t)
	}
	return w
}

// Credit is what the wallet holds.
func (w *Wallet) Credit() Money { return w.credit }

// UpdatedAt is when the last transaction was made, or the wallet.
func (w *Wallet) UpdatedAt() time.Time {
	if n := len(w.transactions); n > 0 {
		return w.transactions[n-1].CreatedAt
	}
	return w.CreatedAt
}

// Transactions are all movements, oldest first. The result must not be modified.
func (w *Wallet) Transactions() []Transaction { return w.transactions }

func (w *Wallet) add(t Transaction) {
	w.credit += t.Amount
	w.transactions = append(w.transactions, t)
}

// MaxCredit bounds what a wallet can hold, so that sums never overflow.
const MaxCredit = Money(1_000_000_000_000) * Unit

// Move books an amount on the wallet and answers the transaction. Negative amounts debit, and may
// not debit more than there is.
func (a *Account) Move(amount Money, description string, now time.Time) (Transaction, error) {
	if amount > MaxCredit || a.Wallet.credit+amount > MaxCredit {
		return Transaction{}, Refuse(AmountTooLarge, "a wallet holds at most "+MaxCredit.String())
	}
	if amount < -MaxCredit || a.Wallet.credit+amount < 0 {
		return Transaction{}, Refuse(CreditInsufficient, "the wallet holds "+a.Wallet.credit.String())
	}
	t := Transaction{ID: "txn_" + a.IDs.Next("transaction", now), Amount: amount, CreatedAt: now, Description: description}
	a.bringForward()
	before := a.Wallet.credit
	a.Wallet.add(t)
	if amount < 0 {
		a.watch(before, t)
	}
	return t, nil
}

// bringForward makes room for a transaction where there are as many as are remembered: it draws the
// oldest quarter together into one, as a new page of a ledger begins.
func (a *Account) bringForward() {
	w, most := &a.Wallet, a.Retention.transactions()
	if len(w.transactions) < most {
		return
	}
	drawn := w.transactions[:len(w.transactions)-most+most/4]
	last := drawn[len(drawn)-1]
	forward := Transaction{ID: "txn_" + a.IDs.Next("forward", last.CreatedAt), CreatedAt: last.CreatedAt, Description: "Balance brought forward"}
	for _, t := range drawn {
		forward.Amount += t.Amount
	}
	// New memory: copies of the account share the old.
	kept := make([]Transaction, 1, most+1)
	kept[0] = forward
	w.transactions = append(kept, w.transactions[len(drawn):]...)
}
