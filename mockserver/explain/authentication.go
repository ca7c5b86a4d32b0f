package explain

import (
	"fmt"
	"slices"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

// authentication explains how the credentials were judged. A request that matches no operation is
// never authenticated.
func (x *Explainer) authentication(e *exchange.Exchange) Authentication {
	a := x.credentials(e)
	if e.Operation == "" {
		a.Accepted, a.Why = false, "The request matches no operation, so nobody looked at its credentials."
	}
	return a
}

// credentials explains how the credentials were judged. If they were refused it looks for the
// reason in the directory.
func (x *Explainer) credentials(e *exchange.Exchange) Authentication {
	if a, ok := x.ofClient(e); ok {
		return a
	}
	given := e.Request.Header["Authorization"]
	known := e.Account != ""
	switch {
	case known && !slices.Contains([]string{"basic", "refresh", "token"}, e.Auth):
		return Authentication{e.Auth, true, "The caller is known by " + e.Auth + " as account " + string(e.Account) + "."}
	case len(given) == 0:
		return Authentication{"none", false, "The request has no Authorization header."}
	case len(given) > 1:
		return Authentication{"unreadable", false, fmt.Sprintf("The request has %d Authorization headers, and nobody could say which one counts.", len(given))}
	}
	if email, key, ok := surface.Basic(given[0]); ok {
		if known {
			return Authentication{"basic", true, "HTTP Basic was accepted: e-mail and API key are those of account " + string(e.Account) + "."}
		}
		return Authentication{"basic", false, "HTTP Basic was refused: " + x.whyNotBasic(e, email, key)}
	}
	if value, ok := surface.Bearer(given[0]); ok {
		switch {
		case known && e.Reason == string(account.RefreshTokenInvalid):
			return Authentication{"bearer", false, "The Bearer is a secret of account " + string(e.Account) + ", but neither this token nor its refresh token."}
		case known && e.Auth == "refresh":
			return Authentication{"bearer", true, "The Bearer is a refresh token of account " + string(e.Account) + "."}
		case known:
			return Authentication{"bearer", true, "The Bearer is a token of account " + string(e.Account) + "."}
		}
		return Authentication{"bearer", false, "The Bearer was refused: " + x.whyNotBearer(e, value)}
	}
	return Authentication{"unreadable", false, "The Authorization header is neither Basic with Base64 of \"e-mail:API key\" nor Bearer."}
}

// ofClient explains how the credentials of an OAuth client, or its token, were judged. ok is false
// if the operation accepts neither.
func (x *Explainer) ofClient(e *exchange.Exchange) (a Authentication, ok bool) {
	whose := "the client " + e.Client
	if e.Account != "" {
		whose += " of account " + string(e.Account)
	}
	if how := waysOfClients()[e.Auth]; how != "" {
		a.Offered = e.Auth
		switch {
		case refusesCaller(e) && e.Client != "":
			a.Why = fmt.Sprintf("The request is that of %s by its client_id, %s (%s), and was refused.", whose, how, e.Auth)
		case refusesCaller(e):
			a.Why = fmt.Sprintf("The client credentials, %s (%s), were refused.", how, e.Auth)
		default:
			a.Accepted = true
			a.Why = fmt.Sprintf("It is %s, which authenticated with its secret, %s (%s).", whose, how, e.Auth)
		}
		return a, true
	}
	d := x.Surfaces.Of(e)
	if d == nil || !slices.Contains(d.Auth, surface.ClientSecretPost) {
		return a, false
	}
	switch {
	case e.Auth == "token" && e.Client != "":
		return Authentication{"bearer", true, "The Bearer is an access token of " + whose + "."}, true
	case e.Auth == "token":
		why := "The Bearer was refused."
		if value, ok := surface.Bearer(e.Request.Header.Get("Authorization")); ok {
			if said := x.ended(e, "it", value); said != "" {
				why = "The Bearer was refused: " + said
			}
		}
		return Authentication{"bearer", false, why}, true
	case e.Client != "":
		return Authentication{e.Auth, true, "The request names " + whose + "; nothing proves that it is that client's."}, true
	}
	return Authentication{"none", false, "No credentials were taken from the request."}, true
}

// waysOfClients are the ways in which OAuth clients authenticate, in words.
func waysOfClients() map[string]string {
	return map[string]string{surface.ClientSecretBasic: "as HTTP Basic", surface.ClientSecretPost: "in the body"}
}

// refusesCaller reports whether a request was refused for its client credentials, and not for what
// it asked.
func refusesCaller(e *exchange.Exchange) bool {
	return e.Reason == string(account.ClientInvalid) || e.Reason == string(account.ClientDisabled)
}

func (x *Explainer) whyNotBasic(e *exchange.Exchange, email, key string) string {
	owner, keyKnown := x.Directory.Find(account.Secret{Kind: account.APIKey, Value: key})
	_, pair := x.Directory.Find(account.Credentials(email, key))
	switch {
	case pair:
		return fmt.Sprintf("the credentials are those of account %s, a %s account; the host %q takes the other environment only, unless they were made since.", owner.ID, owner.Environment, e.Request.Host)
	case keyKnown:
		return fmt.Sprintf("the API key is that of account %s, but the e-mail is not.", owner.ID)
	case x.Directory.EmailKnown(email):
		if x.Directory.Retired(key) {
			return "the e-mail is known, but the API key is nobody's any more: its account was reset, replaced or removed."
		}
		return "the e-mail is known, but the API key is nobody's."
	case email == "" || key == "":
		return "the e-mail or the API key is empty."
	}
	return "neither the e-mail nor the API key is known."
}

func (x *Explainer) whyNotBearer(e *exchange.Exchange, value string) string {
	for kind, name := range map[account.SecretKind]string{account.AccessToken: "a token", account.RefreshToken: "a refresh token"} {
		owner, ok := x.Directory.Find(account.Secret{Kind: kind, Value: value})
		if !ok {
			continue
		}
		switch {
		case e.Reason == string(account.AccessTokenInvalid) && kind == account.RefreshToken:
			return fmt.Sprintf("it is a refresh token of account %s, but services take access tokens.", owner.ID)
		case e.Reason == string(surface.CredentialsInvalid):
			return fmt.Sprintf("it is %s of account %s, but this operation takes e-mail and API key (Basic).", name, owner.ID)
		}
		return fmt.Sprintf("it is %s of account %s, a %s account, which the host %q does not take, unless it was made since.", name, owner.ID, owner.Environment, e.Request.Host)
	}
	if said := x.ended(e, "it", value); said != "" {
		return said
	}
	return "it is nobody's token or refresh token."
}
