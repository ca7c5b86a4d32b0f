package v1

import (
	"encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/jsonbody"
)

// fields are the members of the bodies of POST, PUT and PATCH. Each is read by itself, because
// every one has its own refusal.
type fields struct {
	Scopes, Expire, TTL json.RawMessage
}

func (f *fields) member(name string) *json.RawMessage {
	switch name {
	case "scopes":
		return &f.Scopes
	case "expire":
		return &f.Expire
	case "ttl":
		return &f.TTL
	}
	return nil
}

// request reads a body. What is JSON but no object has no members. Scopes of the wrong type are for
// the account's rules to refuse, before the types of the other members.
func request(body []byte) (r account.TokenRequest, err error) {
	var f fields
	if _, err := jsonbody.Object(body, f.member); err != nil {
		return r, err
	}
	if !jsonbody.Null(f.Scopes) {
		r.Scopes.Value, err = jsonbody.Texts(f.Scopes)
		r.Scopes.Present, r.ScopesMalformed = err == nil, err != nil
	}
	if r.ScopesMalformed {
		return r, nil
	}
	if r.Expire, err = seconds("expire", f.Expire); err != nil {
		return r, err
	}
	if r.Expire.Value == 0 {
		r.Expire.Present = false // as clients send it that set every member
	}
	r.TTL, err = seconds("ttl", f.TTL)
	return r, err
}

// seconds reads a whole number.
func seconds(name string, raw json.RawMessage) (c account.Change[int64], err error) {
	if jsonbody.Null(raw) {
		return c, nil
	}
	if c.Value, err = jsonbody.Integer(raw); err != nil {
		return c, account.Refuse(surface.FieldType, name+" is not an integer")
	}
	c.Present = true
	return c, nil
}
