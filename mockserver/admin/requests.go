package admin

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
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
	if err := journal.Known(f.Surface, names.Surfaces); err != nil {
		return f, problemf(http.StatusBadRequest, "\"surface\" %v", err)
	}
	if err := journal.Known(f.Operation, names.Operations); err != nil {
		return f, problemf(http.StatusBadRequest, "\"operation\" %v", err)
	}
	if err := a.clientExists(f.Client); err != nil {
		return f, err
	}
	if err := journal.CheckKind(string(f.Kind)); err != nil {
		return f, problemf(http.StatusBadRequest, "\"kind\": %v", err)
	}
	q := queryReader{c: c}
	f.Status = int(q.number("status", 100, 999, "a status such as 404"))
	f.Limit = int(q.number("limit", 1, 1<<31-1, "how many entries are wanted, 1 or more"))
	f.Since, f.Until = q.time("since"), q.time("until")
	f.After = q.number("after", 1, math.MaxUint64, "the id of an entry, such as 12")
	f.Before = q.number("before", 1, math.MaxUint64, "the id of an entry, such as 12")
	switch {
	case q.err != nil:
		return f, q.err
	case !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until):
		return f, problemf(http.StatusBadRequest, "\"since\" (%s) is not before \"until\" (%s): nothing can match", c.Query("since"), c.Query("until"))
	case f.Path != "" && f.Path[0] != '/' && f.Path[0] != '*':
		return f, problemf(http.StatusBadRequest, "\"path\" is %q; want a path such as /tokens/*, which begins with / or *", f.Path)
	}
	return f, nil
}

// queryReader reads typed query parameters, and keeps the first error.
type queryReader struct {
	c   *gin.Context
	err error
}

// number returns a parameter, or 0 if it is absent. want describes what would be right.
func (q *queryReader) number(name string, from, to uint64, want string) uint64 {
	text := q.c.Query(name)
	if text == "" || q.err != nil {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < from || n > to {
		q.err = problemf(http.StatusBadRequest, "%q is %q; want %s", name, text, want)
	}
	return n
}

// time returns a parameter, or the zero time if it is absent.
func (q *queryReader) time(name string) time.Time {
	text := q.c.Query(name)
	if text == "" || q.err != nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.err = problemf(http.StatusBadRequest, "%q is %q; want a time in RFC 3339, such as 2026-02-12T08:30:00Z (a + must be written %%2B)", name, text)
	}
	return t
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
			_, _ = out.WriteString(between) // Encode reports whether it failed
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
