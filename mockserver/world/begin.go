package world

import (
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// Beginning is an initial state; see Config.
type Beginning struct {
	Fixtures  Source
	Start     time.Time
	Frozen    bool
	Seed      uint64
	RateLimit account.RateLimit
	Services  []fixtures.Service
}

// Begin puts another beginning instead of the one that there was: everybody and everything is as
// after a start with it, and a reset leads there from now on. On an error nothing has changed.
// Snapshots stay.
func (w *World) Begin(b Beginning) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, err := b.Fixtures()
	if err != nil {
		return err
	}
	// Its members one by one: the clock and the store are read by everybody, and stay.
	set := func(b Beginning) {
		w.config.Fixtures, w.config.Start, w.config.Frozen = b.Fixtures, b.Start, b.Frozen
		w.config.Seed, w.config.RateLimit, w.config.Services = b.Seed, b.RateLimit, b.Services
	}
	before, name := Beginning{w.config.Fixtures, w.config.Start, w.config.Frozen, w.config.Seed, w.config.RateLimit, w.config.Services}, w.name
	set(b)
	w.startAt(f)
	if err := w.begin(f); err != nil {
		set(before)
		w.name = name
		return err
	}
	return nil
}

// Catalogue returns the catalogue of a world's services.
func Catalogue(services []fixtures.Service) *account.Catalogue { return catalogue(services) }
