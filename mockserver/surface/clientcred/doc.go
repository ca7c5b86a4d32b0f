// Package clientcred is the surface of OAuth 2.0 client credentials: POST /v1/auth/token gives a
// client a token in its own name, and GET /v1/ping, the mock's own, takes one. The document is in
// spec/clientcred; docs/behaviour.md has every rule with its grade.
package clientcred
