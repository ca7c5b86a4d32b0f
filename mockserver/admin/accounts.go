package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

// accountSummary is an account as lists show it.
type accountSummary struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	APIKey      string `json:"apiKey"`
	Environment string `json:"environment"`
}

func summarize(f fixtures.Account) accountSummary {
	return accountSummary{ID: f.ID, Email: f.Email, APIKey: f.APIKey, Environment: f.Environment}
}

func badRequest(err error) error {
	if errors.Is(err, account.ErrNoAccount) {
		return err
	}
	return problemf(http.StatusBadRequest, "%v", err)
}

func (a *API) createAccount(c *gin.Context) (int, any, error) {
	var options world.AccountOptions
	if err := decode(c, &options); err != nil {
		return 0, nil, err
	}
	fresh, err := a.World.Fresh(options)
	switch {
	case errors.Is(err, world.ErrNoFixture):
		return 0, nil, err
	case err != nil: // credentials that belong to somebody
		return 0, nil, problemf(http.StatusConflict, "%v", err)
	}
	return http.StatusCreated, freshAccountOf(fresh), nil
}

func (a *API) listAccounts(c *gin.Context) (int, any, error) {
	out := list[accountSummary]{Items: []accountSummary{}}
	for _, id := range a.World.Accounts() {
		s, err := a.World.Summary(c.Request.Context(), id)
		if errors.Is(err, account.ErrNoAccount) {
			continue // removed meanwhile
		}
		if err != nil {
			return 0, nil, err
		}
		out.Items = append(out.Items, summarize(s))
	}
	return http.StatusOK, out, nil
}

func (a *API) getAccount(c *gin.Context) (int, any, error) {
	f, err := a.World.Account(c.Request.Context(), account.ID(c.Param("id")))
	return http.StatusOK, f, err
}

func (a *API) putAccount(c *gin.Context) (int, any, error) {
	body, done, err := a.load(c)
	if err != nil {
		return 0, nil, err
	}
	defer done()
	f, err := fixtures.DecodeAccount("body", bytes.NewReader(body))
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	if id := c.Param("id"); f.ID == "" {
		f.ID = id
	} else if f.ID != id {
		return 0, nil, problemf(http.StatusBadRequest, "the body's id is %q, the path's %q: want the same", f.ID, id)
	}
	if err := a.World.PutAccount(f); err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "%v", err)
	}
	return a.getAccount(c)
}

func (a *API) deleteAccount(c *gin.Context) (int, any, error) {
	id := account.ID(c.Param("id"))
	if !a.World.RemoveAccount(id) {
		return 0, nil, account.ErrNoAccount
	}
	a.Coverage.Clear(id) // makes room
	a.Faults.ForgetAccount(id)
	return http.StatusNoContent, nil, nil
}

func (a *API) moveWallet(c *gin.Context) (int, any, error) {
	var in struct {
		Amount      json.RawMessage `json:"amount"` // json.Number would take text too
		Description string          `json:"description"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	amount, err := account.ParseMoney(string(in.Amount))
	if err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "\"amount\": %v", err)
	}
	if amount == 0 {
		return 0, nil, problemf(http.StatusBadRequest, "\"amount\" is 0; want a number above zero to recharge, or below to debit")
	}
	if in.Description == "" {
		in.Description = "Wallet recharge"
		if amount < 0 {
			in.Description = "Wallet debit"
		}
	}
	credit, t, err := a.World.Recharge(c.Request.Context(), account.ID(c.Param("id")), amount, in.Description)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, struct {
		Credit      fixtures.Amount      `json:"credit"`
		Transaction fixtures.Transaction `json:"transaction"`
	}{fixtures.Amount(credit), world.WireTransaction(t)}, nil
}
