package grant

import "slices"

// User is a person who may sign in on the authorization page, at the clients of the account that
// the user belongs to.
type User struct {
	Username, Password string
	Email, FullName    string
}

// AddUser registers a user. It returns an error if the account already has the name, or has
// MaxUsers.
func (g *Grants) AddUser(u User) error {
	if _, taken := g.User(u.Username); taken {
		return ErrTaken
	}
	if len(g.users) >= MaxUsers {
		return ErrFull
	}
	g.users = append(g.users, &u)
	g.registrations++
	g.changes++
	return nil
}

// RemoveUser removes a user with the codes and tokens granted in the user's name. It reports
// whether the user existed.
func (g *Grants) RemoveUser(name string) bool {
	at := slices.IndexFunc(g.users, func(u *User) bool { return u.Username == name })
	if at < 0 {
		return false
	}
	g.users = slices.Delete(g.users, at, at+1)
	g.registrations++
	g.changes++
	g.dropWhere(func(_, username string) bool { return username == name })
	return true
}

// User returns a user by name. The result must not be modified.
func (g *Grants) User(name string) (*User, bool) {
	for _, u := range g.users {
		if u.Username == name {
			return u, true
		}
	}
	return nil, false
}

// Users returns the users in order of registration. The result must not be modified.
func (g *Grants) Users() []*User { return g.users }

// AuthenticateUser returns the user with a name and a password, in a time that does not depend on
// the password.
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
