package journal

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
)

// secrets are what an exchange shows of tokens, keys, passwords and cookies.
type secrets struct {
	redactor *Redactor
	// values are the spellings in which credentials stand somewhere in the exchange, each with its
	// credential.
	values     map[string]string
	credential string // fingerprint of what the caller authenticated with

	// everywhere are the spellings that are looked for at any place of a text. The others are plain
	// words, and looked for as such.
	everywhere []string
	tooMany    bool // there are too many of them

	request, response []place // in the bodies
}

// place is where a credential stands in a text, or the name of one.
type place struct {
	from, to   int
	credential string
	name       bool
}

// Bounds that keep the work in proportion to the text, whoever wrote it.
const (
	// shortest is the length from which a text that stands anywhere can be a credential: shorter
	// ones would blot out half of every answer. (Where its place gives it away, a credential may
	// have any length.)
	shortest = 6
	// maxEverywhere bounds how often a text is looked through.
	maxEverywhere = 32
	// maxCompared is how much of a longer value must stand in a text for the value to stand there.
	maxCompared = 4 << 10
)

// secretName reports whether members of bodies, queries and forms with a name hold credentials.
func secretName(name string) bool {
	if len(name) > len("proxy-authorization") {
		return false
	}
	plain := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	switch plain {
	case "token", "accesstoken", "refreshtoken", "idtoken", "sessiontoken", "authtoken", "apikey", "secret", "clientsecret", "webhooksecret", "password",
		"code", "codeverifier", "codechallenge", "sessionkey", "csrf", // a plain challenge is the verifier
		"assertion", "clientassertion", "privatekey", "passphrase", "authorization", "proxyauthorization", "cookie", "setcookie":
		return true
	}
	return false
}

// secretHeader reports whether a header with a name holds a credential and nothing else.
func secretHeader(name string) bool {
	if isAuthorization(name) || name == "Cookie" || name == "Set-Cookie" {
		return false // and something else: a scheme, a name, attributes
	}
	plain, _ := strings.CutPrefix(strings.ToLower(name), "x-")
	return secretName(plain)
}

// secrets collects the credentials of an exchange from wherever they can stand: headers, path,
// query, both bodies.
func (r *Redactor) secrets(e *exchange.Exchange) *secrets {
	s := &secrets{redactor: r, values: map[string]string{}}
	s.addHeaders(e.Request.Header)
	s.addHeaders(e.Response.Header)
	if given := e.Request.Header["Authorization"]; len(given) > 0 && given[0] != "" {
		_, _, credential := authorization(given[0])
		s.credential = r.Fingerprint(credential)
	}
	for _, p := range e.Params {
		if secretName(p.Name) {
			s.add(p.Value, p.Value)
		}
	}
	for _, token := range pathTokens(e.Request.URI) {
		s.add(token, token)
		if plain, err := url.PathUnescape(token); err == nil {
			s.add(plain, plain)
			s.add(token, plain)
		}
	}
	path, _, _ := strings.Cut(e.Request.URI, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(segment); err == nil && s.addLive(plain) {
			s.add(segment, plain)
		}
	}
	s.addURL(e.Request.URI)
	s.request = s.addJSON(e.Request.Body)
	s.response = s.addJSON(e.Response.Body)
	s.addHiddenFields(string(e.Response.Body))
	if body := bytes.TrimSpace(e.Request.Body); len(body) > 0 && strings.IndexByte(`{["`, body[0]) < 0 { // a form
		s.request = s.addPairs(string(e.Request.Body), 0, "&")
	}
	s.addPhrases(e)
	for value := range s.values {
		if len(s.values) <= maxEverywhere || strings.IndexFunc(value, func(r rune) bool { return r > 0x7f || !isLetterOrDigit(byte(r)) }) >= 0 {
			s.everywhere = append(s.everywhere, value)
		}
	}
	s.tooMany = len(s.everywhere) > maxEverywhere
	slices.SortFunc(s.everywhere, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // one may stand in another
	return s
}

// addPhrases collects the credentials that hold other characters than words do. A few are looked
// for in every spelling, of many only those that stand in the exchange as they are, or escaped
// once.
func (s *secrets) addPhrases(e *exchange.Exchange) {
	const few = 4
	if s.redactor.phrases == nil {
		return
	}
	phrases := s.redactor.phrases()
	for _, phrase := range phrases {
		for _, spelling := range spellings(phrase) {
			if len(phrases) <= few || stands(e, spelling) {
				s.add(spelling, phrase)
			}
		}
	}
}

// stands reports whether a text stands in an exchange.
func stands(e *exchange.Exchange, text string) bool {
	among := func(h http.Header) bool {
		for name, values := range h {
			if strings.Contains(name, text) || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, text) }) {
				return true
			}
		}
		return false
	}
	return strings.Contains(e.Request.URI, text) || among(e.Request.Header) || bytes.Contains(e.Request.Body, []byte(text)) ||
		among(e.Response.Header) || bytes.Contains(e.Response.Body, []byte(text))
}

// spellings are the ways in which a text is written in headers, URLs, forms and JSON.
func spellings(text string) []string {
	out := []string{text, url.QueryEscape(text), url.PathEscape(text)}
	if quoted, err := json.Marshal(text); err == nil { // always
		out = append(out, strings.Trim(string(quoted), `"`))
	}
	return out
}

// pathTokens are the credentials that a path names though no operation matched it, and so also what
// somebody expects of a request: the segment after one that is called like a credential
// (/tokens/{token}, v1's /token/{token}), and the parameter id.
func pathTokens(uri string) (tokens []string) {
	path, query, _ := strings.Cut(uri, "?")
	named := false
	for segment := range strings.SplitSeq(path, "/") {
		if named {
			tokens = append(tokens, segment)
		}
		if named = secretName(strings.TrimSuffix(segment, "s")); named {
			if values, err := url.ParseQuery(query); err == nil {
				tokens = append(tokens, values.Get("id"))
			}
		}
	}
	return tokens
}

// add notes a spelling of a credential, to be looked for everywhere. The names under which
// credentials stand are no credentials: a grant_type may be "password", and the password too.
func (s *secrets) add(spelling, credential string) {
	if len(spelling) >= shortest && !secretName(spelling) {
		s.values[spelling] = credential
	}
}

// addLive notes a whole value that is a credential of somebody, though no name gives it away, and
// reports whether it is. Credentials that are words of letters and digits are found anywhere; those
// that hold other characters are found where they are the whole of a value.
func (s *secrets) addLive(value string) bool {
	const most = 1 << 10 // bytes of a credential
	if len(value) < shortest || len(value) > most || isWhole(value) || !s.redactor.live(value) {
		return false
	}
	for _, spelling := range spellings(value) {
		s.add(spelling, value)
	}
	return true
}

// isWhole reports whether a text is a word of letters, digits, dots, underscores and dashes.
func isWhole(text string) bool {
	for i := range len(text) {
		if !isWord(text[i]) {
			return false
		}
	}
	return true
}

// addUserinfo collects the passwords in URLs that stand anywhere in a text
// (https://user:password@host).
func (s *secrets) addUserinfo(text string) {
	for found := true; found; {
		if _, text, found = strings.Cut(text, "://"); !found {
			return
		}
		authority := text
		if end := strings.IndexAny(text, "/?#\\\"' <>\t\r\n"); end >= 0 {
			authority = text[:end]
		}
		at := strings.LastIndexByte(authority, '@')
		if at < 0 {
			continue
		}
		user, password, both := strings.Cut(authority[:at], ":")
		if !both {
			password = user // a token alone
		}
		if plain, err := url.PathUnescape(password); err == nil {
			s.add(password, plain)
			s.add(plain, plain)
		}
	}
}

// addHeaders collects what headers hold.
func (s *secrets) addHeaders(h http.Header) {
	for name, values := range h {
		for _, v := range values {
			switch {
			case isAuthorization(name):
				scheme, rest, credential := authorization(v)
				s.add(rest, credential)
				s.add(credential, credential)
				if _, last, found := strings.Cut(v, " "); scheme == "" && found {
					s.add(last, last)
				}
			case name == "Cookie" || name == "Set-Cookie":
				for _, p := range cookies(name, v) {
					s.add(v[p.from:p.to], p.credential)
				}
			case secretHeader(name):
				s.add(v, v)
			case holdsURL(name):
				s.addURL(v)
				s.addUserinfo(v)
			default:
				s.addLive(v)
				s.addUserinfo(v)
			}
		}
	}
}

func isAuthorization(name string) bool {
	return name == "Authorization" || name == "Proxy-Authorization"
}

// holdsURL reports whether a header holds a URL, whose query or fragment may hold credentials.
func holdsURL(name string) bool {
	return name == "Location" || name == "Referer" || name == "Content-Location"
}

// authorization takes the value of an Authorization header apart: the scheme, what stands behind
// it, and the credential in that. Of HTTP Basic the credential is the password, decoded as OAuth
// clients encode it (RFC 6749, section 2.3.1). What begins with no known scheme may be a credential
// as a whole.
func authorization(v string) (scheme, rest, credential string) {
	scheme, rest, _ = strings.Cut(v, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(scheme) {
	case "bearer", "digest", "token", "apikey":
	case "basic":
		decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "="))
		if _, password, ok := strings.Cut(string(decoded), ":"); err == nil && ok && password != "" {
			if plain, err := url.PathUnescape(password); err == nil {
				password = plain
			}
			return scheme, rest, password
		}
	default:
		return "", v, v
	}
	return scheme, rest, rest
}

// cookies are the places of the values in a Cookie header, or of the one value in a Set-Cookie
// header.
func cookies(header, v string) (places []place) {
	at := 0
	for pair := range strings.SplitSeq(v, ";") {
		if name, value, found := strings.Cut(pair, "="); found && strings.Trim(value, ` "`) != "" {
			p := place{from: at + len(name) + 1, to: at + len(pair)}
			p.credential = strings.Trim(v[p.from:p.to], ` "`)
			places = append(places, p)
		}
		if header == "Set-Cookie" { // what follows are attributes
			break
		}
		at += len(pair) + 1
	}
	return places
}

// addURL collects what stands in the query and in the fragment of a URL.
func (s *secrets) addURL(text string) (places []place) {
	if at := strings.IndexAny(text, "?#"); at >= 0 {
		places = s.addPairs(text, at+1, "&#")
	}
	return places
}

// addPairs collects the values under names of credentials in a query or a form, which begins at a
// place of a text.
func (s *secrets) addPairs(text string, at int, separators string) (places []place) {
	for at < len(text) {
		end := len(text)
		if n := strings.IndexAny(text[at:], separators); n >= 0 {
			end = at + n
		}
		name, value, found := strings.Cut(text[at:end], "=")
		if plain, err := url.QueryUnescape(strings.TrimRight(value, "\r\n")); err == nil {
			if s.addUserinfo(plain); s.addLive(plain) {
				s.add(value, plain)
			}
		}
		if plain, err := url.QueryUnescape(name); found && err == nil && secretName(strings.TrimSpace(plain)) {
			credential := strings.TrimRight(value, "\r\n")
			middle := at + len(name)
			places = append(places, place{from: at, to: middle, name: true})
			if credential != "" {
				places = append(places, place{from: middle + 1, to: middle + 1 + len(credential)})
				s.add(credential, credential)
				if plain, err := url.QueryUnescape(credential); err == nil {
					s.add(plain, plain)
					s.add(credential, plain)
					credential = plain
				}
				places[len(places)-1].credential = credential
			}
		}
		at = end + 1
	}
	return places
}

// addHiddenFields collects what the forms of a page carry, which the mock writes in one way only.
func (s *secrets) addHiddenFields(page string) {
	for found := true; found; {
		var name, value string
		if _, page, found = strings.Cut(page, `<input type="hidden" name="`); found {
			name, page, _ = strings.Cut(page, `" value="`)
			if value, page, _ = strings.Cut(page, `"`); secretName(name) {
				s.add(value, value)
			}
		}
	}
}

// addJSON collects the strings under names of credentials, at any depth, and also of JSON that was
// cut short.
func (s *secrets) addJSON(body []byte) (places []place) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var secretNext, isKey bool
	var key string
	var depth []bool // for each open value: is it an object
	for {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return places
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
			// Between two tokens stand but spaces, commas and colons.
			to := int(decoder.InputOffset()) - 1
			from := int(before) + bytes.IndexByte(body[before:], '"') + 1
			if inObject && isKey {
				key, secretNext, isKey = t, secretName(t), false
				if secretNext {
					places = append(places, place{from: from, to: to, name: true})
				}
				continue
			}
			s.addUserinfo(t)
			if !secretNext {
				s.addLive(t)
			}
			if secretNext && t != "" && !isNumber(key, t) {
				if isAuthorization(http.CanonicalHeaderKey(key)) {
					_, rest, credential := authorization(t)
					s.add(rest, credential)
					t = credential
				}
				s.add(t, t)
				places = append(places, place{from: from, to: to, credential: t})
			}
		}
		if inObject {
			isKey, secretNext = true, false
		}
	}
}

// isNumber reports whether a code is the number of an error.
func isNumber(name, value string) bool {
	return name == "code" && strings.Trim(value, "0123456789.") == ""
}
