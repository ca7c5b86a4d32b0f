package client

import (
	"sync"
	"time"

	"oauthmock/conformance/report"
)

// head is the report of a run that has begun.
func head(options Options, began time.Time) report.Report {
	return report.Report{Version: report.Version, Target: options.Name, Level: options.Level, Started: began.UTC(), About: options.About}
}

// assemble builds the report of results, and counts them.
func assemble(options Options, results []report.Result, began time.Time) report.Report {
	out := head(options, began)
	out.Results = results
	out.Summary.Scenarios, out.Summary.Seconds = len(results), seconds(time.Since(began))
	counts := map[report.Verdict]*int{
		report.Pass: &out.Summary.Passed, report.Fail: &out.Summary.Failed, report.Warn: &out.Summary.Warned, report.Skip: &out.Summary.Skipped,
		report.XFail: &out.Summary.XFailed, report.XPass: &out.Summary.XPassed, report.Inconclusive: &out.Summary.Inconclusive, report.Error: &out.Summary.Errors,
	}
	for _, result := range results {
		if count := counts[result.Verdict]; count != nil {
			*count++
		}
		if result.Level == "MUST" {
			out.Summary.Must.Total++
			if result.Verdict != report.Skip && result.Verdict != report.Inconclusive && result.Verdict != report.Error {
				out.Summary.Must.Executed++
			}
		}
	}
	return out
}

// stream passes the events of a run to its listener, one at a time.
type stream struct {
	mu       sync.Mutex
	listener report.Listener
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

func (s *stream) started(options Options, total int, began time.Time) {
	run := head(options, began)
	s.hear(report.Event{Kind: report.Started, Time: began.UTC(), Total: total, Run: &run})
}

func (s *stream) ended(whole report.Report) {
	whole.Results = nil
	s.hear(report.Event{Kind: report.Ended, Time: time.Now().UTC(), Run: &whole})
}
