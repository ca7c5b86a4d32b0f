package account

// Reason says why a rule refuses a call, in the domain's words. Which status, number and message a
// caller sees is the surface's business: it looks the reason up in the refusals table
// (spec/refusals.yaml).
type Reason string

// The reasons for which an account refuses.
const (
	ScopesMissing        Reason = "scopes-missing"
	ScopesMalformed      Reason = "scopes-malformed"
	ScopesNotEnabled     Reason = "scopes-not-enabled"
	TokenIDMalformed     Reason = "token-id-malformed"
	TokenNotFound        Reason = "token-not-found"
	ChangeMissing        Reason = "change-missing"
	RefreshTokenInvalid  Reason = "refresh-token-invalid"
	ScopeNotFound        Reason = "scope-not-found"
	CallbackNotFound     Reason = "callback-not-found"
	SubscriptionNotFound Reason = "subscription-not-found"
	RateLimited          Reason = "rate-limited"
	Internal             Reason = "internal"
	CreditInsufficient   Reason = "credit-insufficient"
	AmountTooLarge       Reason = "amount-too-large"

	// Of calls of paid services, in the order in which they are looked at.
	AccessTokenInvalid         Reason = "access-token-invalid"
	EndpointUnknown            Reason = "endpoint-unknown"
	MethodNotOffered           Reason = "method-not-offered"
	ScopeNotGranted            Reason = "scope-not-granted"
	ScopeDisabled              Reason = "scope-disabled"
	RequirementsUnmet          Reason = "requirements-unmet"
	JobNotFound                Reason = "job-not-found"
	AddressNotAllowed          Reason = "address-not-allowed"
	TotalRequestsUsedUp        Reason = "total-requests-used-up"
	WalletRequestsUsedUp       Reason = "wallet-requests-used-up"
	WalletAmountUsedUp         Reason = "wallet-amount-used-up"
	SubscriptionRequestsUsedUp Reason = "subscription-requests-used-up"
)

// Refusal is the error with which a rule refuses. A refused call leaves its usage and its entry in
// the error log behind, and nothing else.
type Refusal struct {
	Reason Reason
	// Detail says in words what was wrong; for explanations, never sent to the caller.
	Detail string
	// As is how the caller is answered, where that is not by the refusals table.
	As *Failure
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Refuse makes a refusal.
func Refuse(reason Reason, detail string) error { return &Refusal{Reason: reason, Detail: detail} }
