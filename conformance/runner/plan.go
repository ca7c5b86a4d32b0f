package runner

import (
	"maps"
	"net/http"
	"slices"

	"oauthmock/scenarios"
)

// Outlook is what a run would do, worked out without sending anything.
type Outlook struct {
	// Target as in the report.
	Target string `json:"target"`
	// Control says whether there is a control API: then every scenario gets accounts of its own.
	Control   bool      `json:"control"`
	Scenarios []Planned `json:"scenarios"`
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
	// Spent is what the requests would take from the wallet, in the API's currency. The operations of v2 are free: 0. What calls of paid
	// services cost only the target knows: they are counted in Paid.
	Spent float64 `json:"spent"`
	// Paid is how many requests go to paid services.
	Paid int `json:"paid"`
	// Needs is what the target must offer beyond the API. Whether it offers the paid services ("services") a run finds out: it skips the
	// scenario where there are none.
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
	// Times is how often it is sent; 0 for a walk and for the forms of an authorization, which depend on the pages.
	Times int `json:"times"`
	// Writes says that it is no GET, or that it is Paid.
	Writes bool `json:"writes"`
	// Paid says that it goes to a paid service, which may take its price from the wallet.
	Paid bool `json:"paid,omitempty"`
}

// Plan says what Run would do with the chosen scenarios.
func (r *Runner) Plan() Outlook {
	outlook := Outlook{Target: r.target.Name, Control: r.control != nil, Scenarios: []Planned{}}
	if outlook.Target == "" {
		outlook.Target = r.target.BaseURL
	}
	for _, s := range r.chosen {
		planned := Planned{ID: s.ID, Title: s.Title, Level: string(s.Level), File: s.File, Line: s.Line, Requests: r.requests(s), Needs: s.Needs, Skip: r.skip(s)}
		for _, request := range planned.Requests {
			if request.Paid {
				planned.Paid += request.Times
			}
		}
		if r.control != nil {
			planned.Accounts = 1 + len(s.Given.Accounts)
		}
		for i := range s.Steps {
			if s.Steps[i].Control != nil {
				planned.Control = append(planned.Control, s.Steps[i].Name)
			}
		}
		outlook.Scenarios = append(outlook.Scenarios, planned)
	}
	return outlook
}

// requests lists what a scenario sends, its starting state and the removal of its tokens included.
func (r *Runner) requests(s *scenarios.Scenario) []Request {
	list := []Request{}
	add := func(step, method, path string, times int) {
		list = append(list, Request{Step: step, Method: method, Path: path, Times: times, Writes: !isRead(method)})
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
		if step.Walk != nil {
			times = 0
		}
		add(step.Name, call.Method, call.Path, times)
		if surface := r.judgement.Surface(call.Surface); surface.Paid {
			last := &list[len(list)-1]
			last.Writes, last.Paid = true, true
		}
	}
	return list
}
