package report

import (
	"fmt"
	"io"
	"sync"
)

// Progress shows a run while it runs. On a terminal it is one line that is rewritten; elsewhere a
// line for each scenario that does not end well and, in a long run, how far it is, ten times.
// Errors of the writer are ignored: the results are in the report. All methods are safe for
// concurrent use.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	style    Style
	terminal bool
	total    int
	finished int
	bad      int
	reason   string // of the line before
	// done holds the scenarios that are over: later revisions are not shown again.
	done map[string]bool
}

// progressWidth keeps the line on one row of a usual terminal: a line that wraps cannot be
// rewritten.
const progressWidth = 78

// manyScenarios is the number from which a run in a pipe shows how far it is.
const manyScenarios = 50

// NewProgress returns a Progress that writes to w; terminal reports whether w is a terminal.
func NewProgress(w io.Writer, terminal bool, style Style) *Progress {
	return &Progress{w: w, terminal: terminal, style: style}
}

// Hear implements Listener.
func (p *Progress) Hear(event Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case event.Kind == Started:
		p.total = event.Total
		p.redraw("")
	case event.Kind == Finished && event.Result != nil && !p.done[event.Scenario]:
		if p.done == nil {
			p.done = map[string]bool{}
		}
		p.done[event.Scenario] = true
		p.ended(*event.Result)
	}
}

func (p *Progress) ended(result Result) {
	p.finished++
	if endsBadly(result.Verdict) {
		p.bad++
		// An unreachable target is reported once, not for every scenario.
		if repeated := result.Verdict == Inconclusive && result.Reason == p.reason; !p.terminal && !repeated {
			fmt.Fprintf(p.w, "%s %s%s\n", p.style.verdict(result.Verdict), oneLine(result.ID, valueLimit), because(result.Reason))
		}
		p.reason = result.Reason
	}
	p.redraw(result.ID)
	// In a pipe a long run shows every tenth part how far it is.
	if tenth := (p.total + 9) / 10; !p.terminal && p.total >= manyScenarios && p.finished%tenth == 0 {
		fmt.Fprintln(p.w, p.state())
	}
}

// state is how far the run is.
func (p *Progress) state() string {
	line := fmt.Sprintf("%d/%d", p.finished, p.total)
	if p.bad > 0 {
		line += fmt.Sprintf(" · %d not passed", p.bad)
	}
	return line
}

// Done clears the line, so that the report starts on an empty one.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *Progress) redraw(id string) {
	if !p.terminal {
		return
	}
	line := p.state()
	if id != "" {
		line += " · " + id
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", oneLine(line, progressWidth-1))
}

func endsBadly(v Verdict) bool {
	switch v {
	case Pass, Warn, Skip, XFail:
		return false
	}
	return true
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + oneLine(reason, answerLimit)
}
