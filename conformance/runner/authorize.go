package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// maxPages bounds how many answers lie between an authorization request and the redirect to the
// client.
const maxPages = 12

// The words on buttons by which a user allows or denies, the usual one first.
func allowing() []string { return []string{"allow", "approve", "authorize", "accept"} }
func denying() []string  { return []string{"deny", "decline", "reject", "cancel"} }

// authorize takes a user through the pages of an authorization and checks the redirect to the
// client, or wherever else it ended, against what the step expects.
func (s *session) authorize(ctx context.Context, step *scenarios.Step, label string, local, into map[string]any) error {
	surface := s.home(s.scenario)
	operation := surface.PageOperation()
	if operation == nil {
		return stop{report.Error, fmt.Sprintf("step %q: %s has no pages", step.Name, surface.Title)}
	}
	if len(s.target.AuthorizeCommand) > 0 && (step.Authorize.Until != "" || step.Authorize.Of != "") {
		return stop{report.Skip, fmt.Sprintf("step %q: it needs the pages themselves, which --authorize-command passes", step.Name)}
	}
	v := &visit{session: s, step: step, label: label, lookup: s.lookup(ctx, "", local)}
	query, err := v.query()
	if err != nil {
		return err
	}
	v.call = s.browsing(label, step.Browser, surface, &url.URL{RawQuery: query}, operation.Path)
	v.call.operation = operation
	if parsed, err := url.ParseQuery(query); err == nil {
		v.client = parsed.Get("redirect_uri")
	}
	var got *sent
	var at int
	switch {
	case step.Authorize.Of != "":
		got, at, err = v.sendFormOf(ctx)
	case len(s.target.AuthorizeCommand) > 0 && sentBack(step):
		got, at, err = v.byCommand(ctx)
	default:
		got, at, err = v.browse(ctx)
	}
	if err != nil {
		return err
	}
	return s.expect(ctx, step, label, got, at, local, into)
}

// sentBack reports whether a step expects that the browser is sent back to the client. What is
// refused before that needs no command.
func sentBack(step *scenarios.Step) bool {
	return step.Expect.Redirect != nil || len(step.Capture) > 0
}

// visit is one authorization in progress.
type visit struct {
	*session
	step   *scenarios.Step
	label  string
	lookup lookup
	// call is the next request; client the redirect URI that was asked for.
	call     call
	client   string
	signedIn bool // the login form was sent
}

func (v *visit) query() (string, error) {
	if raw := v.step.Authorize.RawQuery; raw != nil {
		return scenarios.ExpandText(*raw, v.lookup)
	}
	return expandQuery(v.step.Authorize.Query, v.lookup)
}

// browse sends what a browser would send until it is redirected to the client, or cannot continue.
func (v *visit) browse(ctx context.Context) (*sent, int, error) {
	for range maxPages {
		got, at, err := v.next(ctx)
		if err != nil {
			return nil, at, err
		}
		if more, err := v.goOn(got); err != nil || !more {
			return got, at, err
		}
	}
	return nil, -1, stop{report.Fail, fmt.Sprintf("step %q: the browser was not sent back to the client within %d answers", v.step.Name, maxPages)}
}

// next sends the next request.
func (v *visit) next(ctx context.Context) (*sent, int, error) {
	if err := v.complete(&v.call, v.step, v.lookup); err != nil {
		return nil, -1, err
	}
	got, err := v.send(ctx, v.call)
	if got == nil {
		return nil, -1, stop{report.Error, err.Error()}
	}
	return got, v.judge(v.label, got, v.levelOf(v.step)), err
}

// sendFormOf presses the button on a page that an earlier step was given, wherever it was given to.
func (v *visit) sendFormOf(ctx context.Context) (*sent, int, error) {
	index := v.followed(v.step.Authorize.Of)
	if index < 0 {
		return nil, -1, errUndefined{"the answer to " + v.step.Authorize.Of}
	}
	from := v.evidence[index]
	if page := from.exchange.Page(); page != nil {
		for _, text := range v.wanted() {
			if form, button, ok := page.WithButton("", text); ok {
				if err := v.submit(from, form, button.Fields()); err != nil {
					return nil, -1, err
				}
				return v.next(ctx)
			}
		}
	}
	return nil, -1, v.impassable(fmt.Sprintf("the answer to %q has no button to %s", v.step.Authorize.Of, v.wanted()[0]))
}

// goOn makes the next request, and reports whether there is one.
func (v *visit) goOn(got *sent) (bool, error) {
	if to := got.exchange.Redirect(); to != nil {
		return v.redirected(got, to)
	}
	page := got.exchange.Page()
	if page == nil || got.status >= http.StatusMultipleChoices { // a redirect to an invalid address leads nowhere
		return false, nil
	}
	if i := slices.IndexFunc(page.Forms, func(f check.Form) bool { return f.Has("username") && f.Has("password") }); i >= 0 {
		if v.signedIn {
			return false, nil
		}
		v.signedIn = true
		fields, err := v.login()
		if errors.As(err, new(errUndefined)) {
			return false, stop{report.Skip, fmt.Sprintf("step %q signs in itself; give --username, --password", v.step.Name)}
		}
		if err != nil {
			return false, err
		}
		maps.Copy(fields, v.pressedOf(page.Forms[i]).Fields())
		return true, v.submit(got, page.Forms[i], fields)
	}
	wanted := v.wanted()
	for _, text := range wanted {
		if form, button, ok := page.WithButton("", text); ok {
			if v.step.Authorize.Until != "" {
				return false, nil
			}
			return true, v.submit(got, form, button.Fields())
		}
	}
	return false, v.impassable(fmt.Sprintf("the page %q has neither a form with username and password nor a button to %s", page.Title, wanted[0]))
}

// wanted are the words on the button that decides.
func (v *visit) wanted() []string {
	if v.step.Authorize.Deny {
		return denying()
	}
	return allowing()
}

// pressedOf returns the button by which a login form is sent: the one that decides, if it is there
// already, otherwise the first.
func (v *visit) pressedOf(form check.Form) check.Button {
	page := &check.Page{Forms: []check.Form{form}}
	for _, text := range v.wanted() {
		if _, button, ok := page.WithButton("", text); ok {
			return button
		}
	}
	if len(form.Buttons) == 0 {
		return check.Button{}
	}
	return form.Buttons[0]
}

func (v *visit) login() (url.Values, error) {
	fields := url.Values{}
	for name, written := range map[string]string{"username": v.step.Authorize.Username, "password": v.step.Authorize.Password} {
		value, err := scenarios.ExpandText(written, v.lookup)
		if err != nil {
			return nil, err
		}
		fields.Set(name, value)
	}
	return fields, nil
}

// redirected follows a redirect within the target; one to the client ends the visit.
func (v *visit) redirected(got *sent, to *url.URL) (bool, error) {
	if client, err := url.Parse(v.client); err == nil && v.client != "" && client.Scheme == to.Scheme && client.Host == to.Host && client.Path == to.Path {
		return false, nil
	}
	surface, path := v.surfaceAt(to, got.surface)
	query := to.Query()
	switch {
	case query.Has("code") || query.Has("error"): // what a client is sent, wherever it goes
		return false, nil
	case surface == nil:
		return false, v.impassable("it goes on at " + to.Scheme + "://" + to.Host + ", which is not the target")
	}
	next := v.browsing(v.label, v.step.Browser, surface, to, path)
	if got.status == http.StatusTemporaryRedirect || got.status == http.StatusPermanentRedirect {
		next.method, next.body = got.method, got.call.body
		if kind := got.call.header.Get("Content-Type"); kind != "" {
			next.header.Set("Content-Type", kind)
		}
	}
	next.operation = v.operationOf(surface, next.method, path)
	v.call = next
	return true, nil
}

// submit builds the request that submits a form.
func (v *visit) submit(got *sent, form check.Form, with url.Values) error {
	to := resolved(got.exchange.URL, form.Action)
	if to == nil {
		return v.impassable("the action of a form is not an address")
	}
	surface, path := v.surfaceAt(to, got.surface)
	if surface == nil {
		return v.impassable("a form goes to " + to.Scheme + "://" + to.Host + ", which is not the target")
	}
	v.call = v.browsing(v.label, v.step.Browser, surface, to, path)
	v.call.method = form.Method
	v.call.fill(form.Values(with))
	v.call.operation = v.operationOf(surface, form.Method, path)
	return nil
}

// impassable ends a scenario at pages that no document describes and that this browser cannot pass.
func (v *visit) impassable(why string) error {
	return stop{report.Skip, fmt.Sprintf("step %q: the pages cannot be passed: %s; give --authorize-command", v.step.Name, why)}
}
