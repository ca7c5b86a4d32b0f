package admin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/verify"
	"oauthmock/mockserver/world"
)

// verify reports whether the journal holds what is expected: 200 if it does, 409 if not, 424 if
// that is undetermined because entries were dropped.
func (a *API) verify(c *gin.Context) (int, any, error) {
	var in verify.Expectation
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	if id, one := accountOf(c); one {
		if in.Account != "" && in.Account != string(id) {
			return 0, nil, problemf(http.StatusBadRequest, "the body's account is %q, the query's %q: want one of them, or the same", in.Account, id)
		}
		in.Account = string(id)
	}
	if err := in.CheckNames(a.Surfaces.Names()); err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	check, err := verify.Compile(in, a.Redactor)
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	if err := a.exists(c, account.ID(in.Account)); err != nil {
		return 0, nil, err
	}
	for _, client := range in.Clients() {
		if err := a.clientExists(client); err != nil {
			return 0, nil, err
		}
	}
	ctx := c.Request.Context()
	if check.Wait() > 0 {
		waiting, done := a.waiting(c)
		defer done()
		within, over := a.World.Within(waiting, account.ID(in.Account))
		defer over()
		ctx = within
	}
	result, err := check.Await(ctx, a.Journal)
	switch {
	case err != nil:
		// Written here, because this is not a failure to log.
		write(c, problemf(http.StatusServiceUnavailable, "the wait was cut short: by a reset, or because the caller left or the server stops"))
		return http.StatusServiceUnavailable, nil, nil
	case result.Satisfied:
		return http.StatusOK, result, nil
	case result.Inconclusive:
		return http.StatusFailedDependency, result, nil
	default:
		return http.StatusConflict, result, nil
	}
}

// exists refuses an unknown account: its name is misspelt, and almost anything is true of an
// account that does not exist. The journal may know accounts that were removed.
func (a *API) exists(c *gin.Context, id account.ID) error {
	if id == "" {
		return nil
	}
	_, err := a.World.Summary(c.Request.Context(), id)
	if !errors.Is(err, account.ErrNoAccount) {
		return err
	}
	if !a.recorded(journal.Filter{Account: string(id)}) {
		return err
	}
	return nil
}

// clientExists refuses an unknown OAuth client, as exists does for accounts.
func (a *API) clientExists(id string) error {
	if id == "" {
		return nil
	}
	if _, known := a.World.Find(account.Secret{Kind: account.ClientID, Value: id}); known || a.recorded(journal.Filter{Client: id}) {
		return nil
	}
	return problemf(http.StatusNotFound, "%q: %v", id, world.ErrNoClient)
}

// recorded reports whether the journal has, or may have had, a record.
func (a *API) recorded(f journal.Filter) bool {
	f.Kind = journal.AnyKind
	found := false
	dropped := a.Journal.Walk(f, func(*exchange.Exchange) bool {
		found = true
		return false
	})
	return found || dropped > 0
}
