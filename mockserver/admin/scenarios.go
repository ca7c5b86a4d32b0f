package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/spec/strictyaml"
)

// Scenarios provides the development scenarios.
type Scenarios interface {
	// List returns them in alphabetical order.
	List() ([]Scenario, error)
	// Begin resets the server to what a scenario gives, or with "" to what it was started with.
	// Nothing changes on an error.
	Begin(name string) error
}

// Scenario is a scenario to develop against, as the control API shows it.
type Scenario struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Active reports whether resets return to it.
	Active bool `json:"active"`
}

func (a *API) listScenarios(*gin.Context) (int, any, error) {
	items, err := a.Scenarios.List()
	return http.StatusOK, list[Scenario]{Items: items}, err
}

func (a *API) beginScenario(c *gin.Context) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	items, err := a.Scenarios.List()
	if err != nil {
		return 0, nil, err
	}
	names := make([]string, len(items))
	for i, s := range items {
		names[i] = s.Name
		if s.Name != in.Name {
			continue
		}
		if err := a.Scenarios.Begin(in.Name); err != nil {
			return 0, nil, problemf(http.StatusConflict, "the scenario %q cannot begin: %v", in.Name, err)
		}
		s.Active = true
		return http.StatusOK, s, nil
	}
	return 0, nil, problemf(http.StatusNotFound, "there is no scenario %q: %s", in.Name, strictyaml.Suggest(in.Name, names))
}

func (a *API) leaveScenario(*gin.Context) (int, any, error) {
	if err := a.Scenarios.Begin(""); err != nil {
		return 0, nil, problemf(http.StatusConflict, "the mock cannot begin as it was started: %v", err)
	}
	return http.StatusNoContent, nil, nil
}
