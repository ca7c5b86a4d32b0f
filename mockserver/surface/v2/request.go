package v2

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/jsonbody"
)

// The lists' default and largest page (v2 parameter limit: "default 100, max 100").
const maxLimit = 100

// page reads limit and skip. Ok is false when one of them is negative or no integer of 64 bits; the
// page then holds the defaults, for the operations that have no query error.
func page(query url.Values) (p account.Page, ok bool) {
	p, ok = account.Page{Limit: maxLimit}, true
	if text := query.Get("limit"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || n < 0:
			ok = false
		case n > 0:
			p.Limit = min(n, maxLimit)
		}
	}
	if text := query.Get("skip"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return p, false
		}
		p.Skip = n
	}
	return p, ok
}

// filter reads a comma-separated list of scopes.
func filter(query url.Values) account.Filter {
	var f account.Filter
	for _, value := range query["scopes"] {
		for scope := range strings.SplitSeq(value, ",") {
			if scope = strings.TrimSpace(scope); scope != "" {
				f = append(f, scope)
			}
		}
	}
	return f
}

// period reads date; absent or empty is all time.
func period(query url.Values) (account.Period, bool) {
	text := query.Get("date")
	if text == "" {
		return account.Period{}, true
	}
	return account.ParsePeriod(text)
}

// tokenFields are the members of TokenCreate and TokenUpdate. Each is read by itself, because every
// one has its own refusal.
type tokenFields struct {
	Scopes, Name, TTL, Limits json.RawMessage
}

func (f *tokenFields) member(name string) *json.RawMessage {
	switch name {
	case "scopes":
		return &f.Scopes
	case "name":
		return &f.Name
	case "ttl":
		return &f.TTL
	case "limits":
		return &f.Limits
	}
	return nil
}

// tokenRequest reads TokenCreate and TokenUpdate. Scopes of the wrong type are for the account's
// rules to refuse, because every operation has its own number for them.
func tokenRequest(body []byte, needScopes bool) (r account.TokenRequest, err error) {
	var fields tokenFields
	isObject, err := jsonbody.Object(body, fields.member)
	if err != nil {
		return r, err
	}
	if !isObject && !needScopes {
		return r, account.Refuse(surface.FieldType, "the body is not an object")
	}
	if raw := fields.Scopes; !jsonbody.Null(raw) {
		r.Scopes.Value, err = jsonbody.Texts(raw)
		r.Scopes.Present, r.ScopesMalformed = err == nil, err != nil
	}
	if needScopes && (!r.Scopes.Present || len(r.Scopes.Value) == 0) {
		return r, nil // 70 and 80 come before the types of the other fields
	}
	if raw := fields.Name; !jsonbody.Null(raw) {
		if r.Name.Value, err = jsonbody.Text(raw); err != nil {
			return r, wrongType("name", "a string")
		}
		r.Name.Present = true
	}
	if raw := fields.TTL; !jsonbody.Null(raw) {
		if r.TTL.Value, err = jsonbody.Integer(raw); err != nil {
			return r, wrongType("ttl", "an integer")
		}
		r.TTL.Present = true
	}
	if len(fields.Limits) > 0 {
		if r.Limits, err = limits(fields.Limits); err != nil {
			return r, err
		}
	}
	return r, nil
}

// limitFields are the members of TokenLimits.
type limitFields struct {
	TotalRequests, WalletRequests, SubscriptionRequests, WalletAmount, IP json.RawMessage
}

func (f *limitFields) member(name string) *json.RawMessage {
	switch name {
	case "totalRequests":
		return &f.TotalRequests
	case "walletRequests":
		return &f.WalletRequests
	case "subscriptionRequests":
		return &f.SubscriptionRequests
	case "walletAmount":
		return &f.WalletAmount
	case "ip":
		return &f.IP
	}
	return nil
}

// limits reads TokenLimits; null removes a limit, or all of them.
func limits(raw json.RawMessage) (c account.LimitsChange, err error) {
	if jsonbody.Null(raw) {
		c.Null = true
		return c, nil
	}
	var fields limitFields
	if isObject, err := jsonbody.Object(raw, fields.member); err != nil || !isObject {
		return c, wrongType("limits", "an object")
	}
	if c.TotalRequests, err = change(fields.TotalRequests, count); err != nil {
		return c, wrongType("limits.totalRequests", "an integer that is not negative")
	}
	if c.WalletRequests, err = change(fields.WalletRequests, count); err != nil {
		return c, wrongType("limits.walletRequests", "an integer that is not negative")
	}
	if c.SubscriptionRequests, err = change(fields.SubscriptionRequests, count); err != nil {
		return c, wrongType("limits.subscriptionRequests", "an integer that is not negative")
	}
	if c.WalletAmount, err = change(fields.WalletAmount, amount); err != nil {
		return c, wrongType("limits.walletAmount", "a number that is not negative, with at most four decimals")
	}
	if c.IP, err = change(fields.IP, addresses); err != nil {
		return c, wrongType("limits.ip", "an array of addresses")
	}
	return c, nil
}

func change[T any](raw json.RawMessage, read func(json.RawMessage) (T, error)) (c account.Change[T], err error) {
	if len(raw) == 0 {
		return c, nil
	}
	if jsonbody.Null(raw) {
		c.Present, c.Null = true, true
		return c, nil
	}
	c.Value, err = read(raw)
	c.Present = err == nil
	return c, err
}

func wrongType(field, want string) error {
	return account.Refuse(surface.FieldType, field+" is not "+want)
}

// addresses reads texts none of which is blank.
func addresses(raw json.RawMessage) ([]string, error) {
	list, err := jsonbody.Texts(raw)
	for _, address := range list {
		if strings.TrimSpace(address) == "" {
			return nil, jsonbody.ErrType
		}
	}
	return list, err
}

func count(raw json.RawMessage) (int64, error) {
	n, err := jsonbody.Integer(raw)
	if err == nil && n < 0 {
		err = jsonbody.ErrType
	}
	return n, err
}

func amount(raw json.RawMessage) (account.Money, error) {
	n, err := jsonbody.Number(raw)
	if err != nil {
		return 0, err
	}
	m, err := account.ParseMoney(n)
	if err == nil && m < 0 {
		err = jsonbody.ErrType
	}
	return m, err
}
