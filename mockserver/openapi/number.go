package openapi

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// maxDigits bounds the length of numbers that are calculated exactly.
const maxDigits = 64

// float is the value of a number; ok is false beyond what a float64 holds.
func float(n json.Number) (f float64, ok bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	return f, err == nil
}

// exact is the number as a fraction; nil when it is too long or its exponent too large to calculate with.
func exact(n json.Number) *big.Rat {
	s := string(n)
	if len(s) > maxDigits {
		return nil
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if e, err := strconv.Atoi(s[i+1:]); err != nil || e > 400 || e < -400 {
			return nil
		}
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

func sameNumber(a, b json.Number) bool {
	x, y := exact(a), exact(b)
	if x == nil || y == nil {
		return a == b
	}
	return x.Cmp(y) == 0
}

// whole says whether a number has no fraction.
func whole(n json.Number) bool {
	if !strings.ContainsAny(string(n), ".eE") {
		return true
	}
	f, ok := float(n)
	return !ok || f == math.Trunc(f)
}

// multiple says whether n is a multiple of step; in doubt it is.
func multiple(n json.Number, step *big.Rat) bool {
	r := exact(n)
	return r == nil || step == nil || step.Sign() == 0 || new(big.Rat).Quo(r, step).IsInt()
}

// plainNumber reads a number as people write it in a query, "+5" and "007" included; ok is false for anything else.
func plainNumber(s string) (json.Number, bool) {
	t := strings.TrimPrefix(s, "+")
	if t == "" || len(t) > 400 || strings.Trim(t, "0123456789.eE+-") != "" {
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
	if _, err := strconv.ParseFloat(t, 64); err != nil {
		return "", false
	}
	return json.Number(sign + t), jsonNumber().MatchString(t)
}
