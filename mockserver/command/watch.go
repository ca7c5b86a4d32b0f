package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/scene"
)

// watchEvery is how often the files of --watch are looked at: often enough to seem at once, and
// rare enough to cost nothing.
const watchEvery = 250 * time.Millisecond

// watcher notices that files have changed. It is for one goroutine.
type watcher struct {
	named []string      // those that flags name
	files []string      // these, and those that documents refer to
	seen  []os.FileInfo // at the last look; nil for a file that was not there
	moved bool          // something has changed since changed last said so
}

// watch starts to watch files: later changes are noticed.
func watch(files []string) *watcher {
	w := &watcher{named: files, files: files, seen: make([]os.FileInfo, len(files))}
	w.look()
	return w
}

// look reports whether a file is another than at the last look: in its time, its size, or itself,
// where an editor has put a new one in its place.
func (w *watcher) look() bool {
	other := false
	for i, file := range w.files {
		now, err := os.Stat(file)
		if err != nil {
			now = nil
		}
		before := w.seen[i]
		w.seen[i] = now
		switch {
		case now == nil || before == nil:
			other = other || now != before
		case !now.ModTime().Equal(before.ModTime()) || now.Size() != before.Size() || !os.SameFile(now, before):
			other = true
		}
	}
	return other
}

// changed reports whether the files have changed since they were last loaded and are unchanged
// since the last look: a writer that writes a file in several pieces, or empties it first, is given
// time.
func (w *watcher) changed() bool {
	if w.look() {
		w.moved = true
		return false
	}
	moved := w.moved
	w.moved = false
	return moved
}

// further watches other files beside those that are named from now on. A nil watcher watches none.
func (w *watcher) further(others []string) {
	if w == nil {
		return
	}
	files := slices.Concat(w.named, others)
	if slices.Equal(files, w.files) {
		return
	}
	seen := make([]os.FileInfo, len(files))
	for i, file := range files {
		if old := slices.Index(w.files, file); old >= 0 {
			seen[i] = w.seen[old]
		} else if now, err := os.Stat(file); err == nil {
			seen[i] = now
		}
	}
	w.files, w.seen = files, seen
}

// files returns the files that the flags name and --watch watches.
func (s *settings) files() []string {
	var out []string
	if name := s.fixtures; s.given("fixtures") && !strings.HasPrefix(name, fixtures.GeneratedPrefix) && !slices.Contains(fixtures.Names(), name) {
		out = append(out, name)
	}
	if s.scenario != "" {
		if place := scene.Locate(s.scenario); place.File != "" {
			out = append(out, place.File)
		}
	}
	for _, service := range s.services {
		if _, file, ok := strings.Cut(service, "="); ok {
			out = append(out, file)
		}
	}
	return append(out, s.faults...)
}

// startWatch starts to watch the files that the flags name. Without --watch it returns nil.
func (s *settings) startWatch() (*watcher, error) {
	if !s.watch {
		return nil, nil
	}
	files := s.files()
	if len(files) == 0 {
		return nil, usageError{errors.New("--watch: no flag names a file to watch; give one with --fixtures, --scenario, --faults or --service")}
	}
	return watch(files), nil
}

// follow reloads the server whenever its files have changed, until the context is done. A nil
// watcher follows nothing.
func (w *watcher) follow(ctx context.Context, s *settings, server *mockserver.Server, log *slog.Logger) {
	if w == nil {
		return
	}
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if w.changed() {
				s.reload(server, w.files, log)
				w.further(server.DocumentFiles())
			}
		}
	}
}

// reload applies the files' content, or logs why not, in which case the server continues as it was.
func (s *settings) reload(server *mockserver.Server, files []string, log *slog.Logger) {
	options, err := s.options(true)
	if err == nil {
		err = server.Reload(options...)
	}
	if err != nil {
		log.Error("what changed was not taken over, and the mock goes on as it was", "files", files)
		const most = 20
		lines := strings.Split(err.Error(), "\n")
		for _, line := range lines[:min(most, len(lines))] {
			log.Error(line)
		}
		if len(lines) > most {
			log.Error(fmt.Sprintf("and %d more; oauthmock check tells all", len(lines)-most))
		}
		return
	}
	log.Info("reloaded", "files", files)
	tell(server.Scene(), log)
}
