// Package grant holds the rules of the two OAuth 2.0 grants, client credentials and authorization
// code. Its rules are pure: no HTTP, no JSON names, no error numbers, no clock of their own. An
// account holds one Grants; everything happens within its transactions, so that of two exchanges of
// one code exactly one succeeds.
//
// A Client is an application that may ask for tokens, a User somebody who may sign in.
// Client.Redirect checks a redirect URI and ParseChallenge a code challenge (PKCE, RFC 7636), both
// before anybody signs in. Grants.IssueCode makes a Code for a client and a user; Grants.Exchange
// makes an access Token of it, once; Grants.IssueToken makes one for a client alone.
//
// A rule that does not let something happen returns a *Refusal: its Reason is for the caller, its
// Detail, which names the usual mistakes, for explanations. What falls due (codes and tokens that
// expire) is settled by Grants.NextDue and Grants.SettleNext.
package grant
