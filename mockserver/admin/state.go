package admin

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/world"
)

func (a *API) getState(c *gin.Context) (int, any, error) {
	state, err := a.World.State(c.Request.Context())
	return http.StatusOK, state, err
}

func (a *API) putState(c *gin.Context) (int, any, error) {
	body, done, err := a.load(c)
	if err != nil {
		return 0, nil, err
	}
	defer done()
	state, err := fixtures.Load("body", bytes.NewReader(body))
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	if err := a.World.Import(state); err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	return http.StatusNoContent, nil, nil
}

func (a *API) saveState(c *gin.Context) (int, any, error) {
	if a.Save == nil {
		return 0, nil, problemf(http.StatusConflict, "the server keeps no state: start it with --state FILE")
	}
	return http.StatusNoContent, nil, a.Save(c.Request.Context())
}

// maxWindow is the longest window of a rate limit: what is left of it is sent in seconds, which
// must be countable.
const maxWindow = 365 * 24 * time.Hour

// limited is whose rate limit a request is about: the server's, an account's, an account's for one
// scope of a paid service, or a client's.
type limited struct {
	account account.ID
	scope   string
	client  string
}

func (a *API) limitedOf(c *gin.Context) (l limited, err error) {
	l.scope, l.client = c.Query("scope"), c.Query("client")
	l.account, _ = accountOf(c)
	if l.client != "" && (l.account != "" || l.scope != "") {
		return l, problemf(http.StatusBadRequest, "a client's id says which account it is of: leave \"account\" and \"scope\" out beside \"client\"")
	}
	if a.Surfaces.Owns(account.DomainOf(l.scope)) {
		return l, problemf(http.StatusBadRequest, "%q is a scope of the API itself, which is limited as a whole: leave \"scope\" out", l.scope)
	}
	if l.scope != "" && l.account == "" {
		return l, problemf(http.StatusBadRequest, "scopes are limited for each account: \"scope\" needs the parameter \"account\" beside it")
	}
	return l, nil
}

func (a *API) limit(c *gin.Context, of limited) (account.RateLimit, error) {
	switch {
	case of.client != "":
		l, err := a.World.ClientRateLimit(c.Request.Context(), of.client)
		return l, registration(err)
	case of.scope != "":
		l, err := a.World.ScopeRateLimit(c.Request.Context(), of.account, of.scope)
		return l, missingScope(err, of.scope)
	case of.account != "":
		return a.World.AccountRateLimit(c.Request.Context(), of.account)
	}
	return a.World.RateLimit(), nil
}

func (a *API) setLimit(c *gin.Context, of limited, l account.RateLimit) error {
	switch {
	case of.client != "":
		return registration(a.World.SetClientRateLimit(c.Request.Context(), of.client, l))
	case of.scope != "":
		return missingScope(a.World.SetScopeRateLimit(c.Request.Context(), of.account, of.scope, l), of.scope)
	case of.account != "":
		return a.World.SetAccountRateLimit(c.Request.Context(), of.account, l)
	}
	a.World.SetRateLimit(l)
	return nil
}

// missingScope words that a scope does not exist.
func missingScope(err error, scope string) error {
	if errors.Is(err, account.ErrNoScope) {
		return problemf(http.StatusNotFound, "%q: %v", scope, err)
	}
	return err
}

func (a *API) getRateLimit(c *gin.Context) (int, any, error) {
	of, err := a.limitedOf(c)
	if err != nil {
		return 0, nil, err
	}
	l, err := a.limit(c, of)
	return http.StatusOK, world.WireRateLimit(&l), err
}

func (a *API) putRateLimit(c *gin.Context) (int, any, error) {
	var in struct {
		Limit   *int64  `json:"limit"`
		Window  *string `json:"window"`
		Enabled *bool   `json:"enabled"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	of, err := a.limitedOf(c)
	if err != nil {
		return 0, nil, err
	}
	limit, err := a.limit(c, of)
	if err != nil {
		return 0, nil, err
	}
	if limit.Window == 0 { // a scope that has no limit in the catalogue
		limit.Window = time.Minute
	}
	if in.Limit != nil {
		limit.Limit = *in.Limit
	}
	if in.Window != nil {
		window, err := clock.ParseDuration(*in.Window)
		if err != nil || window <= 0 || window > maxWindow {
			return 0, nil, problemf(http.StatusBadRequest, "\"window\" is %q; want a duration above zero such as \"1m\", and of a year (8760h) at most", *in.Window)
		}
		limit.Window = window
	}
	limit.Enabled = in.Enabled == nil || *in.Enabled
	if limit.Limit < 0 || limit.Enabled && limit.Limit < 1 {
		return 0, nil, problemf(http.StatusBadRequest, "\"limit\" is %d; want 1 or more", limit.Limit)
	}
	if err := a.setLimit(c, of, limit); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, world.WireRateLimit(&limit), nil
}
