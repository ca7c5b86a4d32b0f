package admin

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

// wireSnapshot describes a snapshot.
type wireSnapshot struct {
	Name string `json:"name"`
	// Account is the only one in it; left out when it holds the whole server.
	Account account.ID `json:"account,omitempty"`
	// At is what the clock showed.
	At       time.Time `json:"at"`
	Accounts int       `json:"accounts"`
}

// snapshotProblem words what can be wrong with a snapshot.
func snapshotProblem(err error, name string) error {
	switch {
	case errors.Is(err, world.ErrSnapshotName):
		return problemf(http.StatusBadRequest, "%q: %v", name, err)
	case errors.Is(err, world.ErrNoSnapshot):
		return problemf(http.StatusNotFound, "there is no snapshot %q", name)
	case errors.Is(err, world.ErrSnapshots):
		return problemf(http.StatusConflict, "%v", err)
	}
	return err
}

func (a *API) takeSnapshot(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	s, err := a.World.TakeSnapshot(c.Request.Context(), c.Param("name"), id)
	return http.StatusOK, wireSnapshot(s), snapshotProblem(err, c.Param("name"))
}

func (a *API) restoreSnapshot(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	err := a.World.RestoreSnapshot(c.Param("name"), id)
	if errors.Is(err, world.ErrTaken) {
		return 0, nil, problemf(http.StatusConflict, "%v", err)
	}
	return http.StatusNoContent, nil, snapshotProblem(err, c.Param("name"))
}

func (a *API) listSnapshots(*gin.Context) (int, any, error) {
	out := list[wireSnapshot]{Items: []wireSnapshot{}}
	for _, s := range a.World.Snapshots() {
		out.Items = append(out.Items, wireSnapshot(s))
	}
	return http.StatusOK, out, nil
}

func (a *API) getSnapshot(c *gin.Context) (int, any, error) {
	s, err := a.World.Snapshot(c.Param("name"))
	return http.StatusOK, wireSnapshot(s), snapshotProblem(err, c.Param("name"))
}

func (a *API) deleteSnapshot(c *gin.Context) (int, any, error) {
	if !a.World.RemoveSnapshot(c.Param("name")) {
		return 0, nil, snapshotProblem(world.ErrNoSnapshot, c.Param("name"))
	}
	return http.StatusNoContent, nil, nil
}
