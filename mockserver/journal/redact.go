package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
)

// secrets are what an exchange shows of tokens, keys and passwords.
type secrets struct {
	values     []string // longest first
	live       func(word string) bool
	credential string // fingerprint of what the caller authenticated with
}

// secretKeys are the members of bodies and queries that hold secrets, in lower case.
func secretKey(name string) bool {
	switch strings.ToLower(name) {
	case "token", "refreshtoken", "refresh_token", "access_token", "accesstoken", "apikey", "api_key", "client_secret", "password", "code", "code_verifier":
		return true
	}
	return false
}

// secretsOf collects the secrets of an exchange from wherever they can stand: Authorization, path, query, both bodies.
func secretsOf(e *exchange.Exchange) *secrets {
	s := &secrets{}
	if v := e.Request.Header.Get("Authorization"); v != "" {
		_, rest, found := strings.Cut(v, " ")
		if !found {
			rest = v
		}
		s.credential = fingerprint(rest)
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
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); secretKey(name) {
			s.add(value)
		}
	}
	s.addJSON(e.Request.Body)
	s.addJSON(e.Response.Body)
	slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
	s.values = slices.Compact(s.values)
	return s
}

// shortest is the length from which a text can be a secret: shorter ones would blot out half of every answer.
const shortest = 6

func (s *secrets) add(value string) {
	if len(value) >= shortest {
		s.values = append(s.values, value)
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

// redact replaces the secrets in a text.
func (s *secrets) redact(text string) string {
	for _, value := range s.values {
		if strings.Contains(text, value) {
			text = strings.ReplaceAll(text, value, fingerprint(value))
		}
	}
	for _, pattern := range []*regexp.Regexp{words, wordsWithDashes} {
		text = pattern.ReplaceAllStringFunc(text, func(word string) string {
			if s.live(word) {
				return fingerprint(word)
			}
			return word
		})
	}
	return text
}

// What may be a secret: tokens are words of letters and digits, API keys of fixtures may hold more.
var (
	words           = regexp.MustCompile(`[0-9A-Za-z]{6,}`)
	wordsWithDashes = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z._-]{4,}[0-9A-Za-z]`)
)

// fingerprint stands for a secret: the same for the same secret, and no way back to it.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "[secret " + hex.EncodeToString(sum[:4]) + "]"
}
