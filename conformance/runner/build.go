package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// build builds the request of a call step, with the values of variables. The error may be
// errUndefined.
func (s *session) build(ctx context.Context, step *scenarios.Step, label string, local map[string]any) (call, error) {
	lookup := s.lookup(ctx, step.As, local)
	resolved, ok := scenarios.ResolveCall(s.judgement.Operations(), step.Call)
	if !ok {
		return call{}, stop{report.Error, fmt.Sprintf("step %q: call %q is unknown", step.Name, step.Call)}
	}
	surface := resolved.Surface
	c := call{step: label, operation: resolved.Operation, method: resolved.Method, account: s.accounts[step.As], browser: step.Browser}
	if resolved.Alias {
		values := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(step.Path)) {
			text, err := scenarios.ExpandText(step.Path[name], lookup)
			if err != nil {
				return call{}, err
			}
			values[name] = text
		}
		c.path = fillPath(resolved.Path, values)
	} else {
		path, err := scenarios.ExpandText(resolved.Path, lookup)
		if err != nil {
			return call{}, err
		}
		c.path = path
		if surface == scenarios.SurfaceOf(resolved.Path) { // which of the two the variables may have decided
			surface = scenarios.SurfaceOf(path)
		}
		c.operation = scenarios.MatchOperation(s.judgement.Operations(), surface, c.method, path)
	}
	c.surface = s.judgement.Surface(surface)
	if c.base = s.addresses.of(c.surface); c.base == nil { // variables led to another path than the scenario declares
		return call{}, stop{report.Error, fmt.Sprintf("step %q: no address of %s is known", step.Name, c.surface.Title)}
	}
	if err := c.fillQuery(step, lookup); err != nil {
		return call{}, err
	}
	c.header = http.Header{"Accept": {"application/json"}}
	if err := c.fillBody(step, lookup); err != nil {
		return call{}, err
	}
	if err := c.authenticate(step.Auth, lookup); err != nil {
		return call{}, err
	}
	if err := s.complete(&c, step, lookup); err != nil {
		return call{}, err
	}
	c.how.provoked, c.how.whole = s.provokes, c.writes()
	if life := c.surface.Lifecycle; s.shared && c.operation != nil && life.Create != "" {
		c.how.keeps = c.operation.Name == life.Create || c.operation.Name == life.Renew
		if c.operation.Name == life.Create {
			c.how.why = making
		}
	}
	return c, s.mayTouch(&c)
}

// complete adds cookies and the headers that a step writes itself.
func (s *session) complete(c *call, step *scenarios.Step, lookup lookup) error {
	if err := s.addCookies(c, step.Cookies, lookup); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(step.Headers)) {
		if err := c.setHeader(name, step.Headers[name], lookup); err != nil {
			return err
		}
	}
	return nil
}

// setHeader sends a header with these values, instead of what was there.
func (c *call) setHeader(name string, values []string, lookup lookup) error {
	c.header.Del(name)
	for _, written := range values {
		value, err := scenarios.ExpandText(written, lookup)
		switch {
		case err != nil:
			return err
		case http.CanonicalHeaderKey(name) == "Host":
			c.host = value
		case value != "":
			c.header.Add(name, value)
		}
	}
	if http.CanonicalHeaderKey(name) == "Authorization" {
		c.basic = false
	}
	return nil
}

type lookup func(string) (any, error)

func (c *call) fillQuery(step *scenarios.Step, lookup lookup) error {
	if step.RawQuery != nil {
		text, err := scenarios.ExpandText(*step.RawQuery, lookup)
		c.rawQuery = text
		return err
	}
	var err error
	c.rawQuery, err = expandQuery(step.Query, lookup)
	return err
}

// expandQuery writes a query with the values of variables.
func expandQuery(written map[string]any, lookup lookup) (string, error) {
	if len(written) == 0 {
		return "", nil
	}
	expanded, err := scenarios.Expand(written, lookup)
	if err != nil {
		return "", err
	}
	query, _ := expanded.(map[string]any)
	return encodeQuery(query), nil
}

func (c *call) fillBody(step *scenarios.Step, lookup lookup) error {
	switch {
	case step.Has("form"):
		expanded, err := scenarios.Expand(step.Form, lookup)
		if err != nil {
			return err
		}
		form, _ := expanded.(map[string]any)
		c.setForm(formValues(form))
		return nil
	case step.RawBody != nil:
		text, err := scenarios.ExpandText(*step.RawBody, lookup)
		if err != nil {
			return err
		}
		if c.body, err = scenarios.Encode(text, step.Charset); err != nil {
			return stop{report.Error, fmt.Sprintf("step %q: rawBody: %v", step.Name, err)}
		}
	case step.Body != nil || step.Has("body"):
		value, err := scenarios.Expand(step.Body, lookup)
		if err != nil {
			return err
		}
		if c.body, err = json.Marshal(value); err != nil {
			return err
		}
	default:
		return nil
	}
	c.header.Set("Content-Type", "application/json")
	return nil
}

// setForm sets the body to a form.
func (c *call) setForm(form url.Values) {
	c.body = []byte(form.Encode())
	c.header.Set("Content-Type", mediaForm)
}

const mediaForm = "application/x-www-form-urlencoded"

func (c *call) authenticate(auth *scenarios.Auth, lookup lookup) error {
	kind := "none"
	switch {
	case auth != nil:
		kind = auth.Kind
	case c.surface.TakesAccount(c.operation):
		kind = "basic"
	}
	email, key := c.account.Email, c.account.APIKey
	switch kind {
	case "none":
		return nil
	case "basic":
		c.basic = true
	case "bearer", "raw":
		written, scheme := auth.Raw, ""
		if kind == "bearer" {
			written, scheme = auth.Bearer, "Bearer "
		}
		value, err := scenarios.ExpandText(*written, lookup)
		c.header.Set("Authorization", scheme+value)
		return err
	case "client":
		return c.authenticateClient(auth.Client, lookup)
	case "credentials":
		for part, written := range map[*string]*string{&email: auth.Credentials.Email, &key: auth.Credentials.APIKey} {
			if written == nil {
				continue
			}
			value, err := scenarios.ExpandText(*written, lookup)
			if err != nil {
				return err
			}
			*part = value
		}
	}
	c.header.Set("Authorization", "Basic "+basicCredential(email, key))
	return nil
}

// authenticateClient sends the credentials of an OAuth client. In Basic both are form-encoded first
// (RFC 6749 section 2.3.1).
func (c *call) authenticateClient(client *scenarios.Client, lookup lookup) error {
	id, err := scenarios.ExpandText(client.ID, lookup)
	if err != nil {
		return err
	}
	secret, err := scenarios.ExpandText(client.Secret, lookup)
	if err != nil {
		return err
	}
	c.clientSecret = secret
	if client.In != "body" {
		c.header.Set("Authorization", "Basic "+basicCredential(url.QueryEscape(id), url.QueryEscape(secret)))
		return nil
	}
	if c.header.Get("Content-Type") == "application/json" {
		body := map[string]any{}
		if err := json.Unmarshal(c.body, &body); err != nil {
			return err
		}
		body["client_id"], body["client_secret"] = id, secret
		c.body, err = json.Marshal(body)
		return err
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return err
	}
	form.Set("client_id", id)
	form.Set("client_secret", secret)
	c.setForm(form)
	return nil
}

// expected puts the values of variables into what a step expects.
func expected(expect scenarios.Expect, lookup lookup) (scenarios.Expect, check.Wants, error) {
	var wants check.Wants
	var err error
	if expect.Has("code") {
		if expect.Code, err = scenarios.Expand(expect.Code, lookup); err != nil {
			return expect, wants, err
		}
	}
	if expect.Message != nil {
		text, err := scenarios.ExpandText(*expect.Message, lookup)
		if err != nil {
			return expect, wants, err
		}
		expect.Message = &text
	}
	if wants.Redirect, err = wantedRedirect(expect.Redirect, lookup); err != nil {
		return expect, wants, err
	}
	if wants.Page, err = wantedPage(expect.HTML, lookup); err != nil {
		return expect, wants, err
	}
	if wants.Headers, err = wanted(expect.Headers, lookup); err != nil {
		return expect, wants, err
	}
	if wants.Data, err = wanted(expect.Data, lookup); err != nil {
		return expect, wants, err
	}
	wants.Body, err = wanted(expect.Body, lookup)
	return expect, wants, err
}

// wanted puts the values of variables into matchers and their places, in the order of the file.
func wanted(matchers map[string]scenarios.Matcher, lookup lookup) ([]check.Want, error) {
	names := slices.SortedFunc(maps.Keys(matchers), func(a, b string) int {
		left, right := matchers[a], matchers[b]
		if d := left.LineOf("") - right.LineOf(""); d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	var wants []check.Want
	for _, name := range names {
		path, err := scenarios.ExpandText(name, lookup)
		if err != nil {
			return nil, err
		}
		matcher, err := expandMatcher(matchers[name], lookup)
		if err != nil {
			return nil, err
		}
		wants = append(wants, check.Want{Name: name, Path: path, Matcher: matcher})
	}
	return wants, nil
}

func expandMatcher(m scenarios.Matcher, lookup lookup) (scenarios.Matcher, error) {
	for _, value := range []*any{&m.Equals, &m.Not, &m.Length, &m.MinLength, &m.MaxLength, &m.Gt, &m.Gte, &m.Lt, &m.Lte,
		&m.Contains, &m.ContainsNot, &m.SameElements, &m.Sum, &m.Plus, &m.Within} {
		expanded, err := scenarios.Expand(*value, lookup)
		if err != nil {
			return m, err
		}
		*value = expanded
	}
	if len(m.OneOf) > 0 {
		expanded, err := scenarios.Expand(m.OneOf, lookup)
		if err != nil {
			return m, err
		}
		m.OneOf, _ = expanded.([]any)
	}
	text, err := scenarios.ExpandText(m.Matches, lookup)
	if err != nil {
		return m, err
	}
	m.Matches = text
	if m.Each != nil {
		each, err := expandMatcher(*m.Each, lookup)
		if err != nil {
			return m, err
		}
		m.Each = &each
	}
	return m, nil
}
