package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// hookVersion is that of what a state hook is asked. A newer minor version only adds states and
// members.
const hookVersion = "1.0"

// hookRequest is a request to a state hook: docs/judging-your-server.md describes the states and
// their parameters.
type hookRequest struct {
	Version string          `json:"version"`
	State   string          `json:"state"`
	Account string          `json:"account,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
}

// notOffered means that a state hook does not reach a state.
type notOffered struct{ state string }

func (n notOffered) Error() string { return fmt.Sprintf("the state hook does not offer %q", n.state) }

// hookState is the state that a call of the control API reaches, and the account that it is about;
// "" where a hook is not asked for it.
func hookState(method, path string, query url.Values) (state, account string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 1 && parts[0] == "accounts" {
		account, _ = url.PathUnescape(parts[1])
		parts[1] = "{id}"
	}
	state = map[string]string{
		"POST accounts": "account", "DELETE accounts/{id}": "account.gone", "POST accounts/{id}/wallet": "wallet.move",
		"POST accounts/{id}/clients": "client", "POST accounts/{id}/users": "user",
		"PUT clock": "clock", "GET clock": "clock.read", "POST clock/advance": "clock.advance",
		"PUT ratelimit": "ratelimit", "GET invariants": "invariants",
	}[method+" "+strings.Join(parts, "/")]
	if account == "" {
		account = query.Get("account")
	}
	return state, account
}

// viaHook asks the user's state hook instead of a control API: always POST, with the state in the
// body.
func (c *control) viaHook(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	state, account := hookState(method, path, query)
	if state == "" {
		return notOffered{method + " " + path}
	}
	asked := hookRequest{Version: hookVersion, State: state, Account: account}
	if scope := query.Get("scope"); scope != "" {
		if params, ok := body.(map[string]any); ok {
			params["scope"] = scope
		}
	}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return controlError{text: err.Error()}
		}
		asked.Params = text
	}
	plain := *c
	plain.hook = false
	err := plain.call(ctx, http.MethodPost, "", nil, asked, answer)
	if refused, ok := errors.AsType[controlError](err); ok && (refused.status == http.StatusNotFound || refused.status == http.StatusNotImplemented) {
		return notOffered{state}
	}
	return err
}

// controlOf returns what can set up the states of a scenario: the control API, otherwise the state
// hook if the scenario needs one, otherwise nil.
func (r *Runner) controlOf(scenario *scenarios.Scenario) *control {
	if r.control == nil && r.hook != nil && len(r.controlReasons(scenario)) > 0 {
		return r.hook
	}
	return r.control
}

// controlReasons are those of the scenario, less what --provide supplies.
func (r *Runner) controlReasons(scenario *scenarios.Scenario) []string {
	reasons := scenario.ControlReasons()
	if r.provided(providedEmail) != "" && r.provided(providedKey) != "" && slices.Equal(reasons, []string{"it needs further accounts"}) && len(scenario.Given.Accounts) == 1 {
		return nil
	}
	return reasons
}

// The names by which a user provides a second account.
const (
	providedEmail = "second.email"
	providedKey   = "second.apiKey"
)

func (r *Runner) provided(name string) string { return r.target.Provided[name] }

// providedVariables returns what scenarios call ${provided.NAME}.
func (r *Runner) providedVariables() map[string]any {
	values := map[string]any{}
	for name, value := range r.target.Provided {
		place := values
		parts := strings.Split(name, ".")
		for _, part := range parts[:len(parts)-1] {
			next, ok := place[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				place[part] = next
			}
			place = next
		}
		place[parts[len(parts)-1]] = value
	}
	return values
}
