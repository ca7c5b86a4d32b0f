package client

import (
	"fmt"
	"strings"
)

// refusedInARow is how often the same request may be refused with 401 before it counts as
// hammering.
const refusedInARow = 3

func credentialRules() []Rule {
	expired := onClock(Account, should("credentials/expired-not-sent", "A token whose expireAt has passed is renewed or replaced, and not sent.", "v2 TokenDetail.expireAt", expiredNotSent))
	return []Rule{
		should("credentials/not-hammered", "A credential that was refused is renewed or reported, and not sent with the same request again and again.", "RFC 6750, 3.1", notHammered),
		readingBodies(expired),
		should("credentials/not-in-url", "No credential stands in a URL, beyond the token in the paths that are documented so.", "RFC 6750, 2.3; RFC 6749, 2.3.1", notInURL),
		must("credentials/not-elsewhere", "No credential is sent to another host after a redirect.", "RFC 9110, 15.4; RFC 6750, 5.3", notElsewhere),
		ofCommands(should("credentials/not-printed", "No credential is in the client's own output.", "RFC 6819, 5.1.6", notPrinted)),
		should("credentials/payment-is-no-login", "After 402 no token is renewed or made anew, and the call is not repeated until the credit is looked at.", "docs/behaviour.md#paid-services", paymentIsNoLogin),
	}
}

func notHammered(e *Evidence) Finding {
	var seen []int
	run := []int{}
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if one.Status != 401 {
			run = run[:0]
			continue
		}
		seen = append(seen, i)
		if len(run) > 0 {
			before := &e.Exchanges[run[0]]
			_, was := before.authorization()
			if _, is := one.authorization(); was != is || !one.same(before) {
				run = run[:0]
			}
		}
		if run = append(run, i); len(run) > refusedInARow {
			return broken(fmt.Sprintf("at most %d times the same request with the same refused credential", refusedInARow), fmt.Sprintf("%s %s was sent %d times in a row with it", one.Method, label(one), len(run)), run...)
		}
	}
	return kept(seen)
}

func expiredNotSent(e *Evidence) Finding {
	var seen []int
	expiry := e.expiries()
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		at, known := expiry(one.Bearer(), i)
		if !known {
			continue
		}
		seen = append(seen, i)
		if one.At.After(at) {
			return broken("a token is sent until its expireAt", fmt.Sprintf("it was sent %s after its expireAt, on the account's clock", one.At.Sub(at)), i)
		}
	}
	return kept(seen)
}

func notInURL(e *Evidence) Finding {
	credentials := e.credentials()
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if one.Operation == "callback" || one.Operation == "elsewhere" {
			continue
		}
		seen = append(seen, i)
		for _, name := range sortedNames(one.Query) {
			for _, value := range one.Query[name] {
				if secretParameter(one, name, value, credentials) {
					return brokenAlone("no credential in the query", fmt.Sprintf("the parameter %q of %s %s holds one", name, one.Method, label(one)), i)
				}
			}
		}
		if one.Token != "" {
			continue // the documented path
		}
		for segment := range strings.SplitSeq(one.Path, "/") {
			if isFingerprint(segment) || credentials[segment] {
				return brokenAlone("no credential in the path", fmt.Sprintf("one is in the path of %s %s", one.Method, label(one)), i)
			}
		}
	}
	return kept(seen)
}

// secretParameter reports whether a parameter of a query holds a credential that has no place
// there.
func secretParameter(e *Exchange, name, value string, credentials map[string]bool) bool {
	switch name {
	case "code", "code_challenge", "state", "nonce":
		return false
	case "id":
		if e.Operation == "token.list" || e.Operation == "token.get" {
			return false // the detail that the summary of the operation speaks of
		}
	case "access_token", "refresh_token", "refreshToken", "client_secret", "api_key", "apiKey", "apikey", "password":
		return value != ""
	}
	return isFingerprint(value) || credentials[value]
}

func notElsewhere(e *Evidence) Finding {
	var seen []int
	for _, i := range e.judged() {
		if to := e.Exchanges[i].location(); to != nil && to.Host != "" && hostName(to.Host) != hostName(e.Exchanges[i].Host) && e.Exchanges[i].Operation != "authcode.authorize" {
			seen = append(seen, i)
			_, credential := e.Exchanges[i].authorization()
			for j := range e.after(i) {
				later := &e.Exchanges[j]
				if later.Operation != "elsewhere" && hostName(later.Host) != hostName(to.Host) {
					continue
				}
				_, sent := later.authorization()
				if sent != "" && (later.Operation == "elsewhere" || sent == credential) {
					return brokenAlone("a redirect to another host is followed without credentials, or not at all", "the credential was sent to "+hostName(later.Host), i, j)
				}
			}
		}
	}
	return kept(seen)
}

func notPrinted(e *Evidence) Finding {
	switch {
	case e.Ended == nil:
		return Finding{}
	case len(e.Ended.Leaked) > 0:
		return brokenAlone("no credential in standard output and standard error", "printed on "+strings.Join(e.Ended.Leaked, ", "))
	}
	return Finding{State: Kept}
}

func paymentIsNoLogin(e *Evidence) Finding {
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if one.Status != 402 || one.Operation != "service.call" {
			continue
		}
		seen = append(seen, i)
		for j := range e.after(i) {
			later := &e.Exchanges[j]
			if later.Operation == "wallet.get" || later.Operation == "wallet.transactions" || later.Operation == "subscription.list" || e.between(i, j) > 10*second {
				break
			}
			if later.Operation == "token.update" || later.Operation == "token.create" {
				return broken("402 is answered by looking after the credit, or by giving up", fmt.Sprintf("the client went on with %s, as if the token were the reason", later.Operation), i, j)
			}
			if j == i+1 && later.same(one) {
				return broken("a call that could not be paid is not repeated before the credit was looked at", "it was repeated at once", i, j)
			}
		}
	}
	return kept(seen)
}
