package mutant

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// onPage lies about what a page of the authorization shows.
func onPage(old, with string) Lie {
	return func(x *Exchange) {
		if x.Operation == codeAuthorize && bytes.Contains(x.Page, []byte(old)) {
			x.Answer.Raw = bytes.ReplaceAll(x.Page, []byte(old), []byte(with))
		}
	}
}

// without lies about a header of the pages.
func without(header string) Lie {
	return when(codeAuthorize, has(http.StatusOK), func(x *Exchange) { x.setHeader(header, "") })
}

func codePages() []Mutant {
	const login, wrong, consent, headers = "authcode/pages/login", "authcode/pages/wrong-password", "authcode/pages/consent", "authcode/pages/headers"
	forbidden := has(http.StatusForbidden)
	back := func(x *Exchange) {
		x.goTo("http://127.0.0.1:9/cb", url.Values{"code": {"0123456789abcdef"}})
	}
	return family("authcode",
		row{"forged-form", "a form that another browser was given is taken", "authcode/pages/another-site", when(codeAuthorize, forbidden, back)},
		row{"form-without-cookie", "a form is taken without its cookie", "authcode/pages/without-cookies", when(codeAuthorize, forbidden, back)},
		row{"form-without-cookie-asked-again", "a form without its cookie is answered with the page", "authcode/pages/without-cookies", when(codeAuthorize, forbidden, status(http.StatusOK))},
		row{"login-renamed", "the login asks for a user", login, onPage(`name="username"`, `name="user"`)},
		row{"login-without-title", "the page has no title", login, onPage("<title", "<meta data-title")},
		row{"login-as-if-real", "the page does not say that it is a mock", login, func(x *Exchange) {
			if x.Operation == codeAuthorize && x.Page != nil {
				x.Answer.Raw = []byte(strings.NewReplacer("mock", "site", "Mock", "Site").Replace(string(x.Page)))
			}
		}},
		row{"login-without-users", "the users are no buttons", login, when(codeAuthorize, func(x *Exchange) bool { return x.Page != nil && bytes.Contains(x.Page, []byte(`name="password"`)) }, func(x *Exchange) {
			x.Answer.Raw = bytes.ReplaceAll(bytes.ReplaceAll(x.Page, []byte("<button"), []byte("<span")), []byte("</button"), []byte("</span"))
		})},
		row{"form-answered-with-302", "a form is answered with 302", login, when(codeAuthorize, has(http.StatusSeeOther), status(http.StatusFound))},
		row{"wrong-password-unnoticed", "nothing says that the password was wrong", wrong, func(x *Exchange) {
			if x.Operation == codeAuthorize && x.Page != nil {
				x.Answer.Raw = []byte(strings.NewReplacer("wrong", "here", "Wrong", "Here", "not right", "here", "incorrect", "here", "invalid", "here").Replace(string(x.Page)))
			}
		}},
		row{"wrong-password-kept", "the password that was typed is on the page", wrong, onPage(`name="password"`, `name="password" value="not-this"`)},
		row{"consent-renamed", "the button says Continue", login, onPage("Allow", "Continue")},
		row{"consent-without-deny", "there is no button to deny", consent, onPage("Deny", "Later")},
		row{"consent-without-client", "the page does not say which client asks", consent, func(x *Exchange) {
			if id := x.Query.Get("client_id"); x.Operation == codeAuthorize && x.Page != nil && id != "" {
				x.Answer.Raw = bytes.ReplaceAll(x.Page, []byte(id), []byte("a client"))
			}
		}},
		row{"page-framed", "a page may be framed", headers, without("Content-Security-Policy")},
		row{"page-with-inline-script", "a page may run what stands in it", headers, when(codeAuthorize, has(200), func(x *Exchange) {
			x.setHeader("Content-Security-Policy", x.Answer.Header.Get("Content-Security-Policy")+"; script-src 'unsafe-inline'")
		})},
		row{"page-sniffed", "the type of a page may be guessed", headers, without("X-Content-Type-Options")},
		row{"page-referred", "a page tells where it was", headers, without("Referrer-Policy")},
		row{"page-stored", "a page may be stored", headers, without("Cache-Control")},
		row{"cookie-for-scripts", "scripts see the cookie", headers, when(codeAuthorize, has(200), func(x *Exchange) {
			x.setHeader("Set-Cookie", strings.ReplaceAll(x.Answer.Header.Get("Set-Cookie"), "HttpOnly", "X"))
		})},
	)
}
