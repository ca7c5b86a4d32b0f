package openapi

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Numbers with more digits, or with an exponent beyond maxExponent, are not calculated with: see
// exact.
const (
	maxDigits   = 1000
	maxExponent = 5000
)

// float returns the value of a number, the greatest float64 of its sign where it is beyond them.
func float(n json.Number) float64 {
	f, _ := strconv.ParseFloat(string(n), 64)
	return math.Max(-math.MaxFloat64, math.Min(f, math.MaxFloat64))
}

// exact returns a number as a fraction. ok is false for a number that is too long, or has too large
// an exponent, to calculate with; the fraction then has its sign and is larger, or nearer to 0,
// than every exact number, so that it still compares correctly with those.
func exact(n json.Number) (r *big.Rat, ok bool) {
	mantissa, exponent := string(n), 0
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(strings.TrimPrefix(mantissa[i+1:], "+")); err != nil {
			exponent = math.MaxInt32 // too long for an int
			if mantissa[i+1] == '-' {
				exponent = -exponent
			}
		}
		mantissa = mantissa[:i]
	}
	if len(mantissa) <= maxDigits && exponent >= -maxExponent && exponent <= maxExponent {
		r, ok = new(big.Rat).SetString(string(n))
		if ok {
			return r, true
		}
	}
	r = new(big.Rat)
	digits := strings.Trim(mantissa, "-")
	first := strings.IndexAny(digits, "123456789")
	if first < 0 {
		return r, true
	}
	whole := strings.IndexByte(digits, '.')
	if whole < 0 {
		whole = len(digits)
	}
	beyond := new(big.Int).Exp(big.NewInt(10), big.NewInt(maxExponent+maxDigits+1), nil)
	if exponent > first-whole {
		r.SetInt(beyond)
	} else {
		r.SetFrac(big.NewInt(1), beyond)
	}
	if mantissa[0] == '-' {
		r.Neg(r)
	}
	return r, false
}

func sameNumber(a, b json.Number) bool {
	x, xExact := exact(a)
	y, yExact := exact(b)
	if !xExact || !yExact {
		return a == b
	}
	return x.Cmp(y) == 0
}

// whole reports whether a number has no fraction.
func whole(n json.Number) bool {
	if !strings.ContainsAny(string(n), ".eE") {
		return true
	}
	r, _ := exact(n)
	return r.IsInt()
}

// small reports whether a float64 holds a number exactly, and cheaply: a whole number of few
// digits.
func small(n json.Number) bool { return len(n) <= 15 && !strings.ContainsAny(string(n), ".eE") }

// multiple reports whether n is a multiple of step; in doubt it is.
func multiple(n json.Number, step *big.Rat) bool {
	if step == nil {
		return true
	}
	r, ok := exact(n)
	return !ok || r.Quo(r, step).IsInt()
}

// plainNumber parses a number as people write it in a query, "+5" and "007" included; ok is false
// for anything else.
func plainNumber(s string) (json.Number, bool) {
	t := strings.TrimPrefix(s, "+")
	if t == "" || len(t) > maxDigits || strings.Trim(t, "0123456789.eE+-") != "" {
		return "", false
	}
	sign := ""
	if strings.HasPrefix(t, "-") {
		sign, t = "-", t[1:]
	}
	for len(t) > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '9' {
		t = t[1:]
	}
	if strings.HasPrefix(t, ".") {
		t = "0" + t
	}
	if strings.HasSuffix(t, ".") {
		t += "0"
	}
	return json.Number(sign + t), jsonNumber().MatchString(t)
}
