package explain

import (
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface/services"
)

// Charge is what a call of a paid service fell under, and what it cost.
type Charge struct {
	Scope string `json:"scope"`
	// PaidBy is "wallet", "subscription", "free", or empty where the call was refused; Amount is what left the wallet.
	PaidBy string `json:"paidBy"`
	Amount string `json:"amount"`
}

// payers say in words why somebody paid.
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

// paid explains a call of a paid service, as far as other calls do not have it too.
func paid(e *exchange.Exchange, out *Explanation, say func(format string, a ...any)) {
	if e.Scope == "" { // what the path holds may be a secret, and is not repeated
		out.Matched = &Matched{e.Surface, e.Operation, e.Request.Method, "/{path}"}
		say("It is a call of a paid service.")
		return
	}
	_, endpoint, _ := strings.Cut(e.Scope, "/")
	out.Matched = &Matched{e.Surface, e.Operation, e.Request.Method, "/" + endpoint + "/{path}"}
	say("It is a call of the paid service %s.", account.DomainOf(e.Scope))
	out.Charge = &Charge{Scope: e.Scope, PaidBy: e.PaidBy, Amount: e.Charged.String()}
	say("It falls under the scope %s. %s", e.Scope, payers(e.PaidBy, e.Charged))
}

// bearerOfService says why a Bearer is none that a paid service takes.
func (x *Explainer) bearerOfService(e *exchange.Exchange, value string) (string, bool) {
	if e.Operation != services.Operation {
		return "", false
	}
	if owner, ok := x.Directory.Find(account.Secret{Kind: account.RefreshToken, Value: value}); ok {
		return "it is a refresh token of account " + string(owner.ID) + ", but services take access tokens.", true
	}
	return "", false
}
