package account

import "slices"

// Autorecharge watches the credit of a wallet: a debit by which it falls below Below is told of,
// and books Amount in the same transaction, after it. An Amount of 0 tells only. (v1's reference
// page: "alerts and notifications based on your remaining credit … or the Autorecharge feature";
// how they work is assumed.)
type Autorecharge struct {
	Below, Amount Money
}

// maxAlerts bounds what is remembered of alerts.
const maxAlerts = 100

// Alerts are the newest things that happened to the wallet by themselves, oldest first:
// "wallet.low", with the ID of the transaction by which the credit fell, and "wallet.recharged",
// with that of the recharge. Read only.
func (a *Account) Alerts() []Event { return a.alerts }

// RestoreAlerts replaces the alerts, oldest first.
func (a *Account) RestoreAlerts(alerts []Event) { a.alerts = slices.Clone(alerts) }

// alert remembers an alert. Copies of the account share the memory of those that came before.
func (a *Account) alert(e Event) {
	a.alerted++
	if len(a.alerts) >= maxAlerts {
		a.alerts = slices.Clone(a.alerts[len(a.alerts)-maxAlerts/2:])
	}
	a.alerts = append(a.alerts, e)
}

// alertsSince returns the alerts since there were so many; nil is none.
func (a *Account) alertsSince(alerted uint64) []Event {
	if a.alerted == alerted {
		return nil
	}
	n := min(int(a.alerted-alerted), len(a.alerts))
	return slices.Clone(a.alerts[len(a.alerts)-n:])
}

// watch looks at the wallet after a debit, before which it held so much.
func (a *Account) watch(before Money, debit Transaction) {
	auto := a.Wallet.Autorecharge
	if auto == nil || before < auto.Below || a.Wallet.credit >= auto.Below {
		return
	}
	now := debit.CreatedAt
	a.alert(Event{At: now, What: WalletLow, ID: debit.ID})
	if auto.Amount <= 0 {
		return
	}
	if t, err := a.Move(auto.Amount, "Automatic recharge", now); err == nil { // else it would hold more than a wallet can
		a.alert(Event{At: now, What: WalletRecharged, ID: t.ID})
	}
}

// What is told of wallets.
const (
	WalletLow       = "wallet.low"
	WalletRecharged = "wallet.recharged"
)
