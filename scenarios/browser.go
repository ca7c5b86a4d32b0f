package scenarios

import (
	"regexp"
	"slices"
	"strings"
)

// Follow continues from an earlier answer of the scenario as a browser without JavaScript does: it
// follows a redirect, or submits a form of the page with its current fields. It is written as the
// text "redirect", or with members.
type Follow struct {
	written

	// Of is the step whose answer is followed; default is the one that was sent last.
	Of string `yaml:"of,omitempty"`
	// Form is the id or name of the form, or its number from 1; "" is the only one of the page.
	Form *string `yaml:"form,omitempty"`
	// Fields take other values than the page gives them; a button is pressed by naming it. A list
	// sends a field several times.
	Fields map[string]Texts `yaml:"fields,omitempty"`
	// Button is part of the label of the button to press, in any case: "Allow". It selects the form
	// if Form does not.
	Button string `yaml:"button,omitempty"`
}

// Authorize opens the authorization page of the scenario's API and does what it takes to be sent
// back to the client: redirects within the target are followed; the first form with the fields
// username and password is filled in; and of a form with a button that allows, the button is
// pressed. Where the page cannot be passed so, the scenario is skipped. With a command of the
// user's that takes the address and prints where the browser was sent, that is used instead where a
// step expects that it is sent back. The answer is the redirect to the client, which is not asked.
type Authorize struct {
	written

	// Query of the authorization request; RawQuery is sent as written.
	Query    map[string]any `yaml:"query,omitempty"`
	RawQuery *string        `yaml:"rawQuery,omitempty"`
	// Username and Password are ${user.username} and ${user.password} unless they are given.
	Username string `yaml:"username,omitempty"`
	Password string `yaml:"password,omitempty"`
	// Deny presses the button that denies.
	Deny bool `yaml:"deny,omitempty"`
	// Until is "consent" where the page that asks for consent is the answer, and no button is
	// pressed.
	Until string `yaml:"until,omitempty"`
	// Of sends the form of an earlier step's page of consent, instead of a query, and does nothing
	// more.
	Of string `yaml:"of,omitempty"`
}

// Client authenticates as an OAuth client: by HTTP Basic with both parts form-encoded (RFC 6749
// section 2.3.1), or in the body.
type Client struct {
	written

	ID     string `yaml:"id"`
	Secret string `yaml:"secret"`
	// In is "basic" (the default) or "body": the members client_id and client_secret of the form,
	// or of the JSON object that is sent.
	In string `yaml:"in,omitempty"`
}

// Redirection is what a redirect must lead to.
type Redirection struct {
	written

	// To is the address without its query.
	To Matcher `yaml:"to,omitempty"`
	// Query holds the members of the query: texts, or lists where one comes several times.
	Query map[string]Matcher `yaml:"query,omitempty"`
}

// Page is what an HTML answer must show.
type Page struct {
	written

	Title Matcher `yaml:"title,omitempty"`
	// Text is all that the page shows, one space between words.
	Text Matcher `yaml:"text,omitempty"`
	// Forms that must be there (by id, name or number, as Follow.Form), and fields that they must
	// have.
	Forms map[string]Texts `yaml:"forms,omitempty"`
}

// follow checks a step that follows an answer of one before it.
func (v *validator) follow(step *Step) {
	follow := step.Follow
	earlier := v.before(step)
	switch {
	case follow.Of != "" && !slices.Contains(earlier, follow.Of):
		v.problem(follow.LineOf("of"), "follow: no step before this one is called %q and sends a request", follow.Of)
	case len(earlier) == 0:
		v.problem(step.LineOf("follow"), "step %q follows an answer, but no step before it sends a request", step.Name)
	}
	if follow.Has("fields") && follow.Form == nil && follow.Button == "" {
		v.problem(follow.LineOf("fields"), "follow: fields belong to a form; name it (form: \"\" is the only one of a page)")
	}
	v.texts(follow.LineOf("button"), follow.Button)
	if follow.Form != nil {
		v.texts(follow.LineOf("form"), *follow.Form)
	}
	for _, name := range sortedKeys(follow.Fields) {
		for _, value := range follow.Fields[name] {
			v.texts(follow.LineOf("fields"), value)
		}
	}
	v.sent(step)
}

// before names the steps before one that send requests.
func (v *validator) before(step *Step) []string {
	var earlier []string
	for i := range v.scenario.Steps {
		other := &v.scenario.Steps[i]
		if other == step {
			break
		}
		if other.Call != "" || other.Follow != nil || other.Authorize != nil {
			earlier = append(earlier, other.Name)
		}
	}
	return earlier
}

// authorize checks a step that goes through the pages of an authorization.
func (v *validator) authorize(step *Step) {
	a := step.Authorize
	begins := slices.DeleteFunc([]string{"query", "rawQuery", "of"}, func(key string) bool { return !a.Has(key) })
	if len(begins) != 1 {
		v.problem(a.LineOf(""), "authorize needs one of query, rawQuery and of, such as query: {client_id: \"${client.id}\", redirect_uri: \"${client.redirectUri}\", response_type: code}")
	}
	if a.Has("until") {
		v.oneOf(a.LineOf("until"), "until", a.Until, "consent")
	}
	if a.Has("of") && !slices.Contains(v.before(step), a.Of) {
		v.problem(a.LineOf("of"), "authorize: no step before this one is called %q and sends a request", a.Of)
	}
	v.query(a.LineOf("query"), a.Query)
	if a.RawQuery != nil {
		v.texts(a.LineOf("rawQuery"), *a.RawQuery)
	}
	if a.Has("username") != a.Has("password") {
		v.problem(a.LineOf(""), "authorize: username and password go together")
	}
	if !a.Has("username") {
		a.Username, a.Password = "${user.username}", "${user.password}"
	}
	v.texts(a.LineOf("username"), a.Username)
	v.texts(a.LineOf("password"), a.Password)
	v.sending(step)
	v.sent(step)
}

// query checks the members of a query.
func (v *validator) query(line int, query map[string]any) {
	for _, key := range sortedKeys(query) {
		for _, value := range listOf(query[key]) {
			switch value.(type) {
			case nil, []any, map[string]any:
				v.problem(line, "query: %q must be text, a number, true, false, or a list of these", key)
			}
		}
		v.texts(line, query[key])
	}
}

// sent checks what steps that send a request have in common besides what they send.
func (v *validator) sent(step *Step) {
	v.auth(step)
	for _, name := range sortedKeys(step.Headers) {
		for _, value := range step.Headers[name] {
			v.texts(step.LineOf("headers"), value)
		}
	}
	for _, name := range sortedKeys(step.Cookies) {
		if name == "" || strings.ContainsAny(name, " ;=,\t") {
			v.problem(step.LineOf("cookies"), "cookies: %q cannot be the name of a cookie", name)
		}
		v.texts(step.LineOf("cookies"), step.Cookies[name])
	}
	v.expect(step)
}

// form checks the members of a form.
func (v *validator) form(step *Step) {
	for _, name := range sortedKeys(step.Form) {
		for _, value := range listOf(step.Form[name]) {
			switch value.(type) {
			case nil, []any, map[string]any:
				v.problem(step.LineOf("form"), "form: %q must be text, a number, true, false, or a list of these", name)
			}
		}
		v.texts(step.LineOf("form"), step.Form[name])
	}
}

// client checks the credentials of an OAuth client.
func (v *validator) client(step *Step) {
	client := step.Auth.Client
	if client == nil {
		return
	}
	v.texts(client.LineOf("id"), client.ID)
	v.texts(client.LineOf("secret"), client.Secret)
	if client.Has("in") {
		v.oneOf(client.LineOf("in"), "in", client.In, "basic", "body")
	}
	for _, key := range []string{"id", "secret"} {
		if !client.Has(key) {
			v.problem(client.LineOf(""), "auth: client needs %s", key)
		}
	}
	if object, ok := step.Body.(map[string]any); client.In == "body" && step.Has("body") && (!ok || object == nil) || client.In == "body" && step.Has("rawBody") {
		v.problem(client.LineOf("in"), "auth: a client in the body needs a form, or a body that is an object")
	}
}

// browsing checks what is expected of redirects and pages.
func (v *validator) browsing(e *Expect) {
	if r := e.Redirect; r != nil {
		if !r.Has("to") && len(r.Query) == 0 {
			v.problem(r.LineOf(""), "redirect asks for nothing; give it to or query")
		}
		if r.Has("to") {
			v.matcher(&r.To, "redirect to")
		}
		for _, name := range sortedKeys(r.Query) {
			matcher := r.Query[name]
			v.matcher(&matcher, "redirect query "+name)
		}
	}
	if p := e.HTML; p != nil {
		if !p.Has("title") && !p.Has("text") && len(p.Forms) == 0 {
			v.problem(p.LineOf(""), "html asks for nothing; give it title, text or forms")
		}
		if p.Has("title") {
			v.matcher(&p.Title, "html title")
		}
		if p.Has("text") {
			v.matcher(&p.Text, "html text")
		}
	}
	if e.Has("empty") && !e.Empty {
		v.problem(e.LineOf("empty"), "empty: false asks for nothing; leave it out")
	}
}

// HeaderPattern returns the pattern that an expected header's name is, "/(?i).*retry.*/", compiled
// for the whole name; false where it is a name.
func HeaderPattern(name string) (*regexp.Regexp, bool) {
	inner, begins := strings.CutPrefix(name, "/")
	inner, ends := strings.CutSuffix(inner, "/")
	if !begins || !ends || inner == "" {
		return nil, false
	}
	pattern, err := regexp.Compile("^(?:" + inner + ")$")
	return pattern, err == nil
}
