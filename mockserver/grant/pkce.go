package grant

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Challenge is the code challenge of an authorization request (PKCE, RFC 7636). The zero Challenge
// means that there is none.
type Challenge struct {
	Value string
	// Method is "plain" or "S256".
	Method string
	// Assumed is set if the request named no method, which means plain.
	Assumed bool
}

// The methods of a challenge.
const (
	Plain = "plain"
	S256  = "S256"
)

// maxChallenge bounds a challenge, in bytes. RFC 7636 allows 128; longer ones are kept so that the
// exchange can name the mistake.
const maxChallenge = 512

// ParseChallenge parses the parameters code_challenge and code_challenge_method of an authorization
// request. A challenge in the wrong encoding is accepted: no verifier matches it, and Exchange
// explains why.
func ParseChallenge(challenge, method string) (Challenge, error) {
	switch {
	case challenge == "" && method == "":
		return Challenge{}, nil
	case challenge == "":
		return Challenge{}, refuse(ChallengeInvalid, "the request has a code_challenge_method and no code_challenge")
	case len(challenge) > maxChallenge:
		return Challenge{}, refuse(ChallengeInvalid, fmt.Sprintf("the code_challenge has %d bytes; RFC 7636 allows 43 to 128", len(challenge)))
	case method == "":
		return Challenge{Value: challenge, Method: Plain, Assumed: true}, nil
	case method != Plain && method != S256:
		return Challenge{}, refuse(ChallengeInvalid, "the code_challenge_method is neither S256 nor plain; both are written exactly so")
	}
	return Challenge{Value: challenge, Method: method}, nil
}

// verify returns why a verifier does not match the challenge, or "".
func (c Challenge) verify(verifier string) (mistake string) {
	switch {
	case c.Value == "" && verifier == "":
		return ""
	case c.Value == "":
		return "the request has a code_verifier, and the code was asked for without a code_challenge (RFC 9700, section 2.1.1)"
	case verifier == "":
		return "the code was asked for with a code_challenge, and the request has no code_verifier"
	}
	want := verifier
	if c.Method == S256 {
		want = hashed(verifier)
	}
	if equal(c.Value, want) {
		return ""
	}
	return "the code_verifier does not fit the code_challenge: " + c.mistake(verifier)
}

// mistake names the usual mistake behind a verifier that does not match.
func (c Challenge) mistake(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	digits := hex.EncodeToString(sum[:])
	value := c.Value
	switch unpadded := strings.TrimRight(value, "="); {
	case c.Method == Plain && c.Assumed && value == hashed(verifier):
		return "the code_challenge is the hash of the verifier, and the authorization request had no code_challenge_method, which means plain; send code_challenge_method=S256"
	case c.Method == Plain && value == hashed(verifier):
		return "the code_challenge is the hash of the verifier, and the code_challenge_method was plain; send S256"
	case value == verifier:
		return "they are the same, as the method plain has it, and the code_challenge_method was S256; the challenge must be the SHA-256 hash of the verifier in Base64URL"
	case unpadded != value && (unpadded == hashed(verifier) || unpadded == base64.RawStdEncoding.EncodeToString(sum[:])):
		return "the code_challenge was sent with its padding (=) left on; Base64URL of RFC 7636 has none"
	case value == base64.RawStdEncoding.EncodeToString(sum[:]):
		return "the code_challenge is in Base64 with + and /; Base64URL has - and _ in their place"
	case strings.EqualFold(value, digits):
		return "the code_challenge is the hash in hexadecimal digits; RFC 7636 wants the hash itself in Base64URL"
	case unpadded == base64.RawURLEncoding.EncodeToString([]byte(digits)), unpadded == base64.RawStdEncoding.EncodeToString([]byte(digits)):
		return "the code_challenge is the Base64 of the hash's hexadecimal digits; RFC 7636 wants that of the hash itself"
	case len(verifier) < 43 || len(verifier) > 128:
		return fmt.Sprintf("the verifier has %d characters, and RFC 7636 wants 43 to 128; was it cut, or is it another flow's?", len(verifier))
	}
	return "it is another flow's verifier, or was changed on its way"
}

// hashed returns the S256 challenge of a verifier.
func hashed(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
