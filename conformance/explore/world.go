package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// world is the model of an account while a sequence is written. Amounts are in ten-thousandths,
// times in seconds since the sequence began.
type world struct {
	setting
	steps []*step
	// n numbers steps and variables.
	n      int
	now    int
	tokens []*token
	credit int
	moved  []movement // newest last
	failed []failure  // newest last
	calls  []called
	windows
	// rates are the limits of scopes that the account has for itself.
	rates map[string]rate
}

// setting is what a sequence starts from, and what may be asked of the target.
type setting struct {
	// frozen reports whether a control API moves the clock, so that times are known.
	frozen bool
	// fresh reports whether the account has nothing yet, so that counts are known.
	fresh bool
	// services reports whether paid services may be called.
	services bool
	// scopes is how many enabled scopes are asked for, up to three.
	scopes int
	// sandbox reports whether the account is one.
	sandbox bool
}

// token is what the model knows of a token.
type token struct {
	// name of the variable that holds its id; the refresh token's has an r more.
	variable string
	scopes   []string
	name     string
	limits   map[string]any
	created  int
	expire   int
	// life is how long a rotation makes it live again; 0 where nobody says.
	life int
	sum  sums
	dead bool
	// unseen means that no answer showed the refresh token yet.
	unseen bool
}

// sums count calls, as statistics show them.
type sums struct{ total, wallet, errors, amount int }

type movement struct{ amount, at int }

// failure is an entry of the error log.
type failure struct {
	scope   string
	status  int
	code    any
	message string
	at      int
}

// called is one counted call.
type called struct {
	scope string
	at    int
	sums
}

// began is when every sequence with a clock of its own begins.
func began() time.Time { return time.Date(2031, time.February, 12, 8, 30, 0, 0, time.UTC) }

const year = 365 * 24 * 60 * 60

func (w *world) time(second int) time.Time { return began().Add(time.Duration(second) * time.Second) }

// instant matches a time to the second, however it is spelt.
func (w *world) instant(second int) map[string]any {
	text := w.time(second).Format(time.RFC3339)
	return map[string]any{"gte": text, "lte": text}
}

// add adds a step, and gives it a name of its own.
func (w *world) add(what string, s *step) *step {
	w.n++
	s.Name = fmt.Sprintf("%d %s", w.n, what)
	w.steps = append(w.steps, s)
	return s
}

// call adds a call that must succeed with 200 and is counted.
func (w *world) call(what string, s *step) {
	if s.Expect == nil {
		s.Expect = &expect{}
	}
	if s.Expect.Status == nil {
		s.Expect.Status = []int{200}
	}
	w.count(s.Call, nil)
	w.add(what, s)
}

// refuse adds a call that must be refused, and is in the log of errors.
func (w *world) refuse(what string, s *step, status int, code any, message string) *step {
	if s.Expect == nil {
		s.Expect = &expect{}
	}
	s.Expect.Status, s.Expect.Code, s.Expect.Message = []int{status}, code, message
	w.count(s.Call, &failure{status: status, code: code, message: message})
	return w.add(what, s)
}

// scopeOf is the scope under which a call of the API itself is counted.
func scopeOf(call string) string {
	method, rest := "GET", ""
	host := "oauth.openapi.com"
	name := strings.TrimPrefix(call, "v1.")
	if name != call {
		host = "oauth.openapi.it"
	}
	noun, verb, _ := strings.Cut(name, ".")
	switch verb {
	case "create":
		method = "POST"
	case "update":
		method = "PATCH"
	case "replace":
		method = "PUT"
	case "delete":
		method = "DELETE"
	}
	switch noun {
	case "wallet", "stats", "credit", "counters":
		rest = noun
	case "token", "scope", "error", "callback", "subscription":
		rest = noun + "s"
	}
	if host == "oauth.openapi.it" && noun == "token" {
		rest = "token"
	}
	return method + ":" + host + "/" + rest
}

func (w *world) count(call string, f *failure) {
	one := called{scope: w.named(scopeOf(call)), at: w.now, sums: sums{total: 1}}
	if f != nil {
		one.errors, f.scope, f.at = 1, one.scope, w.now
		w.failed = append(w.failed, *f)
	}
	w.calls = append(w.calls, one)
}

// alive are the tokens that are there.
func (w *world) alive() []*token {
	return slices.DeleteFunc(slices.Clone(w.tokens), func(t *token) bool { return w.gone(t) })
}

func (w *world) gone(t *token) bool { return t.dead || t.expire <= w.now }

// pick draws an element; nil from an empty list.
func pick[T any](r *rand.Rand, list []T) (one T) {
	if len(list) == 0 {
		return one
	}
	return list[r.IntN(len(list))]
}
