// Package grant holds the rules of the two OAuth 2.0 grants, client credentials and authorization
// code. The rules are pure: no HTTP, no JSON names, no error numbers, no clock of their own. An
// account holds one Grants; everything happens within its transactions, so of two exchanges of one
// code exactly one succeeds.
//
// A Client is an application that may request tokens; a User is a person who may sign in.
// Client.Redirect checks a redirect URI and ParseChallenge a code challenge (PKCE, RFC 7636), both
// before anyone signs in. Grants.IssueCode creates a Code for a client and a user; Grants.Exchange
// exchanges it for an access Token, once; Grants.IssueToken creates one for a client alone.
//
// A rule that refuses returns a *Refusal: its Reason is for the caller; its Detail, which names the
// usual mistakes, is for explanations. Grants.NextDue and Grants.SettleNext settle what falls due:
// codes and tokens that expire.
package grant
