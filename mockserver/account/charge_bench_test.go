package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// payingService is a shop that a benchmark can call without an end.
func payingService(b *testing.B) (*testService, string) {
	b.Helper()
	s := newShop(account.Production)
	s.holds(b, account.MaxCredit)
	s.call.IP = "203.0.113.9"
	return s, s.token(b, start, "*:free.openapi.com/*")
}

// call calls a service in a benchmark, where require would be most of the work.
func call(b *testing.B, s *testService, token string, target account.Target, by account.Payer) {
	c, _, err := s.UseService(b.Context(), s.call, token, target, nil)
	if err != nil || c.PaidBy != by {
		b.Fatal(c.PaidBy, err)
	}
}

var startTarget = account.Target{Method: "GET", Domain: company, Path: "IT-start/12485671007"}

// BenchmarkPaidCall measures a call by who pays for it.
func BenchmarkPaidCall(b *testing.B) {
	b.Run("wallet", func(b *testing.B) {
		s, token := payingService(b)
		b.ReportAllocs()
		for b.Loop() {
			call(b, s, token, startTarget, account.ByWallet)
		}
	})
	b.Run("subscription", func(b *testing.B) {
		s, token := payingService(b)
		one := s.subscribe("s", 1<<60, noon, noon.Add(time.Hour))
		one.TotalRequests = 1 << 60
		b.ReportAllocs()
		for b.Loop() {
			call(b, s, token, startTarget, account.BySubscription)
		}
	})
	b.Run("free, after three years of usage", func(b *testing.B) {
		s, token := payingService(b)
		scopes := offers()
		for i := range scopes {
			scopes[i].Free.Total = new(int64(1 << 60))
		}
		s.account.Entitlements = account.NewEntitlements(account.NewCatalogue(scopes), account.Production, []string{"*:*/*"}, nil)
		for day := range 3 * 365 {
			for _, o := range scopes {
				*s.account.Usage.Counter(account.DayOf(noon.AddDate(0, 0, -day)), account.NameScope(o.Method, o.Domain, o.Endpoint).In(account.Production)) = account.Counter{Requests: 9, WalletRequests: 2}
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			call(b, s, token, startTarget, account.Free)
		}
	})
}

// BenchmarkPaidCallAfterAMillion measures a call of an account that is new, and of one that a
// million calls were made with: time and memory must be about the same.
func BenchmarkPaidCallAfterAMillion(b *testing.B) {
	for _, c := range []struct {
		name   string
		before int
	}{{"first", 0}, {"millionth", 1_000_000}} {
		b.Run(c.name, func(b *testing.B) {
			s, token := payingService(b)
			for range c.before {
				call(b, s, token, startTarget, account.ByWallet)
			}
			b.ReportAllocs()
			for b.Loop() {
				call(b, s, token, startTarget, account.ByWallet)
			}
			require.Empty(b, s.account.Violations())
		})
	}
}

// BenchmarkViolations looks at an account with three years of usage.
func BenchmarkViolations(b *testing.B) {
	s, _ := payingService(b)
	for day := range 3 * 365 {
		for _, o := range offers() {
			*s.account.Usage.Counter(account.DayOf(noon.AddDate(0, 0, -day)), account.NameScope(o.Method, o.Domain, o.Endpoint).In(account.Production)) = account.Counter{Requests: 9, WalletRequests: 2}
		}
	}
	s.account.OpenBooks()
	for b.Loop() {
		if len(s.account.Violations()) > 0 {
			b.Fatal("off")
		}
	}
}
