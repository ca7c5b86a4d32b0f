package mockserver_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
)

// A call that takes the wallet below its bound is explained, the account tells of it, and a saved
// state keeps what is told.
func TestACallThatEmptiesTheWalletRechargesItAndSaysSo(t *testing.T) {
	world := paidWorld()
	world.Accounts[0].Subscriptions = nil
	world.Accounts[0].Wallet.Autorecharge = &fixtures.Autorecharge{Below: 200_000, Amount: 50_000}
	s := newShop(t, mockserver.WithWorld(world))
	var token struct{ Token string }
	s.must("POST", "/tokens", "", `{"scopes":["`+scopeStart+`"]}`, 200, &token)
	id := s.must("GET", service(scopeStart), token.Token, "", 200, nil).Get("X-Mock-Request-Id")

	a, err := s.send("GET", "http://localhost/__admin/requests/"+id, "", "")
	require.NoError(t, err)
	assert.Contains(t, string(a.body), "The wallet fell below the credit that it is watched for (transaction txn_")
	assert.Contains(t, string(a.body), "The wallet was recharged by itself (transaction txn_")

	var account fixtures.Account
	s.must("GET", "/__admin/accounts/one", "", "", 200, &account)
	require.Len(t, account.Alerts, 2)
	transactions := account.Wallet.Transactions
	assert.Equal(t, []fixtures.Alert{
		{At: fixtures.At(paidStart), What: "wallet.low", ID: transactions[1].ID},
		{At: fixtures.At(paidStart), What: "wallet.recharged", ID: transactions[2].ID},
	}, account.Alerts)
	assert.Equal(t, fixtures.Amount(200_000-601+50_000), account.Wallet.Credit())

	var state json.RawMessage
	s.must("GET", "/__admin/state", "", "", 200, &state)
	s.must("POST", "/__admin/reset", "", "", 204, nil)
	s.must("PUT", "/__admin/state", "", string(state), 204, nil)
	var again fixtures.Account
	s.must("GET", "/__admin/accounts/one", "", "", 200, &again)
	assert.Equal(t, account, again)
}

// A renewal that the wallet pays may set off the same, which advance lists in its order.
func TestAdvanceTellsWhatARenewalSetOffInTheWallet(t *testing.T) {
	world := paidWorld()
	one := &world.Accounts[0]
	one.Subscriptions[0].Autorenew, one.Subscriptions[0].Price = true, 150_000
	one.Wallet.Autorecharge = &fixtures.Autorecharge{Below: 100_000, Amount: 100_000}
	s := newShop(t, mockserver.WithWorld(world))
	var advanced struct {
		Fired []struct{ What, Account, ID string }
	}
	s.must("POST", "/__admin/clock/advance", "", `{"by":"1000h"}`, 200, &advanced)
	var told []string
	for _, f := range advanced.Fired {
		if f.Account == "one" {
			told = append(told, f.What)
		}
	}
	assert.Equal(t, []string{"subscription.renewed", "wallet.low", "wallet.recharged"}, told)
}

func TestAWalletThatCannotBeWatchedIsRefused(t *testing.T) {
	for _, auto := range []fixtures.Autorecharge{{}, {Below: -1}, {Below: 1, Amount: -1}} {
		world := paidWorld()
		world.Accounts[0].Wallet.Autorecharge = &auto
		_, err := mockserver.New(mockserver.WithWorld(world))
		assert.ErrorContains(t, err, "autorecharge", "%+v", auto)
	}
}
