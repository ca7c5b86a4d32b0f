package runner

import (
	"sync"
	"time"

	"oauthmock/conformance/report"
)

// stream passes the events of a run to its listener, one at a time and without secrets.
type stream struct {
	mu       sync.Mutex
	listener report.Listener
	secrets  *report.Redactor
}

func (s *stream) hear(events ...report.Event) {
	if s.listener == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, event := range events {
		s.listener.Hear(event)
	}
}

// finished reports a scenario that is over, or that was judged again in the light of others.
func (s *stream) finished(result report.Result) {
	if s.listener == nil {
		return
	}
	s.secrets.Result(&result)
	s.hear(report.EventsOf(result, time.Now().UTC())...)
}

func (s *stream) ended(whole report.Report) {
	whole.Results = nil
	s.hear(report.Event{Kind: report.Ended, Time: time.Now().UTC(), Run: &whole})
}
