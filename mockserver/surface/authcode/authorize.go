package authcode

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/surface"
)

// findClient finds the account of the client that a request names. Nobody has proved anything by
// that.
func (s *api) findClient(c *surface.Call) account.Reason {
	r := readRequest(c.Request.URL.RawQuery)
	c.Own, c.Gone = r, account.ClientInvalid
	if err := r.trusted(); err != nil {
		return c.Because(err)
	}
	c.Exchange.Auth = byClientID
	identity, known := s.accounts.FindClient(r.clientID)
	if !known || !c.Accept(identity) {
		c.Why = "no client has this client_id"
		return account.ClientInvalid
	}
	return ""
}

// authorize is GET /api/authorize.php, and the forms of its pages: sign in, consent, and go back to
// the client with a code.
func (s *api) authorize(c *surface.Call) (surface.Answer, account.Receipt, error) {
	r := c.Own.(*request)
	client, receipt, err := s.accounts.Client(c.Context(), c.Call, r.clientID)
	if err != nil {
		return surface.Answer{}, receipt, err
	}
	answer, err := s.step(&visit{Call: c, request: r, client: client})
	return answer, receipt, refused(err)
}

// visit is a browser at the authorization endpoint.
type visit struct {
	*surface.Call
	request   *request
	client    account.ClientView
	challenge grant.Challenge
	session   session
	fresh     bool // the browser does not know its session yet
}

// step answers one request of a visit. Once the redirect URI is known to be the client's, errors
// are sent to the client.
func (s *api) step(v *visit) (surface.Answer, error) {
	if v.client.Disabled {
		return surface.Answer{}, account.Refuse(account.ClientDisabled, "the client "+v.client.ID+" is disabled")
	}
	note, err := v.client.Redirect(v.request.redirectURI)
	if err != nil {
		return surface.Answer{}, err
	}
	if note != "" {
		v.say(strings.ToUpper(note[:1]) + note[1:] + ".")
	}
	if v.challenge, err = v.request.check(); err != nil {
		return v.tell(err)
	}
	if name, on := s.auto(); on {
		return s.approve(v, name)
	}
	v.session, v.fresh = s.sessions.of(v.Request)
	if v.Request.Method == http.MethodPost {
		return s.posted(v)
	}
	return s.page(v)
}

// say notes a sentence for the explanation.
func (v *visit) say(sentence string) {
	if note := &v.Exchange.Note; *note == "" {
		*note = sentence
	} else {
		*note += " " + sentence
	}
}

// tell refuses a request by a redirect to the client.
func (v *visit) tell(refusal error) (surface.Answer, error) {
	v.request.back = v.request.redirectURI
	return surface.Answer{}, refusal
}

// approve is consent without pages.
func (s *api) approve(v *visit, name string) (surface.Answer, error) {
	if name == "" {
		if len(v.client.Users) == 0 {
			return v.tell(account.Refuse(accessDenied, "--auto-approve is on, and the client's account has no user"))
		}
		name = v.client.Users[0].Username
	}
	if _, known := v.user(name); !known {
		return v.tell(account.Refuse(accessDenied, "--auto-approve is on for the user "+name+", and the client's account has none of that name"))
	}
	v.say("The pages were skipped, because --auto-approve is on: " + name + " consented.")
	return s.consent(v, name)
}

// page shows the page that a visit has come to.
func (s *api) page(v *visit) (surface.Answer, error) {
	user, signedIn := v.signedIn()
	problem := v.session.Problem
	if problem != noProblem {
		s.sessions.note(v.session, noProblem, "")
	}
	if !signedIn && v.session.User != "" && v.session.Who == v.Account {
		problem = userGone
	}
	csrf := s.sessions.csrf(v.session)
	var answer surface.Answer
	if signedIn {
		v.say("The page asked " + user.Username + " for consent.")
		answer = shownPage(http.StatusOK, consent(consentPage{
			CSRF: csrf, Client: v.client.ID, User: shown(user), ReturnTo: v.request.returnTo(),
		}), v.request.redirectURI)
	} else {
		v.say("The page asked somebody to sign in.")
		page := loginPage{
			CSRF: csrf, Client: v.client.ID, Account: string(v.Account.ID),
			Username: v.session.Username, Problem: problem, More: max(0, len(v.client.Users)-mostUsers),
		}
		for _, user := range v.buttons() {
			page.Users = append(page.Users, shown(user))
		}
		answer = shownPage(http.StatusOK, login(page), v.request.redirectURI)
	}
	if v.fresh {
		answer.Header = append(answer.Header, s.sessions.set(v.session, v.Request))
	}
	return answer, nil
}

// posted carries out a form of a page, and sends the browser on, so that nothing is sent twice when
// the page is loaded again.
func (s *api) posted(v *visit) (surface.Answer, error) {
	form, err := v.Form()
	if err == nil && (v.fresh || !s.sessions.mine(v.session, form.Get("csrf"))) {
		err = account.Refuse(formForged, "the form does not carry the token of this browser's session: it comes from another site, or from before somebody signed in or out, or the browser keeps no cookies")
	}
	if err != nil {
		v.request.again = v.self()
		return surface.Answer{}, err
	}
	switch {
	case form.Has("deny"):
		return v.tell(account.Refuse(accessDenied, "the user pressed Deny"))
	case form.Has("switch"):
		v.say("The user wanted to sign in as somebody else.")
		return s.signedInAs(v, "")
	case form.Has("user"):
		name := form.Get("user")
		if !slices.ContainsFunc(v.buttons(), func(u grant.User) bool { return u.Username == name }) {
			return s.wrong(v, userGone, "")
		}
		v.say(name + " signed in by a button.")
		return s.signedInAs(v, name)
	case form.Has("allow"):
		user, signedIn := v.signedIn()
		if !signedIn {
			v.say("Nobody was signed in any more.")
			return v.again(), nil
		}
		v.say(user.Username + " pressed Allow.")
		return s.consent(v, user.Username)
	default:
		return s.signIn(v, form)
	}
}

// signIn is the login form.
func (s *api) signIn(v *visit, form url.Values) (surface.Answer, error) {
	name, password := form.Get("username"), form.Get("password")
	switch {
	case name == "":
		return s.wrong(v, usernameMissing, "")
	case password == "":
		return s.wrong(v, passwordMissing, name)
	}
	user, err := s.accounts.AuthenticateUser(v.Context(), v.Call.Call, name, password)
	if refusal, ok := errors.AsType[*account.Refusal](err); ok {
		v.say("Nobody was signed in: " + refusal.Detail + ".")
		return s.wrong(v, signInWrong, name)
	}
	if err != nil {
		return surface.Answer{}, err
	}
	v.say(user.Username + " signed in with the password.")
	return s.signedInAs(v, user.Username)
}

// wrong shows the page again with what was wrong.
func (s *api) wrong(v *visit, what problem, username string) (surface.Answer, error) {
	const most = 200 // as the field has it
	s.sessions.note(v.session, what, strings.ToValidUTF8(username[:min(most, len(username))], ""))
	return v.again(), nil
}

// signedInAs gives the browser a new session, with a user or without.
func (s *api) signedInAs(v *visit, name string) (surface.Answer, error) {
	next := session{User: name}
	if name != "" {
		next.Who = v.Account
	}
	next = s.sessions.renew(v.session, next)
	answer := v.again()
	answer.Header = append(answer.Header, s.sessions.set(next, v.Request))
	return answer, nil
}

// consent sends a user back to the client with a code.
func (s *api) consent(v *visit, name string) (surface.Answer, error) {
	code, err := s.accounts.IssueCode(v.Context(), v.Call.Call, grant.CodeRequest{
		ClientID: v.client.ID, Username: name, RedirectURI: v.request.redirectURI, Challenge: v.challenge,
	})
	if refusal, ok := errors.AsType[*account.Refusal](err); ok && refusal.Reason == account.UserInvalid {
		return v.tell(account.Refuse(accessDenied, "the user was removed while the page was open"))
	}
	if err != nil {
		return surface.Answer{}, err
	}
	return sent(v.Request, v.request.location("code", code.Value)), nil
}

// sent is a redirect. A browser that sent a form continues with GET.
func sent(r *http.Request, to string) surface.Answer {
	status := http.StatusFound
	if r.Method == http.MethodPost {
		status = http.StatusSeeOther
	}
	return surface.Answer{Status: status, Header: append(hardened(), surface.Field{Name: "Location", Value: to})}
}

// again is a redirect to the page itself.
func (v *visit) again() surface.Answer { return sent(v.Request, v.self()) }

// self is the address of the page, as seen from it: a proxy may show it elsewhere.
func (v *visit) self() string { return "authorize.php?" + escapedUnsafe(v.Request.URL.RawQuery) }

// signedIn returns the user that is signed in with the browser, among those of the client's
// account.
func (v *visit) signedIn() (grant.User, bool) {
	if v.session.User == "" || v.session.Who != v.Account {
		return grant.User{}, false
	}
	return v.user(v.session.User)
}

func (v *visit) user(name string) (grant.User, bool) {
	i := slices.IndexFunc(v.client.Users, func(u grant.User) bool { return u.Username == name })
	if i < 0 {
		return grant.User{}, false
	}
	return v.client.Users[i], true
}

// buttons are the users that can sign in with a click.
func (v *visit) buttons() []grant.User { return v.client.Users[:min(mostUsers, len(v.client.Users))] }

func shown(u grant.User) person { return person{u.Username, u.Email, u.FullName} }
