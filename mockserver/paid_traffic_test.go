package mockserver_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
)

// tally is what one client counted of its own calls.
type tally struct {
	calls, wallet, subscription, free, failed map[string]int64 // by scope, and by token
	charged                                   map[string]account.Money
	recharged                                 account.Money
	limited                                   int64 // 429
}

func newTally() *tally {
	return &tally{map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]account.Money{}, 0, 0}
}

// note counts an answer under a scope and a token.
func (c *tally) note(a reply, keys ...string) error {
	if a.status == http.StatusTooManyRequests {
		c.limited++
		return nil
	}
	charge, by := account.Money(0), a.header.Get("X-Mock-Paid-By")
	if a.status == http.StatusOK {
		var err error
		if charge, err = account.ParseMoney(a.header.Get("X-Mock-Charge")); err != nil {
			return err
		}
	}
	for _, key := range keys {
		c.calls[key]++
		switch {
		case a.status != http.StatusOK:
			c.failed[key]++
		case by == "wallet":
			c.wallet[key]++
		case by == "subscription":
			c.subscription[key]++
		case by == "free":
			c.free[key]++
		default:
			return fmt.Errorf("paid by %q", by)
		}
		c.charged[key] += charge
	}
	return nil
}

func (c *tally) add(o *tally) {
	for _, pair := range [][2]map[string]int64{{c.calls, o.calls}, {c.wallet, o.wallet}, {c.subscription, o.subscription}, {c.free, o.free}, {c.failed, o.failed}} {
		for key, n := range pair[1] {
			pair[0][key] += n
		}
	}
	for key, m := range o.charged {
		c.charged[key] += m
	}
	c.recharged += o.recharged
	c.limited += o.limited
}

// TestRandomTrafficOfManyClientsAddsUp has 64 clients call services with tokens that they share and
// tokens of their own, which they rotate and delete, while some recharge the wallet and others look
// at it; then everything that the API tells adds up, to the last unit.
func TestRandomTrafficOfManyClientsAddsUp(t *testing.T) {
	const clients, rounds = 64, 30
	s := newShop(t, mockserver.WithRetention(mockserver.Retention{Transactions: 100_000, Errors: 100_000}))
	s.must("PUT", "/__admin/ratelimit?account=one&scope="+url.QueryEscape(scopeAsk), "", `{"limit":70,"window":"1h"}`, 200, nil)
	shared := map[string]wireToken{
		"all":    s.token(`{}`),
		"total":  s.token(`{"totalRequests":90}`),
		"wallet": s.token(`{"walletRequests":35}`),
		"amount": s.token(`{"walletAmount":1.2345}`),
		"prepay": s.token(`{"subscriptionRequests":20}`),
		"office": s.token(`{"ip":["203.0.113.1","2001:DB8::1"]}`),
	}
	names := []string{"all", "total", "wallet", "amount", "prepay", "office"}
	var mu sync.Mutex
	sum := newTally()
	client := func(n int) error {
		random, own := rand.New(rand.NewPCG(7, uint64(n))), newTally()
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			sum.add(own)
		}()
		var mine wireToken
		for range rounds {
			switch random.IntN(12) {
			case 0:
				a, err := s.send("POST", "http://localhost/__admin/accounts/one/wallet", "", `{"amount":0.1203}`)
				if err != nil || a.status != 200 {
					return fmt.Errorf("recharge: %d %s, %w", a.status, a.body, err)
				}
				own.recharged += 1203
				continue
			case 1:
				a, err := s.send("GET", "http://localhost/__admin/invariants", "", "")
				if err != nil || !bytes.Contains(a.body, []byte(`"holds":true`)) {
					return fmt.Errorf("invariants: %d %s, %w", a.status, a.body, err)
				}
				continue
			case 2:
				method, path, bearer, body := "POST", "/tokens", "", `{"scopes":["*:*/*"]}`
				if mine.Token != "" && random.IntN(3) > 0 {
					method, path, bearer, body = "PATCH", "/tokens/"+mine.Token, mine.RefreshToken, `{}`
				} else if mine.Token != "" {
					if a, err := s.send("DELETE", "http://localhost/tokens/"+mine.Token, "", ""); err != nil || a.status != 200 {
						return fmt.Errorf("delete: %d %s, %w", a.status, a.body, err)
					}
				}
				a, err := s.send(method, "http://localhost"+path, bearer, body)
				if err != nil || a.status != 200 {
					return fmt.Errorf("%s %s: %d %s, %w", method, path, a.status, a.body, err)
				}
				if err := json.Unmarshal(a.body, &mine); err != nil {
					return err
				}
				continue
			}
			name := names[random.IntN(len(names))]
			token := shared[name].Token
			if mine.Token != "" && random.IntN(3) == 0 {
				name, token = "mine", mine.Token
			}
			scope := []string{scopeStart, scopeStart, scopeStart, scopeMonth, scopeMonth, scopeAsk, scopeNobody}[random.IntN(7)]
			ip := []string{"203.0.113.1", "2001:db8::1", "198.51.100.7"}[random.IntN(3)]
			a, err := s.send("GET", "http://localhost"+service(scope)+"/1", token, "", from(ip))
			if err != nil {
				return err
			}
			if err := own.note(a, scope, "token "+name, "all"); err != nil {
				return err
			}
		}
		return nil
	}
	var group sync.WaitGroup
	for n := range clients {
		group.Go(func() { assert.NoError(t, client(n)) })
	}
	group.Wait()
	s.sound()

	assert.Equal(t, 200_000+sum.recharged-sum.charged["all"], s.credit())
	assert.Positive(t, sum.limited)
	var usage int64
	ids := map[string]bool{}
	for _, one := range s.transactions() {
		assert.False(t, ids[one.ID], one.ID)
		ids[one.ID] = true
		if one.Description != "Wallet recharge" && one.Description != "Opening" {
			usage++
			assert.Regexp(t, `^API usage - (company|free|limited)\.openapi\.com$`, one.Description)
		}
	}
	assert.Equal(t, sum.wallet["all"], usage, "each call that the wallet paid is one transaction")
	assert.Equal(t, int64(100), sum.subscription["all"], "the subscription paid for all that it had")
	assert.Equal(t, int64(70), sum.free["all"], "30 of a hundred were used before")
	assert.Equal(t, int64(70), sum.wallet[scopeAsk]+sum.failed[scopeAsk]-s.refusedBeforeTheWindow(scopeAsk), "the window let through exactly what it holds")

	for _, date := range []string{"", "?date=2026", "?date=2026-02", "?date=2026-02-12"} {
		for scope, domain := range map[string]string{
			scopeStart: "company.openapi.com", scopeMonth: "free.openapi.com", scopeAsk: "limited.openapi.com", scopeNobody: "closed.openapi.com",
		} {
			var api struct {
				Data struct {
					wireCounts
					Scopes map[string]wireCounts
				}
			}
			s.must("GET", "/stats/apis/"+domain+date, "", "", 200, &api)
			before := int64(0)
			if scope == scopeMonth {
				before = 30
			}
			for _, got := range []wireCounts{api.Data.wireCounts, api.Data.Scopes[scope]} {
				assert.Equal(t, before+sum.calls[scope], got.TotalRequests, scope+date)
				assert.Equal(t, sum.wallet[scope], got.WalletRequests, scope+date)
				assert.Equal(t, sum.subscription[scope], got.SubscriptionRequests, scope+date)
				assert.Equal(t, sum.failed[scope], got.ErrorRequests, scope+date)
				assert.Equal(t, sum.charged[scope], s.money(got.WalletAmount), scope+date)
			}
		}
		var total struct{ Data wireCounts }
		s.must("GET", "/stats"+date, "", "", 200, &total)
		assert.Equal(t, sum.wallet["all"], total.Data.WalletRequests, date)
		assert.Equal(t, sum.subscription["all"], total.Data.SubscriptionRequests, date)
		assert.Equal(t, sum.failed["all"], total.Data.ErrorRequests, date)
		assert.Equal(t, sum.charged["all"], s.money(total.Data.WalletAmount), date)
	}
	for name, token := range shared {
		var got struct{ Data wireToken }
		s.must("GET", "/tokens/"+token.Token, "", "", 200, &got)
		stats, key := got.Data.Stats, "token "+name
		assert.Equal(t, sum.calls[key], stats.TotalRequests, name)
		assert.Equal(t, sum.wallet[key], stats.WalletRequests, name)
		assert.Equal(t, sum.subscription[key], stats.SubscriptionRequests, name)
		assert.Equal(t, sum.failed[key], stats.ErrorRequests, name)
		assert.Equal(t, sum.charged[key], s.money(stats.WalletAmount), name)
	}
	assert.LessOrEqual(t, sum.calls["token total"]-sum.failed["token total"], int64(90))
	assert.LessOrEqual(t, sum.wallet["token wallet"], int64(35))
	assert.LessOrEqual(t, sum.charged["token amount"], account.Money(12345))
	assert.LessOrEqual(t, sum.subscription["token prepay"], int64(20))
	assert.Equal(t, sum.failed["all"], int64(len(s.errors(""))))
}

// errors are all entries of the error log, of one scope or of all.
func (s *shop) errors(scope string) (all []struct{ Message, ErrorAt string }) {
	s.tb.Helper()
	for {
		var page struct {
			Data []struct{ Message, ErrorAt string }
		}
		s.must("GET", "/errors?limit=100&skip="+strconv.Itoa(len(all))+"&scopes="+url.QueryEscape(scope), "", "", 200, &page)
		all = append(all, page.Data...)
		if len(page.Data) < 100 {
			return all
		}
	}
}

// refusedBeforeTheWindow counts the calls of a scope that were refused for what is looked at before
// its rate limit.
func (s *shop) refusedBeforeTheWindow(scope string) (n int64) {
	for _, e := range s.errors(scope) {
		if e.Message != "Insufficient Credit in Wallet" {
			n++
		}
	}
	return n
}

// TestExactlyAsManyCallsPassAsALimitAllows lets 64 callers at once use up each limit.
func TestExactlyAsManyCallsPassAsALimitAllows(t *testing.T) {
	const callers, each = 64, 3
	for name, c := range map[string]struct {
		scope, limits string
		prepare       func(s *shop)
		pass, status  int
		message       string
	}{
		"totalRequests":             {scopeStart, `{"totalRequests":57}`, nil, 57, 403, "Token limit reached: totalRequests"},
		"walletRequests":            {scopeStart, `{"walletRequests":57}`, nil, 100 + 57, 403, "Token limit reached: walletRequests"},
		"subscriptionRequests":      {scopeStart, `{"subscriptionRequests":57}`, nil, 57, 403, "Token limit reached: subscriptionRequests"},
		"walletAmount":              {scopeStart, `{"walletAmount":1.8631}`, nil, 100 + 31, 403, "Token limit reached: walletAmount"},
		"walletAmount, a unit less": {scopeStart, `{"walletAmount":1.8630}`, nil, 100 + 30, 403, "Token limit reached: walletAmount"},
		"credit": {scopeStart, `{}`, func(s *shop) {
			s.must("POST", "/__admin/accounts/one/wallet", "", `{"amount":-18.7379}`, 200, nil) // leaves 21 times the price
		}, 100 + 21, 402, "Insufficient Credit in Wallet"},
		"credit, a unit less": {scopeStart, `{}`, func(s *shop) {
			s.must("POST", "/__admin/accounts/one/wallet", "", `{"amount":-18.7380}`, 200, nil)
		}, 100 + 20, 402, "Insufficient Credit in Wallet"},
		"free requests, and no credit": {scopeMonth, `{}`, func(s *shop) {
			s.must("POST", "/__admin/accounts/one/wallet", "", `{"amount":-20}`, 200, nil)
		}, 70, 402, "Insufficient Credit in Wallet"},
		"the rate limit of the scope": {scopeAsk, `{}`, nil, 2, 429, "Too Many Requests"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			if c.prepare != nil {
				c.prepare(s)
			}
			token := s.token(c.limits)
			var group sync.WaitGroup
			answers := make(chan reply, callers*each)
			for range callers {
				group.Go(func() {
					for range each {
						a, err := s.send("GET", "http://localhost"+service(c.scope), token.Token, "")
						if assert.NoError(t, err) {
							answers <- a
						}
					}
				})
			}
			group.Wait()
			close(answers)
			passed, sum := 0, newTally()
			for a := range answers {
				require.NoError(t, sum.note(a, "all"))
				if a.status == 200 {
					passed++
					continue
				}
				require.Equal(t, c.status, a.status, "%s", a.body)
				require.Contains(t, string(a.body), c.message)
			}
			assert.Equal(t, c.pass, passed)
			var got struct{ Data wireToken }
			s.must("GET", "/tokens/"+token.Token, "", "", 200, &got)
			assert.Equal(t, sum.calls["all"], got.Data.Stats.TotalRequests)
			assert.Equal(t, sum.charged["all"], s.money(got.Data.Stats.WalletAmount))
			s.credit()
			s.sound()
		})
	}
}
