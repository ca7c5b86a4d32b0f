package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/world"
)

// autoApprove is consent without pages, as the control API writes it.
type autoApprove struct {
	Enabled bool   `json:"enabled"`
	User    string `json:"user"`
}

func (a *API) getAutoApprove(*gin.Context) (int, any, error) {
	return http.StatusOK, autoApprove(a.World.AutoApprove()), nil
}

func (a *API) putAutoApprove(c *gin.Context) (int, any, error) {
	var in struct {
		Enabled *bool  `json:"enabled"`
		User    string `json:"user"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	next := world.AutoApprove{Enabled: in.Enabled == nil || *in.Enabled, User: in.User}
	a.World.SetAutoApprove(next)
	return http.StatusOK, autoApprove(next), nil
}
