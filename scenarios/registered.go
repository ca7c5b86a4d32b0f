package scenarios

import "strings"

// registers reports whether any account has clients or users registered for it.
func (g *Given) registers() bool {
	if len(g.Clients)+len(g.Users) > 0 {
		return true
	}
	for _, other := range g.Accounts {
		if other.registers() {
			return true
		}
	}
	return false
}

// registered checks the clients and users that are registered for an account.
func (v *validator) registered(g *Given) {
	for i := range g.Clients {
		client := &g.Clients[i]
		v.registeredAs(client.LineOf("as"), "clients", client.As)
		v.texts(client.LineOf("secret"), client.Secret)
		for _, uri := range client.RedirectURIs {
			v.texts(client.LineOf("redirectUris"), uri)
		}
	}
	for i := range g.Users {
		user := &g.Users[i]
		v.registeredAs(user.LineOf("as"), "users", user.As)
		for key, text := range map[string]string{"username": user.Username, "password": user.Password, "email": user.Email, "fullName": user.FullName} {
			if strings.TrimSpace(text) == "" {
				v.problem(user.LineOf(key), "users: %s is missing", key)
			}
			v.texts(user.LineOf(key), text)
		}
	}
}

func (v *validator) registeredAs(line int, what, as string) {
	if !rootName().MatchString(as) {
		v.problem(line, "%s: `as` must be a word by which steps know it, such as shop, not %q", what, as)
		return
	}
	v.names.define(v, as, line, false)
}
