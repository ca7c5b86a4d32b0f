package surface

import (
	"encoding/base64"
	"strings"

	"oauthmock/mockserver/account"
)

// Directory looks up credentials.
type Directory interface {
	// Authenticate accepts credentials of one environment only; empty accepts those of all.
	Authenticate(email, apiKey string, only account.Environment) (account.Identity, bool)
}

// ByBasic returns an Authenticate that identifies callers by e-mail and API key.
func ByBasic(directory Directory) func(*Call) account.Reason {
	return func(c *Call) account.Reason {
		email, apiKey, ok := Basic(c.Authorization())
		if !ok {
			return CredentialsInvalid
		}
		c.Exchange.Auth = "basic"
		if identity, known := directory.Authenticate(email, apiKey, c.Exchange.Environment); !known || !c.Accept(identity) {
			return CredentialsInvalid
		}
		return ""
	}
}

// Basic reads HTTP Basic credentials as v1 and v2 take them: without decoding, so a "+" in an
// e-mail stays a "+".
func Basic(authorization string) (user, password string, ok bool) {
	encoded, ok := scheme(authorization, "basic")
	if !ok {
		return "", "", false
	}
	encoded = strings.TrimRight(encoded, "=")
	var memory [128]byte // enough for most credentials
	decoded := memory[:]
	if n := base64.RawStdEncoding.DecodedLen(len(encoded)); n > len(decoded) {
		decoded = make([]byte, n)
	}
	n, err := base64.RawStdEncoding.Decode(decoded, []byte(encoded))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(decoded[:n]), ":")
}

// Bearer reads a Bearer token.
func Bearer(authorization string) (token string, ok bool) { return scheme(authorization, "bearer") }

// scheme splits an Authorization header; the scheme's name may be in any case (RFC 9110, 11.1).
func scheme(authorization, name string) (rest string, ok bool) {
	got, rest, found := strings.Cut(strings.TrimSpace(authorization), " ")
	if !strings.EqualFold(got, name) {
		return "", false
	}
	return strings.TrimSpace(rest), found || rest == ""
}
