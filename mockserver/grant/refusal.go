package grant

// Reason is why a rule refuses, as a domain term. A surface maps it to a status and a message.
type Reason string

// Reasons for which a grant is refused.
const (
	// ClientInvalid is for an unknown client and for a wrong secret: callers cannot tell them
	// apart.
	ClientInvalid Reason = "client-invalid"
	// ClientDisabled is for a client that authenticated but may not have tokens.
	ClientDisabled Reason = "client-disabled"
	// RedirectInvalid is for a redirect URI that is not the client's. Such a request is never
	// redirected.
	RedirectInvalid Reason = "redirect-not-registered"
	// ChallengeInvalid is for a code challenge that no verifier can match. The client is told by a
	// redirect, as about anything else wrong in an authorization request.
	ChallengeInvalid Reason = "authorization-invalid"
	// UserInvalid is for an unknown user, and for a wrong password.
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
	// Detail explains what was wrong, for explanations. It is never sent to the caller.
	Detail string
}

// Error implements error.
func (r *Refusal) Error() string { return string(r.Reason) + ": " + r.Detail }

func refuse(reason Reason, detail string) error { return &Refusal{Reason: reason, Detail: detail} }
