package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Settings are how a server is started for a case.
type Settings struct {
	// TokenShape is "both", "data" or "flat"; "" means "both".
	TokenShape string
	// ClientShape is how the token of the client credentials is answered: "wrapped" or "both"; ""
	// means "wrapped".
	ClientShape string
	// AutoApprove has the first user consent at once, without a page.
	AutoApprove bool
}

// Server is where a client is sent, and watched.
type Server struct {
	// BaseURL is where v2 and the grants are, V1BaseURL where version 1 is, AdminURL where the
	// control API is. All without a last slash.
	BaseURL, V1BaseURL, AdminURL string
	// AdminToken is the Bearer of the control API; "" where it asks for none.
	AdminToken string
}

// Unreachable means that a server did not answer.
type Unreachable struct{ Err error }

func (u Unreachable) Error() string { return u.Err.Error() }
func (u Unreachable) Unwrap() error { return u.Err }

// Start starts a server of its own, for one case. The caller calls stop when the case is over.
type Start func(ctx context.Context, settings Settings) (server Server, stop func(), err error)

// maxAnswer bounds what is read of an answer, in bytes: a journal may be long.
const maxAnswer = 256 << 20

// control speaks to the control API of a server, and to the API itself, to prepare cases.
type control struct {
	server Server
	http   *http.Client
}

func newControl(server Server) *control {
	return &control{server, &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call sends a JSON body to the control API, and decodes the answer into answer unless that is nil.
// body may be a string that holds JSON.
func (c *control) call(ctx context.Context, method, path string, body, answer any) error {
	text, err := c.raw(ctx, method, c.server.AdminURL+path, body, c.authorize)
	if err != nil {
		return fmt.Errorf("control API, %s %s: %w", method, path, err)
	}
	return decodeInto(text, answer, "control API, "+method+" "+path)
}

func decodeInto(text []byte, answer any, what string) error {
	if answer == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(answer); err != nil {
		return fmt.Errorf("%s answered no JSON: %w", what, err)
	}
	return nil
}

// raw sends a request and returns the body of a 2xx.
func (c *control) raw(ctx context.Context, method, address string, body any, change func(*http.Request)) ([]byte, error) {
	var sent io.Reader = http.NoBody
	switch body := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	change(request)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, Unreachable{err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxAnswer:
		return nil, fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)
	case response.StatusCode < 200 || response.StatusCode > 299:
		return nil, fmt.Errorf("answered %d: %s", response.StatusCode, clip(string(text), shownBytes))
	}
	return text, nil
}

// exchanges reads the journal: all of it, or with a limit the newest of an account.
func (c *control) exchanges(ctx context.Context, query string) ([]Exchange, uint64, error) {
	text, err := c.raw(ctx, http.MethodGet, c.server.AdminURL+"/requests?kind=*"+query, nil, c.authorize)
	if err != nil {
		return nil, 0, fmt.Errorf("control API, the journal: %w", err)
	}
	all, dropped, err := readJournal(text)
	if err != nil {
		return nil, 0, fmt.Errorf("control API, the journal: %w", err)
	}
	return all, dropped, nil
}

func (c *control) authorize(r *http.Request) {
	if c.server.AdminToken != "" {
		r.Header.Set("Authorization", "Bearer "+c.server.AdminToken)
	}
}

// explain fills in why an exchange was refused, as the server explains it; where it does not,
// nothing is lost.
func (c *control) explain(ctx context.Context, e *Exchange) {
	var explained struct {
		Explanation struct {
			Words []string `json:"words"`
		} `json:"explanation"`
	}
	if c.call(ctx, http.MethodGet, "/requests/"+url.PathEscape(e.ID), nil, &explained) == nil {
		words := explained.Explanation.Words
		for i, sentence := range words {
			if strings.Contains(sentence, e.Reason) || strings.Contains(sentence, "refused") {
				words = words[i:]
				break
			}
		}
		e.Explained = clip(strings.Join(words, " "), shownBytes)
	}
}
