package authcode

import (
	"errors"
	"net/url"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/surface"
)

// The reasons for which an authorization is refused, beside those of clients and their redirect
// URIs.
const (
	// What is wrong with the request, or was decided, as told to the client.
	authorizationInvalid    account.Reason = "authorization-invalid"
	responseTypeUnsupported account.Reason = "response-type-unsupported"
	accessDenied            account.Reason = "access-denied"
	// formForged is for a form that was not sent from a page of this browser's session.
	formForged account.Reason = "form-forged"
)

// request is a request to the authorization endpoint, as its query has it. The forms of its pages
// are posted to the same address, so it is the same request at every step.
type request struct {
	clientID, redirectURI, responseType string
	challenge, method                   string
	// state as it was sent, still escaped, so that it is returned unchanged; stated reports whether
	// there was one.
	state  string
	stated bool
	// twice are the names of parameters that came more than once.
	twice []string
	// back is where the client is told about a refusal; "" until the redirect URI is known to be
	// the client's.
	back string
	// again is where a person may start again after a refusal; "" where that would not help.
	again string
}

// readRequest parses a query leniently: what cannot be unescaped is kept as it is.
func readRequest(query string) *request {
	r := &request{}
	given := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		name = unescaped(name)
		into := r.member(name)
		if into == nil {
			continue // what is not asked for is ignored
		}
		if given[name] {
			r.twice = append(r.twice, name)
			continue
		}
		given[name] = true
		*into = unescaped(raw)
		if name == "state" {
			r.state, r.stated = escapedUnsafe(raw), true
		}
	}
	return r
}

// member is where a parameter goes; nil for one that is not asked for.
func (r *request) member(name string) *string {
	switch name {
	case "client_id":
		return &r.clientID
	case "redirect_uri":
		return &r.redirectURI
	case "response_type":
		return &r.responseType
	case "state":
		return &r.state
	case "code_challenge":
		return &r.challenge
	case "code_challenge_method":
		return &r.method
	}
	return nil
}

// trusted refuses a request of which it is not sure whose it is. Nobody is sent anywhere by such a
// request.
func (r *request) trusted() error {
	for _, name := range r.twice {
		if name == "client_id" || name == "redirect_uri" {
			return account.Refuse(surface.RequestInvalid, "the query has the parameter "+name+" more than once")
		}
	}
	if r.clientID == "" {
		return account.Refuse(surface.RequestInvalid, "the request has no client_id")
	}
	return nil
}

// check returns what else is wrong with a request, and parses its challenge (RFC 7636). The client
// is told.
func (r *request) check() (grant.Challenge, error) {
	switch {
	case len(r.twice) > 0:
		return grant.Challenge{}, account.Refuse(authorizationInvalid, "the query has the parameter "+r.twice[0]+" more than once")
	case r.responseType == "":
		return grant.Challenge{}, account.Refuse(authorizationInvalid, "the request has no response_type; want code")
	case r.responseType != "code":
		return grant.Challenge{}, account.Refuse(responseTypeUnsupported, "the response_type is not code, the only one that there is")
	}
	challenge, err := grant.ParseChallenge(r.challenge, r.method)
	return challenge, refused(err)
}

// refused turns a refusal of package grant into one of an account.
func refused(err error) error {
	if refusal, ok := errors.AsType[*grant.Refusal](err); ok {
		return account.Refuse(account.Reason(refusal.Reason), refusal.Detail)
	}
	return err
}

// location is the redirect URI with parameters behind its own query, which it keeps, and with the
// state.
func (r *request) location(parameters ...string) string {
	address, fragment, _ := strings.Cut(r.redirectURI, "#")
	var b strings.Builder
	b.WriteString(escapedUnsafe(address))
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
		if strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&") {
			separator = ""
		}
	}
	for i := 0; i+1 < len(parameters); i += 2 {
		b.WriteString(separator + parameters[i] + "=" + url.QueryEscape(parameters[i+1]))
		separator = "&"
	}
	if r.stated {
		b.WriteString(separator + "state=" + r.state)
	}
	if fragment != "" {
		b.WriteString("#" + escapedUnsafe(fragment))
	}
	return b.String()
}

// returnTo is how a person calls the place that the browser goes back to: the origin of the
// redirect URI.
func (r *request) returnTo() string {
	u, err := url.Parse(r.redirectURI)
	if err != nil || u.Host == "" {
		return r.redirectURI
	}
	return u.Scheme + "://" + u.Host
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// escapedUnsafe escapes the bytes that are not allowed in an address, and leaves all others,
// including existing escapes, as they are. The result is safe in a header.
func escapedUnsafe(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>\^`+"`{|}#", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
