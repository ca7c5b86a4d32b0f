package grant

import "slices"

// User is somebody who may sign in on the authorization page. Users belong to an account, and sign
// in at its clients alone.
type User struct {
	Username, Password string
	Email, FullName    string
}

// AddUser registers a user. It refuses a name that the account has already, and more than MaxUsers.
func (g *Grants) AddUser(u User) error {
	if _, taken := g.User(u.Username); taken {
		return ErrTaken
	}
	if len(g.users) >= MaxUsers {
		return ErrFull
	}
	g.users = append(g.users, &u)
	g.changes++
	return nil
}

// RemoveUser forgets a user, with the codes and tokens that were granted in the user's name. It
// reports whether there was one.
func (g *Grants) RemoveUser(name string) bool {
	at := slices.IndexFunc(g.users, func(u *User) bool { return u.Username == name })
	if at < 0 {
		return false
	}
	g.users = slices.Delete(g.users, at, at+1)
	g.changes++
	g.dropWhere(func(_, username string) bool { return username == name })
	return true
}

// User finds a user by name. The result must not be changed.
func (g *Grants) User(name string) (*User, bool) {
	for _, u := range g.users {
		if u.Username == name {
			return u, true
		}
	}
	return nil, false
}

// Users returns the users in the order in which they were registered. The result must not be
// changed.
func (g *Grants) Users() []*User { return g.users }

// AuthenticateUser returns the user with a name and a password. The time that it takes does not
// depend on the password.
func (g *Grants) AuthenticateUser(name, password string) (*User, error) {
	u, known := g.User(name)
	if !known {
		u = &User{}
	}
	right := equal(u.Password, password)
	switch {
	case !known:
		return nil, refuse(UserInvalid, "the account has no user of this name")
	case !right:
		return nil, refuse(UserInvalid, "the password is not that of "+u.Username)
	}
	return u, nil
}
