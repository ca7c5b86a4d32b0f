package journal

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
)

// secrets are what an exchange shows of tokens, keys and passwords.
type secrets struct {
	values     map[string]struct{}
	live       func(word string) bool
	credential string // fingerprint of what the caller authenticated with

	// everywhere are the values that are looked for at any place of a text. The others are plain words, and looked for as such.
	everywhere []string
	tooMany    bool // there are too many of them
}

// Bounds that keep the work in proportion to the text, whoever wrote it.
const (
	// shortest is the length from which a text can be a secret: shorter ones would blot out half of every answer.
	shortest = 6
	// maxEverywhere bounds how often a text is looked through.
	maxEverywhere = 32
	// maxCompared is how much of a longer value must stand in a text for the value to stand there.
	maxCompared = 4 << 10
)

// secretKey says whether members of bodies, queries and forms with a name hold secrets.
func secretKey(name string) bool {
	switch strings.ToLower(name) {
	case "token", "refreshtoken", "refresh_token", "access_token", "accesstoken", "apikey", "api_key", "client_secret", "password", "code", "code_verifier":
		return true
	}
	return false
}

// secretsOf collects the secrets of an exchange from wherever they can stand: Authorization, path, query, both bodies.
func secretsOf(e *exchange.Exchange, live func(word string) bool) *secrets {
	s := &secrets{values: map[string]struct{}{}, live: live}
	for i, v := range e.Request.Header["Authorization"] {
		_, rest, found := strings.Cut(v, " ")
		if !found {
			rest = v
		}
		if i == 0 && v != "" {
			s.credential = fingerprint(rest)
		}
		s.add(rest)
		if decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "=")); err == nil {
			if _, password, ok := strings.Cut(string(decoded), ":"); ok {
				s.add(password)
			}
		}
	}
	path, query, _ := strings.Cut(e.Request.URI, "?")
	if _, rest, found := strings.Cut(path, "/token"); found { // /tokens/{token}, and v1's /token/{token}
		if _, value, found := strings.Cut(rest, "/"); found {
			s.add(value)
			if plain, err := url.PathUnescape(value); err == nil {
				s.add(plain)
			}
		}
		// GET /tokens?id=
		if values, err := url.ParseQuery(query); err == nil {
			s.add(values.Get("id"))
		}
	}
	s.addPairs(query)
	s.addJSON(e.Request.Body)
	s.addJSON(e.Response.Body)
	if body := bytes.TrimSpace(e.Request.Body); len(body) > 0 && strings.IndexByte(`{["`, body[0]) < 0 { // a form
		s.addPairs(string(body))
	}
	for value := range s.values {
		if len(s.values) <= maxEverywhere || strings.IndexFunc(value, func(r rune) bool { return r > 0x7f || !isLetterOrDigit(byte(r)) }) >= 0 {
			s.everywhere = append(s.everywhere, value)
		}
	}
	s.tooMany = len(s.everywhere) > maxEverywhere
	slices.SortFunc(s.everywhere, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // one may stand in another
	return s
}

func (s *secrets) add(value string) {
	if len(value) >= shortest {
		s.values[value] = struct{}{}
	}
}

// addPairs collects the values under secret keys of a query or a form.
func (s *secrets) addPairs(text string) {
	for pair := range strings.SplitSeq(text, "&") {
		if name, value, _ := strings.Cut(pair, "="); secretKey(name) {
			s.add(value)
		}
	}
}

// addJSON collects the strings under secret keys, at any depth, and also of JSON that was cut short.
func (s *secrets) addJSON(body []byte) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var secretNext, isKey bool
	var depth []bool // for each open value: is it an object
	for {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		inObject := len(depth) > 0 && depth[len(depth)-1]
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{', '[':
				depth = append(depth, t == '{')
				isKey = t == '{'
				continue
			default:
				depth = depth[:len(depth)-1]
				inObject = len(depth) > 0 && depth[len(depth)-1]
			}
		case string:
			if inObject && isKey {
				secretNext, isKey = secretKey(t), false
				continue
			}
			if secretNext {
				s.add(t)
			}
		}
		if inObject {
			isKey, secretNext = true, false
		}
	}
}

// redact replaces the secrets in a text, also where they stand in another spelling: escaped for a URL or for JSON, or in Base64.
func (s *secrets) redact(text string) string {
	if s.tooMany {
		return fmt.Sprintf("(%d bytes, not shown: the exchange holds too many secrets)", len(text))
	}
	for _, value := range s.everywhere {
		text = blot(text, value)
	}
	text = s.hide(text)
	for _, prefix := range []string{"%", `\u00`} {
		if plain := unescape(text, prefix); plain != text {
			// Shown unescaped only where something must be hidden: else a text stays as it came.
			if hidden := s.hide(plain); hidden != plain {
				text = hidden
			}
		}
	}
	return runs(text, isBase64, func(run string) string {
		if shown := s.hideEncoded(run); shown != run {
			return shown
		}
		return runs(run, isWord, s.hideEncoded) // in a path, slashes stand around it
	})
}

// hideEncoded replaces a run of Base64 in which a secret stands: credentials in a header of another name, for example.
func (s *secrets) hideEncoded(run string) string {
	if len(run) < base64.RawStdEncoding.EncodedLen(shortest) || len(run) > maxCompared {
		return run
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if decoded, err := encoding.DecodeString(run); err == nil && s.hide(string(decoded)) != string(decoded) {
			return fingerprint(run)
		}
	}
	return run
}

// known says whether a word is a secret, of this exchange or of anybody at this moment.
func (s *secrets) known(word string) bool {
	_, found := s.values[word]
	return found || s.live(word)
}

// hide replaces words that are secrets. Tokens are words of letters and digits; API keys of fixtures may hold dots, dashes and underscores.
func (s *secrets) hide(text string) string {
	return runs(text, isWord, func(run string) string {
		if len(run) < shortest {
			return run
		}
		trimmed := strings.Trim(run, "._-")
		if len(trimmed) >= shortest && strings.ContainsAny(trimmed, "._-") && s.known(trimmed) {
			return strings.Replace(run, trimmed, fingerprint(trimmed), 1)
		}
		return runs(run, isLetterOrDigit, s.hideWord)
	})
}

// hideWord replaces a word of letters and digits, or a token or API key that something was stuck to.
func (s *secrets) hideWord(word string) string {
	const key, token, maxStuck = 32, 24, 128 // the lengths of what the mock itself draws, and how long a word with one of them may be
	if len(word) < shortest {
		return word
	}
	if s.known(word) {
		return fingerprint(word)
	}
	if len(word) > maxStuck {
		return word
	}
	for i := range max(0, len(word)-token+1) {
		for _, n := range [...]int{key, token} {
			if end := i + n; end <= len(word) && strings.Trim(word[i:end], "0123456789abcdef") == "" && s.known(word[i:end]) {
				return word[:i] + fingerprint(word[i:end]) + s.hideWord(word[end:])
			}
		}
	}
	return word
}

// blot replaces a value wherever it stands. Of a long one that stands at the end of a text that was cut, its beginning suffices.
func blot(text, value string) string {
	if len(value) <= maxCompared {
		if !strings.Contains(text, value) {
			return text
		}
		return strings.ReplaceAll(text, value, fingerprint(value))
	}
	var out strings.Builder
	for {
		i := strings.Index(text, value[:maxCompared])
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		out.WriteString(fingerprint(value))
		text = text[min(len(text), i+len(value)):]
	}
}

// unescape replaces a prefix and two hexadecimal digits by the letter, digit or mark of a word that they stand for; anything else stays.
func unescape(text, prefix string) string {
	const digits = 2
	if !strings.Contains(text, prefix) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		end := i + len(prefix) + digits
		if end <= len(text) && text[i:i+len(prefix)] == prefix {
			if b, err := hex.DecodeString(text[end-digits : end]); err == nil && isWord(b[0]) {
				out = append(out, b[0])
				i = end - 1
				continue
			}
		}
		out = append(out, text[i])
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

// fingerprint stands for a secret: the same for the same secret, and no way back to it.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "[secret " + hex.EncodeToString(sum[:4]) + "]"
}
