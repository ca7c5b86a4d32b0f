package world

import (
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) callbacks(a *account.Account, f *fixtures.Account) {
	if a.WebhookSecret = f.WebhookSecret; a.WebhookSecret == "" {
		a.WebhookSecret = a.IDs.Secret("webhook")
	}
	for _, b := range f.Callbacks {
		callback := &account.Callback{
			ID: b.ID, Scope: d.scope(b.Scope), URL: b.URL, Method: b.Method, Field: b.Field, Active: b.Active,
			CreatedAt: d.at(b.CreatedAt), StartedAt: d.at(b.StartedAt), HTTPResponseCode: b.HTTPResponseCode,
			ElapsedTime: time.Duration(b.ElapsedTime) * time.Millisecond, Attempt: b.Attempt, Retry: b.Retry, Data: b.Data, Custom: b.Custom, Headers: b.Headers,
			Retries: b.Retries, Bare: b.Bare, Size: size(b.Data),
		}
		if b.Domain != "" {
			callback.Domain = account.DomainIn(b.Domain, d.environment)
		}
		if b.CompletedAt != nil {
			callback.CompletedAt = d.at(*b.CompletedAt)
		}
		if b.Due != nil {
			callback.Due = d.at(*b.Due)
		}
		a.RestoreCallback(callback)
	}
	sort(d.kit, a.Callbacks, func(x, y *account.Callback) int { return x.CreatedAt.Compare(y.CreatedAt) })
}

func (e encoder) callbacks(f *fixtures.Account, a *account.Account) {
	f.WebhookSecret = a.WebhookSecret
	for _, c := range a.Callbacks {
		callback := fixtures.Callback{
			ID: c.ID, Scope: e.scope(c.Scope), URL: c.URL, Method: c.Method, Field: c.Field, Active: c.Active,
			CreatedAt: fixtures.At(c.CreatedAt), StartedAt: fixtures.At(c.StartedAt), HTTPResponseCode: c.HTTPResponseCode,
			ElapsedTime: int64(c.ElapsedTime / time.Millisecond), Attempt: c.Attempt, Retry: c.Retry, Data: c.Data, Custom: c.Custom, Headers: c.Headers,
			Retries: c.Retries, Bare: c.Bare,
		}
		if c.Domain != "" {
			callback.Domain = account.Pattern{Host: c.Domain}.InProduction(e.environment).Host
		}
		if !c.CompletedAt.IsZero() {
			at := fixtures.At(c.CompletedAt)
			callback.CompletedAt = &at
		}
		if !c.Due.IsZero() {
			at := fixtures.At(c.Due)
			callback.Due = &at
		}
		f.Callbacks = append(f.Callbacks, callback)
	}
}

// size is about how many bytes a value takes in JSON.
func size(v any) int {
	n := 2
	switch v := v.(type) {
	case string:
		return n + len(v)
	case map[string]any:
		for name, inner := range v {
			n += len(name) + 4 + size(inner)
		}
	case []any:
		for _, inner := range v {
			n += 1 + size(inner)
		}
	default: // a number, true, false or null
		return 4
	}
	return n
}
