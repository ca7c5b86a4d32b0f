package mocktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/mocktest"
)

func TestTheJournalIsWrittenWhenATestFails(t *testing.T) {
	for name, c := range map[string]struct {
		fail     func(mock, account *recorded)
		mock     []string
		account  []string
		silent   bool
		accounts int
	}{
		"no failure": {fail: func(_, _ *recorded) {}},
		"the account's test": {
			fail:    func(_, account *recorded) { account.Errorf("it went wrong") },
			account: []string{"sent 2 requests", "#1 GET /wallet → 200 (wallet.get)", "#2 POST /tokens → 422 (token.create) because scopes-malformed", `> {"scopes":"all"}`, `< {"success":false,`, "auth basic [secret "},
		},
		"the mock's test": {
			fail: func(mock, _ *recorded) { mock.Errorf("it went wrong") },
			mock: []string{"the mock received 3 requests", "#1 GET /wallet", "#2 POST /tokens", "#3 GET /wallet → 401", "auth none"},
		},
		"both, and nothing is written twice": {
			fail: func(mock, account *recorded) {
				mock.Errorf("it went wrong")
				account.Errorf("it went wrong")
			},
			account: []string{"#1 GET /wallet", "#2 POST /tokens"},
			mock:    []string{"the mock received 3 requests", "#3 GET /wallet → 401"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			outer, inner := &recorded{}, &recorded{}
			m := mocktest.Start(outer)
			a := m.NewAccount(inner)
			get(t, a.InProcess(), "http://mock/wallet")
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://mock/tokens", strings.NewReader(`{"scopes":"all"}`))
			require.NoError(t, err)
			do(t, a.InProcess(), r)
			get(t, m.InProcess(), "http://mock/wallet")
			c.fail(outer, inner)
			ofAccount, ofMock := inner.end(), outer.end()
			for log, wanted := range map[string][]string{ofAccount: c.account, ofMock: c.mock} {
				for _, want := range wanted {
					assert.Contains(t, log, want)
				}
				assert.NotContains(t, log, a.APIKey)
			}
			if c.account == nil {
				assert.Empty(t, ofAccount)
			}
			if c.mock == nil {
				assert.Empty(t, ofMock)
			}
			if c.account != nil && c.mock != nil {
				assert.NotContains(t, ofMock, "#1 ")
				assert.NotContains(t, ofMock, "#2 ")
			}
		})
	}
	t.Run("no requests", func(t *testing.T) {
		tb := &recorded{}
		mocktest.Start(tb)
		tb.Errorf("it went wrong")
		assert.Contains(t, tb.end(), "the mock received no requests")
	})
}
