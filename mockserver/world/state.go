package world

import (
	"context"
	"errors"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// State is everything, as a fixture: it can be imported again, resumed, or started from.
func (w *World) State(ctx context.Context) (fixtures.World, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit, setting := w.RateLimit(), w.config.Clock.Setting()
	own := relative(setting)
	switch {
	case own == nil:
		own = &fixtures.Clock{} // the machine's time; nil would be "not known"
	case setting.Frozen():
		own.Offset = "" // meaningless while the clock is frozen
	}
	f := fixtures.World{
		Version: fixtures.Version, Name: "state", Catalogue: w.services, Accounts: []fixtures.Account{},
		Server: &fixtures.Server{
			Seed: w.seed, Now: fixtures.At(w.config.Clock.Now()), Frozen: setting.Frozen(), Clock: own, Fresh: w.fresh, RateLimit: WireRateLimit(&limit),
		},
	}
	for _, id := range w.Accounts() {
		a, err := w.Account(ctx, id)
		if errors.Is(err, account.ErrNoAccount) {
			continue // removed meanwhile
		}
		if err != nil {
			return f, err
		}
		f.Accounts = append(f.Accounts, a)
	}
	return f, nil
}

// Import replaces everything by an exported state, or by any fixture, atomically, with the clock as
// it was then. A reset still returns to where the server started.
func (w *World) Import(f *fixtures.World) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	machine := w.config.Clock.Machine()
	next, err := w.era(f, func(s *fixtures.Server, before clock.Setting) clock.Setting {
		return clock.Set(machine, s.Now.Resolve(before.At(machine)), s.Frozen)
	})
	if err != nil {
		return err
	}
	return w.populate(f, Static(f), next, next.clock.At(machine))
}

// Resume is Import for a server that continues where another one stopped: a running clock has
// advanced meanwhile. Accounts that the server would have started with are reset to what they would
// have been, the others to their present state.
func (w *World) Resume(f *fixtures.World) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	machine := w.config.Clock.Machine()
	var broken error
	next, err := w.era(f, func(s *fixtures.Server, before clock.Setting) clock.Setting {
		if s.Clock == nil {
			return clock.Set(machine, s.Now.Resolve(before.At(machine)), s.Frozen)
		}
		var setting clock.Setting
		setting, broken = absolute(s.Clock, machine)
		return setting
	})
	if err := errors.Join(err, broken); err != nil {
		return err
	}
	begun := w.origins
	if err := w.populate(f, Static(f), next, next.clock.At(machine)); err != nil {
		return err
	}
	for i := range f.Accounts {
		id := account.ID(f.Accounts[i].ID)
		if o, ok := begun[id]; ok {
			w.origins[id] = o
		} else {
			w.origins[id] = origin{own: &f.Accounts[i]}
		}
	}
	return nil
}

// era reads the server settings of a state; show determines what the clock will show.
func (w *World) era(f *fixtures.World, show func(s *fixtures.Server, before clock.Setting) clock.Setting) (era, error) {
	next := era{services: f.Catalogue, seed: w.config.Seed, fresh: w.fresh, limit: w.config.RateLimit, clock: w.config.Clock.Setting()}
	s := f.Server
	if s == nil {
		return next, nil
	}
	next.seed, next.fresh = s.Seed, s.Fresh
	if s.RateLimit != nil {
		own, err := rateLimit(s.RateLimit)
		if err != nil {
			return next, err
		}
		next.limit = *own
	}
	next.clock = show(s, next.clock)
	return next, clock.Check(next.clock.At(w.config.Clock.Machine()))
}

// absolute reads a clock as relative writes it.
func absolute(c *fixtures.Clock, base time.Time) (s clock.Setting, err error) {
	if c.Offset != "" {
		if s.Offset, err = time.ParseDuration(c.Offset); err != nil {
			return s, err
		}
	}
	if c.FrozenAt != nil {
		s = clock.Set(base, c.FrozenAt.Resolve(base), true)
	}
	return s, nil
}
