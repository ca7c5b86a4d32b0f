package samples

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// errLost means that nobody knows whether a request was carried out.
var errLost = errors.New("the answer was lost")

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	code   json.Number
}

func (r refusal) Error() string { return fmt.Sprintf("refused with %d, error %s", r.status, r.code) }

// asked is a request.
type asked struct {
	method, url string
	bearer      string // "" sends Basic
	body        any    // JSON, or url.Values for a form
	anonymous   bool
}

// wait is a wait that ends with the context.
func (w *worker) wait(d time.Duration) {
	select {
	case <-w.ctx.Done():
	case <-time.After(d):
	}
}

// once sends a request once.
func (w *worker) once(a asked) (answer, error) {
	var body io.Reader = http.NoBody
	contentType := ""
	switch sent := a.body.(type) {
	case nil:
	case url.Values:
		body, contentType = strings.NewReader(sent.Encode()), "application/x-www-form-urlencoded"
	default:
		text, err := json.Marshal(sent)
		if err != nil {
			return answer{}, err
		}
		body, contentType = strings.NewReader(string(text)), "application/json"
	}
	ctx, cancel := context.WithTimeout(w.ctx, w.patience())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, a.method, a.url, body)
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	switch {
	case a.anonymous:
	case a.bearer != "":
		r.Header.Set("Authorization", "Bearer "+a.bearer)
	default:
		r.SetBasicAuth(w.getenv("OAUTH_EMAIL"), w.getenv("OAUTH_API_KEY"))
	}
	if w.broken("logs-its-header") {
		fmt.Fprintf(w.stderr, "%s %s %s\n", a.method, a.url, r.Header.Get("Authorization"))
	}
	agent := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := agent.Do(r)
	if err != nil {
		if located, ok := errors.AsType[*url.Error](err); ok {
			err = located.Err // its address may hold a token
		}
		return answer{}, fmt.Errorf("%w: %w", errLost, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<22))
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", errLost, err)
	}
	return answer{response.StatusCode, response.Header, text}, nil
}

func (w *worker) patience() time.Duration {
	if w.given.Patience > 0 && !w.broken("waits-for-ever") {
		return time.Duration(w.given.Patience) * time.Second / 2
	}
	return time.Minute
}

// mostTries is how often a request is tried.
const mostTries = 5

// ask sends a request, and again where that is safe. It returns every answer that is worth reading.
func (w *worker) ask(a asked) (answer, error) {
	tries := mostTries
	if w.broken("tries-without-end") {
		tries = 14
	}
	pause := 50 * time.Millisecond
	if w.broken("same-pauses") {
		pause = 500 * time.Millisecond
	}
	for try := 1; ; try++ {
		got, err := w.once(a)
		retry, after := w.again(a, got, err)
		if err == nil && !retry && w.broken("parses-html") && strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			return got, errors.New("invalid character '<'")
		}
		if !retry || try >= tries || w.ctx.Err() != nil {
			return got, err
		}
		if after == 0 {
			after = pause
			switch {
			case w.broken("same-pauses"):
			case tries > mostTries:
				pause += pause / 4
			default:
				pause *= 2
			}
		}
		w.wait(after)
	}
}

// again decides whether a request is tried again, and after what the server asks for.
func (w *worker) again(a asked, got answer, err error) (retry bool, after time.Duration) {
	if err != nil {
		return errors.Is(err, errLost) && a.method == http.MethodGet, 0
	}
	seconds, _ := strconv.Atoi(got.header.Get("Retry-After"))
	after = time.Duration(seconds) * time.Second
	switch {
	case got.status == http.StatusTooManyRequests:
		if w.broken("does-not-wait-after-429") {
			after = 0
		}
		return true, after
	case got.status == http.StatusServiceUnavailable:
		if w.broken("does-not-wait-after-503") {
			after = 0
		}
		return a.method == http.MethodGet || after > 0, after
	case got.status >= 500 && a.method == http.MethodGet:
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && w.broken("parses-html") {
			return false, 0
		}
		return true, 0
	}
	return false, 0
}

// read asks, and decodes the answer; a refusal is an error.
func (w *worker) read(a asked, into any) error {
	got, err := w.ask(a)
	if err != nil {
		return err
	}
	return got.decode(into)
}

// decode reads a success, or the error number of a refusal.
func (a answer) decode(into any) error {
	if a.status < 200 || a.status > 299 {
		var failure struct {
			Error json.Number `json:"error"`
		}
		_ = json.Unmarshal(a.body, &failure) // gateways send no JSON
		return refusal{a.status, failure.Error}
	}
	if a.status == http.StatusNoContent || into == nil {
		return nil
	}
	return json.Unmarshal(a.body, into)
}

// statusOf is the status of a refusal; 0 for every other error.
func statusOf(err error) int {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.status
	}
	return 0
}
