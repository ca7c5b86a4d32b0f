package client

import (
	"iter"
	"maps"
	"net/url"
	"slices"
	"time"
)

// Evidence is what rules are applied to.
type Evidence struct {
	// Exchanges in order of their start.
	Exchanges []Exchange
	// Dropped counts exchanges that the journal did not keep.
	Dropped uint64
	// Unnamed means that the evidence does not name operations: they are recognised by method and
	// path.
	Unnamed bool
	// Redirects are the redirect URIs that the OAuth client has registered; nil where that is not
	// known.
	Redirects []string
	// Ended is how the command ended; nil where there was none.
	Ended *Ended
	// Mismatch describes how the outcome of the task differs from what the case requires; "" if it
	// does not.
	Mismatch Mismatch
}

// Ended is the result of a command.
type Ended struct {
	// Status is the exit status: 0 done, 77 not implemented, anything else failed; -1 if a signal
	// ended it.
	Status int
	// TimedOut means that it was ended because its time was over.
	TimedOut bool
	// Stdout and Stderr are its output, up to 1 MiB each; Cut if there was more.
	Stdout, Stderr       string
	StdoutCut, StderrCut bool
	// Leaked names the secrets that it printed, as "stdout: ${OAUTH_API_KEY}". The runner finds
	// them.
	Leaked []string
	Took   time.Duration
}

// Mismatch is a difference between what a task demands and its outcome.
type Mismatch struct{ Expected, Actual string }

// judged returns the indexes of the exchanges that the client caused.
func (e *Evidence) judged() []int {
	var all []int
	for i := range e.Exchanges {
		if !e.Exchanges[i].Prepared {
			all = append(all, i)
		}
	}
	return all
}

// where returns the indexes of the client's exchanges that fit.
func (e *Evidence) where(fits func(*Exchange) bool) []int {
	return slices.DeleteFunc(e.judged(), func(i int) bool { return !fits(&e.Exchanges[i]) })
}

// after yields the indexes of the client's exchanges that started after one.
func (e *Evidence) after(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for j := i + 1; j < len(e.Exchanges); j++ {
			if !e.Exchanges[j].Prepared && !yield(j) {
				return
			}
		}
	}
}

// index groups the client's exchanges by keys, in order; "" means no key.
func (e *Evidence) index(keys func(*Exchange) []string) map[string][]int {
	by := map[string][]int{}
	for _, i := range e.judged() {
		for _, key := range keys(&e.Exchanges[i]) {
			if key != "" {
				by[key] = append(by[key], i)
			}
		}
	}
	return by
}

// next returns the first of ascending indexes that is above i; -1 if there is none.
func next(indexes []int, i int) int {
	at, found := slices.BinarySearch(indexes, i)
	if found {
		at++
	}
	if at == len(indexes) {
		return -1
	}
	return indexes[at]
}

// between returns the time from the end of an exchange to the start of another: in real time, or on
// the account's clock if that was advanced by more.
func (e *Evidence) between(i, j int) time.Duration {
	from, to := &e.Exchanges[i], &e.Exchanges[j]
	wall, account := to.Wall.Sub(from.Ended()), to.At.Sub(from.At)
	if account > wall+from.Took+2*time.Second {
		return account
	}
	return wall
}

// A pairing is a token and its refresh token.
type pairing struct{ token, refresh string }

// refreshTokens returns the tokens that refresh tokens belong to, according to answers.
func (e *Evidence) refreshTokens() map[string]string {
	known := map[string]string{}
	for i := range e.Exchanges {
		walk(parse(e.Exchanges[i].ResponseBody), func(object map[string]any) {
			token, _ := object["token"].(string)
			if refresh, _ := object["refreshToken"].(string); token != "" && refresh != "" {
				known[refresh] = token
			}
		})
	}
	return known
}

// credentials are all that the evidence shows of credentials: those that requests were
// authenticated with, and those that were answered.
func (e *Evidence) credentials() map[string]bool {
	known := map[string]bool{}
	for i := range e.Exchanges {
		if _, credential := e.Exchanges[i].authorization(); credential != "" {
			known[credential] = true
		}
		walk(parse(e.Exchanges[i].ResponseBody), func(object map[string]any) {
			for _, name := range []string{"token", "refreshToken", "access_token"} {
				if text, _ := object[name].(string); text != "" {
					known[text] = true
				}
			}
		})
	}
	maps.DeleteFunc(known, func(text string, _ bool) bool { return len(text) < 8 })
	return known
}

// walk visits every object of a JSON value.
func walk(value any, visit func(map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(value)
		for _, member := range value {
			walk(member, visit)
		}
	case []any:
		for _, element := range value {
			walk(element, visit)
		}
	}
}

// location is where an answer leads; nil where it leads nowhere.
func (e *Exchange) location() *url.URL {
	text := e.ResponseHeader.Get("Location")
	if text == "" || e.Status < 300 || e.Status > 399 {
		return nil
	}
	to, err := url.Parse(text)
	if err != nil {
		return nil
	}
	return to
}

// sort puts the exchanges in the order of their beginnings. What was prepared stays first.
func (e *Evidence) sort() {
	slices.SortStableFunc(e.Exchanges, func(a, b Exchange) int {
		if a.Prepared != b.Prepared {
			if a.Prepared {
				return -1
			}
			return 1
		}
		return a.Wall.Compare(b.Wall)
	})
}

// tellTime puts exchanges of callers that the server did not know on the account's clock, as far as
// the exchanges before them reveal it. ahead is how far that was ahead of real time when the client
// started.
func (e *Evidence) tellTime(ahead time.Duration) {
	if e.Unnamed {
		return // a recording has one clock
	}
	for i := range e.Exchanges {
		switch one := &e.Exchanges[i]; {
		case one.Prepared:
		case one.Account == "":
			one.At = one.Wall.Add(ahead)
		default:
			ahead = one.At.Sub(one.Wall)
		}
	}
}
