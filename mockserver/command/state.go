package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"oauthmock/mockserver"
)

// stopAndSave lets requests under way end and, with --state, saves the state: at once, because who stops us may have less patience than we,
// and again when nothing changes any more.
func stopAndSave(ctx context.Context, server *mockserver.Server, servers []*http.Server, log *slog.Logger) error {
	// The context is done already: that is why we stop.
	ctx = context.WithoutCancel(ctx)
	early := server.SaveState(ctx)
	if errors.Is(early, mockserver.ErrNoStateFile) {
		return stop(ctx, servers, log)
	}
	if early != nil {
		log.Error("state", "error", early)
	}
	err := stop(ctx, servers, log)
	if late := server.SaveState(ctx); late != nil {
		return errors.Join(err, fmt.Errorf("--state: %w", late))
	}
	log.Info("state saved")
	return err
}
