package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
)

// Effect is how a call goes wrong, as plain data. Kind determines which of the other members have a
// meaning; the rest must be empty.
type Effect struct {
	Kind string `json:"kind"`

	// latency, late: one of the four.
	Fixed     Duration   `json:"fixed,omitempty"`
	Uniform   *Uniform   `json:"uniform,omitempty"`
	Normal    *Normal    `json:"normal,omitempty"`
	Lognormal *Lognormal `json:"lognormal,omitempty"`

	// refusal: an error number of the refusals table, as a number or a text.
	Code any `json:"code,omitempty"`

	// status; headers go with refusals too.
	Status  int               `json:"status,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`

	// document, beside status.
	Example string `json:"example,omitempty"`

	// truncate, random-bytes, dribble.
	Bytes    *int     `json:"bytes,omitempty"`
	Interval Duration `json:"interval,omitempty"` // dribble
	Max      Duration `json:"max,omitempty"`      // hang, dribble, reorder

	Value string `json:"value,omitempty"` // content-type

	// violation; do of tls-handshake too.
	Field string `json:"field,omitempty"`
	Do    string `json:"do,omitempty"`

	// legal.
	Vary []string `json:"vary,omitempty"`
}

// effect is an Effect that has been checked. It is never changed.
type effect interface {
	// apply turns the answer in the exchange into the one to send, and returns how to send it; nil
	// means as usual.
	apply(f *Fault) sender
}

// sender sends the answer of an exchange in its own way. It may panic with http.ErrAbortHandler,
// which ends an HTTP/1.1 connection or an HTTP/2 stream.
type sender func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange)

// nature is what an effect needs of the call.
type nature uint8

const (
	// replaces: the answer is another. Before, the call is not carried out.
	replaces nature = iota
	// alters: the answer is damaged. Before, it is that of a rehearsal, so that nothing of the
	// account changes.
	alters
	// delays: the call waits. Before, it waits and is then carried out; after, it is carried out
	// and the answer waits.
	delays
	// recalls: the answer is an earlier one. Before the call, it is not carried out.
	recalls
	// delivers: an attempt to deliver a callback goes wrong, and no call.
	delivers
	// handshakes: TLS goes wrong, before there is a call.
	handshakes
)

// kind is a row of the table of effects.
type kind struct {
	name    string
	nature  nature
	members []string // that it reads, beside kind
	compile func(Effect) (effect, error)
}

// kinds is the table of effects. An effect is a file and a row here.
func kinds() []kind {
	return append([]kind{
		{"latency", delays, []string{"fixed", "uniform", "normal", "lognormal"}, newLatency},
		{"refusal", replaces, []string{"code", "headers"}, newRefusal},
		{"status", replaces, []string{"status", "headers", "body"}, newStatus},
		{"document", replaces, []string{"status", "example"}, newDocument},
		{"reset", replaces, nil, newReset},
		{"empty", replaces, nil, newEmpty},
		{"hang", replaces, []string{"max"}, newHang},
		{"random-bytes", replaces, []string{"bytes"}, newRandomBytes},
		{"truncate", alters, []string{"bytes"}, newTruncate},
		{"malformed-json", alters, nil, newMalformedJSON},
		{"malformed-chunk", alters, nil, newMalformedChunk},
		{"dribble", alters, []string{"bytes", "interval", "max"}, newDribble},
		{"content-type", alters, []string{"value"}, newContentType},
		{"stale", recalls, nil, newStale},
		{"violation", alters, []string{"field", "do"}, newViolation},
		{"legal", alters, []string{"vary"}, newLegal},
		{"tls-handshake", handshakes, []string{"do"}, newTLSHandshake},
		{"tls-expired", handshakes, nil, newTLSExpired},
		{"tls-wrong-host", handshakes, nil, newTLSWrongHost},
	}, callbackKinds()...)
}

// Kinds names all effects.
func Kinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kindNames lists effects for an error.
func kindNames(kinds []kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// newEffect checks an effect.
func newEffect(e Effect, codes func(string) bool) (kind, effect, error) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == e.Kind })
	if i < 0 {
		return kind{}, nil, wrongf("kind", "is %q; want one of %s", e.Kind, strings.Join(Kinds(), ", "))
	}
	k := all[i]
	for _, member := range members(e) {
		if member != "kind" && !slices.Contains(k.members, member) {
			known := "none beside kind"
			if len(k.members) > 0 {
				known = strings.Join(k.members, ", ")
			}
			return k, nil, wrongf(member, "has no meaning for the kind %s, which knows %s", k.name, known)
		}
	}
	made, err := k.compile(e)
	if err != nil {
		return k, nil, err
	}
	if r, ok := made.(refusal); ok && codes != nil && !codes(r.code) {
		return k, nil, wrongf("code", "is %s, which is the number of no refusal (docs/behaviour.md lists them)", r.code)
	}
	return k, made, nil
}

// members are those of an effect that are not empty.
func members(e Effect) []string {
	text, err := json.Marshal(e)
	var set map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &set)
	}
	if err != nil {
		panic(fmt.Sprintf("an effect is plain data: %v", err))
	}
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
