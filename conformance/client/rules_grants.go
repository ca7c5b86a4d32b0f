package client

import (
	"fmt"
	"slices"
)

func grantRules() []Rule {
	return []Rule{
		must("code/redirect-registered", "The redirect URI is one that the client has registered.", "authorization code: redirect_uri must match the one registered", redirectRegistered),
		should("code/redirect-exact", "The redirect URI is sent exactly as registered, its port included.", "RFC 8252, 7.3; docs/behaviour.md#authorization-code", redirectExact),
		should("code/state-sent", "The authorization request has a state of 8 characters or more, another one each time.", "RFC 6749, 10.12", stateSent),
		must("code/state-checked", "A code is exchanged only if it came back with the state that was sent.", "RFC 6749, 10.12", stateChecked),
		should("code/pkce", "PKCE is used with S256, and the verifier is that of the challenge.", "RFC 7636; RFC 9700, 2.1.1", pkce),
		must("code/used-once", "A code is exchanged once.", "RFC 6749, 4.1.2", codeOnce),
		ofCommands(onClock(Account, should("grants/token-reused", "A token of the client credentials is used until it expires, and not asked for anew with each call.", "client credentials, expires_in", tokenReused))),
	}
}

func isAuthorize(e *Exchange) bool {
	return e.Operation == "authcode.authorize" && e.Method == "GET" && e.Query.Has("client_id")
}

func redirectRegistered(e *Evidence) Finding {
	seen := e.where(isAuthorize)
	for _, i := range seen {
		if one := &e.Exchanges[i]; one.Reason == "redirect-not-registered" {
			return brokenAlone("a redirect URI that is registered", "the server knows no such redirect URI of this client", i)
		}
	}
	return kept(seen)
}

func redirectExact(e *Evidence) Finding {
	if e.Redirects == nil {
		return Finding{}
	}
	seen := e.where(func(x *Exchange) bool { return isAuthorize(x) && x.Reason == "" && x.Fault.Name == "" })
	for _, i := range seen {
		if sent := e.Exchanges[i].Query.Get("redirect_uri"); !slices.Contains(e.Redirects, sent) {
			return broken("one of "+fmt.Sprint(e.Redirects), sent, i)
		}
	}
	return kept(seen)
}

func stateSent(e *Evidence) Finding {
	seen := e.where(isAuthorize)
	used := map[string]int{}
	for _, i := range seen {
		state := e.Exchanges[i].Query.Get("state")
		if len(state) < 8 {
			return brokenAlone("a state of 8 characters or more", fmt.Sprintf("a state of %d characters", len(state)), i)
		}
		if before, again := used[state]; again && e.between(before, i) > 0 && e.Exchanges[before].Query.Get("redirect_uri") != "" && e.Exchanges[before].location() != nil {
			return broken("another state with each authorization request", "the same state as before", before, i)
		}
		used[state] = i
	}
	return kept(seen)
}

// codeOf is the code that an answer sends a browser back with, and the state beside it.
func codeOf(e *Exchange) (code, state string) {
	to := e.location()
	if e.Operation != "authcode.authorize" || to == nil {
		return "", ""
	}
	return to.Query().Get("code"), to.Query().Get("state")
}

func stateChecked(e *Evidence) Finding {
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		code, came := codeOf(one)
		sent := one.Query.Get("state")
		if code == "" || sent == "" {
			continue
		}
		seen = append(seen, i)
		if came == sent {
			continue
		}
		for j := range e.after(i) {
			if later := &e.Exchanges[j]; later.Operation == "authcode.token" && later.form().Get("code") == code {
				return broken("a code that comes with another state is thrown away", "it was exchanged", i, j)
			}
		}
	}
	return kept(seen)
}

func pkce(e *Evidence) Finding {
	var seen []int
	for _, i := range e.where(isAuthorize) {
		one := &e.Exchanges[i]
		if one.Query.Get("code_challenge") == "" {
			if e.Ended != nil && one.Reason == "" {
				return brokenAlone("a code_challenge, as the task asks for", "none", i)
			}
			continue
		}
		seen = append(seen, i)
		if method := one.Query.Get("code_challenge_method"); method != "S256" {
			return brokenAlone("code_challenge_method=S256", fmt.Sprintf("code_challenge_method=%q", method), i)
		}
	}
	for _, i := range e.where(func(x *Exchange) bool { return x.Operation == "authcode.token" && x.Reason == "code-invalid" }) {
		code := e.Exchanges[i].form().Get("code")
		for _, j := range e.judged() {
			if given, _ := codeOf(&e.Exchanges[j]); j < i && given == code && e.Exchanges[j].Fault.Name == "" && e.Exchanges[j].Query.Get("code_challenge") != "" && !e.exchanged(code, i) {
				actual := "the server refused it"
				if why := e.Exchanges[i].Explained; why != "" {
					actual += ": " + why
				}
				return broken("the verifier of the challenge", actual, j, i)
			}
		}
	}
	return kept(seen)
}

// exchanged reports whether a code was exchanged before an exchange.
func (e *Evidence) exchanged(code string, before int) bool {
	return slices.ContainsFunc(e.judged(), func(j int) bool {
		one := &e.Exchanges[j]
		return j < before && one.Operation == "authcode.token" && one.Status == 200 && one.form().Get("code") == code
	})
}

func codeOnce(e *Evidence) Finding {
	exchanged := map[string]bool{}
	var seen []int
	for _, i := range e.where(func(x *Exchange) bool { return x.Operation == "authcode.token" }) {
		code := e.Exchanges[i].form().Get("code")
		switch {
		case code == "":
			continue
		case exchanged[code]:
			return broken("a code is exchanged once", "it was sent again after it had been exchanged", i)
		}
		seen = append(seen, i)
		exchanged[code] = e.Exchanges[i].Status == 200
	}
	return kept(seen)
}

func tokenReused(e *Evidence) Finding {
	var given []int
	for _, i := range e.where(func(x *Exchange) bool { return x.Operation == "clientcred.token" && x.OK() }) {
		if len(given) > 0 {
			last := given[len(given)-1]
			if gap := e.Exchanges[i].At.Sub(e.Exchanges[last].At); gap < 1800*second {
				return broken("the token that is there already", fmt.Sprintf("another one was asked for after %s, on the account's clock", gap.Round(second)), last, i)
			}
		}
		given = append(given, i)
	}
	return kept(given)
}
