package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/fault"
)

// profile is a set of fault rules that is built in, as --chaos takes it.
type profile struct {
	Name string `json:"name"`
	// Rules are those of the set, as POST /faults takes them.
	Rules []fault.Rule `json:"rules"`
	// Active reports whether a rule of each name is there.
	Active bool `json:"active"`
}

func (a *API) listProfiles(*gin.Context) (int, any, error) {
	there := map[string]bool{}
	for _, r := range a.Faults.Views("") {
		there[r.Name] = true
	}
	var items []profile
	for _, name := range fault.Profiles() {
		rules, err := fault.Profile(name)
		if err != nil {
			return 0, nil, err
		}
		p := profile{Name: name, Rules: rules, Active: len(rules) > 0}
		for _, r := range rules {
			p.Active = p.Active && there[r.Name]
		}
		items = append(items, p)
	}
	return http.StatusOK, list[profile]{Items: items}, nil
}
