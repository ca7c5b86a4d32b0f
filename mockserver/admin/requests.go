package admin

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

func (a *API) listRequests(c *gin.Context) (int, any, error) {
	match := func(*exchange.Exchange) bool { return true }
	and := func(also func(*exchange.Exchange) bool) {
		before := match
		match = func(e *exchange.Exchange) bool { return before(e) && also(e) }
	}
	for name, values := range c.Request.URL.Query() {
		value := values[0]
		switch name {
		case "surface":
			and(func(e *exchange.Exchange) bool { return e.Surface == value })
		case "operation":
			and(func(e *exchange.Exchange) bool { return e.Operation == value })
		case "account":
			and(func(e *exchange.Exchange) bool { return string(e.Account) == value })
		case "status":
			status, err := strconv.Atoi(value)
			if err != nil {
				return 0, nil, problemf(http.StatusBadRequest, "\"status\" is %q; want a number such as 404", value)
			}
			and(func(e *exchange.Exchange) bool { return e.Response.Status == status })
		}
	}
	entries, dropped := a.Journal.List(match)
	out := list[journal.Entry]{Items: make([]journal.Entry, len(entries)), Dropped: dropped}
	for i, e := range entries {
		out.Items[i] = journal.Show(e, a.World.Secret)
	}
	return http.StatusOK, out, nil
}

func (a *API) getRequest(c *gin.Context) (int, any, error) {
	e, ok := a.Journal.Get(c.Param("id"))
	if !ok {
		return 0, nil, problemf(http.StatusNotFound, "the journal has no request %q: it may have been dropped or cleared", c.Param("id"))
	}
	return http.StatusOK, journal.Show(e, a.World.Secret), nil
}

func (a *API) clearRequests(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	a.Journal.Clear(id)
	return http.StatusNoContent, nil, nil
}
