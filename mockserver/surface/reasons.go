package surface

import "oauthmock/mockserver/account"

// The reasons for which a surface refuses before an account is asked: what came was no proper
// request.
const (
	CredentialsInvalid account.Reason = "credentials-invalid"
	TokenIDMissing     account.Reason = "token-id-missing"
	QueryInvalid       account.Reason = "query-invalid"
	DateInvalid        account.Reason = "date-invalid"
	FieldType          account.Reason = "field-type"
	// RequestInvalid is for a request of an OAuth client in which something is missing or wrong.
	RequestInvalid account.Reason = "request-invalid"
	BodyMalformed  account.Reason = "body-malformed"
	// RequestViolates and MediaType refuse what the document does not allow, where a server is
	// asked to be strict.
	RequestViolates  account.Reason = "request-violates-document"
	MediaType        account.Reason = "media-type-unsupported"
	BodyTooLarge     account.Reason = "body-too-large"
	RequestTimeout   account.Reason = "request-timeout"
	PathUnknown      account.Reason = "path-unknown"
	MethodNotAllowed account.Reason = "method-not-allowed"
	// CallbackInvalid and CallbackQueueFull refuse calls that ask for a callback.
	CallbackInvalid   account.Reason = "callback-invalid"
	CallbackQueueFull account.Reason = "callback-queue-full"
	// DocumentedAnswer is that of a failure which the document of a service has, and which was
	// asked for.
	DocumentedAnswer account.Reason = "documented-answer"
)
