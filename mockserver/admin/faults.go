package admin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/fault"
)

// faultProblem words what can be wrong with a change of the rules.
func faultProblem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fault.ErrNoRule):
		return problemf(http.StatusNotFound, "%v", err)
	case errors.Is(err, fault.ErrTaken), errors.Is(err, fault.ErrFull):
		return problemf(http.StatusConflict, "%v", err)
	}
	return problemf(http.StatusBadRequest, "%v", err)
}

func (a *API) listFaults(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	return http.StatusOK, list[fault.View]{Items: a.Faults.Views(id)}, nil
}

// rulesOf reads the rules in a body. With ?account= they are confined to that account.
func (a *API) rulesOf(c *gin.Context) (rules []fault.Rule, single bool, err error) {
	body, err := read(c, fault.MaxBytes)
	if err != nil {
		return nil, false, err
	}
	if rules, single, err = fault.Decode("body", body); err != nil {
		return nil, false, problemf(http.StatusBadRequest, "%v", err)
	}
	id, confined := accountOf(c)
	if !confined {
		return rules, single, nil
	}
	if _, err := a.World.Summary(c.Request.Context(), id); err != nil {
		return nil, false, err
	}
	for i := range rules {
		match := fault.Match{}
		if m := rules[i].Match; m != nil {
			match = *m
		}
		if match.Account != "" && match.Account != string(id) {
			return nil, false, problemf(http.StatusBadRequest, "the rule %q is for the account %q, but the request for %q: want the same", rules[i].Name, match.Account, id)
		}
		match.Account = string(id)
		rules[i].Match = &match
	}
	return rules, single, nil
}

func (a *API) addFaults(c *gin.Context) (int, any, error) {
	rules, single, err := a.rulesOf(c)
	if err != nil {
		return 0, nil, err
	}
	added, err := a.Faults.Add(rules...)
	one, several := errors.AsType[fault.RuleError](err)
	switch {
	case several && single:
		return 0, nil, faultProblem(one.Err)
	case err != nil:
		return 0, nil, faultProblem(err)
	case single:
		return http.StatusCreated, added[0], nil
	case added == nil:
		added = []fault.View{}
	}
	return http.StatusCreated, list[fault.View]{Items: added}, nil
}

func (a *API) clearFaults(c *gin.Context) (int, any, error) {
	id, _ := accountOf(c)
	a.Faults.Clear(id)
	return http.StatusNoContent, nil, nil
}

func (a *API) getFault(c *gin.Context) (int, any, error) {
	v, err := a.Faults.View(c.Param("name"))
	return http.StatusOK, v, faultProblem(err)
}

func (a *API) putFault(c *gin.Context) (int, any, error) {
	rules, single, err := a.rulesOf(c)
	if err != nil {
		return 0, nil, err
	}
	if !single {
		return 0, nil, problemf(http.StatusBadRequest, "the body holds a list; want the rule alone")
	}
	r := rules[0]
	if name := c.Param("name"); r.Name == "" {
		r.Name = name
	} else if r.Name != name {
		return 0, nil, problemf(http.StatusBadRequest, "the body's name is %q, the path's %q: want the same", r.Name, name)
	}
	v, err := a.Faults.Put(r)
	return http.StatusOK, v, faultProblem(err)
}

func (a *API) deleteFault(c *gin.Context) (int, any, error) {
	return http.StatusNoContent, nil, faultProblem(a.Faults.Remove(c.Param("name")))
}
