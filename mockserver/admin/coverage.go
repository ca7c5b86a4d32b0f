package admin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/coverage"
)

// getCoverage reports which parts of the published contract were met, and which never.
func (a *API) getCoverage(c *gin.Context) (int, any, error) {
	id, one := accountOf(c)
	if one {
		if _, err := a.World.Summary(c.Request.Context(), id); err != nil {
			return 0, nil, err
		}
	}
	report, err := a.Coverage.Report(id)
	if errors.Is(err, coverage.ErrTooMany) {
		return 0, nil, problemf(http.StatusFailedDependency,
			"what account %q met was not counted on its own: %d accounts are; removing accounts, or DELETE %s/coverage, makes room", id, coverage.MaxAccounts, Prefix)
	}
	return http.StatusOK, report, err
}

// clearCoverage forgets what was met.
func (a *API) clearCoverage(c *gin.Context) (int, any, error) {
	id, one := accountOf(c)
	if one {
		if _, err := a.World.Summary(c.Request.Context(), id); err != nil {
			return 0, nil, err
		}
	}
	a.Coverage.Clear(id)
	return http.StatusNoContent, nil, nil
}
