package samples

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// oldToken is one of version 1.
type oldToken struct {
	Token  string   `json:"token"`
	Scopes []string `json:"scopes"`
}

// listOld reads the tokens by version 1; 204 means that there are none.
func (w *worker) listOld() ([]oldToken, error) {
	got, err := w.ask(asked{method: http.MethodGet, url: w.getenv("OAUTH_V1_BASE_URL") + "/token"})
	if err != nil {
		return nil, err
	}
	var old struct {
		Data []oldToken `json:"data"`
	}
	if got.status == http.StatusNoContent && w.broken("parses-no-content") {
		return nil, json.Unmarshal(got.body, &old)
	}
	return old.Data, got.decode(&old)
}

func listV1(w *worker) (any, error) {
	old, err := w.listOld()
	return map[string]any{"count": len(old)}, err
}

func createV1(w *worker) (any, error) {
	body := map[string]any{"scopes": w.given.Scopes, "ttl": w.given.TTL}
	if w.broken("scopes-as-text") {
		body["scopes"] = strings.Join(w.given.Scopes, ",")
		_, _ = w.ask(asked{method: http.MethodPost, url: w.getenv("OAUTH_V1_BASE_URL") + "/token", body: body})
		body["scopes"] = w.given.Scopes
	}
	for range mostTries {
		var made oldToken
		err := w.read(asked{method: http.MethodPost, url: w.getenv("OAUTH_V1_BASE_URL") + "/token", body: body}, &made)
		if errors.Is(err, errLost) && w.broken("repeats-blindly") {
			continue
		}
		if !errors.Is(err, errLost) {
			return map[string]any{"scopes": made.Scopes}, err
		}
		there, err := w.listOld()
		if err != nil {
			return nil, err
		}
		if at := slices.IndexFunc(there, func(t oldToken) bool { return slices.Equal(t.Scopes, w.given.Scopes) }); at >= 0 {
			return map[string]any{"scopes": there[at].Scopes}, nil
		}
	}
	return nil, errLost
}

func readCounters(w *worker) (any, error) {
	date := fmt.Sprintf("%04d-%02d-%02d", w.given.Year, w.given.Month, w.given.Day)
	address := w.getenv("OAUTH_V1_BASE_URL") + "/counters/day/"
	if w.broken("dates-without-zeros") {
		_, _ = w.ask(asked{method: http.MethodGet, url: address + strings.ReplaceAll(date, "-0", "-")})
	}
	var counters struct {
		Data map[string]any `json:"data"`
	}
	err := w.read(asked{method: http.MethodGet, url: address + date}, &counters)
	return map[string]any{"scopes": len(counters.Data)}, err
}

func migrate(w *worker) (any, error) {
	old, err := w.listOld()
	if err != nil {
		return nil, err
	}
	tokens := []map[string]any{}
	for _, t := range old {
		got, err := w.ask(asked{method: http.MethodGet, url: w.base + "/tokens/" + t.Token})
		if err == nil {
			err = got.decode(nil)
		}
		if err != nil {
			return nil, err
		}
		now, err := w.single(got.body)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, map[string]any{"scopes": now.Scopes, "expireAt": now.ExpireAt})
	}
	return map[string]any{"tokens": tokens}, nil
}
