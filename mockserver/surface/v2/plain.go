package v2

import (
	"oauthmock/mockserver/account"
)

// plainRequest reads the bodies that nearly all callers send: an object with scopes, and perhaps a name and a ttl, each once and without
// escapes. Ok is false for every other body, right or wrong: that is for the general reader, which would answer the same for these.
func plainRequest(body []byte) (r account.TokenRequest, ok bool) {
	s := plainScanner{rest: body}
	s.expect('{')
	for {
		switch member := s.text(); string(member) {
		case "scopes":
			if s.expect(':'); r.Scopes.Present {
				return r, false
			}
			r.Scopes = account.Change[[]string]{Present: true, Value: s.texts()}
		case "name":
			if s.expect(':'); r.Name.Present {
				return r, false
			}
			r.Name = account.Change[string]{Present: true, Value: string(s.text())}
		case "ttl":
			if s.expect(':'); r.TTL.Present {
				return r, false
			}
			r.TTL = account.Change[int64]{Present: true, Value: s.number()}
		default:
			return r, false
		}
		if !s.comma() {
			break
		}
	}
	s.expect('}')
	s.space()
	return r, !s.failed && len(s.rest) == 0 && r.Scopes.Present
}

// plainScanner reads JSON as long as it is plain. After the first surprise it has failed, and what it answers means nothing.
type plainScanner struct {
	rest   []byte
	failed bool
}

func (s *plainScanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\t' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}

func (s *plainScanner) next(c byte) bool {
	s.space()
	return len(s.rest) > 0 && s.rest[0] == c
}

func (s *plainScanner) expect(c byte) {
	if !s.next(c) {
		s.failed, s.rest = true, nil
		return
	}
	s.rest = s.rest[1:]
}

func (s *plainScanner) comma() bool {
	if !s.next(',') {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text reads a text of ASCII without escapes. It is the body's memory.
func (s *plainScanner) text() []byte {
	s.expect('"')
	for i, c := range s.rest {
		switch {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return text
		case c < ' ' || c == '\\' || c >= 0x80:
			s.failed, s.rest = true, nil
			return nil
		}
	}
	s.failed, s.rest = true, nil
	return nil
}

// texts reads an array of one text or more, none of which is empty.
func (s *plainScanner) texts() []string {
	s.expect('[')
	var list []string
	for {
		text := s.text()
		if len(text) == 0 {
			s.failed, s.rest = true, nil
			return nil
		}
		list = append(list, string(text))
		if !s.comma() {
			break
		}
	}
	s.expect(']')
	return list
}

// number reads a number that is not negative and has no more digits than an int64 holds in any case.
func (s *plainScanner) number() (n int64) {
	const most = 18
	s.space()
	digits := 0
	for digits < len(s.rest) && digits <= most && '0' <= s.rest[digits] && s.rest[digits] <= '9' {
		n = 10*n + int64(s.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > most || digits > 1 && s.rest[0] == '0' {
		s.failed, s.rest = true, nil
		return 0
	}
	s.rest = s.rest[digits:] // a fraction or an exponent is no comma and no end
	return n
}
