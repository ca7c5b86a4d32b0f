// Package account knows what an account allows: tokens, scopes, wallet, subscriptions, usage,
// callbacks, error log, quota, and what calls of paid services cost; a file per noun. Its rules are
// pure: no HTTP, no JSON names, no error numbers, no clock of their own.
package account
