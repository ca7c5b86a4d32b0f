package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// wallet is v2 Wallet: credit, createdAt, updatedAt.
type wallet struct{ *account.WalletView }

func (w wallet) append(b []byte) []byte {
	b = append(b, `{"credit":`...)
	b = w.Credit.Append(b)
	b = append(b, `,"createdAt":"`...)
	b = appendTime(b, w.CreatedAt)
	b = append(b, `","updatedAt":"`...)
	b = appendTime(b, w.UpdatedAt)
	return append(b, `"}`...)
}

// transaction is v2 WalletTransaction.
type transaction struct {
	ID          string    `json:"id"`
	Amount      money     `json:"amount"`
	CreatedAt   timestamp `json:"createdAt"`
	Description string    `json:"description"`
}

func wireTransaction(t *account.Transaction) transaction {
	return transaction{ID: t.ID, Amount: wireMoney(t.Amount), CreatedAt: wireTime(t.CreatedAt), Description: t.Description}
}

// getWallet is GET /wallet.
func (s *api) getWallet(c *surface.Call) (any, account.Receipt, error) {
	w, receipt, err := s.accounts.Wallet(c.Context(), c.Call)
	return wallet{&w}, receipt, err
}

// listTransactions is GET /wallet/transactions.
func (s *api) listTransactions(c *surface.Call) (any, account.Receipt, error) {
	p, _ := page(c.Query()) // the operation has no query error: defaults
	transactions, receipt, err := s.accounts.Transactions(c.Context(), c.Call, p)
	return list(transactions, wireTransaction), receipt, err
}
