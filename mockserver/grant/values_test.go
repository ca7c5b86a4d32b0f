package grant_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/grant"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

const callback = "https://example.com/callback"

// drawn returns a source of digits of its own.
func drawn() grant.Draw {
	n := 0
	return func(string) string { n++; return fmt.Sprintf("%016x", n) }
}

// app has a client "app", a disabled client "off", and the users "ada" and "bob".
func app(t testing.TB) *grant.Grants {
	t.Helper()
	g := &grant.Grants{}
	require.NoError(t, g.AddClient(grant.Client{ID: "app", Secret: "app-secret", RedirectURIs: []string{callback}}))
	require.NoError(t, g.AddClient(grant.Client{ID: "off", Secret: "off-secret", RedirectURIs: []string{callback}, Disabled: true}))
	require.NoError(t, g.AddUser(grant.User{Username: "ada", Password: "lovelace", Email: "ada@example.com", FullName: "Ada Lovelace"}))
	require.NoError(t, g.AddUser(grant.User{Username: "bob", Password: "builder"}))
	return g
}

// refused asserts a reason, and that the detail has a text in it.
func refused(t testing.TB, err error, reason grant.Reason, detail string) {
	t.Helper()
	var refusal *grant.Refusal
	if assert.ErrorAs(t, err, &refusal) {
		assert.Equal(t, reason, refusal.Reason)
		assert.Contains(t, refusal.Detail, detail)
	}
}

// settle settles what fell due by now, and returns what callers are told of.
func settle(g *grant.Grants, now time.Time) (events []grant.Event) {
	for at, ok := g.NextDue(); ok && !at.After(now); at, ok = g.NextDue() {
		if e, told := g.SettleNext(); told {
			events = append(events, e)
		}
	}
	return events
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
