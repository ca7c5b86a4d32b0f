package admin

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/world"
)

func (a *API) getState(c *gin.Context) (int, any, error) {
	state, err := a.World.State(c.Request.Context())
	return http.StatusOK, state, err
}

func (a *API) putState(c *gin.Context) (int, any, error) {
	body, err := read(c, maxState)
	if err != nil {
		return 0, nil, err
	}
	defer a.loading()()
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
	// The caller may leave; the file is written all the same.
	return http.StatusNoContent, nil, a.Save(context.WithoutCancel(c.Request.Context()))
}

// maxWindow is the longest window of a rate limit: what is left of it is told in seconds, which must be countable.
const maxWindow = 365 * 24 * time.Hour

func (a *API) getRateLimit(c *gin.Context) (int, any, error) {
	limit := a.World.RateLimit()
	if id, one := accountOf(c); one {
		var err error
		if limit, err = a.World.AccountRateLimit(c.Request.Context(), id); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusOK, world.WireRateLimit(&limit), nil
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
	id, one := accountOf(c)
	limit := a.World.RateLimit()
	if one {
		var err error
		if limit, err = a.World.AccountRateLimit(c.Request.Context(), id); err != nil {
			return 0, nil, err
		}
	}
	if in.Limit != nil {
		limit.Limit = *in.Limit
	}
	if in.Window != nil {
		window, err := time.ParseDuration(*in.Window)
		if err != nil || window <= 0 || window > maxWindow {
			return 0, nil, problemf(http.StatusBadRequest, "\"window\" is %q; want a duration above zero such as \"1m\", and of a year (8760h) at most", *in.Window)
		}
		limit.Window = window
	}
	limit.Enabled = in.Enabled == nil || *in.Enabled
	if limit.Limit < 0 || limit.Enabled && limit.Limit < 1 {
		return 0, nil, problemf(http.StatusBadRequest, "\"limit\" is %d; want 1 or more", limit.Limit)
	}
	if one {
		if err := a.World.SetAccountRateLimit(c.Request.Context(), id, limit); err != nil {
			return 0, nil, err
		}
	} else {
		a.World.SetRateLimit(limit)
	}
	return http.StatusOK, world.WireRateLimit(&limit), nil
}
