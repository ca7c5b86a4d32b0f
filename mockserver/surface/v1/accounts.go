package v1

import (
	"context"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// Accounts are the use cases that the surface calls. Each returns a receipt beside what it found.
type Accounts interface {
	surface.Directory
	Refuse(ctx context.Context, call account.Call, refusal error) (account.Receipt, error)

	CreateExpandedToken(ctx context.Context, call account.Call, r account.TokenRequest) (token account.Token, expanded []string, receipt account.Receipt, err error)
	TokensWithScopes(ctx context.Context, call account.Call, scopes []string) ([]account.Token, account.Receipt, error)
	FindToken(ctx context.Context, call account.Call, value string) ([]account.Token, account.Receipt, error)
	ReplaceToken(ctx context.Context, call account.Call, value string, r account.TokenRequest) (account.Token, account.Receipt, error)
	ChangeToken(ctx context.Context, call account.Call, value string, r account.TokenRequest) (account.Token, account.Receipt, error)
	DeleteToken(ctx context.Context, call account.Call, value string) (account.Receipt, error)

	Scopes(ctx context.Context, call account.Call) ([]account.ScopeView, account.Receipt, error)
	Wallet(ctx context.Context, call account.Call) (account.WalletView, account.Receipt, error)
	Counters(ctx context.Context, call account.Call, p account.Period) (map[string]account.Included, account.Receipt, error)
}
