// Package surface says how an API speaks: which surface answers a host and path, how callers authenticate, and how the
// reasons of refusals become statuses, numbers and messages. Each API is a package of its own below it.
package surface
