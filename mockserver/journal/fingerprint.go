package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"oauthmock/mockserver/exchange"
)

// Redactor shows exchanges with a fingerprint instead of each credential, by which a credential can
// be followed through headers, paths and bodies without being shown. It is safe for concurrent use.
type Redactor struct {
	key     [sha256.Size]byte
	live    func(word string) bool
	phrases func() []string
}

// NewRedactor returns a redactor with a key of its own, drawn at random: the fingerprints of two
// redactors have nothing to do with one another. Live reports whether a word is a credential of
// somebody, or was one: such words are hidden wherever they stand, beside those whose place gives
// them away. Phrases, unless nil, returns credentials that hold other characters than words do, and
// that are hidden wherever they stand, too; the time that showing takes grows with their number.
// Both must be safe for concurrent use.
func NewRedactor(live func(word string) bool, phrases func() []string) *Redactor {
	r := &Redactor{live: live, phrases: phrases}
	_, _ = rand.Read(r.key[:]) // never fails, says its documentation
	return r
}

const (
	// marker begins every fingerprint.
	marker = "[secret "
	// fingerprintBytes is how much of the HMAC a fingerprint shows.
	fingerprintBytes = 8
	// fingerprintLength is the length of a fingerprint, in bytes.
	fingerprintLength = len(marker) + 2*fingerprintBytes + len("]")
)

// Fingerprint stands for a credential: "[secret 1a2b3c4d5e6f7081]", with the first 8 bytes of its
// HMAC-SHA-256 in hexadecimal digits. It is the same for the same credential, and leads to it only
// who has the redactor's key.
func (r *Redactor) Fingerprint(credential string) string {
	mac := hmac.New(sha256.New, r.key[:])
	mac.Write([]byte(credential)) // never fails, says package hash
	return marker + hex.EncodeToString(mac.Sum(nil)[:fingerprintBytes]) + "]"
}

// Show renders an exchange.
func (r *Redactor) Show(e *exchange.Exchange) Entry { return show(e, r.secrets(e)) }

// Text returns what shows texts about an exchange: without the credentials that the exchange holds,
// and those that are live.
func (r *Redactor) Text(e *exchange.Exchange) func(text string) string { return r.secrets(e).redact }

// ShowHAR renders an exchange for an HTTP archive.
func (r *Redactor) ShowHAR(e *exchange.Exchange) HAREntry { return showHAR(e, r.secrets(e)) }
