package explain

import "oauthmock/mockserver/account"

// Charge is the scope that a call of a paid service fell under, and its cost.
type Charge struct {
	Scope string `json:"scope"`
	// PaidBy is "wallet", "subscription", "free", or empty if the call was refused; Amount is what
	// was debited from the wallet.
	PaidBy string `json:"paidBy"`
	Amount string `json:"amount"`
}

// payers explains in words who paid, and why.
func payers(by string, amount account.Money) string {
	switch account.Payer(by) {
	case account.Free:
		return "It was free: the scope costs nothing, or had a free request left."
	case account.BySubscription:
		return "A subscription paid for it: no free request was left."
	case account.ByWallet:
		return "The wallet paid " + amount.String() + " for it: no free request was left, and no subscription had one."
	}
	return "Nobody paid for it, because it was refused."
}
