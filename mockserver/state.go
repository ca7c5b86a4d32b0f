package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"oauthmock/mockserver/statefile"
)

// WithStateFile keeps the state in a file: the server resumes from it if it exists, and SaveState
// writes it. Seed, clock and rate limit of the state take precedence over other options; a reset
// returns to what they and the fixtures say. A corrupt file is an error, and is left untouched.
// Running clocks have advanced by the downtime.
func WithStateFile(path string) Option {
	return func(c *config) (err error) {
		c.state, err = statefile.Open(path)
		return err
	}
}

// ErrNoStateFile is returned by SaveState if the server was created without WithStateFile.
var ErrNoStateFile = errors.New("the server keeps no state: it was started without --state")

// SaveState writes the state of the server to its file atomically. It is safe for concurrent use:
// calls that arrive while the state is being written share the next write, which is skipped if all
// their contexts are done by then.
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

// saver returns the function by which the control API saves the state; nil if none is kept.
func (s *Server) saver() func(context.Context) error {
	if s.state == nil {
		return nil
	}
	return s.SaveState
}

// resume restores the state from the file, if it exists. A world that could not be written to the
// file is an error.
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
