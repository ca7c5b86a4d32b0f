package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"oauthmock/mockserver/journal"
)

// pattern is a text as a test expects it: literal; with * for any text; or with a secret's fingerprint, as the journal shows it, in the place
// of the secret.
type pattern struct {
	source string
	stars  bool
	secret string // the fingerprint; before and after are what stands around it
	before string
	after  string
}

// secretPlace finds a fingerprint: "[secret 1a2b3c4d]".
func secretPlace() *regexp.Regexp { return regexp.MustCompile(`\[secret [0-9a-f]{8}\]`) }

// newPattern reads a pattern; stars says that * stands for any text.
func newPattern(source string, stars bool) (pattern, error) {
	p := pattern{source: source, stars: stars && strings.Contains(source, "*")}
	if !strings.Contains(source, "[secret ") { // nearly always
		return p, nil
	}
	places := secretPlace().FindAllStringIndex(source, 2)
	switch {
	case len(places) == 0:
		return p, nil
	case len(places) > 1 || p.stars:
		return p, fmt.Errorf("%q: a text with a fingerprint can hold one of them, and no *", source)
	}
	from, to := places[0][0], places[0][1]
	p.before, p.secret, p.after = source[:from], source[from:to], source[to:]
	return p, nil
}

// match says whether a text is as the pattern has it.
func (p pattern) match(text string) bool {
	switch {
	case text == p.source:
		return true
	case p.stars:
		return journal.Wildcard(p.source, text)
	case p.secret != "":
		secret := len(text) - len(p.before) - len(p.after)
		return secret > 0 && strings.HasPrefix(text, p.before) && strings.HasSuffix(text, p.after) &&
			fingerprint(text[len(p.before):len(p.before)+secret]) == p.secret
	}
	return false
}

// fingerprint is how the journal shows a secret.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "[secret " + hex.EncodeToString(sum[:4]) + "]"
}
