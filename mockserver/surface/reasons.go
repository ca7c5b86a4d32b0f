package surface

import "oauthmock/mockserver/account"

// Reasons for which a surface refuses before the account is involved, because the request itself is
// wrong.
const (
	CredentialsInvalid account.Reason = "credentials-invalid"
	TokenIDMissing     account.Reason = "token-id-missing"
	QueryInvalid       account.Reason = "query-invalid"
	DateInvalid        account.Reason = "date-invalid"
	FieldType          account.Reason = "field-type"
	// RequestInvalid refuses a request of an OAuth client in which something is missing or wrong.
	RequestInvalid account.Reason = "request-invalid"
	BodyMalformed  account.Reason = "body-malformed"
	// RequestViolates and MediaType refuse what the document does not allow, if the server is
	// strict.
	RequestViolates  account.Reason = "request-violates-document"
	MediaType        account.Reason = "media-type-unsupported"
	BodyTooLarge     account.Reason = "body-too-large"
	RequestTimeout   account.Reason = "request-timeout"
	PathUnknown      account.Reason = "path-unknown"
	MethodNotAllowed account.Reason = "method-not-allowed"
	// CallbackInvalid and CallbackQueueFull refuse calls that ask for a callback.
	CallbackInvalid   account.Reason = "callback-invalid"
	CallbackQueueFull account.Reason = "callback-queue-full"
	// DocumentedAnswer is the reason of a failure that a service's document contains and that the
	// caller asked for.
	DocumentedAnswer account.Reason = "documented-answer"
)
