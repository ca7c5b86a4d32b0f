package fault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/world"
)

// Book is the ordered list of rules that a server follows: of those that a call matches, the first
// that fires wins. It is safe for concurrent use.
type Book struct {
	config Config
	rules  atomic.Pointer[list] // nil if there are none, which is all that a call then has to look at
	alive  context.Context
	end    context.CancelFunc

	mu sync.Mutex // held while the list is changed
	// original are the rules that a reset leads back to.
	original atomic.Pointer[[]Rule]
}

// Config configures a book.
type Config struct {
	// Rules are those that the book starts with, and returns to when everything is reset.
	Rules []Rule
	Seed  uint64
	World *world.World
	Past  *Past
	// Known is what rules can refer to.
	Known Known
	// Hidden leaves out the header that names the rule.
	Hidden bool
	// Handshaken, unless nil, receives the kind of each effect on a TLS handshake.
	Handshaken func(kind string)
	Log        *slog.Logger
}

// list is the rules at one moment. It is never changed, only replaced.
type list struct {
	rules []*rule
	arms  map[string][]*rule // by the name of the rule that arms them
}

// What can be wrong with a change of a book.
var (
	ErrNoRule = errors.New("there is no such rule")
	ErrTaken  = errors.New("there is a rule of that name already: PUT replaces it")
	ErrFull   = fmt.Errorf("there are %d rules already: remove one first", MaxRules)
)

// NewBook creates a book. Invalid rules are an error.
func NewBook(config Config) (*Book, error) {
	b := &Book{config: config}
	b.original.Store(&config.Rules)
	b.alive, b.end = context.WithCancel(context.Background())
	return b, b.Reset()
}

// Known returns what rules of the book can refer to.
func (b *Book) Known() Known { return b.config.Known }

// Interrupt ends all delays, now and from now on. A server that stops calls it.
func (b *Book) Interrupt() { b.end() }

// change replaces the list by the result of edit. Calls that wait because of a removed rule resume.
func (b *Book) change(edit func(rules []*rule) ([]*rule, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var old []*rule
	if l := b.rules.Load(); l != nil {
		old = l.rules
	}
	rules, err := edit(slices.Clone(old))
	if err != nil {
		return err
	}
	if len(rules) == 0 {
		b.rules.Store(nil)
	} else {
		next := &list{rules: rules, arms: map[string][]*rule{}}
		for _, r := range rules {
			if r.ArmedBy != "" {
				next.arms[r.ArmedBy] = append(next.arms[r.ArmedBy], r)
			}
		}
		b.rules.Store(next)
	}
	needs := func(n nature) bool {
		return slices.ContainsFunc(rules, func(r *rule) bool { return r.effect != nil && r.kind.nature == n })
	}
	b.config.Past.keep(needs(alters), needs(recalls))
	for _, r := range old {
		if !slices.Contains(rules, r) {
			close(r.gone)
		}
	}
	return nil
}

// begin makes a rule count from now.
func (b *Book) begin(rules ...*rule) {
	timed := slices.ContainsFunc(rules, func(r *rule) bool { return r.when.timed() })
	if !timed {
		return
	}
	now, own := b.config.World.Times()
	for _, r := range rules {
		r.mu.Lock()
		r.began, r.begins = now, own
		r.mu.Unlock()
	}
}

// Reset restores the rules that the book started with, and resets their counts.
func (b *Book) Reset() error {
	rules, err := compileAll(*b.original.Load(), b.config.Known)
	if err != nil {
		return err
	}
	for _, r := range rules {
		r.configured = true
	}
	b.begin(rules...)
	b.config.Past.Forget("")
	return b.change(func([]*rule) ([]*rule, error) { return rules, nil })
}

// ResetAccount resets the counts of all rules for one account, and restores those that are confined
// to it.
func (b *Book) ResetAccount(id account.ID) error {
	b.config.Past.Forget(id)
	original, err := compileAll(*b.original.Load(), b.config.Known)
	if err != nil {
		return err
	}
	own := func(r *rule) bool { return r.confinedTo(id) }
	original = slices.DeleteFunc(original, func(r *rule) bool { return !own(r) })
	return b.change(func(rules []*rule) ([]*rule, error) {
		rules = slices.DeleteFunc(rules, func(r *rule) bool { return own(r) && !r.configured })
		for _, r := range original {
			r.configured = true
			b.begin(r)
			if i := slices.IndexFunc(rules, func(o *rule) bool { return o.Name == r.Name }); i >= 0 {
				rules[i] = r
			} else {
				rules = append(rules, r)
			}
		}
		now := b.now(id)
		for _, r := range rules {
			r.restart(id, now)
		}
		return rules, nil
	})
}

// ForgetAccount forgets an account that is no more, with the rules that were confined to it. Hits
// stay counted.
func (b *Book) ForgetAccount(id account.ID) {
	b.config.Past.Forget(id)
	_ = b.change(func(rules []*rule) ([]*rule, error) { // the edit refuses nothing
		rules = slices.DeleteFunc(rules, func(r *rule) bool { return r.confinedTo(id) && !r.configured })
		for _, r := range rules {
			r.forgetAccount(id)
		}
		return rules, nil
	})
}

// Add puts rules behind all others, all of them or none.
func (b *Book) Add(rules ...Rule) ([]View, error) {
	var out []View
	err := b.change(func(all []*rule) ([]*rule, error) {
		for i, r := range rules {
			made, err := compile(r, b.config.Known)
			switch {
			case err == nil && slices.ContainsFunc(all, called(r.Name)):
				err = fmt.Errorf("%q: %w", r.Name, ErrTaken)
			case err == nil && len(all) >= MaxRules:
				err = ErrFull
			}
			if err != nil {
				return nil, RuleError{Index: i, Name: r.Name, Err: err}
			}
			b.begin(made)
			all = append(all, made)
			out = append(out, made.view())
		}
		for i, r := range rules {
			if err := armable(r, all); err != nil {
				return nil, RuleError{Index: i, Name: r.Name, Err: err}
			}
		}
		return all, nil
	})
	return out, err
}

// Put puts a rule instead of the one of its name, or behind all others.
func (b *Book) Put(r Rule) (v View, err error) {
	err = b.change(func(all []*rule) ([]*rule, error) {
		made, err := compile(r, b.config.Known)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, called(r.Name)); i >= 0 {
			all[i] = made
		} else if len(all) >= MaxRules {
			return nil, ErrFull
		} else {
			all = append(all, made)
		}
		if err := armable(r, all); err != nil {
			return nil, err
		}
		b.begin(made)
		v = made.view()
		return all, nil
	})
	return v, err
}

// Remove removes a rule. Calls that wait because of it resume.
func (b *Book) Remove(name string) error {
	return b.change(func(all []*rule) ([]*rule, error) {
		i := slices.IndexFunc(all, called(name))
		if i < 0 {
			return nil, ErrNoRule
		}
		return slices.Delete(all, i, i+1), nil
	})
}

// Clear removes all rules, or those that are confined to one account.
func (b *Book) Clear(id account.ID) {
	_ = b.change(func(all []*rule) ([]*rule, error) { // the edit refuses nothing
		return slices.DeleteFunc(all, func(r *rule) bool { return id == "" || r.confinedTo(id) }), nil
	})
}

// Views are all rules in their order, or those that are confined to one account.
func (b *Book) Views(id account.ID) []View {
	out := []View{}
	if l := b.rules.Load(); l != nil {
		for _, r := range l.rules {
			if id == "" || r.confinedTo(id) {
				out = append(out, r.view())
			}
		}
	}
	return out
}

// View is the rule of a name, or ErrNoRule.
func (b *Book) View(name string) (View, error) {
	for _, v := range b.Views("") {
		if v.Name == name {
			return v, nil
		}
	}
	return View{}, ErrNoRule
}

func called(name string) func(*rule) bool { return func(r *rule) bool { return r.Name == name } }

// now returns the time on an account's clock, or on the server's for "" and for accounts that are
// gone.
func (b *Book) now(id account.ID) time.Time {
	if id != "" {
		if t, err := b.config.World.AccountTime(context.Background(), id); err == nil {
			return t.Now
		}
	}
	return b.config.World.Time().Now
}

// Decide returns what goes wrong with a call, or nil. The exchange must hold what is known of the
// call: its surface, operation and account, as far as there are any. Decide counts the call, so it
// is asked once. A nil Book has no rules.
func (b *Book) Decide(e *exchange.Exchange, callee Callee) *Fault {
	if b == nil {
		return nil
	}
	l := b.rules.Load()
	if l == nil {
		return nil
	}
	return b.decide(l, e, callee)
}

func (b *Book) decide(l *list, e *exchange.Exchange, callee Callee) *Fault {
	for _, r := range l.rules {
		if r.effect != nil && r.kind.nature == handshakes || !r.match.match(e) || !r.match.aged(b.config.World, e) {
			continue
		}
		f := r.take(b, e)
		if f == nil {
			continue
		}
		f.callee = callee
		for _, armed := range l.arms[r.Name] {
			armed.arm(b, e.Account)
		}
		return f
	}
	return nil
}
