// Package account holds the rules of accounts: tokens, scopes, wallet, subscriptions, usage,
// callbacks, error log, quota, and the price of calls to paid services; one file per noun. The
// rules are pure: no HTTP, no JSON names, no error numbers, no clock of their own.
package account
