package account

// Reason is why a rule refuses a call, as a domain term. The surface maps it to the status, number
// and message that the caller sees, in the refusals table (spec/refusals.yaml).
type Reason string

// Reasons for which an account refuses.
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

	// Reasons of calls to paid services, in the order in which they are checked.
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
// the error log, and nothing else.
type Refusal struct {
	Reason Reason
	// Detail explains what was wrong, for explanations. It is never sent to the caller.
	Detail string
	// As is how the caller is answered, if not by the refusals table.
	As *Failure
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Refuse creates a refusal.
func Refuse(reason Reason, detail string) error { return &Refusal{Reason: reason, Detail: detail} }
