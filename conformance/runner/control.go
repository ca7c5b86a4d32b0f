package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"oauthmock/scenarios"
)

// control speaks to the control API. Its failures are never the target's fault as far as the
// contract is concerned.
type control struct {
	base   *url.URL
	token  string
	client client
	// breaker ends the waiting for a control API that does not answer.
	breaker *breaker
	// journal of the accounts that are made; nil for none.
	journal *Journal

	// hook means that base is a state hook of the user's.
	hook bool

	asked   *sync.Once
	isTight bool

	askedFaults *sync.Once
	faulty      bool
}

// newControl returns a control API, or a state hook, at an address.
func newControl(base *url.URL, by client, name string) *control {
	return &control{base: base, client: by, breaker: newBreaker(name), asked: new(sync.Once), askedFaults: new(sync.Once)}
}

// endpoints returns the addresses of the target's surfaces as it names them; none if it does not.
func (c *control) endpoints(ctx context.Context) (map[string]string, error) {
	var answer struct {
		Surfaces map[string]*string `json:"surfaces"`
	}
	if err := persist(ctx, func() error { return c.call(ctx, http.MethodGet, "/endpoints", nil, nil, &answer) }); err != nil {
		if refused, ok := errors.AsType[controlError](err); ok && !refused.troubled() {
			return nil, nil
		}
		return nil, err
	}
	named := map[string]string{}
	for name, address := range answer.Surfaces {
		if address != nil {
			named[name] = *address
		}
	}
	return named, nil
}

// account is an account that scenarios act as.
type account struct {
	ID          string        `json:"id"`
	Email       string        `json:"email"`
	APIKey      string        `json:"apiKey"`
	Environment string        `json:"environment"`
	Clients     []oauthClient `json:"clients"`
	Users       []user        `json:"users"`
	// by created the account; nil for one of the user's.
	by *control
}

// oauthClient is an OAuth client of an account.
type oauthClient struct {
	ID           string   `json:"id"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirectUris"`
}

// values are the variables of a client.
func (c oauthClient) values() map[string]any {
	values := map[string]any{"id": c.ID, "secret": c.Secret}
	if len(c.RedirectURIs) > 0 {
		values["redirectUri"] = c.RedirectURIs[0]
	}
	return values
}

// user signs in at the clients of an account.
type user struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

func (u user) values() map[string]any {
	return map[string]any{"username": u.Username, "password": u.Password}
}

func (c *control) registerClient(ctx context.Context, id, secret string, redirectURIs []string, disabled bool) (oauthClient, error) {
	body := map[string]any{}
	if secret != "" {
		body["secret"] = secret
	}
	if len(redirectURIs) > 0 {
		body["redirectUris"] = redirectURIs
	}
	if disabled {
		body["disabled"] = true
	}
	var made oauthClient
	err := c.call(ctx, http.MethodPost, "/accounts/"+url.PathEscape(id)+"/clients", nil, body, &made)
	if err == nil && (made.ID == "" || made.Secret == "") {
		err = controlError{text: "POST /accounts/…/clients answered without id or secret"}
	}
	return made, err
}

func (c *control) registerUser(ctx context.Context, id string, body map[string]string) error {
	return c.call(ctx, http.MethodPost, "/accounts/"+url.PathEscape(id)+"/users", nil, body, nil)
}

func (c *control) createAccount(ctx context.Context, fixture, environment string) (*account, error) {
	var made account
	body := map[string]any{"fixture": fixture, "environment": environment}
	number := c.journal.asked("", kindAccount)
	if err := c.callFor(ctx, making, http.MethodPost, "/accounts", nil, body, &made); err != nil {
		if !errors.As(err, new(transportError)) || errors.As(err, new(notSent)) || unreachable(err) {
			c.journal.gone(number, "", kindAccount, "")
		}
		if !errors.As(err, new(cutOff)) {
			c.client.gate.release()
		}
		return nil, err
	}
	if made.ID == "" || made.Email == "" || made.APIKey == "" {
		return nil, controlError{text: "POST /accounts answered without id, email or apiKey"}
	}
	c.journal.made(number, "", kindAccount, made.ID, environment)
	made.by = c
	return &made, nil
}

func (c *control) deleteAccount(ctx context.Context, id string) error {
	return c.callFor(ctx, removing, http.MethodDelete, "/accounts/"+url.PathEscape(id), nil, nil, nil)
}

// webhookSecret returns the secret that signs an account's callbacks; "" if the control API does
// not reveal it.
func (c *control) webhookSecret(ctx context.Context, id string) (string, error) {
	var account struct {
		WebhookSecret string `json:"webhookSecret"`
	}
	err := c.call(ctx, http.MethodGet, "/accounts/"+url.PathEscape(id), nil, nil, &account)
	return account.WebhookSecret, err
}

func (c *control) setClock(ctx context.Context, id string, clock *scenarios.GivenClock, answer any) error {
	return c.call(ctx, http.MethodPut, "/clock", url.Values{"account": {id}}, map[string]any{"now": clock.Now, "frozen": clock.Frozen}, answer)
}

func (c *control) now(ctx context.Context, id string) (time.Time, error) {
	var clock struct {
		Now time.Time `json:"now"`
	}
	err := c.call(ctx, http.MethodGet, "/clock", url.Values{"account": {id}}, nil, &clock)
	return clock.Now, err
}

func (c *control) advance(ctx context.Context, id, by string, answer any) error {
	return c.call(ctx, http.MethodPost, "/clock/advance", url.Values{"account": {id}}, map[string]any{"by": by}, answer)
}

func (c *control) setRateLimit(ctx context.Context, id string, limit *scenarios.GivenRateLimit, answer any) error {
	body := map[string]any{"limit": limit.Limit, "window": limit.Window, "enabled": true}
	query := url.Values{"account": {id}}
	if limit.Scope != "" {
		query.Set("scope", limit.Scope)
	}
	return c.call(ctx, http.MethodPut, "/ratelimit", query, body, answer)
}

func (c *control) invariants(ctx context.Context, id string, answer any) error {
	return c.call(ctx, http.MethodGet, "/invariants", url.Values{"account": {id}}, nil, answer)
}

// ampleRateLimit is more than any scenario needs that is not about the limit itself.
const ampleRateLimit = 10_000

// tight reports whether accounts start with a rate limit that scenarios could run into, which would
// prove nothing about the contract. It is requested once; a control API without rate limits has
// none that are tight.
func (c *control) tight(ctx context.Context) bool {
	c.asked.Do(func() {
		var limit struct {
			Limit   int64 `json:"limit"`
			Enabled bool  `json:"enabled"`
		}
		c.isTight = c.call(ctx, http.MethodGet, "/ratelimit", nil, nil, &limit) == nil && limit.Enabled && limit.Limit < ampleRateLimit
	})
	return c.isTight
}

func (c *control) moveCredit(ctx context.Context, id string, amount json.Number, description string, answer any) error {
	body := map[string]any{"amount": amount}
	if description != "" {
		body["description"] = description
	}
	return c.call(ctx, http.MethodPost, "/accounts/"+url.PathEscape(id)+"/wallet", nil, body, answer)
}

// controlError means that the control API refused, or gave a wrong answer.
type controlError struct {
	text string
	// status of the answer, 0 where it is not the status that is wrong.
	status int
}

// troubled reports whether it is a refusal that may be gone the next time, and so proves nothing.
func (e controlError) troubled() bool { return troubled(e.status) }

func (e controlError) Error() string {
	return "control API: " + e.text
}

// call sends one request and decodes the answer, numbers exactly. answer may be nil.
func (c *control) call(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	return c.callFor(ctx, asking, method, path, query, body, answer)
}

// callFor is call for a purpose.
func (c *control) callFor(ctx context.Context, why purpose, method, path string, query url.Values, body, answer any) error {
	if c.hook {
		return c.viaHook(ctx, method, path, query, body, answer)
	}
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return controlError{text: err.Error()}
		}
	}
	asked, err := newRequest(ctx, c.base, method, path, query.Encode(), bytes.NewReader(text))
	if err != nil {
		return controlError{text: err.Error()}
	}
	asked.Header.Set("Accept", "application/json")
	if body != nil {
		asked.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		asked.Header.Set("Authorization", "Bearer "+c.token)
	}
	if reason := c.breaker.given(""); reason != "" {
		return transportError{givenUp{reason}}
	}
	got, err := c.client.ask(ctx, asked, manner{why: why, whole: !isRead(method)})
	if err != nil {
		if ctx.Err() == nil && !errors.As(err, new(cutOff)) {
			c.breaker.failure("", err)
		}
		return transportError{fmt.Errorf("control API, %s %s: %w", method, path, err)}
	}
	c.breaker.success("")
	if got.status < 200 || got.status > 299 {
		return controlError{text: fmt.Sprintf("%s %s answered %d: %.300s", method, path, got.status, got.body), status: got.status}
	}
	if method != http.MethodGet {
		noteRequest(ctx, request{method: method, url: asked.URL.String(), body: text, answer: got.body})
	}
	if answer == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(got.body))
	decoder.UseNumber()
	if err := decoder.Decode(answer); err != nil {
		return controlError{text: fmt.Sprintf("%s %s answered no JSON: %v", method, path, err)}
	}
	return nil
}

// transportError means that no complete answer came: nothing is proven.
type transportError struct{ err error }

func (e transportError) Error() string { return e.err.Error() }
func (e transportError) Unwrap() error { return e.err }
