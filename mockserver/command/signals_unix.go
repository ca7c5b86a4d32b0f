//go:build unix

package command

import (
	"context"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// passedOn are the signals that go to the command of exec.
func passedOn() []os.Signal {
	return []os.Signal{
		os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGCONT, syscall.SIGWINCH,
	}
}

// passOn passes signals on to a process until it has ended. The terminal sends its signals to the
// process itself, since both are in its foreground. If the context is done without a signal, the
// process is asked to end, and killed if it does not.
func passOn(ctx context.Context, to *os.Process, signals <-chan os.Signal, ended <-chan struct{}) {
	done := ctx.Done()
	var kill <-chan time.Time
	for {
		select {
		case s := <-signals:
			done = nil // the context is done by the same signal
			if !(fromTerminal(s) && inForeground()) {
				_ = to.Signal(s) // fails when it has just ended
			}
		case <-done:
			done = nil
			select {
			case s := <-signals:
				if !(fromTerminal(s) && inForeground()) {
					_ = to.Signal(s)
				}
			default:
				if ctx.Err() != nil && context.Cause(ctx) == context.Canceled { //nolint:errorlint // a signal is another cause
					_ = to.Signal(syscall.SIGTERM)
					kill = time.After(drainTimeout)
				}
			}
		case <-kill:
			_ = to.Kill()
		case <-ended:
			return
		}
	}
}

func fromTerminal(s os.Signal) bool {
	return s == os.Interrupt || s == syscall.SIGQUIT || s == syscall.SIGWINCH
}

// inForeground reports whether this process is in the foreground of a terminal.
func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
