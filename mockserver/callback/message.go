package callback

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"unicode/utf16"

	"oauthmock/mockserver/account"
)

// Headers of callbacks.
const (
	SignatureHeader = "X-Webhook-Signature"
	CustomHeader    = "X-Callback-Custom"
)

// Sign is the signature of a payload: "sha256=" and the HMAC-SHA-256 of its bytes, in hexadecimal
// digits.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body) // never fails, says package hash
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// message returns what to send: a body and the headers by name, one value each.
func message(a account.Attempt) (body []byte, headers map[string]string, err error) {
	c := &a.Callback
	headers = make(map[string]string, len(c.Headers)+4)
	for name, value := range c.Headers {
		headers[http.CanonicalHeaderKey(name)] = value
	}
	kind := "application/json"
	if c.Bare {
		text, _ := c.Data["body"].(string)
		if body = []byte(text); !json.Valid(body) {
			kind = "text/plain; charset=utf-8"
		}
	} else {
		data := c.Data
		if data == nil {
			data = map[string]any{}
		}
		if body, err = plainJSON(data); err != nil {
			return nil, nil, err
		}
	}
	if c.Method == methodForm {
		body, kind = []byte(url.Values{c.Field: {string(body)}}.Encode()), "application/x-www-form-urlencoded"
	}
	if c.Method == methodForm || headers["Content-Type"] == "" {
		headers["Content-Type"] = kind
	}
	if headers["User-Agent"] == "" {
		headers["User-Agent"] = "oauthmock"
	}
	if c.Custom != nil {
		custom, err := plainJSON(c.Custom)
		if err != nil {
			return nil, nil, err
		}
		headers[CustomHeader] = ascii(custom)
	}
	headers[SignatureHeader] = Sign(a.Secret, body)
	return body, headers, nil
}

// plainJSON encodes JSON without escaping <, > and &.
func plainJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// ascii writes what a header cannot carry as \uXXXX, which in JSON is the same.
func ascii(text []byte) string {
	const hexadecimal = "0123456789abcdef"
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r >= ' ' && r < 0x7f {
			out = append(out, byte(r))
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = append(out, '\\', 'u', hexadecimal[unit>>12], hexadecimal[unit>>8&15], hexadecimal[unit>>4&15], hexadecimal[unit&15])
		}
	}
	return string(out)
}
