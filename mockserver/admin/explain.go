package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/explain"
	"oauthmock/mockserver/journal"
)

// explained is an entry of the journal with the reasons of its answer.
type explained struct {
	journal.Entry
	Explanation explain.Explanation `json:"explanation"`
}

// getRequest returns one entry with its explanation.
func (a *API) getRequest(c *gin.Context) (int, any, error) {
	e, ok := a.Journal.Get(c.Param("id"))
	switch {
	case !ok && c.Param("id") == journal.Last:
		return 0, nil, problemf(http.StatusNotFound, "the journal has no request yet, or was cleared")
	case !ok:
		return 0, nil, problemf(http.StatusNotFound, "the journal has no request %q: it may have been dropped or cleared", c.Param("id"))
	}
	return http.StatusOK, explained{a.Redactor.Show(e), a.Explain.Explain(e).Redacted(a.Redactor.Text(e))}, nil
}
