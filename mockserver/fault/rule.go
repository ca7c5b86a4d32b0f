package fault

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// Rule defines which calls go wrong, when, and how. All members but the name, and one of Effect and
// Do, are optional.
type Rule struct {
	// Name is 1 to 64 letters, digits, '.', '_' and '-', and unique in a Book.
	Name  string `json:"name"`
	Match *Match `json:"match,omitempty"`
	When  *When  `json:"when,omitempty"`
	// Where is "before" (the call is not carried out: nothing of the account changes) or "after"
	// (it is carried out, then its answer goes wrong). Default is "before", but "after" for effects
	// that work on the answer.
	Where  string  `json:"where,omitempty"`
	Effect *Effect `json:"effect,omitempty"`
	// Do is what the rule does to the account of the call beside, or instead of, an effect.
	Do *Action `json:"do,omitempty"`
	// ArmedBy names the rule that must have fired for the same account before this one looks at its
	// calls. Each firing arms it again.
	ArmedBy string `json:"armedBy,omitempty"`
}

// Match selects calls. Empty members match all. In all values * matches any text, also none, and
// slashes.
type Match struct {
	// Kind is "request", which empty means too, or "callback" for attempts to deliver callbacks.
	// These have an account, a method, a path, headers and a query; rules for them have effects of
	// their own.
	Kind string `json:"kind,omitempty"`
	// Surface ("v2"), Operation ("token.create") and Account as the journal names them. Calls whose
	// caller is unknown have no account.
	Surface   string `json:"surface,omitempty"`
	Operation string `json:"operation,omitempty"`
	Account   string `json:"account,omitempty"`
	// Token that the call carries: as its Bearer, in its path, or as its parameter "id".
	Token string `json:"token,omitempty"`
	// YoungerThan and OlderThan are how long ago a token that the call names, and that is valid,
	// was made, on the account's clock.
	YoungerThan Duration `json:"youngerThan,omitempty"`
	OlderThan   Duration `json:"olderThan,omitempty"`
	// Method in any case. Path without the query, as it was sent or decoded.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Headers and Query that must be there, among others; of several values one has to match.
	Headers map[string]string `json:"headers,omitempty"`
	Query   map[string]string `json:"query,omitempty"`
}

// When selects which of the matching calls go wrong. Every rule counts, for each account
// separately, the calls that reach it: those that match, while the rule is armed and its time has
// come, and that no rule before it has taken.
type When struct {
	// At most one of: Probability, from 0 to 1; Nth, exactly the n-th call; Every, each n-th call;
	// First, the first n calls.
	Probability *float64 `json:"probability,omitempty"`
	Nth         *int     `json:"nth,omitempty"`
	Every       *int     `json:"every,omitempty"`
	First       *int     `json:"first,omitempty"`
	// After is how long the rule waits from when it was set (or armed), and For how long it then
	// lasts; Until is when it ends. All are read on the account's clock.
	After Duration   `json:"after,omitempty"`
	For   Duration   `json:"for,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	// Times bounds how often it fires.
	Times *int `json:"times,omitempty"`
}

// Duration is a duration as people write it: "300ms", "1h30m", "1d". Empty is none.
type Duration string

// read is the duration; none is 0.
func (d Duration) read() (time.Duration, error) {
	if d == "" {
		return 0, nil
	}
	return clock.ParseDuration(string(d))
}

// The places of a rule.
const (
	Before = "before"
	After  = "after"
)

// Bounds of what is kept.
const (
	// MaxRules is how many rules a Book holds.
	MaxRules = 1000
	// MaxDelay is the longest time that an effect may take.
	MaxDelay = 10 * time.Minute
	// maxPairs bounds the headers and parameters of one rule.
	maxPairs = 100
)

// nameForm is the form of a name.
const nameForm = `^[A-Za-z0-9._-]{1,64}$`

// wrong is a problem with a member of a rule.
type wrong struct{ member, message string }

// Error implements error.
func (w wrong) Error() string {
	if w.member == "" {
		return w.message
	}
	return fmt.Sprintf("%q %s", w.member, w.message)
}

func wrongf(member, format string, args ...any) error {
	return wrong{member, fmt.Sprintf(format, args...)}
}

// below names a member below another in an error.
func below(member string, err error) error {
	w, ok := errors.AsType[wrong](err)
	switch {
	case !ok:
		return err
	case w.member == "":
		return wrong{member, w.message}
	}
	return wrong{member + "." + w.member, w.message}
}

// compile checks a rule by itself, and makes it one that a Book can follow.
func compile(r Rule, known Known) (*rule, error) {
	if r.Name == "" {
		return nil, wrongf("name", "is missing; a rule needs one, such as \"flaky\"")
	}
	if r.Name == "." || r.Name == ".." { // which no path of the control API holds: they mean folders there
		return nil, wrongf("name", "is %q; want a letter or digit in it", r.Name)
	}
	if !regexp.MustCompile(nameForm).MatchString(r.Name) {
		return nil, wrongf("name", "is %q; want 1 to 64 letters, digits, '.', '_' and '-'", r.Name)
	}
	if r.ArmedBy == r.Name {
		return nil, wrongf("armedBy", "is the rule itself, which so would never fire")
	}
	out := &rule{Rule: r, gone: make(chan struct{}), tallies: tallies{}, begins: map[account.ID]time.Time{}}
	var err error
	if r.Match != nil {
		if out.match, err = newMatcher(*r.Match, known.Names); err != nil {
			return nil, below("match", err)
		}
	}
	if out.when, err = newTrigger(r.When); err != nil {
		return nil, below("when", err)
	}
	if r.Effect == nil && r.Do == nil {
		return nil, wrongf("effect", "is missing; want one such as {\"kind\":\"status\",\"status\":503} (a rule with \"do\" can be without)")
	}
	if r.Effect != nil {
		if out.kind, out.effect, err = newEffect(*r.Effect, known.Codes); err != nil {
			return nil, below("effect", err)
		}
		if out.kind.nature == handshakes {
			if err := checkHandshake(r); err != nil {
				return nil, err
			}
			out.Where = Before
			return out, nil
		}
	}
	if err := out.fits(); err != nil {
		return nil, err
	}
	switch r.Where {
	case "":
		out.Where = Before
		if n := out.kind.nature; r.Effect != nil && (n == alters || n == recalls) {
			out.Where = After
		}
	case Before, After:
	default:
		return nil, wrongf("where", "is %q; want before or after", r.Where)
	}
	if r.Do != nil {
		if out.action, err = newAction(*r.Do); err != nil {
			return nil, below("do", err)
		}
	}
	return out, nil
}

// fits refuses a rule for callbacks that has what only calls have, and the other way round.
func (r *rule) fits() error {
	switch delivers := r.kind.nature == delivers; {
	case !r.match.callbacks && !delivers:
		return nil
	case !r.match.callbacks:
		return wrongf("effect.kind", "is %s, an effect of callbacks; want match: {kind: callback} beside it, or an effect of calls", r.Effect.Kind)
	case r.Effect == nil:
		return wrongf("effect", "is missing; want one of %s", kindNames(callbackKinds()))
	case !delivers:
		return wrongf("effect.kind", "is %s, an effect of calls; of callbacks want one of %s", r.Effect.Kind, kindNames(callbackKinds()))
	case r.Where != "":
		return wrongf("where", "has no meaning for callbacks")
	case r.Do != nil:
		return wrongf("do", "has no meaning for callbacks")
	}
	return nil
}
