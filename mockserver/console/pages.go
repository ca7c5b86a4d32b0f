package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"gopkg.in/yaml.v3"
)

// due is something that falls due on an account's clock.
type due struct {
	At                time.Time
	What, Account, ID string
}

type clockView struct {
	frame
	Server moment
	Each   []clockOf
	Due    []due // soonest first
}

type clockOf struct {
	ID string
	moment
}

func showClock(v *visit) (templ.Component, error) {
	view := clockView{frame: v.frame("Clock", "/clock")}
	var err error
	if view.Server, err = v.now(""); err != nil {
		return nil, err
	}
	accounts, err := v.accounts()
	if err != nil {
		return nil, err
	}
	const most = 20 // accounts whose state is looked through
	for _, a := range accounts[:min(len(accounts), most)] {
		now, err := v.now(a.ID)
		if err != nil {
			return nil, err
		}
		view.Each = append(view.Each, clockOf{a.ID, now})
		var s state
		if err := v.ask("/accounts/"+url.PathEscape(a.ID), nil, &s); err != nil {
			return nil, err
		}
		view.Due = append(view.Due, s.due(now.Now)...)
	}
	slices.SortFunc(view.Due, func(a, b due) int { return a.At.Compare(b.At) })
	view.Due = view.Due[:min(len(view.Due), most)]
	return clockPage(view), nil
}

// due lists what falls due after a time.
func (s *state) due(now time.Time) (out []due) {
	for _, t := range s.Tokens {
		out = append(out, due{t.ExpireAt, "token expires", s.ID, cmp.Or(t.Name, t.Token)})
	}
	for _, c := range s.Subscriptions {
		if c.Active {
			what := "subscription ends"
			if c.Autorenew {
				what = "subscription is renewed"
			}
			out = append(out, due{c.ExpiresAt, what, s.ID, c.Scope})
		}
	}
	for _, c := range s.Callbacks {
		if c.Due != nil {
			out = append(out, due{*c.Due, "callback is sent", s.ID, c.URL})
		}
	}
	return slices.DeleteFunc(out, func(d due) bool { return !d.At.After(now) })
}

// faultRule is a rule as the control API shows it.
type faultRule struct {
	Name   string `json:"name"`
	Hits   uint64 `json:"hits"`
	Calls  uint64 `json:"calls"`
	Where  string `json:"where"`
	Effect struct {
		Kind string `json:"kind"`
	} `json:"effect"`
	Match map[string]any `json:"match"`
	When  map[string]any `json:"when"`
	YAML  string         `json:"-"`
}

type faultsView struct {
	frame
	Rules      []faultRule
	Profiles   []profile
	Operations []string
	Accounts   []string
}

func showFaults(v *visit) (templ.Component, error) {
	view := faultsView{frame: v.frame("Faults", "/faults")}
	var raw list[json.RawMessage]
	if err := v.ask("/faults", nil, &raw); err != nil {
		return nil, err
	}
	for _, text := range raw.Items {
		var rule faultRule
		var whole map[string]any
		if err := json.Unmarshal(text, &rule); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &whole); err != nil {
			return nil, err
		}
		delete(whole, "hits")
		delete(whole, "calls")
		written, err := yaml.Marshal(map[string]any{"version": "1.0", "faults": []any{whole}})
		if err != nil {
			return nil, err
		}
		rule.YAML = string(written)
		view.Rules = append(view.Rules, rule)
	}
	var profiles list[profile]
	if err := v.ask("/profiles", nil, &profiles); err != nil {
		return nil, err
	}
	view.Profiles = profiles.Items
	var covered coverage
	if err := v.ask("/coverage", nil, &covered); err != nil {
		return nil, err
	}
	view.Operations = covered.operations()
	accounts, err := v.accounts()
	for _, a := range accounts {
		view.Accounts = append(view.Accounts, a.ID)
	}
	return faultsPage(view), err
}

// profile is a set of rules that is built in.
type profile struct {
	Name   string
	Rules  json.RawMessage
	Active bool
}

// names are the names of the rules.
func (p profile) names() []string {
	var rules []struct{ Name string }
	_ = json.Unmarshal(p.Rules, &rules) // the control API writes rules
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.Name
	}
	return out
}

// tally is one thing that coverage counts.
type tally struct {
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Met     []string `json:"met"`
	Missing []string `json:"missing"`
}

type coverage struct {
	Operations tally `json:"operations"`
	Statuses   tally `json:"statuses"`
	Refusals   tally `json:"refusals"`
	Properties tally `json:"properties"`
	Parameters tally `json:"parameters"`
}

func (c coverage) operations() []string {
	out := slices.Concat(c.Operations.Met, c.Operations.Missing)
	slices.Sort(out)
	return out
}

// cell is an answer that an operation can give, and whether it was met.
type cell struct {
	Name string // its status, and error number
	Met  bool
}

// row is an operation with its answers.
type row struct {
	Operation string
	Cells     []cell
}

type coverageView struct {
	frame
	coverage
	Rows []row
}

func showCoverage(v *visit) (templ.Component, error) {
	view := coverageView{frame: v.frame("Coverage", "/coverage")}
	if err := v.ask("/coverage", nil, &view.coverage); err != nil {
		return nil, err
	}
	view.Rows = rowsOf(view.coverage)
	return coveragePage(view), nil
}

// rowsOf sorts answers under their operations: "GET /tokens 200", "GET /tokens/{token} 404 120",
// "v1 GET /token 204".
func rowsOf(c coverage) []row {
	byName := map[string][]cell{}
	add := func(names []string, met bool) {
		for _, name := range names {
			words := strings.Fields(name)
			at := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "/") })
			if at < 0 || at+1 >= len(words) {
				continue
			}
			operation := strings.Join(words[:at+1], " ")
			byName[operation] = append(byName[operation], cell{strings.Join(words[at+1:], " "), met})
		}
	}
	for _, t := range []tally{c.Statuses, c.Refusals} {
		add(t.Met, true)
		add(t.Missing, false)
	}
	var out []row
	for _, operation := range slices.Sorted(maps.Keys(byName)) {
		cells := byName[operation]
		slices.SortFunc(cells, func(a, b cell) int { return strings.Compare(a.Name, b.Name) })
		out = append(out, row{operation, slices.Compact(cells)})
	}
	return out
}

// percent is how much of something was met.
func (t tally) percent() int {
	if t.Total == 0 {
		return 0
	}
	return t.Covered * 100 / t.Total
}

// api is a surface on the page of the API.
type api struct {
	Name, URL string
	Document  bool // whether there is a document of it
}

type apiView struct {
	frame
	Surfaces   []api
	Chosen     string
	Title      string
	Operations []described
	Accounts   []account
}

// described is an operation of a document.
type described struct {
	Method, Path, Summary, Description, Body, Credential string
	Parameters                                           []parameter
	Answers                                              []answer
}

type parameter struct {
	Name, In, Description, Example string
	Required                       bool
}

type answer struct{ Status, Description string }

func showAPI(v *visit) (templ.Component, error) {
	view := apiView{frame: v.frame("API", "/api"), Chosen: cmp.Or(v.r.URL.Query().Get("surface"), "v2")}
	var places struct {
		Surfaces map[string]string `json:"surfaces"`
	}
	if err := v.ask("/endpoints", nil, &places); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(places.Surfaces)) {
		view.Surfaces = append(view.Surfaces, api{Name: name, URL: places.Surfaces[name]})
	}
	var err error
	if view.Accounts, err = v.accounts(); err != nil {
		return nil, err
	}
	var collection postmanCollection
	if err := v.ask("/openapi/"+url.PathEscape(view.Chosen)+".postman.json", nil, &collection); err != nil {
		return nil, err
	}
	var document openAPI
	if err := v.ask("/openapi/"+url.PathEscape(view.Chosen)+".json", nil, &document); err != nil {
		return nil, err
	}
	view.Title = document.Info.Title
	view.Operations = document.operations(collection)
	return apiPage(view), nil
}

type openAPI struct {
	Info  struct{ Title string }
	Paths map[string]map[string]json.RawMessage
}

// postmanCollection is the part of a collection that is read: the examples, which the converter
// generates.
type postmanCollection struct {
	Item []struct {
		Item []struct {
			Request struct {
				Method string
				Auth   *struct{ Type string }
				Body   *struct{ Raw string }
				URL    struct {
					Raw      string
					Path     []string
					Query    []exampleOf
					Variable []exampleOf
				} `json:"url"`
			}
		}
	}
}

type exampleOf struct {
	Key, Value, Description string
	Disabled                bool
}

// operations lists the operations of a document, with the examples of its collection.
func (d openAPI) operations(collection postmanCollection) (out []described) {
	for _, folder := range collection.Item {
		for _, item := range folder.Item {
			r := item.Request
			segments := slices.Clone(r.URL.Path)
			for i, s := range segments {
				if name, ok := strings.CutPrefix(s, ":"); ok {
					segments[i] = "{" + name + "}"
				}
			}
			path := "/" + strings.Join(segments, "/")
			o := described{Method: r.Method, Path: path}
			if r.Auth != nil {
				o.Credential = r.Auth.Type
			}
			if r.Body != nil {
				o.Body = r.Body.Raw
			}
			for _, p := range r.URL.Variable {
				o.Parameters = append(o.Parameters, parameter{p.Key, "path", p.Description, p.Value, true})
			}
			for _, p := range r.URL.Query {
				o.Parameters = append(o.Parameters, parameter{p.Key, "query", p.Description, p.Value, !p.Disabled})
			}
			var written struct {
				Summary, Description string
				Responses            map[string]struct{ Description string }
			}
			_ = json.Unmarshal(d.Paths[path][strings.ToLower(r.Method)], &written) // a document that is not so has no words
			o.Summary, o.Description = written.Summary, written.Description
			for _, status := range slices.Sorted(maps.Keys(written.Responses)) {
				n, _ := strconv.Atoi(status) // "default" has no words of its own
				o.Answers = append(o.Answers, answer{status, cmp.Or(written.Responses[status].Description, http.StatusText(n))})
			}
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b described) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// scenario is a development scenario.
type scenario struct {
	Name, Title, Description string
	Active                   bool
}

func showScenarios(v *visit) (templ.Component, error) {
	var out list[scenario]
	err := v.ask("/scenarios", nil, &out)
	return scenariosPage(v.frame("Scenarios", "/scenarios"), out.Items), err
}

// words joins what a rule matches, or when it fires.
func words(m map[string]any) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s=%v", key, m[key]))
	}
	return strings.Join(out, " ")
}
