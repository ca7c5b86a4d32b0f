package world

import (
	"fmt"
	"slices"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
)

func (d decoder) grants(a *account.Account, f *fixtures.Account) error {
	for i := range f.Clients {
		if err := d.client(a, &f.Clients[i]); err != nil {
			return fmt.Errorf("client %q: %w", f.Clients[i].ID, err)
		}
	}
	for _, u := range f.Users {
		if err := a.Grants.AddUser(user(u)); err != nil {
			return fmt.Errorf("user %q: %w", u.Username, err)
		}
	}
	for _, c := range f.Codes {
		code := grant.Code{
			Value: c.Code, ClientID: c.ClientID, Username: c.Username, RedirectURI: c.RedirectURI, Challenge: challenge(c),
			IssuedAt: d.at(c.IssuedAt), ExpiresAt: d.at(c.ExpiresAt), Expired: c.Expired, UsedBy: c.UsedBy, Token: c.Token, Revoked: c.Revoked,
		}
		if c.UsedAt != nil {
			code.UsedAt = d.at(*c.UsedAt)
		}
		a.Grants.RestoreCode(code)
	}
	for _, t := range f.GrantTokens {
		a.Grants.RestoreToken(grant.Token{
			Value: t.Token, ClientID: t.ClientID, Username: t.Username, IssuedAt: d.at(t.IssuedAt), ExpiresAt: d.at(t.ExpiresAt),
		})
	}
	return nil
}

// client registers a client, with its window.
func (d decoder) client(a *account.Account, c *fixtures.Client) error {
	quota, err := d.quota(c.RateLimit, c.Quota)
	if err != nil {
		return err
	}
	if c.RateLimit != nil || c.Quota != nil {
		a.RestoreClientQuota(c.ID, quota)
	}
	return a.Grants.AddClient(grant.Client{ID: c.ID, Secret: c.Secret, RedirectURIs: c.RedirectURIs, Disabled: c.Disabled})
}

func user(u fixtures.User) grant.User {
	return grant.User{Username: u.Username, Password: u.Password, Email: u.Email, FullName: u.FullName}
}

// challenge reads a code's; without a method it is plain.
func challenge(c fixtures.Code) grant.Challenge {
	if c.Challenge == "" {
		return grant.Challenge{}
	}
	if c.ChallengeMethod == "" {
		return grant.Challenge{Value: c.Challenge, Method: grant.Plain, Assumed: true}
	}
	return grant.Challenge{Value: c.Challenge, Method: c.ChallengeMethod}
}

func (e encoder) grants(f *fixtures.Account, a *account.Account) {
	for _, c := range a.Grants.Clients() {
		client := fixtures.Client{ID: c.ID, Secret: c.Secret, RedirectURIs: slices.Clone(c.RedirectURIs), Disabled: c.Disabled}
		if quota, ok := a.ClientQuota(c.ID); ok {
			client.RateLimit, client.Quota = WireRateLimit(quota.Own), wireQuota(&quota)
		}
		f.Clients = append(f.Clients, client)
	}
	for _, u := range a.Grants.Users() {
		f.Users = append(f.Users, fixtures.User{Username: u.Username, Password: u.Password, Email: u.Email, FullName: u.FullName})
	}
	for _, c := range a.Grants.Codes() {
		code := fixtures.Code{
			Code: c.Value, ClientID: c.ClientID, Username: c.Username, RedirectURI: c.RedirectURI, Challenge: c.Challenge.Value,
			IssuedAt: fixtures.At(c.IssuedAt), ExpiresAt: fixtures.At(c.ExpiresAt), Expired: c.Expired, UsedBy: c.UsedBy, Token: c.Token, Revoked: c.Revoked,
		}
		if !c.Challenge.Assumed {
			code.ChallengeMethod = c.Challenge.Method
		}
		if !c.UsedAt.IsZero() {
			at := fixtures.At(c.UsedAt)
			code.UsedAt = &at
		}
		f.Codes = append(f.Codes, code)
	}
	for _, t := range a.Grants.Tokens() {
		f.GrantTokens = append(f.GrantTokens, fixtures.GrantToken{
			Token: t.Value, ClientID: t.ClientID, Username: t.Username, IssuedAt: fixtures.At(t.IssuedAt), ExpiresAt: fixtures.At(t.ExpiresAt),
		})
	}
}
