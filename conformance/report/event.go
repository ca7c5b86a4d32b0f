package report

import (
	"slices"
	"time"
)

// EventKind is the kind of an event.
type EventKind string

// The kinds of events, in the order in which a run emits them. Those of a scenario come together,
// when it is over: what must not be shown of its first exchange may be known only after its last.
const (
	Started   EventKind = "started"   // a run started: Run has its head, Total how many scenarios there are
	Exchanged EventKind = "step"      // an exchange of a scenario: Index and Step
	Asserted  EventKind = "assertion" // something that was checked in a scenario: Assertion
	Finished  EventKind = "finished"  // a scenario is over: Result, without its steps and assertions
	Ended     EventKind = "ended"     // the run is over: Run, without its results
)

// Event is one event of a run. Every report is built from events: a later assertion of the same
// scenario and ID replaces the earlier one, and so does a later result.
type Event struct {
	Kind EventKind `json:"event"`
	Time time.Time `json:"time"`
	// Scenario is the id of the one it happened in; "" for events of the run.
	Scenario  string     `json:"scenario,omitempty"`
	Total     int        `json:"total,omitempty"`
	Index     int        `json:"index,omitempty"`
	Step      *Step      `json:"step,omitempty"`
	Assertion *Assertion `json:"assertion,omitempty"`
	Result    *Result    `json:"result,omitempty"`
	Run       *Report    `json:"run,omitempty"`
}

// Listener hears the events of one run in their order, from one goroutine at a time. It must not
// keep or change what the events point to.
type Listener interface {
	Hear(event Event)
}

// EventsOf lists the events of a scenario that is over.
func EventsOf(result Result, at time.Time) []Event {
	events := make([]Event, 0, len(result.Steps)+len(result.Assertions)+1)
	for i := range result.Steps {
		events = append(events, Event{Kind: Exchanged, Time: at, Scenario: result.ID, Index: i, Step: &result.Steps[i]})
	}
	for i := range result.Assertions {
		events = append(events, Event{Kind: Asserted, Time: at, Scenario: result.ID, Assertion: &result.Assertions[i]})
	}
	result.Steps, result.Assertions = nil, nil
	return append(events, Event{Kind: Finished, Time: at, Scenario: result.ID, Result: &result})
}

// Model builds a report from events. The zero value is ready to use; it is not safe for concurrent
// use.
type Model struct {
	run     Report
	results map[string]*Result
	order   []string
}

// Hear implements Listener.
func (m *Model) Hear(event Event) {
	switch event.Kind {
	case Started, Ended:
		if event.Run != nil {
			m.run = *event.Run
		}
	case Exchanged:
		if result := m.result(event.Scenario); event.Step != nil && event.Index == len(result.Steps) {
			result.Steps = append(result.Steps, *event.Step)
		}
	case Asserted:
		if event.Assertion != nil {
			m.assert(m.result(event.Scenario), *event.Assertion)
		}
	case Finished:
		if event.Result != nil {
			result := m.result(event.Scenario)
			steps, assertions := result.Steps, result.Assertions
			*result = *event.Result
			result.Steps, result.Assertions = steps, assertions
		}
	}
}

func (m *Model) assert(result *Result, assertion Assertion) {
	if i := slices.IndexFunc(result.Assertions, func(a Assertion) bool { return a.ID == assertion.ID }); i >= 0 {
		result.Assertions[i] = assertion
		return
	}
	result.Assertions = append(result.Assertions, assertion)
}

func (m *Model) result(id string) *Result {
	if m.results == nil {
		m.results = map[string]*Result{}
	}
	if m.results[id] == nil {
		m.results[id] = &Result{ID: id, Verdict: Inconclusive}
		m.order = append(m.order, id)
	}
	return m.results[id]
}

// Report returns what the events so far amount to, its results in the order in which the scenarios
// were over.
func (m *Model) Report() Report {
	whole := m.run
	whole.Results = make([]Result, 0, len(m.order))
	for _, id := range m.order {
		whole.Results = append(whole.Results, *m.results[id])
	}
	return whole
}
