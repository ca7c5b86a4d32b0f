package scene

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
	"oauthmock/scenarios"
)

// epoch is the time in generated IDs. It is fixed, so that a scenario's tokens are the same at
// every start, and can be used in configuration.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Bounds of a scene.
const (
	// maxTokens bounds the tokens of an account.
	maxTokens = 20_000
	// maxAccounts bounds the further accounts.
	maxAccounts = 100
)

// draw derives an unused ID from seed, scenario, account and purpose.
func (c *composition) draw(name, what string) string {
	h := fnv.New64a()
	h.Write([]byte(c.Scenario.ID + "\n" + name + "\n" + what)) // never fails (package hash)
	for n := uint64(0); ; n++ {
		if id := account.Identifier(epoch, c.wish.Seed^h.Sum64(), n); !c.issued[id] {
			c.issued[id] = true
			return id
		}
	}
}

// pair returns a token and its refresh token.
func (c *composition) pair(name, what string) (token, refresh string) {
	return c.draw(name, what+"/token"), c.draw(name, what+"/refresh")
}

// content determines the scopes of an account, and creates its tokens.
func (c *composition) content(a *fixtures.Account, g scenarios.Given, m *Member) error {
	entitled := c.entitlements(a)
	for _, s := range entitled.All() {
		if s.Enabled && len(m.Scopes) < g.Scopes {
			m.Scopes = append(m.Scopes, s.Scope)
		}
	}
	if len(m.Scopes) < g.Scopes {
		return problem(c.Scenario, g.LineOf("scopes"), "%sthe account has %d enabled scopes; the scenario needs %d", of(m.Name), len(m.Scopes), g.Scopes)
	}
	vars := c.vars
	if m.Name != "" {
		vars, _ = c.vars[m.Name].(map[string]any)
	}
	for i, scope := range m.Scopes {
		variable := "scope"
		if i > 0 {
			variable = fmt.Sprintf("scope%d", i+1)
		}
		vars[variable] = scope
	}
	// The tokens go into a new list: the fixture's may be shared.
	a.Tokens = append([]fixtures.Token(nil), a.Tokens...)
	for i := range g.Tokens {
		if err := c.token(a, &g.Tokens[i], m, &entitled); err != nil {
			return err
		}
	}
	return nil
}

func (c *composition) entitlements(a *fixtures.Account) account.Entitlements {
	services := c.world.Catalogue
	if len(services) == 0 {
		services = fixtures.DefaultCatalogue()
	}
	return account.NewEntitlements(world.Catalogue(services), account.Environment(a.Environment), a.EnabledScopes, a.RequirementsMet)
}

// token creates the tokens of one entry of given.tokens, as POST /tokens would.
func (c *composition) token(a *fixtures.Account, g *scenarios.GivenToken, m *Member, entitled *account.Entitlements) error {
	wrong := func(key, format string, args ...any) error {
		return problem(c.Scenario, g.LineOf(key), "%stoken %s: %s", of(m.Name), g.As, fmt.Sprintf(format, args...))
	}
	lookup := c.lookup(m.Name)
	texts := g.Scopes
	if !g.Has("scopes") {
		own := "${scope}"
		if m.Name != "" {
			own = "${" + m.Name + ".scope}"
		}
		texts = []string{own}
	}
	var scopes []string
	for _, text := range texts {
		scope, err := scenarios.ExpandText(text, lookup)
		if err != nil {
			return wrong("scopes", "%v", err)
		}
		if p, ok := account.ParsePattern(scope); !ok || !entitled.Allows(p) {
			return wrong("scopes", "%q is unknown, or not enabled for the account", scope)
		}
		scopes = append(scopes, account.RestoreScope(scope, account.Environment(a.Environment)))
	}
	if len(scopes) == 0 {
		return wrong("scopes", "scopes is empty; a token needs at least one")
	}
	name, err := scenarios.ExpandText(g.Name, lookup)
	if err != nil {
		return wrong("name", "%v", err)
	}
	limits, err := c.limits(g, lookup)
	if err != nil {
		return wrong("limits", "%v", err)
	}
	ttl := account.MaxTTL
	if g.TTL != nil && *g.TTL > 0 && *g.TTL < int64(account.MaxTTL/time.Second) {
		ttl = time.Duration(*g.TTL) * time.Second
	}
	if g.Count > maxTokens-len(m.Tokens) {
		return wrong("count", "%d are too many; an account begins with at most %d", g.Count, maxTokens)
	}
	numbered := map[string]any{}
	for i := range max(1, g.Count) {
		as := g.As
		if g.Has("count") {
			as = fmt.Sprintf("%s.%d", g.As, i+1)
		}
		one := Token{As: as, Name: name, TTL: ttl}
		one.Token, one.RefreshToken = c.pair(m.Name, as)
		if !g.Deleted { // otherwise it is an ID that no token has
			m.Tokens = append(m.Tokens, one)
			a.Tokens = append(a.Tokens, fixtures.Token{
				Token: one.Token, RefreshToken: one.RefreshToken, Name: name, Scopes: scopes,
				ExpireAt: fixtures.When{Offset: ttl}, TTL: int64(ttl / time.Second), Limits: limits,
			})
		}
		value := map[string]any{"token": one.Token, "refreshToken": one.RefreshToken, "name": name}
		numbered[fmt.Sprint(i+1)] = value
		c.vars[g.As] = value
	}
	if g.Has("count") {
		c.vars[g.As] = numbered
	}
	return nil
}

// limits parses the limits of a token, written as in the body of POST /tokens.
func (c *composition) limits(g *scenarios.GivenToken, lookup lookup) (out fixtures.TokenLimits, err error) {
	if g.Limits == nil {
		return out, nil
	}
	expanded, err := scenarios.Expand(g.Limits, lookup)
	if err != nil {
		return out, err
	}
	text, err := json.Marshal(expanded)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(text, &out)
}

type lookup = func(name string) (any, error)

// lookup returns the lookup of variables for steps that act as an account of the scenario.
func (c *composition) lookup(as string) lookup {
	return func(name string) (any, error) {
		root, rest, dotted := strings.Cut(name, ".")
		if value, ok := c.vars[root]; ok {
			var parts []string
			if dotted {
				parts = strings.Split(rest, ".")
			}
			if reached, ok := scenarios.Reach(value, parts); ok {
				return reached, nil
			}
			return nil, fmt.Errorf("${%s} has no value before the first step", name)
		}
		switch name {
		case "email":
			return c.cast[0].Email, nil
		case "apiKey":
			return c.cast[0].APIKey, nil
		case "nonce":
			return c.nonce(), nil
		case "now":
			return c.now(as).Format(time.RFC3339), nil
		case "today":
			return c.now(as).Format(time.DateOnly), nil
		case "month":
			return c.now(as).Format("2006-01"), nil
		case "year":
			return c.now(as).Format("2006"), nil
		}
		return nil, fmt.Errorf("${%s} has no value before the first step", name)
	}
}

// now returns what the clock of an account shows at the start.
func (c *composition) now(as string) time.Time {
	if other := c.Scenario.Given.Accounts[as]; other.Clock != nil {
		if now, err := moment(c.Scenario, other.Clock); err == nil {
			return now
		}
	}
	return c.start.UTC()
}

// nonce returns the nonce that the suite uses in a run with the server's seed.
func (c *composition) nonce() string {
	hash := sha256.New()
	_ = binary.Write(hash, binary.BigEndian, c.wish.Seed) // never fails (package hash)
	hash.Write([]byte(c.Scenario.ID))
	return hex.EncodeToString(hash.Sum(nil))[:12]
}
