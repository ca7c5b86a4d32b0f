package check

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// decimal is the exact value of a JSON number. Numbers beyond any that the API could mean are none,
// so that "1e999999999" costs nothing.
func decimal(value any) (*big.Rat, bool) {
	number, ok := value.(json.Number)
	if !ok || len(number) > 200 {
		return nil, false
	}
	if i := strings.IndexAny(string(number), "eE"); i >= 0 {
		if exponent, err := strconv.Atoi(string(number[i+1:])); err != nil || exponent > 400 || exponent < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(string(number))
}

func timestamp(value any) (time.Time, bool) {
	text, ok := value.(string)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

// Equal compares two decoded JSON values: numbers by value, timestamps by the instant, objects
// regardless of order, everything else exactly.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		left, okLeft := decimal(x)
		right, okRight := decimal(y)
		if !okLeft || !okRight {
			return x == y
		}
		return left.Cmp(right) == 0
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, one := range x {
			other, there := y[key]
			if !there || !Equal(one, other) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b || sameInstant(a, b)
}

// sameInstant reports whether two values are timestamps of one instant, which Z and +00:00 spell
// differently.
func sameInstant(a, b any) bool {
	const shortest = len("2006-01-02T15:04:05Z")
	one, ok := a.(string)
	other, both := b.(string)
	if !ok || !both || len(one) < shortest || len(other) < shortest || one[10] != 'T' || other[10] != 'T' {
		return false
	}
	x, okX := timestamp(one)
	y, okY := timestamp(other)
	return okX && okY && x.Equal(y)
}

// order compares numbers with numbers and timestamps with timestamps; other pairs have no order.
func order(a, b any) (int, bool) {
	if x, ok := decimal(a); ok {
		y, ok := decimal(b)
		if !ok {
			return 0, false
		}
		return x.Cmp(y), true
	}
	if x, ok := timestamp(a); ok {
		y, ok := timestamp(b)
		if !ok {
			return 0, false
		}
		return x.Compare(y), true
	}
	return 0, false
}

// moved is a number or a timestamp plus what a matcher's `plus` says: a number, or a duration (a
// bare number counts seconds).
func moved(base, by any) (any, bool) {
	if number, ok := decimal(base); ok {
		step, ok := decimal(by)
		if !ok {
			return nil, false
		}
		return rational(new(big.Rat).Add(number, step)), true
	}
	if at, ok := timestamp(base); ok {
		step, ok := span(by)
		if !ok {
			return nil, false
		}
		return at.Add(step).Format(time.RFC3339Nano), true
	}
	return nil, false
}

func rational(r *big.Rat) json.Number {
	text := r.FloatString(12)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return json.Number(text)
}

func span(value any) (time.Duration, bool) {
	if text, ok := value.(string); ok {
		d, err := time.ParseDuration(text)
		return d, err == nil
	}
	seconds, ok := decimal(value)
	if !ok {
		return 0, false
	}
	f, _ := seconds.Float64()
	if f > 1e9 || f < -1e9 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}

// near reports whether two numbers, or two timestamps, are no further apart than within.
func near(a, b, within any) bool {
	if x, ok := decimal(a); ok {
		y, okY := decimal(b)
		w, okW := decimal(within)
		if !okY || !okW {
			return false
		}
		return new(big.Rat).Abs(new(big.Rat).Sub(x, y)).Cmp(w) <= 0
	}
	x, okX := timestamp(a)
	y, okY := timestamp(b)
	w, okW := span(within)
	return okX && okY && okW && x.Sub(y).Abs() <= w
}

// typeOf is the JSON type, "integer" for numbers without a fraction.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if r, ok := decimal(v); ok && r.IsInt() {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "unknown"
}

var (
	idForm          = regexp.MustCompile(`^[0-9a-f]{24}$`)
	transactionForm = regexp.MustCompile(`^txn_[0-9a-f]{23,24}$`)
	scopeForm       = regexp.MustCompile(`^(\*|[A-Z]+):[^/\s]+/\S*$`)
)

func hasFormat(value any, format string) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	switch format {
	case "id":
		return idForm.MatchString(text)
	case "transaction-id":
		return transactionForm.MatchString(text)
	case "scope":
		return scopeForm.MatchString(text)
	case "ip":
		_, err := netip.ParseAddr(text)
		return err == nil
	case "timestamp":
		_, ok := timestamp(text)
		return ok
	}
	return false
}
