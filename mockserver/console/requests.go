package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
)

// pageOfRequests is how many entries are shown at once.
const pageOfRequests = 100

// filters are the parameters by which the page is filtered, as GET /__admin/requests takes them.
func filters() []string {
	return []string{"kind", "surface", "operation", "account", "client", "method", "path", "status", "code"}
}

// requestsView is the data of the page of requests.
type requestsView struct {
	frame
	Entries []entry // newest first
	Filter  map[string]string
	Query   string // the filter, as a query
	Stream  string // the stream of new entries
	Older   string // the address of the next page; "" where there is none
	Dropped uint64
	Wrong   string // what is wrong with the filter
	Surface []string
	Account []string
}

// Filtered reports whether anything is filtered by.
func (v requestsView) Filtered() bool { return v.Query != "" }

func showRequests(v *visit) (templ.Component, error) {
	given := v.r.URL.Query()
	view := requestsView{frame: v.frame("Requests", "/requests"), Filter: map[string]string{}}
	query, shown := url.Values{}, url.Values{}
	for _, name := range filters() {
		if value := given.Get(name); value != "" {
			query.Set(name, value)
			shown.Set(name, value)
			view.Filter[name] = value
		}
	}
	if !query.Has("kind") {
		query.Set("kind", "*")
	}
	view.Query = shown.Encode()
	view.Stream = "/__admin/requests/stream?" + query.Encode()
	for _, name := range []string{"before", "after"} {
		if value := given.Get(name); value != "" {
			query.Set(name, value)
		}
	}
	query.Set("limit", strconv.Itoa(pageOfRequests+1))
	var found list[entry]
	err := v.ask("/requests", query, &found)
	if refused := new(refusal); errors.As(err, &refused) && refused.status == http.StatusBadRequest {
		view.Wrong, err = refused.detail, nil
	}
	if err != nil {
		return nil, err
	}
	slices.Reverse(found.Items)
	if len(found.Items) > pageOfRequests {
		found.Items = found.Items[:pageOfRequests]
		older := url.Values{}
		for name := range shown {
			older.Set(name, shown.Get(name))
		}
		older.Set("before", found.Items[pageOfRequests-1].ID)
		view.Older = Prefix + "/requests?" + older.Encode()
	}
	view.Entries, view.Dropped = found.Items, found.Dropped
	if given.Get("rows") != "" { // what the script puts into a page that is open
		return rows(view), nil
	}
	if view.Surface, err = v.surfaces(); err != nil {
		return nil, err
	}
	accounts, err := v.accounts()
	for _, a := range accounts {
		view.Account = append(view.Account, a.ID)
	}
	return requestsPage(view), err
}

// surfaces are the names of the APIs.
func (v *visit) surfaces() ([]string, error) {
	var out struct {
		Surfaces map[string]string `json:"surfaces"`
	}
	err := v.ask("/endpoints", nil, &out)
	names := []string{"services"}
	for name := range out.Surfaces {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// requestView is the data of the page of one request.
type requestView struct {
	frame
	Entry    *entry
	Snippets []snippet
	Fault    string // a rule, in JSON, that makes the next such call fail
	Verify   string // an expectation that such a call came, in JSON
}

func showRequest(v *visit) (templ.Component, error) {
	e, err := v.entry()
	if err != nil {
		return nil, err
	}
	return requestPage(requestView{
		frame: v.frame("Request "+e.ID, "/requests"), Entry: e, Snippets: snippets(e, v.base()), Fault: failNext(e), Verify: expected(e),
	}), nil
}

func (v *visit) entry() (*entry, error) {
	var e entry
	err := v.ask("/requests/"+url.PathEscape(v.r.PathValue("id")), nil, &e)
	return &e, err
}

// base is the address at which the mock was reached.
func (v *visit) base() string {
	if v.r.TLS != nil {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}
