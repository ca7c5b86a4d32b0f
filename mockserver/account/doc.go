// Package account knows what an account allows: tokens, scopes, wallet, subscriptions, usage,
// callbacks, error log and quota, one file per noun. Its rules are pure: no HTTP, no JSON names,
// no error numbers, no clock of their own.
package account
