package grant

// Reason is why a rule refuses, in the domain's words. A surface turns it into a status and a
// message.
type Reason string

// The reasons for which a grant is refused.
const (
	// ClientInvalid is for a client that nobody registered, and for a wrong secret: callers cannot
	// tell them apart.
	ClientInvalid Reason = "client-invalid"
	// ClientDisabled is for a client that authenticated, and may not have tokens.
	ClientDisabled Reason = "client-disabled"
	// RedirectInvalid is for a redirect URI that is not the client's. Such a request is never
	// redirected.
	RedirectInvalid Reason = "redirect-not-registered"
	// ChallengeInvalid is for a code challenge that no verifier can answer. The client is told, as
	// of all else that is wrong in an authorization request.
	ChallengeInvalid Reason = "authorization-invalid"
	// UserInvalid is for a user that the account does not have, and for a wrong password.
	UserInvalid Reason = "user-invalid"
	// CodeInvalid is for a code that is unknown, expired, used, another client's, or sent with
	// another redirect URI or verifier.
	CodeInvalid Reason = "code-invalid"
	// TokenInvalid is for an access token that is unknown, expired or revoked.
	TokenInvalid Reason = "access-token-invalid"
)

// Refusal is the error with which a rule refuses.
type Refusal struct {
	Reason Reason
	// Detail describes in words what was wrong; for explanations, never sent to the caller.
	Detail string
}

// Error implements error.
func (r *Refusal) Error() string { return string(r.Reason) + ": " + r.Detail }

func refuse(reason Reason, detail string) error { return &Refusal{Reason: reason, Detail: detail} }
