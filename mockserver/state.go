package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"oauthmock/mockserver/statefile"
)

// WithStateFile keeps the state in a file: the server goes on with what stands there, if there is a
// file yet, and SaveState writes it. What the state says of seed, clock and rate limit wins over
// other options; a reset leads to what they and the fixtures say. A damaged file is refused, and
// stays as it is. Clocks that ran have run on meanwhile.
func WithStateFile(path string) Option {
	return func(c *config) (err error) {
		c.state, err = statefile.Open(path)
		return err
	}
}

// ErrNoStateFile says that the server was made without WithStateFile.
var ErrNoStateFile = errors.New("the server keeps no state: it was started without --state")

// SaveState writes the state of the server to its file, in one step. It is safe for concurrent use:
// calls that come while the state is being written share the next writing, which does not begin
// when the contexts of all of them are done by then.
func (s *Server) SaveState(ctx context.Context) error {
	if s.state == nil {
		return ErrNoStateFile
	}
	return s.saving.do(ctx, func() error {
		state, err := s.world.State(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		if err := s.state.Save(&state); err != nil {
			return fmt.Errorf("the state was not saved: %w", err)
		}
		return nil
	})
}

// saver is how the control API saves the state; nil where none is kept.
func (s *Server) saver() func(context.Context) error {
	if s.state == nil {
		return nil
	}
	return s.SaveState
}

// resume goes on with the state in the file, if there is one. A world that could not be written
// there is refused.
func (s *Server) resume(ctx context.Context) error {
	if s.state == nil {
		return nil
	}
	state, err := s.state.Load()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		begun, err := s.world.State(ctx)
		if err != nil {
			return err
		}
		return s.state.CheckSize(&begun)
	case err != nil:
		return err
	}
	if err := s.world.Resume(state); err != nil {
		return fmt.Errorf("%s:1: %w", s.state.Path(), err)
	}
	return nil
}
