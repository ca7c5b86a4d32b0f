package journal

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// redact replaces the credentials in a text, also where they stand in another spelling: escaped for
// a URL or for JSON, or in Base64.
func (s *secrets) redact(text string) string { return s.redactAt(text, nil) }

// redactAt is redact for a text in which it is known where credentials and names stand.
func (s *secrets) redactAt(text string, places []place) string {
	if s.tooMany {
		return fmt.Sprintf("(%d bytes, not shown: the exchange holds too many secrets)", len(text))
	}
	var out strings.Builder
	at := 0
	for _, p := range places {
		if p.from >= len(text) {
			break
		}
		s.without(&out, text[at:p.from], s.everywhere)
		at = min(p.to, len(text))
		if p.name {
			out.WriteString(text[p.from:at])
		} else {
			out.WriteString(s.redactor.Fingerprint(p.credential))
		}
	}
	s.without(&out, text[at:], s.everywhere)
	return out.String()
}

// without writes a text without these values, and then without words that are credentials. What
// stands instead of one is not checked again: the word "secret" is a credential of somebody, too.
func (s *secrets) without(out *strings.Builder, text string, values []string) {
	for i, value := range values {
		// Of a long value that stands at the end of a text that was cut, the beginning suffices.
		sought := value[:min(len(value), maxCompared)]
		at := strings.Index(text, sought)
		if at < 0 {
			continue
		}
		for ; at >= 0; at = strings.Index(text, sought) {
			s.without(out, text[:at], values[i+1:])
			out.WriteString(s.redactor.Fingerprint(s.values[value]))
			text = text[min(len(text), at+len(value)):]
		}
		s.without(out, text, values[i+1:])
		return
	}
	out.WriteString(s.withoutWords(text))
}

// withoutWords replaces words that are credentials, in any spelling.
func (s *secrets) withoutWords(text string) string {
	text = s.hide(text)
	// Shown unescaped only where something must be hidden: else a text stays as it came.
	plain := text
	for range maxEscaped {
		next := unescape(plain)
		if next == plain {
			break
		}
		plain = next
		hidden := plain
		for _, value := range s.everywhere {
			hidden = strings.ReplaceAll(hidden, value, s.redactor.Fingerprint(s.values[value]))
		}
		if hidden = s.hide(hidden); hidden != plain {
			text, plain = hidden, hidden
		}
	}
	return runs(text, isBase64, func(run string) string {
		if shown := s.hideEncoded(run); shown != run {
			return shown
		}
		return runs(run, isWord, s.hideEncoded) // in a path, slashes stand around it
	})
}

// hideEncoded replaces a run of Base64 in which a credential stands, such as that of HTTP Basic in
// a header of another name, by the credential's fingerprint.
func (s *secrets) hideEncoded(run string) string {
	if len(run) < base64.RawStdEncoding.EncodedLen(shortest) || len(run) > maxCompared {
		return run
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		decoded, err := encoding.DecodeString(run)
		if err != nil {
			continue
		}
		plain := string(decoded)
		for _, value := range s.everywhere {
			if strings.Contains(plain, value) {
				return s.redactor.Fingerprint(s.values[value])
			}
		}
		if hidden := s.hide(plain); hidden != plain {
			from := strings.Index(hidden, marker)
			return hidden[from : from+fingerprintLength]
		}
	}
	return run
}

// known returns the credential that a word is, of this exchange or of anybody at this moment.
func (s *secrets) known(word string) (credential string, ok bool) {
	if credential, ok = s.values[word]; ok {
		return credential, true
	}
	return word, !secretName(word) && s.redactor.live(word)
}

// hide replaces words that are credentials. Tokens are words of letters and digits; API keys of
// fixtures may hold dots, dashes and underscores.
func (s *secrets) hide(text string) string {
	return runs(text, isWord, func(run string) string {
		if len(run) < shortest {
			return run
		}
		if hidden, ok := s.hideWithin(run); ok {
			return hidden
		}
		return runs(run, isLetterOrDigit, s.hideWord)
	})
}

// hideWithin replaces the credentials with dots, underscores or dashes in them that stand in a run
// of words, between two of these. Not ok when there is none.
func (s *secrets) hideWithin(run string) (hidden string, ok bool) {
	const few, most = 24, 8 // edges between which every part is tried; of more, parts of so many
	edges := []int{0}
	for i := range len(run) {
		if !isLetterOrDigit(run[i]) {
			edges = append(edges, i, i+1)
		}
	}
	edges = append(edges, len(run))
	if len(edges) == 2 {
		return "", false
	}
	longest := len(edges) - 1
	if len(edges) > few {
		longest = most
	}
	var out strings.Builder
	written := 0
	for first := range edges {
		from := edges[first]
		for last := min(first+longest, len(edges)-1); last > first+1; last-- {
			to := edges[last]
			if from < written || to-from < shortest {
				break
			}
			if credential, known := s.known(run[from:to]); known {
				out.WriteString(runs(run[written:from], isLetterOrDigit, s.hideWord))
				out.WriteString(s.redactor.Fingerprint(credential))
				written, ok = to, true
			}
		}
	}
	out.WriteString(runs(run[written:], isLetterOrDigit, s.hideWord))
	return out.String(), ok
}

// hideWord replaces a word of letters and digits, or a token or API key that something was stuck
// to.
func (s *secrets) hideWord(word string) string {
	const key, token, maxStuck = 32, 24, 128 // the lengths of what the mock itself draws, and how long a word with one of them may be
	if len(word) < shortest {
		return word
	}
	if credential, ok := s.known(word); ok {
		return s.redactor.Fingerprint(credential)
	}
	if len(word) > maxStuck {
		return word
	}
	for i := range max(0, len(word)-token+1) {
		for _, n := range [...]int{key, token} {
			end := i + n
			if end > len(word) || strings.Trim(word[i:end], "0123456789abcdef") != "" {
				continue
			}
			if credential, ok := s.known(word[i:end]); ok {
				return word[:i] + s.redactor.Fingerprint(credential) + s.hideWord(word[end:])
			}
		}
	}
	return word
}

// maxEscaped is how often a text may be escaped, one time over the other, and is still looked
// through.
const maxEscaped = 4

// unescape replaces escapes of URLs and of JSON by the printable ASCII character that they stand
// for, and escapes of other characters, which no credential has, by a space, so that nothing of the
// escape sticks to the word behind it.
func unescape(text string) string {
	if !strings.ContainsAny(text, `%\`) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		digits := 0 // behind how many bytes
		switch {
		case rest[0] == '%' && len(rest) >= len("%20"):
			digits = len("%")
		case strings.HasPrefix(rest, `\u00`) && len(rest) >= len(`\u0020`):
			digits = len(`\u00`)
		case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte(`bfnrt`, rest[1]) >= 0:
			out = append(out, ' ')
			i++
			continue
		case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte(`"/\`, rest[1]) >= 0:
			out = append(out, rest[1])
			i++
			continue
		}
		if digits == 0 {
			out = append(out, rest[0])
			continue
		}
		b, err := hex.DecodeString(rest[digits : digits+2])
		if err != nil {
			out = append(out, rest[0])
			continue
		}
		if b[0] < ' ' || b[0] > '~' {
			b[0] = ' '
		}
		out = append(out, b[0])
		i += digits + 1
	}
	return string(out)
}

// runs replaces the longest runs of some bytes.
func runs(text string, of func(byte) bool, replace func(run string) string) string {
	var out []byte // unless nothing changed yet
	written := 0
	for i := 0; i < len(text); {
		if !of(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && of(text[i]) {
			i++
		}
		if instead := replace(text[start:i]); instead != text[start:i] {
			out = append(append(out, text[written:start]...), instead...)
			written = i
		}
	}
	if written == 0 {
		return text
	}
	return string(append(out, text[written:]...))
}

func isLetterOrDigit(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

func isWord(b byte) bool { return isLetterOrDigit(b) || b == '.' || b == '_' || b == '-' }

func isBase64(b byte) bool {
	return isLetterOrDigit(b) || b == '+' || b == '/' || b == '_' || b == '-'
}
