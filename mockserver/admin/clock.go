package admin

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/world"
)

// wireTime is the time that a clock shows.
type wireTime struct {
	Now    *time.Time `json:"now"`
	Frozen *bool      `json:"frozen"`
}

func wireTimeOf(t world.Time) wireTime { return wireTime{Now: &t.Now, Frozen: &t.Frozen} }

// advanced is the answer of POST /clock/advance, and of PUT /clock.
type advanced struct {
	wireTime
	Fired []fired `json:"fired"`
	// Dropped is how many more fell due than Fired holds.
	Dropped int `json:"dropped"`
}

type fired struct {
	At      time.Time  `json:"at"`
	What    string     `json:"what"`
	Account account.ID `json:"account"`
	ID      string     `json:"id"`
}

// maxFired bounds such an answer.
const maxFired = 10_000

func advancedOf(t world.Time, events []world.Fired) advanced {
	out := advanced{wireTime: wireTimeOf(t), Fired: []fired{}}
	for _, e := range events[:min(len(events), maxFired)] {
		out.Fired = append(out.Fired, fired{At: e.At.UTC(), What: e.What, Account: e.Account, ID: e.ID})
	}
	out.Dropped = len(events) - len(out.Fired)
	return out
}

// accountOf reads ?account=ID.
func accountOf(c *gin.Context) (account.ID, bool) {
	id := c.Query("account")
	return account.ID(id), id != ""
}

func (a *API) getClock(c *gin.Context) (int, any, error) {
	if id, one := accountOf(c); one {
		t, err := a.World.AccountTime(c.Request.Context(), id)
		return http.StatusOK, wireTimeOf(t), err
	}
	return http.StatusOK, wireTimeOf(a.World.Time()), nil
}

func (a *API) putClock(c *gin.Context) (int, any, error) {
	var in wireTime
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	now, err := a.currentTime(c)
	if err != nil {
		return 0, nil, err
	}
	if in.Now != nil {
		now.Now = in.Now.UTC()
	}
	if in.Frozen != nil {
		now.Frozen = *in.Frozen
	}
	return a.delivering(c, func() (world.Time, []world.Fired, error) {
		if id, one := accountOf(c); one {
			return a.World.SetAccountTime(c.Request.Context(), id, now)
		}
		return a.World.SetTime(c.Request.Context(), now)
	})
}

func (a *API) currentTime(c *gin.Context) (world.Time, error) {
	if id, one := accountOf(c); one {
		return a.World.AccountTime(c.Request.Context(), id)
	}
	return a.World.Time(), nil
}

func (a *API) advanceClock(c *gin.Context) (int, any, error) {
	var in struct {
		By string `json:"by"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	by, err := clock.ParseDuration(in.By)
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "\"by\" is %q; want a duration such as \"24h\", \"1d\" or \"1h30m\"", in.By)
	}
	return a.delivering(c, func() (world.Time, []world.Fired, error) {
		if id, one := accountOf(c); one {
			return a.World.AdvanceAccount(c.Request.Context(), account.Identity{ID: id}, by)
		}
		return a.World.Advance(c.Request.Context(), by)
	})
}
