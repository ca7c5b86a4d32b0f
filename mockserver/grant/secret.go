package grant

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Draw returns 16 hexadecimal digits, different from all it returned before for the kind.
type Draw func(kind string) string

// The kinds of secrets that are drawn. A secret is two draws.
const (
	kindCode   = "grant-code"
	kindToken  = "grant-token"
	kindClient = "grant-client"
	kindSecret = "grant-secret"
)

// DrawClient returns the ID and secret of a new client: "client-" and 16 hexadecimal digits, and 32
// hexadecimal digits.
func DrawClient(draw Draw) (id, secret string) {
	return "client-" + draw(kindClient), draw(kindSecret) + draw(kindSecret)
}

// equal compares two secrets in a time that depends on neither, nor on their lengths.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
