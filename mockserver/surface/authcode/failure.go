package authcode

import (
	"net/http"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// failure words a refusal: to the client by way of its redirect URI, as a page to a browser,
// otherwise in JSON.
func (s *api) failure(c *surface.Call, r surface.Refusal) surface.Answer {
	request, visiting := c.Own.(*request)
	if visiting && request.back != "" {
		return sent(c.Request, request.location("error", word(r), "error_description", r.Text()))
	}
	if c.Operation != nil && c.Operation.Name == authorizeName && surface.WantsPage(c.Request) {
		page := failurePage{
			Title: title(r), Message: r.Text(), Code: word(r), Detail: r.Detail,
			Status: r.Status, Request: c.Exchange.ID,
		}
		if visiting {
			page.Again = request.again
		}
		return shownPage(r.Status, refusal(page), "")
	}
	header := hardened()
	if challenge := challenge(c, r); challenge != "" {
		header = append(header, surface.Field{Name: "Www-Authenticate", Value: challenge})
	}
	return surface.Answer{ContentType: surface.JSON, Header: header, Body: object{struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{word(r), r.Text()}}}
}

// word is the error as the API has it, also of a row of the table that is not the API's own, and so
// has a number.
func word(r surface.Refusal) string {
	switch {
	case r.Code.IsText():
		return r.Code.String()
	case r.Status >= http.StatusInternalServerError:
		return "server_error"
	}
	return "invalid_request"
}

// challenge returns WWW-Authenticate. It is empty for a client that sent its secret in the body:
// browsers and some libraries hide the body of an answer that has the header.
func challenge(c *surface.Call, r surface.Refusal) string {
	if r.Status != http.StatusUnauthorized || c.Operation == nil {
		return ""
	}
	switch own := c.Own.(type) {
	case surface.Client:
		if own.Challenged {
			return `Basic realm="oauthmock"`
		}
	case bearer:
		return `Bearer realm="oauthmock", error="` + word(r) + `"`
	case nil:
		if c.Operation.Name == userinfoName {
			return `Bearer realm="oauthmock"`
		}
	}
	return ""
}

// title returns the heading of the page of a failure.
func title(r surface.Refusal) string {
	switch account.Reason(r.Reason) {
	case account.ClientInvalid, account.ClientDisabled:
		return "This application is not known here"
	case account.RedirectInvalid:
		return "This application may not send you here"
	case formForged:
		return "This form cannot be used any more"
	case account.RateLimited:
		return "Too many requests"
	case account.Internal:
		return "Something went wrong"
	}
	return "This request is not complete"
}
