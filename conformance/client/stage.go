package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"oauthmock/conformance/report"
)

// account is a control API's answer about a new account.
type account struct {
	ID      string `json:"id"`
	Email   string `json:"email"`
	APIKey  string `json:"apiKey"`
	Clients []struct {
		ID           string   `json:"id"`
		Secret       string   `json:"secret"`
		RedirectURIs []string `json:"redirectUris"`
	} `json:"clients"`
	Users []struct {
		Username string `json:"username"`
		Password string `json:"password"`
	} `json:"users"`
}

// stage is where a case is played: a server of its own, an account, what is given, and the values
// that parameters and demands are made of.
type stage struct {
	control  *control
	account  account
	values   map[string]any
	redactor *report.Redactor
	trap     *trap
	secret   string // the account's webhookSecret
	prepared int    // how many exchanges the journal had when the command was started
	forged   []Exchange
	ahead    time.Duration // the account's clock before the machine's
}

// set prepares a case on a server.
func set(ctx context.Context, c Case, server Server, redactor *report.Redactor) (*stage, error) {
	s := &stage{control: newControl(server), redactor: redactor}
	s.values = map[string]any{"base": server.BaseURL, "v1Base": server.V1BaseURL, "requests": len(c.Given.Deliveries)}
	fixture := c.Given.Fixture
	if fixture == "" {
		fixture = "empty"
	}
	if err := s.control.call(ctx, http.MethodPost, "/accounts", map[string]any{"fixture": fixture}, &s.account); err != nil {
		return nil, err
	}
	if len(s.account.Clients) == 0 || len(s.account.Users) == 0 {
		return nil, errors.New("control API: the new account has no OAuth client, or no user")
	}
	s.learn("OAUTH_API_KEY", s.account.APIKey)
	redactor.Add("OAUTH_BASIC", base64.StdEncoding.EncodeToString([]byte(s.account.Email+":"+s.account.APIKey)))
	for _, step := range []func(context.Context, Given) error{s.redirect, s.wallet, s.tokens, s.clock, s.elsewhere, s.callbacks, s.faults, s.demands} {
		if err := step(ctx, c.Given); err != nil {
			s.close()
			return nil, err
		}
	}
	for _, client := range s.account.Clients {
		s.learn("OAUTH_CLIENT_SECRET", client.Secret)
	}
	s.learn("OAUTH_PASSWORD", s.account.Users[0].Password)
	before, _, err := s.control.exchanges(ctx, "")
	if err != nil {
		s.close()
		return nil, err
	}
	s.prepared = len(before)
	return s, nil
}

func (s *stage) close() {
	s.trap.close()
	s.control.http.CloseIdleConnections()
}

// learn registers a secret that reports must not repeat.
func (s *stage) learn(name, secret string) { s.redactor.Add(name, secret) }

// redirect registers a client with a redirect URI of the case's own.
func (s *stage) redirect(ctx context.Context, given Given) error {
	if given.Redirect != "" {
		body := map[string]any{"redirectUris": []string{given.Redirect}}
		s.account.Clients = s.account.Clients[:1]
		if err := s.control.call(ctx, http.MethodPost, "/accounts/"+s.account.ID+"/clients", body, &s.account.Clients[0]); err != nil {
			return err
		}
	}
	s.values["clientId"] = s.account.Clients[0].ID
	s.values["redirectUri"] = s.account.Clients[0].RedirectURIs[0]
	return nil
}

func (s *stage) wallet(ctx context.Context, given Given) error {
	if given.Credit == "" {
		return nil
	}
	return s.control.call(ctx, http.MethodPost, "/accounts/"+s.account.ID+"/wallet", map[string]any{"amount": json.Number(given.Credit)}, nil)
}

// tokens creates the tokens that exist from the start.
func (s *stage) tokens(ctx context.Context, given Given) error {
	names, tokens := []any{}, []any{}
	for n := range given.Tokens {
		name := fmt.Sprintf("token-%03d", n+1)
		body := map[string]any{"name": name, "scopes": given.Scopes}
		if given.TTL > 0 {
			body["ttl"] = given.TTL
		}
		text, err := s.ask(ctx, http.MethodPost, "/tokens", body)
		if err != nil {
			return err
		}
		e := Exchange{ResponseBody: string(text)}
		token, refresh := e.answerText("token"), e.answerText("refreshToken")
		if token == "" || refresh == "" {
			return errors.New("POST /tokens answered without token or refreshToken")
		}
		s.learn("TOKEN", token)
		s.learn("REFRESH_TOKEN", refresh)
		if n == 0 {
			s.values["token"], s.values["refreshToken"], s.values["expireAt"] = token, refresh, e.answerText("expireAt")
		}
		scopes := []any{}
		for _, scope := range given.Scopes {
			scopes = append(scopes, scope)
		}
		tokens = append(tokens, map[string]any{"scopes": scopes, "expireAt": e.answerText("expireAt")})
		// One that a fault lets expire under way may be there or not; what is demanded is the last
		// reading.
		if n > 0 || !strings.Contains(given.Faults, `"expire": "${token}"`) {
			names = append(names, name)
		}
	}
	s.values["names"], s.values["tokens"] = names, tokens
	return nil
}

// ask asks the API itself, as the account.
func (s *stage) ask(ctx context.Context, method, path string, body any) ([]byte, error) {
	return s.control.raw(ctx, method, s.control.server.BaseURL+path, body, func(r *http.Request) { r.SetBasicAuth(s.account.Email, s.account.APIKey) })
}

func (s *stage) clock(ctx context.Context, given Given) error {
	if given.Advance != "" {
		if err := s.control.call(ctx, http.MethodPost, "/clock/advance?account="+url.QueryEscape(s.account.ID), map[string]any{"by": given.Advance}, nil); err != nil {
			return err
		}
	}
	var clock struct {
		Now time.Time `json:"now"`
	}
	err := s.control.call(ctx, http.MethodGet, "/clock?account="+url.QueryEscape(s.account.ID), nil, &clock)
	s.values["now"] = clock.Now.Format(time.RFC3339)
	s.ahead = time.Until(clock.Now)
	return err
}

// elsewhere starts the host to which redirects lead, where a fault has one.
func (s *stage) elsewhere(ctx context.Context, given Given) (err error) {
	if strings.Contains(given.Faults, "${elsewhere}") {
		if s.trap, err = newTrap(ctx); err == nil {
			s.values["elsewhere"] = s.trap.url
		}
	}
	return err
}

// callbacks draws the address that the command is to listen on.
func (s *stage) callbacks(ctx context.Context, given Given) error {
	var state struct {
		WebhookSecret string `json:"webhookSecret"`
	}
	if err := s.control.call(ctx, http.MethodGet, "/accounts/"+s.account.ID, nil, &state); err != nil {
		return err
	}
	s.secret = state.WebhookSecret
	s.values["webhookSecret"] = s.secret
	s.learn("WEBHOOK_SECRET", s.secret)
	if len(given.Deliveries) == 0 {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.values["listen"] = listener.Addr().String()
	return listener.Close()
}

func (s *stage) faults(ctx context.Context, given Given) error {
	if given.Faults == "" {
		return nil
	}
	var rules []any
	if err := json.Unmarshal([]byte(expandJSON(given.Faults, s.values)), &rules); err != nil {
		return err
	}
	for _, rule := range rules {
		if err := s.control.call(ctx, http.MethodPost, "/faults", rule, nil); err != nil {
			return err
		}
	}
	return nil
}

// demands determines what a client that reads correctly must print, if the case does not say.
func (s *stage) demands(ctx context.Context, given Given) error {
	if given.Fixture == "" {
		return nil
	}
	for _, list := range []struct{ path, name string }{{"/subscriptions", "subscriptions"}, {"/callbacks", "callbacks"}} {
		text, err := s.ask(ctx, http.MethodGet, list.path, nil)
		if err != nil {
			return err
		}
		body, _ := parse(string(text)).(map[string]any)
		entries, _ := body["data"].([]any)
		available, pending := 0, 0
		for _, entry := range entries {
			object, _ := entry.(map[string]any)
			var n int
			if _, err := fmt.Sscan(fmt.Sprint(object["availableRequests"]), &n); err == nil {
				available += n
			}
			if object["completedAt"] == nil {
				pending++
			}
		}
		if list.name == "subscriptions" {
			s.values["available"] = available
		} else {
			s.values["pending"], s.values["completed"] = pending, len(entries)-pending
		}
	}
	return nil
}

// environment returns the environment of the command.
func (s *stage) environment(c Case) []string {
	client, user := s.account.Clients[0], s.account.Users[0]
	return []string{
		"OAUTH_BASE_URL=" + s.control.server.BaseURL, "OAUTH_V1_BASE_URL=" + s.control.server.V1BaseURL,
		"OAUTH_EMAIL=" + s.account.Email, "OAUTH_API_KEY=" + s.account.APIKey,
		"OAUTH_CLIENT_ID=" + client.ID, "OAUTH_CLIENT_SECRET=" + client.Secret, "OAUTH_REDIRECT_URI=" + client.RedirectURIs[0],
		"OAUTH_USERNAME=" + user.Username, "OAUTH_PASSWORD=" + user.Password,
		"OAUTH_TASK=" + c.Task, "OAUTH_TASK_JSON=" + expandJSON(c.parameters(), s.values),
	}
}

// evidence reads what happened.
func (s *stage) evidence(ctx context.Context, ended Ended) (Evidence, error) {
	s.learnState(ctx)
	all, dropped, err := s.control.exchanges(ctx, "")
	if err != nil {
		return Evidence{}, err
	}
	for i := range all {
		all[i].Prepared = i < s.prepared
		if !all[i].Prepared && all[i].Operation == "authcode.token" && all[i].Reason != "" {
			s.control.explain(ctx, &all[i])
		}
	}
	all = append(append(all, s.forged...), s.trap.seen()...)
	evidence := Evidence{Exchanges: all, Dropped: dropped, Ended: &ended, Redirects: s.account.Clients[0].RedirectURIs}
	evidence.sort()
	evidence.tellTime(s.ahead)
	for _, output := range []struct{ name, text string }{{"standard output", ended.Stdout}, {"standard error", ended.Stderr}} {
		if s.redactor.Finds(output.text) {
			ended.Leaked = append(ended.Leaked, output.name)
		}
	}
	return evidence, nil
}

// learnState learns the secrets that the account has got meanwhile.
func (s *stage) learnState(ctx context.Context) {
	var state any
	if s.control.call(ctx, http.MethodGet, "/accounts/"+s.account.ID, nil, &state) != nil {
		return // the journal will not be there either
	}
	walk(state, func(object map[string]any) {
		for _, name := range []string{"token", "refreshToken", "accessToken", "access_token", "code", "secret", "webhookSecret", "apiKey"} {
			if text, _ := object[name].(string); text != "" {
				s.learn("SECRET", text)
			}
		}
	})
}
