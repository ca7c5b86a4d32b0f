package fault

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// Fault is the fault injected into one call. It belongs to the goroutine that serves the call.
type Fault struct {
	book      *Book
	rule      *rule
	exchange  *exchange.Exchange
	callee    Callee
	operation string
	call      uint64 // of the account and operation, as the rule counted
	random    *rand.Rand

	aborted bool // nothing is sent
	swept   bool // what the call belonged to was reset meanwhile
}

// Callee is the surface of a call, as far as faults need it. They call it once the call has been
// carried out.
type Callee interface {
	// RefuseByCode replaces the answer by the refusal with an error number, in the surface's form:
	// the operation's own, otherwise the surface's, otherwise any. It reports whether there is one.
	RefuseByCode(code string) bool
	// Document replaces the answer by the one that the document of the called service has for a
	// status, or under the name of an example. An error says why there is none. If that answer is a
	// failure, a call that was paid counts as failed as well.
	Document(status int, example string) error
	// Freedom returns what the contract leaves open in successful answers of the operation.
	Freedom() Freedom
}

// Header names, in answers that went wrong on purpose, the rule.
const Header = "X-Mock-Fault"

// chance returns the fault's random source.
func (f *Fault) chance() *rand.Rand {
	if f.random == nil {
		f.random = chance(f.book.config.Seed, f.exchange.Account, f.operation, f.rule.Name, f.call)
	}
	return f.random
}

// Around carries a call out as far as the fault lets it, and sees to it that what is to go wrong
// with the answer does. Handle is the surface's way to carry a call out within a context; quiet is
// without answering.
func (f *Fault) Around(ctx context.Context, handle func(ctx context.Context, quiet bool)) {
	r, e := f.rule, f.exchange
	e.Fault = &exchange.Fault{Name: r.Name, Kind: r.kind.name, Where: r.Where, Seed: f.book.config.Seed, Call: f.call, Sender: f}
	if r.effect == nil {
		e.Fault.Kind = "none"
	}
	before := r.Where == Before
	if before {
		f.act(ctx)
	}
	switch nature := r.kind.nature; {
	case r.effect == nil:
		handle(ctx, false)
	case nature == delays:
		if e.Fault.Delay = r.effect.(delay).draw(f.chance()); before && !f.wait(ctx, e.Fault.Delay) {
			f.aborted = true
			return
		}
		handle(ctx, false)
	case nature == recalls:
		past := f.book.config.Past.of(e.Account)
		if !before {
			handle(ctx, true)
		}
		f.rehearse(func() { handle(instead(ctx, past), false) })
	case nature == alters && before:
		f.rehearse(func() { handle(instead(ctx, nil), false) })
	case !before:
		handle(ctx, false)
	}
	if !before {
		f.act(ctx)
	}
}

// rehearse lets a call be carried out on a copy of the account, and forgets what that cost the
// copy.
func (f *Fault) rehearse(call func()) {
	e := f.exchange
	quota, scope, paidBy, charged := e.Quota, e.Scope, e.PaidBy, e.Charged
	call()
	e.Quota, e.Scope, e.PaidBy, e.Charged = quota, scope, paidBy, charged
}

// act does what the rule does beside its effect. What cannot be done is logged.
func (f *Fault) act(ctx context.Context) {
	if f.rule.Do == nil || f.exchange.Account == "" {
		return
	}
	if err := f.rule.action.do(context.WithoutCancel(ctx), f.book.config.World, f.exchange); err != nil {
		f.book.config.Log.Warn("a fault rule could not do what it is to do", "rule", f.rule.Name, "account", f.exchange.Account, "reason", err)
	}
}

// Send implements exchange.Sender.
func (f *Fault) Send(w http.ResponseWriter, r *http.Request, done func()) {
	e := f.exchange
	var send sender
	switch {
	case f.aborted:
		f.nothing()
		send = abort
	case f.rule.effect != nil:
		send = f.rule.effect.apply(f)
	}
	if !f.book.config.Hidden {
		e.Response.Header[Header] = []string{f.rule.Name}
	}
	e.DropUnsent()
	if !f.swept { // otherwise the journal was reset while the call was waiting
		done()
	}
	if send == nil {
		send = whole
	}
	send(w, r, e)
}

// wait waits for a duration of real time. It reports whether the call goes on: it does not if the
// caller has left, or if what it belonged to was reset, restored or removed. When the rule is
// removed, or the server stops, it goes on at once.
func (f *Fault) wait(ctx context.Context, d time.Duration) bool {
	within, stop := f.book.config.World.Within(ctx, f.exchange.Account)
	defer stop()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-f.rule.gone:
		return true
	case <-f.book.alive.Done():
		return true
	case <-within.Done():
		f.swept = ctx.Err() == nil
		return false
	}
}

// nothing makes the journal show that no answer was sent.
func (f *Fault) nothing() {
	f.exchange.Response.Status, f.exchange.Response.Body = 0, nil
	f.blame("")
}

// blame attributes the answer to the fault alone, instead of to the rule of the account that
// refused.
func (f *Fault) blame(reason string) {
	e := f.exchange
	e.Reason, e.Detail, e.Code, e.Grade, e.Source = reason, "", "", "", ""
}
