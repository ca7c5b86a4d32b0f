package account_test

import (
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

// TestTokensBehaveLikeAList drives an account and a simple list with the same random calls, time
// included.
func TestTokensBehaveLikeAList(t *testing.T) {
	type entry struct {
		value, refresh string
		expires        time.Time
	}
	rapid.Check(t, func(t *rapid.T) {
		b := newTestService(account.Production)
		var model []entry
		pick := func() (int, entry) {
			if len(model) == 0 {
				return -1, entry{value: "ffffffffffffffffffffffff", refresh: "none"}
			}
			i := rapid.IntRange(0, len(model)-1).Draw(t, "which")
			return i, model[i]
		}
		ttl := func() (account.Change[int64], time.Duration) {
			n := rapid.Int64Range(1, 100).Draw(t, "ttl")
			return seconds(n), time.Duration(n) * time.Second
		}
		settle := func() {
			alive := model[:0]
			for _, e := range model {
				if e.expires.After(b.now) {
					alive = append(alive, e)
				}
			}
			model = alive
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				r := asks("*:*/*")
				var life time.Duration
				r.TTL, life = ttl()
				token, _, err := b.CreateToken(t.Context(), b.call, r)
				if err != nil {
					t.Fatal(err)
				}
				model = append(model, entry{token.Value, token.RefreshToken, b.now.Add(life)})
			},
			"delete": func(t *rapid.T) {
				i, e := pick()
				_, err := b.DeleteToken(t.Context(), b.call, e.value)
				if (err == nil) != (i >= 0) {
					t.Fatalf("delete of %s: %v", e.value, err)
				}
				if i >= 0 {
					model = append(model[:i], model[i+1:]...)
				}
			},
			"extend": func(t *rapid.T) {
				i, e := pick()
				var r account.TokenRequest
				var life time.Duration
				r.TTL, life = ttl()
				_, _, err := b.UpdateToken(t.Context(), b.call, e.value, r)
				if (err == nil) != (i >= 0) {
					t.Fatalf("update of %s: %v", e.value, err)
				}
				if i >= 0 {
					model[i].expires = b.now.Add(life)
				}
			},
			"rotate": func(t *rapid.T) {
				i, e := pick()
				var r account.TokenRequest
				var life time.Duration
				r.TTL, life = ttl()
				token, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, e.value, e.refresh, r)
				if (err == nil) != (i >= 0) {
					t.Fatalf("rotation of %s: %v", e.value, err)
				}
				if i >= 0 {
					model = append(append(model[:i:i], model[i+1:]...), entry{token.Value, token.RefreshToken, b.now.Add(life)})
				}
			},
			"wait": func(t *rapid.T) {
				b.now = b.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second)
				settle()
			},
			"": func(t *rapid.T) {
				tokens, _, err := b.AppendTokens(t.Context(), b.call, account.Page{Limit: 1 << 30}, nil)
				if err != nil || len(tokens) != len(model) {
					t.Fatalf("%d tokens, want %d (%v)", len(tokens), len(model), err)
				}
				for i, e := range model {
					if tokens[i].Value != e.value || !tokens[i].ExpireAt.Time().Equal(e.expires) {
						t.Fatalf("token %d is %s until %s, want %s until %s", i, tokens[i].Value, tokens[i].ExpireAt.Time(), e.value, e.expires)
					}
				}
				// What the account says was issued and not revoked is exactly what is alive.
				var alive []string
				for _, s := range b.account.Secrets() {
					if s.Kind == account.AccessToken {
						alive = append(alive, s.Value)
					}
				}
				sort.Strings(alive)
				if len(alive) != len(model) {
					t.Fatalf("%d secrets, want %d", len(alive), len(model))
				}
			},
		})
	})
}
