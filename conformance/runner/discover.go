package runner

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"oauthmock/conformance/report"
)

// The names by which reports call what was looked for.
const (
	whatControl   = "control API"
	whatAddresses = "addresses of the surfaces"
)

// attempts is how often something is looked for before the search has failed.
const attempts = 3

// persist calls a function until it returns no error that may be gone the next time, at most three
// times.
func persist(ctx context.Context, call func() error) error {
	for i := 1; ; i++ {
		err := call()
		refused, isRefusal := errors.AsType[controlError](err)
		switch {
		case err == nil, isRefusal && !refused.troubled(), unreachable(err), errors.As(err, new(givenUp)), errors.As(err, new(cutOff)):
			return err
		case i == attempts || wait(ctx, time.Duration(i)*100*time.Millisecond) != nil:
			return err
		}
	}
}

// trouble is an answer that may be different next time, and so proves nothing.
type trouble struct{ text string }

func (t trouble) Error() string { return t.text }

func troubled(status int) bool { return status >= 500 || status == http.StatusTooManyRequests }

// Look finds the control API of a target whose AdminURL is "", by GET /clock below BASE/__admin,
// otherwise ORIGIN/__admin. It returns the target with the result: AdminURL, Discovered, Sent and
// Latency. Absence must be proven by an answer, and is distinguished from no answer, an
// inconclusive one, and one that asks for a token. The error is that of an invalid address or
// option.
func Look(ctx context.Context, target Target, options Options) (Target, error) {
	base, err := parseBase("base URL", target.BaseURL)
	if err != nil {
		return target, err
	}
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	c := newClient(target.Client, target.Connection, options, target.Sent)
	defer c.close()
	if target.AdminURL != "" {
		target.Discovered = []report.Discovered{{What: whatControl, State: report.Found, Detail: "as given, " + target.AdminURL}}
		return target, nil
	}
	roots := []*url.URL{base}
	if base.EscapedPath() != "" {
		roots = append(roots, &url.URL{Scheme: base.Scheme, Host: base.Host})
	}
	finding := report.Discovered{What: whatControl}
	for _, root := range roots {
		search := search{client: c, root: root, token: target.AdminToken}
		state, detail := search.control(ctx)
		target.Latency = search.latency
		if search.unreachable != nil {
			target.Stopped = fmt.Sprintf("%s cannot be reached: %v", base, search.unreachable)
		}
		if finding.Detail == "" || state != report.Absent {
			finding.State, finding.Detail = state, detail
		}
		if state == report.Found {
			target.AdminURL = root.String() + adminPath
		}
		if state != report.Absent {
			break
		}
	}
	target.Discovered = []report.Discovered{finding}
	target.Sent = c.gate.count()
	return target, nil
}

const adminPath = "/__admin"

// search looks below one address.
type search struct {
	client  client
	root    *url.URL
	token   string
	latency float64
	// unreachable is why nothing is listening at all.
	unreachable error
}

// get requests a path, at most three times, until an answer is conclusive. The error means that
// none came.
func (s *search) get(ctx context.Context, path, token string) (answer, error) {
	var got answer
	err := persist(ctx, func() error {
		request, err := newRequest(ctx, s.root, http.MethodGet, path, "", http.NoBody)
		if err != nil {
			return err
		}
		request.Header.Set("Accept", "application/json")
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		if got, err = s.client.ask(ctx, request, manner{provoked: true}); err != nil {
			return err
		}
		s.latency = got.seconds
		if troubled(got.status) {
			return trouble{fmt.Sprintf("status %d", got.status)}
		}
		return nil
	})
	if errors.As(err, new(trouble)) {
		return got, nil
	}
	return got, err
}

// control returns whether there is a control API, and how that is known.
func (s *search) control(ctx context.Context) (report.Discovery, string) {
	const path = adminPath + "/clock"
	got, err := s.get(ctx, path, s.token)
	if unreachable(err) {
		s.unreachable = err
	}
	if err != nil {
		return report.Failed, fmt.Sprintf("GET %s: %v", path, err)
	}
	var clock struct {
		Now string `json:"now"`
	}
	told := fmt.Sprintf("GET %s answered status %d", path, got.status)
	switch {
	case got.status/100 == 2 && json.Unmarshal(got.body, &clock) == nil && clock.Now != "":
		return report.Found, s.root.String() + adminPath
	case got.status/100 == 2:
		return report.Absent, told + " without the time, so it is something else"
	case got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status < 500 && got.status != http.StatusTooManyRequests:
		return report.Absent, told
	}
	// Compare with the answer to a path that certainly does not exist.
	nowhere, err := s.get(ctx, "/__nothing-"+rand.Text()[:8], "")
	switch {
	case err != nil:
		return report.Failed, fmt.Sprintf("GET %s: %v", path, err)
	case nowhere.status == got.status:
		return report.Absent, told + ", as for any path"
	case got.status == http.StatusUnauthorized || got.status == http.StatusForbidden:
		return report.Locked, told + "; it asks for --admin-token"
	}
	return report.Failed, told
}

// Discover returns the address of the control API of a base URL, "" if there is none. A nil client
// means one of its own.
func Discover(ctx context.Context, given *http.Client, base string) string {
	found, err := Look(ctx, Target{BaseURL: base, Client: given}, Options{})
	if err != nil {
		return ""
	}
	return found.AdminURL
}

// discoveries are the results of searches, each once. It is safe for concurrent use.
type discoveries struct {
	mu   sync.Mutex
	list []report.Discovered
}

// add notes what became of a search, instead of what was noted before.
func (d *discoveries) add(what string, state report.Discovery, detail string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	one := report.Discovered{What: what, State: state, Detail: detail}
	if i := slices.IndexFunc(d.list, func(known report.Discovered) bool { return known.What == what }); i >= 0 {
		d.list[i] = one
		return
	}
	d.list = append(d.list, one)
}

func (d *discoveries) all() []report.Discovered {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.list)
}
