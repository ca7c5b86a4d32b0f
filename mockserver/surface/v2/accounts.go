package v2

import (
	"context"

	"oauthmock/mockserver/account"
)

// Accounts are the use cases that the surface calls, by subject. Each returns what it found, and a
// receipt.
type Accounts interface {
	Authenticator
	Tokens
	Scopes
	Wallets
	Logs
	Subscriptions
	Usage
}

// Authenticator identifies callers, and records calls that the surface itself refuses.
type Authenticator interface {
	// Authenticate takes the only environment whose credentials count; empty counts those of all.
	Authenticate(email, apiKey string, only account.Environment) (account.Identity, bool)
	AuthenticateBearer(value string) (account.Identity, account.SecretKind, bool)
	Refuse(ctx context.Context, call account.Call, refusal error) (account.Receipt, error)
}

// Tokens are the use cases of /tokens.
type Tokens interface {
	CreateToken(ctx context.Context, call account.Call, r account.TokenRequest) (account.Token, account.Receipt, error)
	AppendTokens(ctx context.Context, call account.Call, p account.Page, tokens []account.Token) ([]account.Token, account.Receipt, error)
	Token(ctx context.Context, call account.Call, value string) (account.Token, account.Receipt, error)
	UpdateToken(ctx context.Context, call account.Call, value string, r account.TokenRequest) (account.Token, account.Receipt, error)
	UpdateTokenAsBearer(ctx context.Context, call account.Call, value, bearer string, r account.TokenRequest) (account.Token, account.Receipt, error)
	DeleteToken(ctx context.Context, call account.Call, value string) (account.Receipt, error)
}

// Scopes are the use cases of /scopes.
type Scopes interface {
	Scopes(ctx context.Context, call account.Call) ([]account.ScopeView, account.Receipt, error)
	Scope(ctx context.Context, call account.Call, id string) (account.ScopeView, account.Receipt, error)
}

// Wallets are the use cases of /wallet.
type Wallets interface {
	Wallet(ctx context.Context, call account.Call) (account.WalletView, account.Receipt, error)
	Transactions(ctx context.Context, call account.Call, p account.Page) ([]account.Transaction, account.Receipt, error)
}

// Logs are the use cases of /errors and /callbacks.
type Logs interface {
	Errors(ctx context.Context, call account.Call, f account.Filter, p account.Page) ([]account.ErrorEntry, account.Receipt, error)
	Callbacks(ctx context.Context, call account.Call, f account.Filter, p account.Page) ([]account.Callback, account.Receipt, error)
	Callback(ctx context.Context, call account.Call, id string) (account.Callback, account.Receipt, error)
}

// Subscriptions are the use cases of /subscriptions.
type Subscriptions interface {
	Subscriptions(ctx context.Context, call account.Call, f account.Filter, p account.Page) ([]account.Subscription, account.Receipt, error)
	Subscription(ctx context.Context, call account.Call, id string) (account.Subscription, account.Receipt, error)
}

// Usage are the use cases of /stats.
type Usage interface {
	UsageTotal(ctx context.Context, call account.Call, p account.Period) (account.Total, account.Receipt, error)
	UsageByAPI(ctx context.Context, call account.Call, p account.Period) (map[string]*account.API, account.Receipt, error)
	UsageOfAPI(ctx context.Context, call account.Call, domain string, p account.Period) (*account.API, account.Receipt, error)
}
