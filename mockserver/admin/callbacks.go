package admin

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/world"
)

// addCallback adds a callback, as a call of a paid service would.
func (a *API) addCallback(c *gin.Context) (int, any, error) {
	var in struct {
		callback.Request
		Scope string          `json:"scope"`
		Data  json.RawMessage `json:"data"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	request, err := in.Check()
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	payload := account.CallbackPayload{Data: map[string]any{}, Size: len(in.Data)}
	if len(in.Data) > 0 {
		if payload.Data, err = callback.Object(in.Data); err != nil {
			return 0, nil, problemf(http.StatusBadRequest, "\"data\" must be a JSON object")
		}
	}
	release, ok := a.Callbacks.Admit()
	if !ok {
		return 0, nil, problemf(http.StatusServiceUnavailable, "%d callbacks are pending already, and no more are taken until some are delivered", callback.MaxPending)
	}
	defer release()
	who := account.Identity{ID: account.ID(c.Param("id"))}
	id, err := a.Accounts.AddCallback(c.Request.Context(), who, in.Scope, request, payload)
	switch {
	case errors.Is(err, account.ErrNoScope):
		return 0, nil, problemf(http.StatusBadRequest, "\"scope\" is %q: %v", in.Scope, err)
	case err != nil:
		return 0, nil, err
	}
	a.Callbacks.Look(who.ID)
	return http.StatusCreated, struct {
		ID string `json:"id"`
	}{id}, nil
}

// retryCallback makes a further attempt of a callback.
func (a *API) retryCallback(c *gin.Context) (int, any, error) {
	release, ok := a.Callbacks.Admit()
	if !ok {
		return 0, nil, problemf(http.StatusServiceUnavailable, "%d callbacks are pending already, and no more are taken until some are delivered", callback.MaxPending)
	}
	defer release()
	who, id := account.Identity{ID: account.ID(c.Param("id"))}, c.Param("callback")
	err := a.Accounts.RetryCallback(c.Request.Context(), who, id)
	switch {
	case errors.Is(err, account.ErrNoCallback):
		return 0, nil, problemf(http.StatusNotFound, "%v", err)
	case err != nil:
		return 0, nil, err
	}
	a.Callbacks.Look(who.ID)
	return http.StatusNoContent, nil, nil
}

// maxDelivering bounds, in real time, how long a change of a clock waits for the attempts that it
// made due.
const maxDelivering = 5 * time.Second

// delivering changes a clock, and adds to what fell due what happened to callbacks, in order of
// time.
func (a *API) delivering(c *gin.Context, change func() (world.Time, []world.Fired, error)) (int, any, error) {
	id, _ := accountOf(c)
	watch := a.Callbacks.Watch(id)
	t, events, err := change()
	if err != nil {
		watch.Wait(c.Request.Context(), 0)
		return 0, nil, badRequest(err)
	}
	made := watch.Wait(c.Request.Context(), maxDelivering)
	// Accounts are delivered concurrently; a stable sort keeps the order of simultaneous events.
	slices.SortStableFunc(made, func(x, y callback.Fired) int { return cmp.Compare(x.Account, y.Account) })
	for _, f := range made {
		events = append(events, world.Fired(f))
	}
	slices.SortStableFunc(events, func(x, y world.Fired) int { return x.At.Compare(y.At) })
	return http.StatusOK, advancedOf(t, events), nil
}
