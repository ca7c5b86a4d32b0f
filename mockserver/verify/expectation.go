package verify

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"oauthmock/mockserver/journal"
)

// Expectation is what a test expects of the requests that a server received: POST /__admin/verify.
// Every member is optional; the zero Expectation wants at least one request of any kind.
type Expectation struct {
	// Match selects the requests. InOrder, instead, wants one request after another, in order of
	// arrival; others may come between them.
	Match   *Match  `json:"match,omitempty"`
	InOrder []Match `json:"inOrder,omitempty"`
	// How many requests have to match, 0 or more. AtLeast and AtMost together are a range; of
	// neither, nor Exactly, AtLeast is 1.
	Exactly *int `json:"exactly,omitempty"`
	AtLeast *int `json:"atLeast,omitempty"`
	AtMost  *int `json:"atMost,omitempty"`
	// Wait is how long to wait for the requests, by the machine's clock: a duration such as "5s",
	// at most MaxWait. See Check.Await.
	Wait string `json:"wait,omitempty"`
	// Account confines the expectation to the requests of one account. A request whose credentials
	// were refused belongs to no account.
	Account string `json:"account,omitempty"`
}

// Match describes requests. Members that are empty match all; the empty Match matches every
// request.
type Match struct {
	// Kind of the record: journal.KindRequest unless set, journal.AnyKind for all.
	Kind journal.Kind `json:"kind,omitempty"`
	// Surface and operation as the journal names them, such as "v2" and "token.update"; * matches
	// any text. Method in any case.
	Surface   string `json:"surface,omitempty"`
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	// Path of the request, without the query: as sent, decoded, or relative to the surface that
	// answered (for a paid service /{domain}/{path}); * matches any text, also none, and slashes.
	Path string `json:"path,omitempty"`
	// Query parameters and headers that must be present, among others. * matches any text. If a
	// name occurs more than once, one value has to match. Names of headers in any case; "Host" is
	// the requested host.
	Query   map[string]string `json:"query,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	// Auth is the kind of the caller's credentials: "none", or the surface's name, in v2 "basic",
	// "refresh" (a refresh token as Bearer) and "token" (a token as Bearer).
	Auth string `json:"auth,omitempty"`
	// Client is the client_id of the OAuth client that called, taken literally.
	Client string `json:"client,omitempty"`
	// Body is a JSON value that the request's body must contain: objects by the members given here,
	// arrays element by element, numbers by value. A string also matches a body that is not JSON
	// and equals that text.
	Body json.RawMessage `json:"body,omitempty"`
	// Status of the answer; NoAnswer for an answer that was never sent.
	Status Status `json:"status,omitempty"`
}

// Status is a status that an answer must have. The zero value is any; in JSON it is left out, and 0
// is NoAnswer.
type Status int

// NoAnswer is the Status of an answer that was never sent, as after a fault that drops the
// connection. The journal shows it as 0, and so does JSON.
const NoAnswer Status = -1

// MarshalJSON implements json.Marshaler.
func (s Status) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(s.shown()), 10), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Status) UnmarshalJSON(b []byte) error {
	var n int
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	switch {
	case string(b) == "null":
	case n == 0:
		*s = NoAnswer
	case n < 0:
		return fmt.Errorf("status is %d; want a status such as 404, or 0 for an answer that was never sent", n)
	default:
		*s = Status(n)
	}
	return nil
}

// shown is the status as the journal shows it.
func (s Status) shown() int { return max(0, int(s)) }

// MaxWait bounds Expectation.Wait.
const MaxWait = time.Minute

// unbounded is the upper bound of a count that has none.
const unbounded = math.MaxInt

// Check is a compiled Expectation. It is immutable, and so safe for concurrent use.
type Check struct {
	steps   []*matcher // one, unless ordered
	ordered bool
	// How many requests have to match: at least low, at most high.
	low, high int
	wait      time.Duration
	account   string
	redactor  *journal.Redactor
}

// Wait is how long Await may wait.
func (c *Check) Wait() time.Duration { return c.wait }

// Account is the ID that the check is confined to; empty when it is about all.
func (c *Check) Account() string { return c.account }

// Compile checks an expectation of what a journal holds that the redactor shows. Its errors name
// the member, what is wrong with it, and what would be right.
func Compile(x Expectation, redactor *journal.Redactor) (*Check, error) {
	c := &Check{ordered: x.InOrder != nil, account: x.Account, redactor: redactor}
	if err := c.bounds(x); err != nil {
		return nil, err
	}
	switch {
	case c.ordered && x.Match != nil:
		return nil, fmt.Errorf(`"match" and "inOrder" exclude each other: want one of them`)
	case c.ordered && len(x.InOrder) == 0:
		return nil, fmt.Errorf(`"inOrder" is empty; want one match or more`)
	case c.ordered:
		for i, step := range x.InOrder {
			if err := c.add(fmt.Sprintf("inOrder[%d]", i), step); err != nil {
				return nil, err
			}
		}
	default:
		var match Match
		if x.Match != nil {
			match = *x.Match
		}
		if err := c.add("match", match); err != nil {
			return nil, err
		}
	}
	if x.Wait != "" {
		wait, err := time.ParseDuration(x.Wait)
		if err != nil || wait < 0 || wait > MaxWait {
			return nil, fmt.Errorf(`"wait" is %q; want a duration such as "5s", at most %s`, x.Wait, MaxWait)
		}
		c.wait = wait
	}
	return c, nil
}

func (c *Check) add(name string, match Match) error {
	m, err := compile(name, match, c.redactor)
	c.steps = append(c.steps, m)
	return err
}

// CheckNames returns an error for a surface, an operation or a kind of credentials that no request
// can have.
func (x Expectation) CheckNames(names journal.Names) error {
	check := func(place string, m Match) error {
		for _, one := range []struct {
			member, value string
			exist         []string
		}{{"surface", m.Surface, names.Surfaces}, {"operation", m.Operation, names.Operations}, {"auth", m.Auth, names.Auth}} {
			if err := journal.Known(one.value, one.exist); err != nil {
				return fmt.Errorf("%q: %w", place+"."+one.member, err)
			}
		}
		return nil
	}
	if x.Match != nil {
		if err := check("match", *x.Match); err != nil {
			return err
		}
	}
	for i, step := range x.InOrder {
		if err := check(fmt.Sprintf("inOrder[%d]", i), step); err != nil {
			return err
		}
	}
	return nil
}

// Clients are the OAuth clients that the matches name.
func (x Expectation) Clients() (ids []string) {
	if x.Match != nil {
		ids = append(ids, x.Match.Client)
	}
	for _, step := range x.InOrder {
		ids = append(ids, step.Client)
	}
	return ids
}

// bounds reads how many requests are wanted.
func (c *Check) bounds(x Expectation) error {
	c.low, c.high = 0, unbounded
	for _, one := range []struct {
		name  string
		value *int
	}{{"exactly", x.Exactly}, {"atLeast", x.AtLeast}, {"atMost", x.AtMost}} {
		switch {
		case one.value == nil:
		case c.ordered:
			return fmt.Errorf(`"%s" has no meaning with "inOrder": every match there wants one request`, one.name)
		case *one.value < 0:
			return fmt.Errorf(`"%s" is %d; want 0 or more`, one.name, *one.value)
		}
	}
	switch {
	case x.Exactly != nil && (x.AtLeast != nil || x.AtMost != nil):
		return fmt.Errorf(`"exactly" excludes "atLeast" and "atMost"`)
	case x.Exactly != nil:
		c.low, c.high = *x.Exactly, *x.Exactly
		return nil
	case x.AtLeast == nil && x.AtMost == nil:
		c.low = 1
		return nil
	}
	if x.AtLeast != nil {
		c.low = *x.AtLeast
	}
	if x.AtMost != nil {
		c.high = *x.AtMost
	}
	if c.low > c.high {
		return fmt.Errorf(`"atLeast" is %d and "atMost" %d: no number is both`, c.low, c.high)
	}
	return nil
}
