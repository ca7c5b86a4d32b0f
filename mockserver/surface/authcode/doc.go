// Package authcode is the surface of the authorization code flow: a page on which users sign in and
// consent, an endpoint that exchanges codes for tokens, and one that returns the user. The document
// is in spec/authcode; docs/behaviour.md has every rule with its grade.
package authcode
