package runner

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// followStep sends the request that an earlier answer leads to, as a browser without JavaScript
// does. If it leads nowhere, the assertion "follow" fails, and nothing is sent.
func (s *session) followStep(ctx context.Context, step *scenarios.Step) error {
	index := s.followed(step.Follow.Of)
	if index < 0 {
		return errUndefined{"the answer to " + step.Follow.Of}
	}
	c, finding, err := s.buildFollow(ctx, step, s.evidence[index])
	if err != nil {
		return err
	}
	finding.Line = step.LineOf("follow")
	if s.ledger.add(s, step.Name, finding, index); !finding.OK {
		return nil
	}
	got, err := s.send(ctx, c)
	if got == nil {
		return stop{report.Error, err.Error()}
	}
	at := s.judge(step.Name, got, s.levelOf(step))
	if err != nil {
		return s.unanswered(ctx, step.Name, got, at, s.levelOf(step), err)
	}
	return s.expect(ctx, step, step.Name, got, at, nil, s.vars)
}

// followed returns the index of the last answer to a step, or to any step if it is ""; -1 if there
// is none.
func (s *session) followed(step string) int {
	for i, sent := range slices.Backward(s.evidence) {
		if sent.exchange != nil && (step == "" || sent.step == step || strings.HasPrefix(sent.step, step+"[")) {
			return i
		}
	}
	return -1
}

// buildFollow builds the request that an answer leads to. The finding is not OK if it leads
// nowhere, or away from the target.
func (s *session) buildFollow(ctx context.Context, step *scenarios.Step, from *sent) (call, check.Finding, error) {
	lookup := s.lookup(ctx, "", nil)
	finding := check.Finding{Kind: "follow", Level: s.levelOf(step), Expected: "a redirect with a Location", Actual: fmt.Sprintf("status %d", from.status)}
	to, method, form := from.exchange.Redirect(), http.MethodGet, url.Values(nil)
	var body []byte
	header := http.Header{}
	switch {
	case step.Follow.Form != nil, step.Follow.Button != "":
		var err error
		if to, method, form, err = s.fillForm(step.Follow, from, lookup, &finding); err != nil || to == nil {
			return call{}, finding, err
		}
	case to == nil:
		return call{}, finding, nil
	case from.status == http.StatusTemporaryRedirect, from.status == http.StatusPermanentRedirect:
		method, body = from.method, from.call.body
		if kind := from.call.header.Get("Content-Type"); kind != "" {
			header.Set("Content-Type", kind)
		}
	}
	surface, path := s.surfaceAt(to, from.surface)
	if surface == nil {
		finding.Expected, finding.Actual = "an address of the target", "it leads to "+to.Scheme+"://"+to.Host+to.EscapedPath()
		return call{}, finding, nil
	}
	c := s.browsing(step.Name, step.Browser, surface, to, path)
	c.method, c.body = method, body
	maps.Copy(c.header, header)
	c.fill(form)
	c.operation = s.operationOf(surface, method, path)
	if step.Auth != nil { // browsers bring cookies, and no other credentials
		if err := c.authenticate(step.Auth, lookup); err != nil {
			return call{}, finding, err
		}
	}
	finding.OK, finding.Actual = true, method+" "+path
	return c, finding, s.complete(&c, step, lookup)
}

// browsing is a request that a browser sends to an address of a surface, without its cookies.
func (s *session) browsing(step, browser string, surface *check.Surface, to *url.URL, path string) call {
	return call{step: step, browser: browser, surface: surface, base: s.addresses.of(surface), method: http.MethodGet, path: path, rawQuery: to.RawQuery,
		header: http.Header{"Accept": {"text/html,application/json"}}, account: s.accounts[""], how: manner{provoked: s.provokes}}
}

// fill sends a form; nil means none.
func (c *call) fill(form url.Values) {
	switch {
	case form != nil && c.method == http.MethodPost:
		c.setForm(form)
	case form != nil:
		c.rawQuery = form.Encode()
	}
}

// operationOf is the operation of a request that a browser was led to. Where its pages are no
// document says: what belongs to no other operation belongs to the one that has pages.
func (s *session) operationOf(surface *check.Surface, method, path string) *spec.Operation {
	if operation := scenarios.MatchOperation(s.judgement.Operations(), surface.Name, method, path); operation != nil {
		return operation
	}
	return surface.PageOperation()
}

// fillForm returns where a form of a page is sent, with its method and fields. The address is nil
// if there is no such form, and the finding explains why.
func (s *session) fillForm(follow *scenarios.Follow, from *sent, lookup lookup, finding *check.Finding) (*url.URL, string, url.Values, error) {
	which, button := "", check.Button{}
	if follow.Form != nil {
		var err error
		if which, err = scenarios.ExpandText(*follow.Form, lookup); err != nil {
			return nil, "", nil, err
		}
	}
	pressed, err := scenarios.ExpandText(follow.Button, lookup)
	if err != nil {
		return nil, "", nil, err
	}
	finding.Expected = strings.TrimSpace("a page with a form " + which)
	page := from.exchange.Page()
	if page == nil {
		finding.Actual = fmt.Sprintf("status %d, no page", from.status)
		return nil, "", nil, nil
	}
	form, ok := page.Form(which)
	if pressed != "" {
		finding.Expected += " with a button " + check.Render(pressed)
		form, button, ok = page.WithButton(which, pressed)
	}
	if !ok {
		finding.Actual = fmt.Sprintf("%d forms, and not this one", len(page.Forms))
		return nil, "", nil, nil
	}
	fields := button.Fields()
	for _, name := range slices.Sorted(maps.Keys(follow.Fields)) {
		if !form.Has(name) {
			finding.Expected, finding.Actual = "a form with the field "+name, "none of that name"
			return nil, "", nil, nil
		}
		for _, written := range follow.Fields[name] {
			value, err := scenarios.ExpandText(written, lookup)
			if err != nil {
				return nil, "", nil, err
			}
			fields.Add(name, value)
		}
	}
	to := resolved(from.exchange.URL, form.Action)
	if to == nil {
		finding.Actual = "a form whose action is not an address"
	}
	return to, form.Method, form.Values(fields), nil
}

// resolved resolves an address in a page; nil if it is invalid.
func resolved(page *url.URL, address string) *url.URL {
	if page == nil {
		return nil
	}
	to, err := page.Parse(address)
	if err != nil {
		return nil
	}
	return to
}

// surfaceAt returns the surface that an address belongs to, and the path below its base URL: the
// surface with the longest base URL, and of those with the same one that has an operation for the
// path, otherwise the one that led there. found is nil for an address outside of all.
func (s *session) surfaceAt(to *url.URL, from *check.Surface) (found *check.Surface, path string) {
	longest := -1
	for _, surface := range s.judgement.Surfaces() {
		base := s.addresses.of(surface)
		if base == nil || surface.Document == nil || base.Scheme != to.Scheme || base.Host != to.Host {
			continue
		}
		below, ok := strings.CutPrefix(to.EscapedPath(), base.EscapedPath())
		if !ok || below != "" && !strings.HasPrefix(below, "/") {
			continue
		}
		rank := 4 * len(base.EscapedPath())
		if surface == from {
			rank++
		}
		if slices.ContainsFunc([]string{http.MethodGet, http.MethodPost}, func(method string) bool {
			return scenarios.MatchOperation(surface.Operations(), surface.Name, method, below) != nil
		}) {
			rank += 2
		}
		if rank > longest {
			found, path, longest = surface, below, rank
		}
	}
	return found, path
}

// addCookies adds the cookies that the API set earlier in the same browser, and those that a step
// writes itself.
func (s *session) addCookies(c *call, written map[string]string, lookup lookup) error {
	cookies := []*http.Cookie{}
	if jar := s.cookies[c.browser]; jar != nil && c.surface.Pages() {
		cookies = jar.Cookies(cookieURL(c.base, c.path))
	}
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value, err := scenarios.ExpandText(written[name], lookup)
		if err != nil {
			return err
		}
		cookies = slices.DeleteFunc(cookies, func(cookie *http.Cookie) bool { return cookie.Name == name })
		cookies = append(cookies, &http.Cookie{Name: name, Value: value})
	}
	if len(cookies) == 0 {
		return nil
	}
	request := http.Request{Header: c.header}
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	return nil
}

// keepCookies remembers the cookies that an API with pages sets, as browsers do from one page to
// the next.
func (s *session) keepCookies(got *sent) {
	if got.exchange == nil || !got.surface.Pages() {
		return
	}
	set := (&http.Response{Header: got.answer.header}).Cookies()
	if len(set) == 0 {
		return
	}
	if s.cookies == nil {
		s.cookies = map[string]http.CookieJar{}
	}
	if s.cookies[got.browser] == nil {
		s.cookies[got.browser], _ = cookiejar.New(nil) // without a list of public suffixes it cannot fail
	}
	s.cookies[got.browser].SetCookies(cookieURL(got.base, got.path), set)
}

// cookieURL returns the address that a cookie jar knows a request by. Like browsers, it treats this
// machine as HTTPS.
func cookieURL(base *url.URL, path string) *url.URL {
	scheme := base.Scheme
	if loopback(base.Host) {
		scheme = "https"
	}
	plain, err := url.PathUnescape(base.EscapedPath() + path)
	if err != nil {
		plain = base.Path
	}
	return &url.URL{Scheme: scheme, Host: base.Host, Path: plain}
}

// wantedRedirect puts the values of variables into what a step expects of a redirect.
func wantedRedirect(redirect *scenarios.Redirection, lookup lookup) (*check.WantRedirect, error) {
	if redirect == nil {
		return nil, nil
	}
	want := &check.WantRedirect{}
	var err error
	if want.To, err = wantedMatcher(redirect.Has("to"), redirect.To, lookup); err != nil {
		return nil, err
	}
	want.Query, err = wanted(redirect.Query, lookup)
	return want, err
}

// wantedPage puts the values of variables into what a step expects of a page.
func wantedPage(page *scenarios.Page, lookup lookup) (*check.WantPage, error) {
	if page == nil {
		return nil, nil
	}
	want := &check.WantPage{Forms: map[string][]string{}, Line: page.LineOf("forms")}
	var err error
	if want.Title, err = wantedMatcher(page.Has("title"), page.Title, lookup); err != nil {
		return nil, err
	}
	if want.Text, err = wantedMatcher(page.Has("text"), page.Text, lookup); err != nil {
		return nil, err
	}
	for name, fields := range page.Forms {
		want.Forms[name] = fields
	}
	return want, nil
}

func wantedMatcher(is bool, m scenarios.Matcher, lookup lookup) (*scenarios.Matcher, error) {
	if !is {
		return nil, nil
	}
	expanded, err := expandMatcher(m, lookup)
	return &expanded, err
}
