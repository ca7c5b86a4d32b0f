package grant

import (
	"crypto/sha256"
	"crypto/subtle"
)

// Draw returns 16 hexadecimal digits that were never returned before for a kind.
type Draw func(kind string) string

// Kinds that secrets are drawn as. A secret is two draws.
const (
	kindCode   = "grant-code"
	kindToken  = "grant-token"
	kindClient = "grant-client"
	kindSecret = "grant-secret"
)

// DrawClient returns the ID and the secret of a new client: "client-" and 16 hexadecimal digits,
// and 32 of them.
func DrawClient(draw Draw) (id, secret string) {
	return "client-" + draw(kindClient), draw(kindSecret) + draw(kindSecret)
}

// equal compares two secrets in a time that depends on neither, not even by their lengths.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
