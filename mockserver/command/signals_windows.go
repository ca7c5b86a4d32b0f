package command

import (
	"context"
	"os"
)

// passedOn are the signals that end the command of exec: Ctrl+C reaches every program of a console
// by itself, and must not end this one before the command.
func passedOn() []os.Signal { return []os.Signal{os.Interrupt} }

// passOn ends a process when the context is done without a signal, because Windows knows no signals
// to pass on.
func passOn(ctx context.Context, to *os.Process, signals <-chan os.Signal, ended <-chan struct{}) {
	done := ctx.Done()
	for {
		select {
		case <-signals:
			done = nil
		case <-done:
			done = nil
			if context.Cause(ctx) == context.Canceled { //nolint:errorlint // a signal is another cause
				_ = to.Kill() // fails when it has just ended
			}
		case <-ended:
			return
		}
	}
}
