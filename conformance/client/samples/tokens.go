package samples

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// token is one of version 2.
type token struct {
	Token        string   `json:"token"`
	Name         string   `json:"name"`
	Scopes       []string `json:"scopes"`
	RefreshToken string   `json:"refreshToken"`
	ExpireAt     string   `json:"expireAt"`
}

// single reads a token that is answered bare, under data, or as both.
func (w *worker) single(body []byte) (token, error) {
	var shapes struct {
		Data *token `json:"data"`
		token
	}
	if err := json.Unmarshal(body, &shapes); err != nil {
		return token{}, err
	}
	if w.broken("refuses-unknown-members") && strings.Contains(string(body), "addedInTheNextVersion") {
		return token{}, errors.New("an unknown member")
	}
	if w.broken("reads-by-position") && !inOrder(string(body), slices.Repeat(members(), max(1, strings.Count(string(body), `"token"`)))...) {
		return token{}, errors.New("a member is not where it was")
	}
	if shapes.Data != nil && !w.broken("reads-bare-only") {
		return *shapes.Data, nil
	}
	if shapes.Token == "" || shapes.Data == nil && w.broken("reads-data-only") {
		return token{}, errors.New("there is no token in the answer")
	}
	return shapes.token, nil
}

func inOrder(text string, parts ...string) bool {
	for _, part := range parts {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at:]
	}
	return true
}

func createToken(w *worker) (any, error) {
	if w.broken("scopes-as-text") {
		_, _ = w.ask(asked{method: http.MethodPost, url: w.base + "/tokens", body: map[string]any{"name": "first", "scopes": strings.Join(w.given.Scopes, ",")}})
	}
	if w.broken("sends-forms") {
		_, _ = w.ask(asked{method: http.MethodPost, url: w.base + "/tokens", body: url.Values{"name": {"first"}, "scopes": w.given.Scopes}})
	}
	address := w.base + "/tokens"
	if w.broken("key-in-the-query") {
		address += "?api_key=" + w.getenv("OAUTH_API_KEY")
	}
	made, err := w.create(address, w.given.Name, w.given.Scopes)
	if statusOf(err) == http.StatusUnprocessableEntity && w.broken("repeats-refusals") {
		for range 2 {
			made, err = w.create(address, w.given.Name, w.given.Scopes)
		}
	}
	return map[string]any{"name": made.Name, "scopes": made.Scopes}, err
}

// create makes a token. Where the answer is lost it looks whether the token is there before it
// tries again.
func (w *worker) create(address, name string, scopes []string) (token, error) {
	body := map[string]any{"name": name, "scopes": scopes}
	for range mostTries {
		got, err := w.ask(asked{method: http.MethodPost, url: address, body: body})
		if errors.Is(err, errLost) {
			if w.broken("repeats-blindly") {
				continue
			}
			there, err := w.all()
			if err != nil {
				return token{}, err
			}
			for _, t := range there {
				if t.Name == name {
					return t, nil
				}
			}
			continue
		}
		if err == nil {
			err = got.decode(nil)
		}
		if err != nil {
			return token{}, err
		}
		return w.single(got.body)
	}
	return token{}, errLost
}

func listTokens(w *worker) (any, error) {
	all, err := w.all()
	names := []string{}
	for _, t := range all {
		names = append(names, t.Name)
	}
	return map[string]any{"names": names}, err
}

// all reads the list until two readings agree: entries move while others go.
func (w *worker) all() ([]token, error) {
	before, err := w.list()
	if err != nil || w.broken("reads-once") {
		return before, err
	}
	for range mostTries {
		now, err := w.list()
		if err != nil || fmt.Sprint(now) == fmt.Sprint(before) {
			return now, err
		}
		before = now
	}
	return before, errors.New("the list does not come to rest")
}

// list reads the list once, to its end.
func (w *worker) list() ([]token, error) {
	const limit = 100
	var all []token
	seen := map[string]bool{}
	for skip := 0; ; {
		var page struct {
			Data []token `json:"data"`
		}
		if err := w.read(asked{method: http.MethodGet, url: fmt.Sprintf("%s/tokens?limit=%d&skip=%d", w.base, limit, skip)}, &page); err != nil {
			return nil, err
		}
		for _, t := range page.Data {
			if !seen[t.Token] {
				seen[t.Token] = true
				all = append(all, t)
			}
		}
		skip += len(page.Data)
		if len(page.Data) == 0 || len(page.Data) < limit && w.broken("stops-at-a-short-page") || skip >= 2*limit && w.broken("reads-two-pages") {
			return all, nil
		}
	}
}

// members are those of a token, in the order of the document's examples.
func members() []string {
	return []string{`"token"`, `"name"`, `"createdAt"`, `"expireAt"`, `"updatedAt"`, `"scopes"`, `"refreshToken"`}
}
