package v2_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	fast "github.com/segmentio/encoding/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	v2 "oauthmock/mockserver/surface/v2"
)

// tokenDetail, tokenLimits, tokenStats and wallet are the document's, for the library to render.
type tokenDetail struct {
	Token        string      `json:"token"`
	Name         string      `json:"name"`
	CreatedAt    string      `json:"createdAt"`
	ExpireAt     string      `json:"expireAt"`
	UpdatedAt    string      `json:"updatedAt"`
	Scopes       []string    `json:"scopes"`
	RefreshToken string      `json:"refreshToken"`
	Limits       tokenLimits `json:"limits"`
	Stats        tokenStats  `json:"stats"`
}

type tokenLimits struct {
	TotalRequests        *int64       `json:"totalRequests,omitempty"`
	WalletRequests       *int64       `json:"walletRequests,omitempty"`
	SubscriptionRequests *int64       `json:"subscriptionRequests,omitempty"`
	WalletAmount         *json.Number `json:"walletAmount,omitempty"`
	IP                   *[]string    `json:"ip,omitempty"`
}

type tokenStats struct {
	TotalRequests        int64       `json:"totalRequests"`
	WalletRequests       int64       `json:"walletRequests"`
	SubscriptionRequests int64       `json:"subscriptionRequests"`
	ErrorRequests        int64       `json:"errorRequests"`
	WalletAmount         json.Number `json:"walletAmount"`
	IP                   []string    `json:"ip"`
}

type envelope struct {
	Data    any     `json:"data"`
	Success bool    `json:"success"`
	Message string  `json:"message"`
	Error   *string `json:"error"`
}

func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

func wireToken(t account.Token) tokenDetail {
	out := tokenDetail{
		Token: t.Value, Name: t.Name, Scopes: t.Scopes, RefreshToken: t.RefreshToken,
		CreatedAt: wireTime(t.CreatedAt.Time()), ExpireAt: wireTime(t.ExpireAt.Time()), UpdatedAt: wireTime(t.UpdatedAt.Time()),
		Stats: tokenStats{
			t.Stats.TotalRequests, t.Stats.WalletRequests, t.Stats.SubscriptionRequests, t.Stats.ErrorRequests,
			json.Number(t.Stats.WalletAmount.String()), append([]string{}, t.Stats.IPs.List()...),
		},
	}
	if l := t.Limits; l != nil {
		out.Limits = tokenLimits{TotalRequests: l.TotalRequests, WalletRequests: l.WalletRequests, SubscriptionRequests: l.SubscriptionRequests}
		if l.WalletAmount != nil {
			amount := json.Number(l.WalletAmount.String())
			out.Limits.WalletAmount = &amount
		}
		if l.IP != nil {
			out.Limits.IP = &l.IP
		}
	}
	return out
}

func drawToken(t *rapid.T) account.Token {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	texts := rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(text, 0, 3))
	moment := rapid.Map(rapid.Int64Range(0, 9_000_000_000), func(n int64) account.Moment { return account.Moment(n) })
	number := rapid.Ptr(rapid.Int64(), true)
	amount := rapid.Map(rapid.Int64(), func(n int64) account.Money { return account.Money(n) })
	token := account.Token{
		Value: text.Draw(t, "value"), RefreshToken: text.Draw(t, "refresh token"), Name: text.Draw(t, "name"), Scopes: texts.Draw(t, "scopes"),
		CreatedAt: moment.Draw(t, "created"), ExpireAt: moment.Draw(t, "expires"),
		Stats: account.TokenStats{
			TotalRequests: rapid.Int64().Draw(t, "total"), WalletRequests: rapid.Int64().Draw(t, "wallet"),
			SubscriptionRequests: rapid.Int64().Draw(t, "subscription"), ErrorRequests: rapid.Int64().Draw(t, "errors"),
			WalletAmount: amount.Draw(t, "amount"), IPs: account.NewIPs(texts.Draw(t, "addresses")),
		},
	}
	token.UpdatedAt = token.CreatedAt
	if rapid.Bool().Draw(t, "was updated") {
		token.UpdatedAt = moment.Draw(t, "updated")
	}
	if rapid.Bool().Draw(t, "is limited") {
		token.Limits = &account.TokenLimits{
			TotalRequests: number.Draw(t, "total limit"), WalletRequests: number.Draw(t, "wallet limit"), SubscriptionRequests: number.Draw(t, "subscription limit"),
			WalletAmount: rapid.Ptr(amount, true).Draw(t, "amount limit"), IP: texts.Draw(t, "address limit"),
		}
	}
	return token
}

func TestTokensAreWrittenAsTheLibraryWouldRenderTheirMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfN(rapid.Custom(drawToken), 1, 3).Draw(t, "tokens")
		shape := rapid.SampledFrom([]v2.TokenShape{v2.Both, v2.Data, v2.Flat}).Draw(t, "shape")
		b := newTestSurface(t, shape)
		b.accounts.EXPECT().Token(mock.Anything, mock.Anything, mock.Anything).Return(tokens[0], account.Receipt{}, nil)
		b.accounts.EXPECT().AppendTokens(mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(tokens, account.Receipt{}, nil)

		first := wireToken(tokens[0])
		want := map[v2.TokenShape]any{
			v2.Flat: first,
			v2.Data: envelope{Data: first, Success: true},
			v2.Both: struct {
				envelope
				tokenDetail
			}{envelope{Data: first, Success: true}, first},
		}
		assert.Equal(t, asJSON(t, want[shape]), b.send("GET", "/tokens/x", "").Body.String())
		assert.Equal(t, asJSON(t, want[v2.Data]), b.send("GET", "/tokens?id=x", "").Body.String())
		all := make([]tokenDetail, len(tokens))
		for i := range tokens {
			all[i] = wireToken(tokens[i])
		}
		assert.Equal(t, asJSON(t, envelope{Data: all, Success: true}), b.send("GET", "/tokens", "").Body.String())
	})
}

func TestAnEmptyListOfTokensIsAList(t *testing.T) {
	b := newTestSurface(t, v2.Both)
	b.accounts.EXPECT().AppendTokens(mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, account.Receipt{}, nil)
	assert.JSONEq(t, `{"data":[],"success":true,"message":"","error":null}`, b.send("GET", "/tokens", "").Body.String())
}

func TestAWalletIsWrittenAsTheLibraryWouldRenderItsMembers(t *testing.T) {
	for _, credit := range []account.Money{0, 1, -155_000, 1_000_000, math.MaxInt64, math.MinInt64} {
		view := account.WalletView{Credit: credit, CreatedAt: noon.Add(time.Millisecond), UpdatedAt: noon.In(time.FixedZone("", 7200)).AddDate(100, 0, 0)}
		b := newTestSurface(t, v2.Both)
		b.accounts.EXPECT().Wallet(mock.Anything, mock.Anything).Return(view, account.Receipt{}, nil)
		want := asJSON(t, envelope{Success: true, Data: struct {
			Credit    json.Number `json:"credit"`
			CreatedAt string      `json:"createdAt"`
			UpdatedAt string      `json:"updatedAt"`
		}{json.Number(credit.String()), wireTime(view.CreatedAt), wireTime(view.UpdatedAt)}})
		assert.Equal(t, want, b.send("GET", "/wallet", "").Body.String())
	}
}

func asJSON(t require.TestingT, v any) string {
	text, err := fast.Append(nil, v, fast.SortMapKeys)
	require.NoError(t, err)
	return string(text)
}
