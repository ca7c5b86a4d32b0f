package admin

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// filterQuery are the parameters by which the journal is filtered, in the list and in the stream.
func filterQuery(more ...string) []string {
	return append([]string{"kind", "surface", "operation", "account", "client", "status", "code", "since", "until", "path", "method"}, more...)
}

// filterOf reads the parameters of filterQuery, and limit.
func (a *API) filterOf(c *gin.Context) (journal.Filter, error) {
	f := journal.Filter{
		Kind: journal.Kind(c.Query("kind")), Surface: c.Query("surface"), Operation: c.Query("operation"), Account: c.Query("account"), Client: c.Query("client"),
		Path: c.Query("path"), Method: c.Query("method"), Code: c.Query("code"),
	}
	names := a.Surfaces.Names()
	err := journal.Known(f.Surface, names.Surfaces)
	if err != nil {
		return f, problemf(http.StatusBadRequest, "\"surface\" %v", err)
	}
	if err = journal.Known(f.Operation, names.Operations); err != nil {
		return f, problemf(http.StatusBadRequest, "\"operation\" %v", err)
	}
	if err = a.clientExists(f.Client); err != nil {
		return f, err
	}
	number := func(name string, from, to int, want string) int {
		text := c.Query(name)
		if text == "" || err != nil {
			return 0
		}
		n, wrong := strconv.Atoi(text)
		if wrong != nil || n < from || n > to {
			err = problemf(http.StatusBadRequest, "%q is %q; want %s", name, text, want)
		}
		return n
	}
	moment := func(name string) (t time.Time) {
		text := c.Query(name)
		if text == "" || err != nil {
			return t
		}
		t, wrong := time.Parse(time.RFC3339, text)
		if wrong != nil {
			err = problemf(http.StatusBadRequest, "%q is %q; want a time in RFC 3339, such as 2026-02-12T08:30:00Z (a + must be written %%2B)", name, text)
		}
		return t
	}
	if wrong := journal.CheckKind(string(f.Kind)); wrong != nil {
		return f, problemf(http.StatusBadRequest, "\"kind\": %v", wrong)
	}
	f.Status = number("status", 100, 999, "a status such as 404")
	f.Limit = number("limit", 1, 1<<31-1, "how many entries are wanted, 1 or more")
	f.Since, f.Until = moment("since"), moment("until")
	id := func(name string) (n uint64) {
		text := c.Query(name)
		if text == "" || err != nil {
			return 0
		}
		n, wrong := strconv.ParseUint(text, 10, 64)
		if wrong != nil || n == 0 {
			err = problemf(http.StatusBadRequest, "%q is %q; want the id of an entry, such as 12", name, text)
		}
		return n
	}
	f.After, f.Before = id("after"), id("before")
	if err == nil && !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		err = problemf(http.StatusBadRequest, "\"since\" (%s) is not before \"until\" (%s): nothing can match", c.Query("since"), c.Query("until"))
	}
	if err == nil && f.Path != "" && f.Path[0] != '/' && f.Path[0] != '*' {
		err = problemf(http.StatusBadRequest, "\"path\" is %q; want a path such as /tokens/*, which begins with / or *", f.Path)
	}
	return f, err
}

// listRequests is the journal as a list, or with ?format=har as an HTTP archive.
func (a *API) listRequests(c *gin.Context) (int, any, error) {
	f, err := a.filterOf(c)
	if err != nil {
		return 0, nil, err
	}
	switch format := c.Query("format"); format {
	case "", "json":
		return http.StatusOK, a.entries(f, document{
			before: `{"items":[`,
			item:   func(e *exchange.Exchange) any { return a.Redactor.Show(e) },
			after:  func(dropped uint64) string { return fmt.Sprintf(`],"dropped":%d}`, dropped) },
		}), nil
	case "har":
		return http.StatusOK, a.entries(f, harDocument(a.Redactor)), nil
	default:
		return 0, nil, problemf(http.StatusBadRequest, "\"format\" is %q; want json or har", format)
	}
}

// document is a JSON document with entries of the journal in it.
type document struct {
	before string
	item   func(*exchange.Exchange) any
	after  func(dropped uint64) string
}

// entries writes a document one entry at a time: rendered at once, a full journal would take
// several times the memory that it is bounded to.
func (a *API) entries(f journal.Filter, d document) streamed {
	return func(c *gin.Context) {
		c.Header("Content-Type", "application/json")
		out := bufio.NewWriter(c.Writer)
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		between := d.before
		var err error // the caller left, and nobody is there to be told
		dropped := a.Journal.Pages(f, func(e *exchange.Exchange) bool {
			_, _ = out.WriteString(between) // Encode says whether it failed
			between = ","
			err = encoder.Encode(d.item(e))
			return err == nil
		})
		if between == d.before {
			_, _ = out.WriteString(d.before)
		}
		_, _ = out.WriteString(d.after(dropped) + "\n")
		_ = out.Flush()
	}
}

func (a *API) clearRequests(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	a.Journal.Clear(id)
	return http.StatusNoContent, nil, nil
}
