package world

import (
	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) wallet(a *account.Account, f *fixtures.Account) {
	transactions := make([]account.Transaction, len(f.Wallet.Transactions))
	for i, t := range f.Wallet.Transactions {
		transactions[i] = account.Transaction{ID: t.ID, Amount: account.Money(t.Amount), CreatedAt: d.at(t.CreatedAt), Description: t.Description}
	}
	sort(d.kit, transactions, func(x, y account.Transaction) int { return x.CreatedAt.Compare(y.CreatedAt) })
	a.Wallet = account.NewWallet(d.at(f.Wallet.CreatedAt), transactions)
	if auto := f.Wallet.Autorecharge; auto != nil {
		a.Wallet.Autorecharge = &account.Autorecharge{Below: account.Money(auto.Below), Amount: account.Money(auto.Amount)}
	}
	var alerts []account.Event
	for _, alert := range f.Alerts {
		alerts = append(alerts, account.Event{At: d.at(alert.At), What: alert.What, ID: alert.ID})
	}
	a.RestoreAlerts(alerts)
}

func (e encoder) wallet(f *fixtures.Account, a *account.Account) {
	f.Wallet.CreatedAt = fixtures.At(a.Wallet.CreatedAt)
	if auto := a.Wallet.Autorecharge; auto != nil {
		f.Wallet.Autorecharge = &fixtures.Autorecharge{Below: fixtures.Amount(auto.Below), Amount: fixtures.Amount(auto.Amount)}
	}
	for _, alert := range a.Alerts() {
		f.Alerts = append(f.Alerts, fixtures.Alert{At: fixtures.At(alert.At), What: alert.What, ID: alert.ID})
	}
	for _, t := range a.Wallet.Transactions() {
		f.Wallet.Transactions = append(f.Wallet.Transactions, WireTransaction(t))
	}
}

// WireTransaction returns a transaction as fixtures and the control API write it.
func WireTransaction(t account.Transaction) fixtures.Transaction {
	return fixtures.Transaction{ID: t.ID, Amount: fixtures.Amount(t.Amount), CreatedAt: fixtures.At(t.CreatedAt), Description: t.Description}
}
