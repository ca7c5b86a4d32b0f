package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
)

// invariants is the answer of GET /invariants.
type invariants struct {
	Holds      bool        `json:"holds"`
	Violations []violation `json:"violations"`
}

// violation is an invariant that does not hold.
type violation struct {
	Account   account.ID `json:"account"`
	Invariant string     `json:"invariant"`
	Detail    string     `json:"detail"`
}

// getInvariants holds the sums of accounts against their parts.
func (a *API) getInvariants(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	found, err := a.World.Violations(c.Request.Context(), id)
	if err != nil {
		return 0, nil, err
	}
	out := invariants{Holds: len(found) == 0, Violations: []violation{}}
	for _, v := range found {
		out.Violations = append(out.Violations, violation{v.Account, v.Invariant, v.Detail})
	}
	return http.StatusOK, out, nil
}
