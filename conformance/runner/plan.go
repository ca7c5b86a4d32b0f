package runner

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"oauthmock/scenarios"
)

// Outlook is what a run would do, computed without sending anything.
type Outlook struct {
	// Target as in the report.
	Target string `json:"target"`
	// Control reports whether there is a control API: then every scenario gets accounts of its own.
	Control   bool      `json:"control"`
	Scenarios []Planned `json:"scenarios"`
	// Totals of the scenarios that would not be skipped.
	Totals Totals `json:"totals"`
}

// Totals are what a run sends, spends and takes at most. It does not count requests that are
// repeated because the target asked for it with 429, closed an idle connection, hung up, or did not
// answer during discovery.
type Totals struct {
	// Requests are all of them; of these Contact are discovery and first contact, Control go to the
	// control API, and CleanUp remove what was made.
	Requests int `json:"requests"`
	Contact  int `json:"contact"`
	Control  int `json:"control"`
	CleanUp  int `json:"cleanUp"`
	Writes   int `json:"writes"`
	// Paid is how many calls go to paid services, at the target's prices; MaxSpend is the bound of
	// what they may cost, "" for none.
	Paid     int    `json:"paid"`
	MaxSpend string `json:"maxSpend,omitempty"`
	// Seconds is how long that takes: at the rate that was asked for, otherwise at the target's
	// pace as discovery met it, otherwise unknown, 0.
	Seconds float64 `json:"seconds"`
}

// Planned is what one scenario would do.
type Planned struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Level string `json:"level"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	// Requests in the order of sending.
	Requests []Request `json:"requests"`
	// Accounts that the control API would be asked to make.
	Accounts int `json:"accounts"`
	// Control lists the changes that the control API would be asked for besides accounts, by step.
	Control []string `json:"control,omitempty"`
	// Spent is what the requests would debit from the wallet, in the API's currency. The operations
	// of v2 are free: 0. Only the target knows what calls of paid services cost: they are counted
	// in Paid.
	Spent float64 `json:"spent"`
	// Paid is how many requests go to paid services.
	Paid int `json:"paid"`
	// Needs is what the target must offer beyond the API. Only a run finds out whether it offers
	// the paid services ("services"), and skips the scenario if not.
	Needs []string `json:"needs,omitempty"`
	// Skip says why the scenario would not run; "" when it would.
	Skip string `json:"skip,omitempty"`
}

// Request is one kind of request of a scenario.
type Request struct {
	// Step that sends it; requests of the starting state have steps that begin with "given".
	Step   string `json:"step"`
	Method string `json:"method"`
	// Path as the scenario has it, with ${variables} and {parameters}.
	Path string `json:"path"`
	// Times is how often it is sent; 0 for a walk and for the forms of an authorization, which
	// depend on the pages.
	Times int `json:"times"`
	// AtMost is how often it is sent at most.
	AtMost int `json:"atMost"`
	// Writes means that it is not a GET, or that it is Paid.
	Writes bool `json:"writes"`
	// Paid means that it calls a paid service, which may debit its price from the wallet.
	Paid bool `json:"paid,omitempty"`
}

// Plan returns what Run would do with the chosen scenarios.
func (r *Runner) Plan() Outlook {
	outlook := Outlook{Target: r.target.Name, Control: r.control != nil, Scenarios: []Planned{}}
	if outlook.Target == "" {
		outlook.Target = r.target.BaseURL
	}
	t := &outlook.Totals
	t.Contact, t.MaxSpend = r.target.Sent+r.contacts(), r.options.MaxSpend
	for _, s := range r.chosen {
		planned := Planned{ID: s.ID, Title: s.Title, Level: string(s.Level), File: s.File, Line: s.Line, Requests: r.requests(s), Needs: s.Needs, Skip: r.skip(s)}
		for _, request := range planned.Requests {
			if request.Paid {
				planned.Paid += request.Times
			}
		}
		if r.controlOf(s) != nil {
			planned.Accounts = 1 + len(s.Given.Accounts)
		}
		for i := range s.Steps {
			if s.Steps[i].Control != nil {
				planned.Control = append(planned.Control, s.Steps[i].Name)
			}
		}
		outlook.Scenarios = append(outlook.Scenarios, planned)
		if planned.Skip == "" {
			t.add(r, s, planned)
		}
	}
	t.Requests += t.Contact + t.Control + t.CleanUp
	switch {
	case r.options.Rate > 0:
		t.Seconds = float64(t.Requests) / r.options.Rate
	case r.target.Latency > 0:
		t.Seconds = float64(t.Requests) * r.target.Latency
	}
	return outlook
}

// contacts returns how many requests it takes at most to learn whether the target can be judged,
// and what it offers.
func (r *Runner) contacts() int {
	n := 0
	if r.control == nil {
		n = min(attempts, attempts*len(r.reads()))
	} else {
		n += 4 // what the addresses, the rate limit and the faults are, and what time it is
	}
	for _, surface := range r.judgement.Surfaces() {
		if surface.Probe != nil && slices.ContainsFunc(r.chosen, func(s *scenarios.Scenario) bool { return slices.Contains(r.called(s), surface) }) {
			n += 4 // at the base URL and at the root, each beside a path that certainly does not exist
		}
	}
	for i := range r.judgement.Operations() {
		if r.judgement.Operations()[i].Own {
			n++
		}
	}
	return n
}

// add adds what a scenario sends.
func (t *Totals) add(r *Runner, s *scenarios.Scenario, planned Planned) {
	made := 0
	for _, request := range planned.Requests {
		t.Requests += request.AtMost
		t.Paid += planned.paid(request)
		if request.Writes {
			t.Writes += request.AtMost
		}
		for _, surface := range r.judgement.Surfaces() {
			life := surface.Lifecycle
			for _, name := range []string{life.Create, life.Renew} {
				if operation := surface.Operation(name); operation != nil && operation.Method == request.Method && operation.Path == request.Path {
					made += request.AtMost
				}
			}
		}
	}
	if r.controlOf(s) == r.control && r.control != nil {
		t.Control += r.controlCalls(s)
		return
	}
	t.CleanUp += made
	t.Writes += made
}

func (p Planned) paid(request Request) int {
	if request.Paid {
		return request.AtMost
	}
	return 0
}

// asksTime reports whether a step uses the time of its account.
func asksTime(step *scenarios.Step) bool {
	text, err := json.Marshal(step)
	return err != nil || slices.ContainsFunc([]string{"${now", "${today", "${month", "${year"}, func(name string) bool { return bytes.Contains(text, []byte(name)) })
}

// controlCalls is how many requests a scenario sends to the control API at most.
func (r *Runner) controlCalls(s *scenarios.Scenario) int {
	account := func(g scenarios.Given) int {
		// It is made, its clock, credit (twice), rate limit, clients, users and faults are set, and
		// it is removed with what was set.
		return 2 + 1 + 2 + 1 + len(g.Clients) + len(g.Users) + 2*len(g.Faults)
	}
	n := account(s.Given)
	for _, other := range s.Given.Accounts {
		n += account(other)
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Control != nil || step.Wait != "" {
			n += 2
		}
		if step.Control != nil && step.Control.Faults != nil {
			n += 2*len(step.Control.Faults.Add) + len(step.Control.Faults.Remove)
		}
		if asksTime(step) {
			n += 2 * max(1, len(combinations(step.Matrix))) * max(1, step.Repeat)
		}
	}
	return n
}

// requests lists what a scenario sends, its starting state and the removal of its tokens included.
func (r *Runner) requests(s *scenarios.Scenario) []Request {
	list := []Request{}
	add := func(step, method, path string, times int) {
		list = append(list, Request{Step: step, Method: method, Path: path, Times: times, AtMost: times, Writes: !isRead(method)})
	}
	given := func(name string, g scenarios.Given) {
		if g.Scopes > 0 {
			surface := r.scopesOf(s)
			list := surface.Operation(surface.Scopes.List)
			add(labelled("given scopes", name), list.Method, list.Path, 1)
		}
		for _, operation := range slices.Sorted(maps.Keys(g.Items)) {
			if call, ok := scenarios.ResolveCall(r.judgement.Operations(), operation); ok {
				add(labelled("given items of "+operation, name), call.Method, call.Path, 1)
			}
		}
		for _, token := range g.Tokens {
			surface := r.makerOf(s)
			create := surface.Operation(surface.Lifecycle.Create)
			add(labelled("given token "+token.As, name), create.Method, create.Path, max(1, token.Count))
		}
	}
	given("", s.Given)
	for _, name := range slices.Sorted(maps.Keys(s.Given.Accounts)) {
		given(name, s.Given.Accounts[name])
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Authorize != nil {
			if operation := r.home(s).PageOperation(); operation != nil {
				add(step.Name, operation.Method, operation.Path, len(combinations(step.Matrix))*max(1, step.Repeat))
				add(step.Name, http.MethodPost, "where the forms lead", 0)
				list[len(list)-1].AtMost = maxPages * len(combinations(step.Matrix)) * max(1, step.Repeat)
			}
			continue
		}
		if step.Follow != nil {
			method, path := "GET", "where the answer leads"
			if step.Follow.Form != nil || step.Follow.Button != "" {
				method, path = "POST", "where the form leads"
			}
			add(step.Name, method, path, 1)
			continue
		}
		call, ok := scenarios.ResolveCall(r.judgement.Operations(), step.Call)
		if !ok {
			continue
		}
		times := len(combinations(step.Matrix)) * max(1, step.Repeat) * max(1, step.Concurrent)
		most := times
		if step.Walk != nil {
			pages, _ := r.pages(step.Walk)
			times, most = 0, times*pages
		}
		add(step.Name, call.Method, call.Path, times)
		list[len(list)-1].AtMost = most
		if overrides(step.Headers) {
			list[len(list)-1].Writes = true
		}
		if surface := r.judgement.Surface(call.Surface); surface.Paid {
			last := &list[len(list)-1]
			last.Writes, last.Paid = true, true
		}
	}
	return list
}
