package account_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
)

const callback = "https://example.com/callback"

// newGrantService is a service over an account with a client and a user.
func newGrantService(t *testing.T) *testService {
	t.Helper()
	b := newTestService(account.Production)
	require.NoError(t, b.account.Grants.AddClient(grant.Client{ID: "app", Secret: "app-secret", RedirectURIs: []string{callback}}))
	require.NoError(t, b.account.Grants.AddUser(grant.User{Username: "ada", Password: "lovelace", FullName: "Ada Lovelace"}))
	return b
}

func (b *testService) code(t *testing.T) grant.Code {
	t.Helper()
	code, err := b.IssueCode(t.Context(), b.call, grant.CodeRequest{ClientID: "app", Username: "ada", RedirectURI: callback})
	require.NoError(t, err)
	return code
}

func TestAClientLeadsToItsAccount(t *testing.T) {
	b := newGrantService(t)
	identity, err := b.AuthenticateClient(t.Context(), "app", "app-secret")
	require.NoError(t, err)
	assert.Equal(t, b.account.ID, identity.ID)
	identity, err = b.AuthenticateClient(t.Context(), "app", "wrong")
	assert.Equal(t, account.ClientInvalid, reason(err))
	assert.Equal(t, b.account.ID, identity.ID, "whose client it is said to be")
	identity, err = b.AuthenticateClient(t.Context(), "nobody", "app-secret")
	assert.Equal(t, account.ClientInvalid, reason(err))
	assert.Zero(t, identity)
}

func TestOfManyExchangesOfACodeOneSucceeds(t *testing.T) {
	b := newGrantService(t)
	code := b.code(t)
	var all sync.WaitGroup
	var won atomic.Int32
	var token atomic.Value
	for range 32 {
		all.Go(func() {
			got, _, err := b.ExchangeCode(t.Context(), b.call, grant.Exchange{ClientID: "app", Code: code.Value})
			if err == nil {
				won.Add(1)
				token.Store(got.Value)
				return
			}
			assert.Equal(t, account.CodeInvalid, reason(err))
		})
	}
	all.Wait()
	assert.Equal(t, int32(1), won.Load())
	_, _, _, err := b.GrantToken(t.Context(), b.call, token.Load().(string), false)
	assert.Equal(t, account.GrantTokenInvalid, reason(err), "the others revoked what it gave")
}

func TestATokenShowsItsUserWithoutPassword(t *testing.T) {
	b := newGrantService(t)
	token, _, err := b.ExchangeCode(t.Context(), b.call, grant.Exchange{ClientID: "app", Code: b.code(t).Value})
	require.NoError(t, err)
	_, ok := b.FindGrantToken(token.Value)
	assert.True(t, ok)
	_, user, receipt, err := b.GrantToken(t.Context(), b.call, token.Value, false)
	require.NoError(t, err)
	assert.Equal(t, grant.User{Username: "ada", FullName: "Ada Lovelace"}, user)
	assert.Equal(t, b.account.ID, receipt.Account)

	view, _, err := b.Client(t.Context(), b.call, "app")
	require.NoError(t, err)
	assert.Equal(t, account.ClientView{Client: grant.Client{ID: "app", RedirectURIs: []string{callback}}, Users: []grant.User{user}}, view)
	user, err = b.AuthenticateUser(t.Context(), b.call, "ada", "lovelace")
	require.NoError(t, err)
	assert.Empty(t, user.Password)
	_, err = b.AuthenticateUser(t.Context(), b.call, "ada", "wrong")
	assert.Equal(t, account.UserInvalid, reason(err))
}

func TestGrantsAreInNoStatistics(t *testing.T) {
	b := newGrantService(t)
	_, _, err := b.IssueToken(t.Context(), b.call, "app")
	require.NoError(t, err)
	_, _, err = b.IssueToken(t.Context(), b.call, "gone")
	assert.Equal(t, account.ClientInvalid, reason(err))
	assert.Zero(t, b.account.Usage.Total(account.Period{}).Requests)
	assert.Empty(t, b.account.Errors.Entries())
	assert.Empty(t, b.account.Violations())
}

func TestEveryClientHasAWindow(t *testing.T) {
	b := newGrantService(t)
	b.limit = account.RateLimit{Limit: 2, Window: time.Minute, Enabled: true}
	require.NoError(t, b.account.Grants.AddClient(grant.Client{ID: "other"}))
	ask := func(id string) (account.QuotaState, account.Reason) {
		t.Helper()
		_, receipt, err := b.IssueToken(t.Context(), b.call, id)
		return receipt.Quota, reason(err)
	}
	for left := int64(1); left >= 0; left-- {
		quota, refused := ask("app")
		assert.Empty(t, refused)
		assert.Equal(t, account.QuotaState{Enabled: true, Limit: 2, Remaining: left, Reset: time.Minute}, quota)
	}
	_, refused := ask("app")
	assert.Equal(t, account.RateLimited, refused)
	_, refused = ask("other")
	assert.Empty(t, refused, "has a window of its own")
	_, _, err := b.CreateToken(t.Context(), b.call, asks("GET:company.openapi.com/IT-start"))
	require.NoError(t, err, "and so has the account")

	code := grant.Code{Value: "code", ClientID: "app", Username: "ada", RedirectURI: callback, IssuedAt: b.now, ExpiresAt: b.now.Add(time.Hour)}
	b.account.Grants.RestoreCode(code)
	_, _, err = b.ExchangeCode(t.Context(), b.call, grant.Exchange{ClientID: "app", Code: "code"})
	assert.Equal(t, account.RateLimited, reason(err))
	b.now = b.now.Add(time.Minute)
	_, _, err = b.ExchangeCode(t.Context(), b.call, grant.Exchange{ClientID: "app", Code: "code"})
	require.NoError(t, err, "which a full window did not burn")

	b.account.Quota.Own = &account.RateLimit{Limit: 1, Window: time.Hour, Enabled: true}
	assert.Equal(t, int64(1), b.account.ClientRateLimit("app", b.limit).Limit, "the account's holds for its clients")
	b.account.RestoreClientQuota("app", account.NewQuota(&account.RateLimit{Limit: 7, Window: time.Hour, Enabled: true}, time.Time{}, 0))
	assert.Equal(t, int64(7), b.account.ClientRateLimit("app", b.limit).Limit, "but not for one with its own")
	require.True(t, b.account.RemoveClient("app"))
	_, kept := b.account.ClientQuota("app")
	assert.False(t, kept)
}

func TestWhatFallsDueIsSettledInOrder(t *testing.T) {
	b := newGrantService(t)
	a := b.account
	a.Subscriptions = []*account.Subscription{{ID: "s", Active: true, ExpiresAt: noon.Add(70 * time.Second)}}
	a.RestoreToken(account.Token{Value: "t", RefreshToken: "r", ExpireAt: account.MomentOf(noon.Add(65 * time.Second))})
	code := b.code(t)
	token, _, err := b.IssueToken(t.Context(), b.call, "app")
	require.NoError(t, err)
	var what []string
	for _, e := range a.Settle(noon.Add(3 * time.Hour)) {
		what = append(what, e.What+" "+e.ID)
	}
	assert.Equal(t, []string{"code.expired " + code.Value, "token.expired t", "subscription.expired s", "grant-token.expired " + token.Value}, what)
	assert.Empty(t, a.Grants.Codes())
}

func TestASecondUseAfterACloneDoesNotReachTheOriginal(t *testing.T) {
	b := newGrantService(t)
	token, _, err := b.ExchangeCode(t.Context(), b.call, grant.Exchange{ClientID: "app", Code: b.code(t).Value, Request: "1"})
	require.NoError(t, err)
	b.account.TakeSecretChanges()
	before, clone := b.account.Changes(), b.account.Clone()
	clone.RemoveClient("app")
	assert.Equal(t, before, b.account.Changes())
	_, _, _, err = b.GrantToken(t.Context(), b.call, token.Value, false)
	require.NoError(t, err)
	b.account.RemoveClient("app")
	assert.NotEqual(t, before, b.account.Changes())
}
