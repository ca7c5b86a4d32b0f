package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"oauthmock/mockserver"
	"oauthmock/mockserver/atomicfile"
	"oauthmock/mockserver/statefile"
)

// holdState locks the file of --state for this process, and makes sure that it can be written. The
// caller releases the lock.
func (s *settings) holdState(log *slog.Logger) (release func() error, err error) {
	if s.state == "" {
		return func() error { return nil }, nil
	}
	path, err := statefile.Find(s.state)
	if err != nil {
		return nil, usageError{fmt.Errorf("--state: %w", err)}
	}
	lock, err := statefile.Acquire(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--state: %w", err)}
	}
	inPlace, err := atomicfile.Check(path)
	if err != nil {
		return nil, errors.Join(usageError{fmt.Errorf("--state: what happens could not be kept: %w", err)}, lock.Release())
	}
	if inPlace {
		log.Warn("the folder takes no file beside the state, which is written in place: a kill while it is written leaves half of it", "state", path)
	}
	return lock.Release, nil
}

// stopAndSave lets active requests end and, with --state, saves the state: at once, because whoever
// stops the mock may not wait long, and again when nothing changes any more.
func stopAndSave(ctx context.Context, server *mockserver.Server, servers []*http.Server, log *slog.Logger) error {
	// The context is done already: that is why we stop.
	ctx = context.WithoutCancel(ctx)
	early := make(chan error, 1)
	go func() { early <- server.SaveState(ctx) }()
	err := stop(ctx, servers, log)
	switch first := <-early; {
	case errors.Is(first, mockserver.ErrNoStateFile):
		return err
	case first != nil:
		log.Error("state", "error", first)
	}
	if late := server.SaveState(ctx); late != nil {
		return errors.Join(err, fmt.Errorf("--state: %w", late))
	}
	log.Info("state saved")
	return err
}
