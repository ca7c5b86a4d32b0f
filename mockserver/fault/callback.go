package fault

import (
	"math/rand/v2"
	"time"

	"oauthmock/mockserver/exchange"
)

// The effects of callbacks. They are met by attempts to deliver one, which the mock sends, and by
// no call.
const (
	Late         = "late"          // made later, on the account's clock
	Duplicate    = "duplicate"     // sent twice
	Reorder      = "reorder"       // made after the account's next attempt
	Drop         = "drop"          // not sent
	BadSignature = "bad-signature" // sent with the signature of another secret
)

// Bounds, on the account's clock, of how long an attempt may be held back.
const (
	maxLate    = 365 * 24 * time.Hour
	maxReorder = time.Minute // where the rule does not say
)

// callbackKinds returns the rows of the effects of callbacks in the table of effects.
func callbackKinds() []kind {
	return []kind{
		{Late, delivers, []string{"fixed", "uniform", "normal", "lognormal"}, func(e Effect) (effect, error) { return newWait(e, maxLate) }},
		{Duplicate, delivers, nil, newMark},
		{Reorder, delivers, []string{"max"}, newReorder},
		{Drop, delivers, nil, newMark},
		{BadSignature, delivers, nil, newMark},
	}
}

// mark is an effect that is defined by its name alone. The delivery of callbacks carries it out.
type mark struct{}

func newMark(Effect) (effect, error) { return mark{}, nil }

func (mark) apply(*Fault) sender { return nil }

// reorder lets an attempt wait for the account's next one, at most for a time.
type reorder struct {
	mark
	most time.Duration
}

func newReorder(e Effect) (effect, error) {
	most := maxReorder
	if e.Max != "" {
		var err error
		if most, err = within("max", e.Max, maxLate); err != nil {
			return nil, err
		}
	}
	return reorder{most: most}, nil
}

func (r reorder) draw(*rand.Rand) time.Duration { return r.most }

// Deliver decides what goes wrong with an attempt to deliver a callback, and notes it in its
// exchange, which must hold the account and the request. Of effects that hold the attempt back, the
// Delay is for how long at most, on the account's clock. Deliver counts the attempt, so it is asked
// once. A nil Book has no rules.
func (b *Book) Deliver(e *exchange.Exchange) {
	f := b.Decide(e, nil)
	if f == nil {
		return
	}
	e.Fault = &exchange.Fault{Name: f.rule.Name, Kind: f.rule.kind.name, Where: Before, Seed: b.config.Seed, Call: f.call}
	if d, ok := f.rule.effect.(delay); ok {
		e.Fault.Delay = d.draw(f.chance())
	}
}
