package scene

import (
	"fmt"
	"slices"

	"oauthmock/fixtures"
	"oauthmock/mockserver/grant"
	"oauthmock/scenarios"
)

// Client is an OAuth client of given.clients.
type Client struct {
	// As is the client's name in steps.
	As string
	fixtures.Client
}

// User is a user of given.users.
type User struct {
	// As is the user's name in steps.
	As string
	fixtures.User
}

// register adds the given clients and users to an account, after those that it has.
func (c *composition) register(a *fixtures.Account, g scenarios.Given, m *Member) error {
	lookup := c.lookup(m.Name)
	text := func(line int, written string) (string, error) {
		out, err := scenarios.ExpandText(written, lookup)
		if err != nil {
			return "", problem(c.Scenario, line, "%s%v", of(m.Name), err)
		}
		return out, nil
	}
	a.Clients, a.Users = slices.Clone(a.Clients), slices.Clone(a.Users)
	for _, one := range g.Clients {
		client := Client{As: one.As, Client: fixtures.Client{Disabled: one.Disabled}}
		drawn := 0
		client.ID, client.Secret = grant.DrawClient(func(kind string) string {
			drawn++
			return c.draw(m.Name, fmt.Sprintf("%s-%s-%d", one.As, kind, drawn))[8:]
		})
		if one.Secret != "" {
			secret, err := text(one.LineOf("secret"), one.Secret)
			if err != nil {
				return err
			}
			client.Secret = secret
		}
		for _, written := range one.RedirectURIs {
			uri, err := text(one.LineOf("redirectUris"), written)
			if err != nil {
				return err
			}
			client.RedirectURIs = append(client.RedirectURIs, uri)
		}
		a.Clients = append(a.Clients, client.Client)
		m.Clients = append(m.Clients, client)
	}
	for _, one := range g.Users {
		user := User{As: one.As}
		for _, member := range []struct {
			key, written string
			into         *string
		}{
			{"username", one.Username, &user.Username}, {"password", one.Password, &user.Password}, {"email", one.Email, &user.Email}, {"fullName", one.FullName, &user.FullName},
		} {
			value, err := text(one.LineOf(member.key), member.written)
			if err != nil {
				return err
			}
			*member.into = value
		}
		a.Users = append(a.Users, user.User)
		m.Users = append(m.Users, user)
	}
	return nil
}
