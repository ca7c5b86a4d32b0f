package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	fast "github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// The lists' default and largest page (v2 parameter limit: "default 100, max 100").
const maxLimit = 100

// page reads limit and skip. Ok is false when one of them is negative or no integer of 64 bits; the page then holds the
// defaults, for the operations that have no query error.
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

// period reads date: YYYY, YYYY-MM or YYYY-MM-DD, and a real day; absent or empty is all time.
func period(query url.Values) (account.Period, bool) {
	text := query.Get("date")
	if text == "" {
		return account.Period{}, true
	}
	// time.Parse alone would also take a sign or blanks in the year.
	if strings.Trim(text, "0123456789-") != "" || text[0] == '-' {
		return account.Period{}, false
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if len(text) != len(layout) {
			continue
		}
		t, err := time.Parse(layout, text)
		if err != nil || t.Year() == 0 {
			return account.Period{}, false
		}
		p := account.Period{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
		if len(text) < len("2006-01-02") {
			p.Day = 0
		}
		if len(text) < len("2006-01") {
			p.Month = 0
		}
		return p, true
	}
	return account.Period{}, false
}

// object reads the members of a JSON object that fields names, as they were written; of a member that stands twice the last counts. An
// empty body, null and (as the provider's language sees no difference) an empty array are an empty object; other JSON is none, and what
// is no JSON is an error. Whatever Content-Type says does not matter.
func object[F any](body []byte, fields *F) (isObject bool, err error) {
	body = trim(body)
	if len(body) == 0 {
		return true, nil
	}
	// Checked by the standard library, which bounds how deep a body may nest.
	if !utf8.Valid(body) || !json.Valid(body) {
		return false, account.Refuse(surface.BodyMalformed, "the body is not JSON")
	}
	switch body[0] {
	case '{':
		if _, err := fast.Parse(body, fields, fast.ZeroCopy|fast.DontMatchCaseInsensitiveStructFields); err != nil {
			return false, account.Refuse(surface.BodyMalformed, err.Error())
		}
		return true, nil
	case 'n':
		return true, nil
	case '[':
		return len(trim(body[1:len(body)-1])) == 0, nil
	}
	return false, nil
}

// trim takes away what JSON calls white space. (bytes.TrimSpace would take more.)
func trim(body []byte) []byte { return bytes.Trim(body, " \t\r\n") }

// tokenFields are the members of TokenCreate and TokenUpdate. Each is read by itself, because every one has its own refusal.
type tokenFields struct {
	Scopes json.RawMessage `json:"scopes"`
	Name   json.RawMessage `json:"name"`
	TTL    json.RawMessage `json:"ttl"`
	Limits json.RawMessage `json:"limits"`
}

// tokenRequest reads TokenCreate and TokenUpdate. Scopes of the wrong type are for the account's rules to refuse, because
// every operation has its own number for them.
func tokenRequest(body []byte, needScopes bool) (account.TokenRequest, error) {
	if r, ok := plainRequest(body); ok {
		return r, nil
	}
	return anyRequest(body, needScopes)
}

// anyRequest is the general reader behind tokenRequest.
func anyRequest(body []byte, needScopes bool) (r account.TokenRequest, err error) {
	var fields tokenFields
	isObject, err := object(body, &fields)
	if err != nil {
		return r, err
	}
	if !isObject && !needScopes {
		return r, account.Refuse(surface.FieldType, "the body is not an object")
	}
	if raw := fields.Scopes; !null(raw) {
		r.Scopes.Value, err = texts(raw)
		r.Scopes.Present, r.ScopesMalformed = err == nil, err != nil
	}
	if needScopes && (!r.Scopes.Present || len(r.Scopes.Value) == 0) {
		return r, nil // 70 and 80 come before the types of the other fields
	}
	if raw := fields.Name; !null(raw) {
		if r.Name.Value, err = text(raw); err != nil {
			return r, wrongType("name", "a string")
		}
		r.Name.Present = true
	}
	if raw := fields.TTL; !null(raw) {
		if r.TTL.Value, err = integer(raw); err != nil {
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
	TotalRequests        json.RawMessage `json:"totalRequests"`
	WalletRequests       json.RawMessage `json:"walletRequests"`
	SubscriptionRequests json.RawMessage `json:"subscriptionRequests"`
	WalletAmount         json.RawMessage `json:"walletAmount"`
	IP                   json.RawMessage `json:"ip"`
}

// limits reads TokenLimits; null removes a limit, or all of them.
func limits(raw json.RawMessage) (c account.LimitsChange, err error) {
	if null(raw) {
		c.Null = true
		return c, nil
	}
	var fields limitFields
	if isObject, err := object(raw, &fields); err != nil || !isObject {
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
	if null(raw) {
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

// null says whether a member is absent or null.
func null(raw json.RawMessage) bool { return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null" }

var errType = errors.New("wrong type")

func text(raw json.RawMessage) (string, error) {
	var s *string
	if _, err := fast.Parse(raw, &s, 0); err != nil || s == nil {
		return "", errType
	}
	return *s, nil
}

// texts reads an array of texts, none of which is empty or null: neither is a scope, or an address.
func texts(raw json.RawMessage) ([]string, error) {
	var items []string
	if _, err := fast.Parse(raw, &items, 0); err != nil || items == nil || slices.Contains(items, "") {
		return nil, errType
	}
	return items, nil
}

// addresses reads texts none of which is blank.
func addresses(raw json.RawMessage) ([]string, error) {
	list, err := texts(raw)
	for _, address := range list {
		if strings.TrimSpace(address) == "" {
			return nil, errType
		}
	}
	return list, err
}

func number(raw json.RawMessage) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	token, err := decoder.Token()
	n, ok := token.(json.Number)
	if err != nil || !ok {
		return "", errType
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", errType
	}
	return n.String(), nil
}

// integer reads a whole number; 60.0 and 6e1 are whole numbers too. What an int64 cannot hold becomes its bound.
func integer(raw json.RawMessage) (int64, error) {
	n, err := number(raw)
	if err != nil {
		return 0, err
	}
	if i, err := strconv.ParseInt(n, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return i, nil
	}
	return whole(n)
}

// whole reads a JSON number with a fraction or an exponent, in time that grows with its length only: big.Float would take seconds for a
// million digits.
func whole(number string) (int64, error) {
	digits, negative := strings.CutPrefix(number, "-")
	exponent := 0
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		const far = 1 << 30 // farther than any body has digits
		n, err := strconv.Atoi(digits[i+1:])
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, errType
		}
		digits, exponent = digits[:i], min(max(n, -far), far)
	}
	before, after, _ := strings.Cut(digits, ".")
	point := len(before) + exponent // where the decimal point stands among the digits
	digits = before + after
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return 0, nil
	case len(significant) > point:
		return 0, errType
	case point > 19: // more digits than an int64 has
		significant, point = "9", 20
	}
	text := significant + strings.Repeat("0", point-len(significant))
	if negative {
		text = "-" + text
	}
	n, _ := strconv.ParseInt(text, 10, 64) // saturates
	return n, nil
}

func count(raw json.RawMessage) (int64, error) {
	n, err := integer(raw)
	if err == nil && n < 0 {
		err = errType
	}
	return n, err
}

func amount(raw json.RawMessage) (account.Money, error) {
	n, err := number(raw)
	if err != nil {
		return 0, err
	}
	m, err := account.ParseMoney(n)
	if err == nil && m < 0 {
		err = errType
	}
	return m, err
}
