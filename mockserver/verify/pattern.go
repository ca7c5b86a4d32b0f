package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"oauthmock/mockserver/journal"
)

// pattern is a text as a test expects it: literal; with * for any text; or with fingerprints of
// credentials, as the journal shows them, instead of the credentials.
type pattern struct {
	source string
	stars  bool
	// fingerprints in order, and the text before the first, between them and after the last.
	fingerprints []string
	around       []string
	redactor     *journal.Redactor
}

// fingerprint finds fingerprints: "[secret 1a2b3c4d5e6f7081]".
func fingerprint() *regexp.Regexp { return regexp.MustCompile(`\[secret [0-9a-f]{16}\]`) }

// newPattern parses a pattern; stars means that * matches any text.
func newPattern(source string, stars bool, redactor *journal.Redactor) (pattern, error) {
	p := pattern{source: source, stars: stars && strings.Contains(source, "*"), redactor: redactor}
	if !strings.Contains(source, "[secret ") { // nearly always
		return p, nil
	}
	if p.fingerprints = fingerprint().FindAllString(source, -1); len(p.fingerprints) == 0 {
		return p, nil
	}
	p.around = fingerprint().Split(source, -1)
	if p.stars {
		return p, fmt.Errorf("%q: a text with a fingerprint can hold no *", source)
	}
	if slices.Contains(p.around[1:len(p.around)-1], "") {
		return p, fmt.Errorf("%q: nobody could say where between two fingerprints the first credential ends", source)
	}
	return p, nil
}

// match reports whether a text is as the pattern has it.
func (p pattern) match(text string) bool {
	switch {
	case text == p.source:
		return true
	case p.stars:
		return journal.Wildcard(p.source, text)
	case len(p.fingerprints) > 0:
		return p.matchCredentials(text)
	}
	return false
}

// matchCredentials reports whether a text has credentials where the pattern has their fingerprints.
func (p pattern) matchCredentials(text string) bool {
	text, ok := strings.CutPrefix(text, p.around[0])
	if !ok {
		return false
	}
	for i, want := range p.fingerprints {
		after := p.around[i+1]
		end := strings.Index(text, after)
		if i == len(p.fingerprints)-1 {
			end = len(text) - len(after)
		}
		if end <= 0 || text[end:end+len(after)] != after || p.redactor.Fingerprint(text[:end]) != want {
			return false
		}
		text = text[end+len(after):]
	}
	return true
}
