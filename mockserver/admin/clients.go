package admin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/world"
)

// freshAccount is an account as a new one is answered: with what it needs to call every surface.
type freshAccount struct {
	accountSummary
	Clients []client     `json:"clients"`
	Users   []credential `json:"users"`
}

// client is an OAuth client.
type client struct {
	ID           string   `json:"id"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirectUris"`
	Disabled     bool     `json:"disabled,omitempty"`
}

// credential is a user's name and password.
type credential struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// user is a person who may sign in on the authorization page.
type user struct {
	credential
	Email    string `json:"email"`
	FullName string `json:"fullName"`
}

func clientOf(c fixtures.Client) client {
	if c.RedirectURIs == nil {
		c.RedirectURIs = []string{}
	}
	return client{c.ID, c.Secret, c.RedirectURIs, c.Disabled}
}

func freshAccountOf(f fixtures.Account) freshAccount {
	out := freshAccount{accountSummary: summarize(f), Clients: []client{}, Users: []credential{}}
	for _, c := range f.Clients {
		out.Clients = append(out.Clients, clientOf(c))
	}
	for _, u := range f.Users {
		out.Users = append(out.Users, credential{u.Username, u.Password})
	}
	return out
}

// registration turns an error of a client or a user into a problem.
func registration(err error) error {
	switch {
	case err == nil, errors.Is(err, account.ErrNoAccount):
		return err
	case errors.Is(err, world.ErrNoClient), errors.Is(err, world.ErrNoUser):
		return problemf(http.StatusNotFound, "%v", err)
	case errors.Is(err, world.ErrClientTaken), errors.Is(err, world.ErrUserTaken), errors.Is(err, grant.ErrFull):
		return problemf(http.StatusConflict, "%v", err)
	}
	return problemf(http.StatusBadRequest, "%v", err)
}

func (a *API) addClient(c *gin.Context) (int, any, error) {
	var in client
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	added, err := a.World.AddClient(c.Request.Context(), account.ID(c.Param("id")), fixtures.Client{
		ID: in.ID, Secret: in.Secret, RedirectURIs: in.RedirectURIs, Disabled: in.Disabled,
	})
	return http.StatusCreated, clientOf(added), registration(err)
}

func (a *API) deleteClient(c *gin.Context) (int, any, error) {
	err := a.World.RemoveClient(c.Request.Context(), account.ID(c.Param("id")), c.Param("client"))
	return http.StatusNoContent, nil, registration(err)
}

func (a *API) addUser(c *gin.Context) (int, any, error) {
	var in user
	if err := decode(c, &in); err != nil {
		return 0, nil, err
	}
	err := a.World.AddUser(c.Request.Context(), account.ID(c.Param("id")), fixtures.User{
		Username: in.Username, Password: in.Password, Email: in.Email, FullName: in.FullName,
	})
	return http.StatusCreated, in, registration(err)
}

func (a *API) deleteUser(c *gin.Context) (int, any, error) {
	err := a.World.RemoveUser(c.Request.Context(), account.ID(c.Param("id")), c.Param("username"))
	return http.StatusNoContent, nil, registration(err)
}
