package fault

import (
	"math/rand/v2"
	"net/http"
	"time"

	"oauthmock/mockserver/journal"
)

// HandshakeKind is what goes wrong with a TLS handshake.
type HandshakeKind uint8

// What can go wrong with a handshake.
const (
	// Handshaken is a handshake as ever.
	Handshaken HandshakeKind = iota
	// BrokenHandshake gets an alert, or a reset.
	BrokenHandshake
	// ExpiredCertificate and WrongHost are complete handshakes, with a certificate that a client
	// must refuse.
	ExpiredCertificate
	WrongHost
)

// Handshake is the fault of one TLS handshake. The zero Handshake means none.
type Handshake struct {
	Kind HandshakeKind
	// Rule that fired.
	Rule string
	// Reset breaks the connection where Kind is BrokenHandshake; otherwise an alert is sent.
	Reset bool
}

// handshake is an effect on TLS. No call ever meets it.
type handshake struct {
	kind  HandshakeKind
	reset bool
}

func newTLSHandshake(e Effect) (effect, error) {
	switch e.Do {
	case "", "alert", "reset":
		return handshake{kind: BrokenHandshake, reset: e.Do == "reset"}, nil
	}
	return nil, wrongf("do", "is %q; want alert or reset", e.Do)
}

func newTLSExpired(Effect) (effect, error) { return handshake{kind: ExpiredCertificate}, nil }

func newTLSWrongHost(Effect) (effect, error) { return handshake{kind: WrongHost}, nil }

func (handshake) apply(*Fault) sender { return nil }

// checkHandshake refuses members that mean nothing before there is a call. Rules on TLS are counted
// for the server.
func checkHandshake(r Rule) error {
	if m := r.Match; m != nil {
		if m.Kind != "" || m.Surface != "" || m.Operation != "" || m.Account != "" || m.Token != "" || m.YoungerThan != "" || m.OlderThan != "" || m.Method != "" || m.Path != "" || len(m.Query) > 0 {
			return wrongf("match", "holds more than headers: {Host: …}, which is all that is known of a call when TLS begins")
		}
		for name := range m.Headers {
			if http.CanonicalHeaderKey(name) != "Host" {
				return wrongf("match.headers", "has %q; want Host alone, the name that the client asks for by SNI", name)
			}
		}
	}
	switch {
	case r.Where == After:
		return wrongf("where", "is after, but a handshake comes before any call; leave it out")
	case r.Where != "" && r.Where != Before:
		return wrongf("where", "is %q; want before, or leave it out: a handshake comes before any call", r.Where)
	case r.Do != nil:
		return wrongf("do", "has no account to change: a handshake comes before any call")
	case r.ArmedBy != "":
		return wrongf("armedBy", "arms rules for an account, and a handshake has none")
	}
	return nil
}

// Handshake counts a TLS handshake, and returns what goes wrong with it. Name is the one that the
// client asked for by SNI, in lower case. A nil Book has no rules.
func (b *Book) Handshake(name string) Handshake {
	if b == nil {
		return Handshake{}
	}
	l := b.rules.Load()
	if l == nil {
		return Handshake{}
	}
	for _, r := range l.rules {
		if of, ok := r.effect.(handshake); ok && r.meets(name) && r.takeHandshake(b) {
			if b.config.Handshaken != nil {
				b.config.Handshaken(r.kind.name)
			}
			return Handshake{Kind: of.kind, Rule: r.Name, Reset: of.reset}
		}
	}
	return Handshake{}
}

// meets reports whether a rule on TLS means a name.
func (r *rule) meets(name string) bool {
	for _, want := range r.match.headers {
		if !journal.Wildcard(want.pattern, name) {
			return false
		}
	}
	return true
}

// takeHandshake counts a handshake that matches, and reports whether it goes wrong.
func (r *rule) takeHandshake(b *Book) bool {
	var now time.Time
	if r.when.timed() {
		now = b.now("")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.tally("")
	if r.when.timed() && !r.when.active(c.began, now) {
		return false
	}
	var random *rand.Rand
	if r.when.probability != nil {
		random = chance(b.config.Seed, "", "tls", r.Name, c.calls+1)
	}
	return r.when.fires(c, random)
}
