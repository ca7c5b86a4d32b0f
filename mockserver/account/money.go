package account

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Money is an amount in integer units of 1/10000 of the account's currency, so that sums are exact.
// One cent is 100 units.
type Money int64

// Unit is how many units of Money make one whole of the currency.
const Unit Money = 10_000

// ParseMoney parses a decimal number such as "-15.5", "100" or "1e2". It returns an error for an
// amount that cannot be represented exactly: more than four decimals, or more than an int64 of
// units.
func ParseMoney(s string) (Money, error) {
	text := strings.TrimSpace(s)
	if m, ok := plainMoney(text); ok {
		return m, nil
	}
	return exactMoney(s, text)
}

// exactMoney parses an amount in any notation. s is its text in errors.
func exactMoney(s, text string) (Money, error) {
	// The length bound keeps an exponent like 1e999999 from becoming a number of that size.
	if len(text) == 0 || len(text) > 32 || strings.ContainsAny(text, "_xXpP/") || exponentTooLarge(text) {
		return 0, fmt.Errorf("%q is not an amount: write a decimal number such as 12.5", s)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, fmt.Errorf("%q is not an amount: write a decimal number such as 12.5", s)
	}
	r.Mul(r, new(big.Rat).SetInt64(int64(Unit)))
	if !r.IsInt() {
		return 0, fmt.Errorf("%q has more than four decimals: amounts are exact to 1/10000", s)
	}
	if !r.Num().IsInt64() {
		return 0, fmt.Errorf("%q is too large for an amount", s)
	}
	return Money(r.Num().Int64()), nil
}

// plainMoney parses the usual form of amounts: a sign, up to twelve digits, and up to four
// decimals.
func plainMoney(text string) (Money, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, decimals, pointed := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 12 || len(decimals) > 4 || pointed && decimals == "" {
		return 0, false
	}
	m := Money(0)
	for i := range len(whole) + 4 {
		digit := byte('0')
		switch {
		case i < len(whole):
			digit = whole[i]
		case i-len(whole) < len(decimals):
			digit = decimals[i-len(whole)]
		}
		if digit < '0' || digit > '9' {
			return 0, false
		}
		m = m*10 + Money(digit-'0')
	}
	if negative {
		m = -m
	}
	return m, true
}

// exponentTooLarge reports whether a number has an exponent that no amount needs.
func exponentTooLarge(text string) bool {
	_, exponent, found := strings.Cut(strings.ToLower(text), "e")
	if !found {
		return false
	}
	n, err := strconv.Atoi(exponent)
	return err != nil || n > 18 || n < -18
}

// String returns the amount as a JSON number, without trailing zeros: "-15.5", "100", "0.06".
func (m Money) String() string { return string(m.Append(make([]byte, 0, 24))) }

// Append appends the amount, as String renders it.
func (m Money) Append(b []byte) []byte {
	// Negating the smallest int64 overflows, so the digits come from an unsigned value.
	u := uint64(m)
	if m < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/uint64(Unit), 10)
	rest := u % uint64(Unit)
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for digit := uint64(Unit) / 10; rest > 0; digit /= 10 {
		b = append(b, byte('0'+rest/digit))
		rest %= digit
	}
	return b
}
