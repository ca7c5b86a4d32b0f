package account

import "slices"

// Autorecharge watches the credit of a wallet: a debit that takes it below Below raises an alert
// and, after it in the same transaction, credits Amount. An Amount of 0 only raises the alert.
// (v1's reference page: "alerts and notifications based on your remaining credit … or the
// Autorecharge feature"; how they work is assumed.)
type Autorecharge struct {
	Below, Amount Money
}

// maxAlerts bounds the alerts that are kept.
const maxAlerts = 100

// Alerts returns the newest automatic events of the wallet, oldest first: "wallet.low", with the ID
// of the transaction that took the credit below the threshold, and "wallet.recharged", with that of
// the recharge. The result must not be modified.
func (a *Account) Alerts() []Event { return a.alerts }

// RestoreAlerts replaces the alerts, oldest first.
func (a *Account) RestoreAlerts(alerts []Event) { a.alerts = slices.Clone(alerts) }

// alert adds an alert. Copies of the account share the memory of earlier ones.
func (a *Account) alert(e Event) {
	a.alerted++
	if len(a.alerts) >= maxAlerts {
		a.alerts = slices.Clone(a.alerts[len(a.alerts)-maxAlerts/2:])
	}
	a.alerts = append(a.alerts, e)
}

// alertsSince returns the alerts after the first so many; nil if there are none.
func (a *Account) alertsSince(alerted uint64) []Event {
	if a.alerted == alerted {
		return nil
	}
	n := min(int(a.alerted-alerted), len(a.alerts))
	return slices.Clone(a.alerts[len(a.alerts)-n:])
}

// watch checks the wallet after a debit; before is the credit before it.
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
	if t, err := a.Move(auto.Amount, "Automatic recharge", now); err == nil { // otherwise it would hold more than a wallet can
		a.alert(Event{At: now, What: WalletRecharged, ID: t.ID})
	}
}

// Names of the wallet's events.
const (
	WalletLow       = "wallet.low"
	WalletRecharged = "wallet.recharged"
)
