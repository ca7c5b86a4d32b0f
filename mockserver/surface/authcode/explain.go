package authcode

import (
	"net/http"

	"oauthmock/mockserver/exchange"
)

// explain describes where a browser was redirected, which the status alone does not.
func explain(e *exchange.Exchange) []string {
	if e.Operation != authorizeName {
		return nil
	}
	switch {
	case e.Response.Status == http.StatusOK:
		return []string{"The answer is a page for a person. --auto-approve, or PUT /__admin/autoapprove, skips it for clients without a browser."}
	case e.Reason != "" && e.Response.Header.Get("Location") != "":
		return []string{"The client is told of the refusal by way of its redirect URI (RFC 6749, section 4.1.2.1)."}
	case e.Reason != "":
		return []string{"Nobody was redirected, because it is not sure that the request and its redirect URI are the client's, or that the form is the browser's own."}
	}
	return nil
}
