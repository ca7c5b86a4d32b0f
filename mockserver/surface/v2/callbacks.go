package v2

import (
	"strconv"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// callbackListElement is v2 CallbackListElement: its httpResponseCode is a string.
type callbackListElement struct {
	ID               string     `json:"id"`
	Scope            string     `json:"scope"`
	URL              string     `json:"url"`
	HTTPResponseCode string     `json:"httpResponseCode"`
	StartedAt        timestamp  `json:"startedAt"`
	CompletedAt      *timestamp `json:"completedAt"`
}

// callback is v2 Callback: its httpResponseCode is an integer.
type callback struct {
	ID               string            `json:"id"`
	Scope            string            `json:"scope"`
	Domain           *string           `json:"domain"`
	Active           bool              `json:"active"`
	StartedAt        timestamp         `json:"startedAt"`
	CreatedAt        timestamp         `json:"createdAt"`
	CompletedAt      *timestamp        `json:"completedAt"`
	HTTPResponseCode int               `json:"httpResponseCode"`
	Data             map[string]any    `json:"data"`
	Custom           any               `json:"custom"`
	Headers          map[string]string `json:"headers"`
	ElapsedTime      int64             `json:"elapsedTime"`
	Attempt          int               `json:"attempt"`
	Retry            int               `json:"retry"`
	Field            string            `json:"field"`
	Method           string            `json:"method"` // of HTTP, and not how the payload travels
	URL              string            `json:"url"`
}

func wireCallbackInList(c *account.Callback) callbackListElement {
	return callbackListElement{
		ID: c.ID, Scope: c.Scope, URL: c.URL, HTTPResponseCode: strconv.Itoa(c.HTTPResponseCode),
		StartedAt: wireTime(c.StartedAt), CompletedAt: completed(c),
	}
}

func wireCallback(c *account.Callback) callback {
	out := callback{
		ID: c.ID, Scope: c.Scope, Active: c.Active, StartedAt: wireTime(c.StartedAt), CreatedAt: wireTime(c.CreatedAt), CompletedAt: completed(c),
		HTTPResponseCode: c.HTTPResponseCode, Data: c.Data, Custom: c.Custom, Headers: c.Headers,
		ElapsedTime: int64(c.ElapsedTime / time.Millisecond), Attempt: c.Attempt, Retry: c.Retry, Field: c.Field, Method: "POST", URL: c.URL,
	}
	if c.Domain != "" {
		out.Domain = &c.Domain
	}
	if out.Data == nil { // the document knows an object here, and no null
		out.Data = map[string]any{}
	}
	if out.Custom == nil {
		out.Custom = map[string]any{}
	}
	if out.Headers == nil {
		out.Headers = map[string]string{}
	}
	return out
}

// completed is null while a callback is pending.
func completed(c *account.Callback) *timestamp {
	if c.CompletedAt.IsZero() {
		return nil
	}
	t := wireTime(c.CompletedAt)
	return &t
}

// listCallbacks is GET /callbacks, and with ?id= the detail that its summary speaks of.
func (s *api) listCallbacks(c *surface.Call) (any, account.Receipt, error) {
	query := c.Query()
	if id := query.Get("id"); id != "" {
		return s.oneCallback(c, id)
	}
	p, ok := page(query)
	if !ok {
		return s.queryInvalid(c)
	}
	callbacks, receipt, err := s.accounts.Callbacks(c.Context(), c.Call, filter(query), p)
	return list(callbacks, wireCallbackInList), receipt, err
}

// getCallback is GET /callbacks/{id}.
func (s *api) getCallback(c *surface.Call) (any, account.Receipt, error) {
	return s.oneCallback(c, c.Param("id"))
}

func (s *api) oneCallback(c *surface.Call, id string) (any, account.Receipt, error) {
	one, receipt, err := s.accounts.Callback(c.Context(), c.Call, id)
	return wireCallback(&one), receipt, err
}
