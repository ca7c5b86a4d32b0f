package openapi

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// bounds are the least and greatest number to make, exclusive ones not yet taken off.
func (s *schema) bounds(whole bool, name string) (low, high float64) {
	low, high = 1, 1000
	word := strings.ToLower(name)
	switch {
	case !whole:
	case strings.Contains(word, "year") || word == "anno":
		low, high = 2015, 2026
	case strings.Contains(word, "page") || strings.Contains(word, "pagina"):
		low, high = 1, 20
	case strings.Contains(word, "count") && !strings.Contains(word, "account") && !strings.Contains(word, "country"), strings.Contains(word, "numero"):
		low, high = 1, 20
	case strings.HasSuffix(word, "_at") || strings.Contains(word, "timestamp") || word == "created" || word == "updated":
		low, high = 1.7e9, 1.79e9
	}
	switch {
	case s.minimum != nil && s.maximum != nil:
		if low, high = math.Max(low, s.minimum.value), math.Min(high, s.maximum.value); low > high {
			low, high = s.minimum.value, s.maximum.value
		}
	case s.minimum != nil && (s.minimum.value > low || s.minimum.value == low && s.minimum.exclusive):
		low, high = s.minimum.value, math.Max(high, s.minimum.value+1000)
	case s.maximum != nil && s.maximum.value < high:
		if high = s.maximum.value; high <= low {
			low = high - 1000
		}
	}
	switch s.format {
	case "int32":
		low, high = math.Max(low, math.MinInt32), math.Min(high, math.MaxInt32)
	case "int64":
		low, high = math.Max(low, -(1<<53)), math.Min(high, 1<<53)
	}
	return math.Max(low, -math.MaxFloat64), math.Min(high, math.MaxFloat64)
}

// fraction generates a number with two decimals if the bounds allow that.
func (g *generator) fraction(s *schema, low, high float64) json.Number {
	within := newSchema()
	within.minimum, within.maximum = s.minimum, s.maximum
	for _, decimals := range []float64{100, 1e6} {
		f := math.Round((low+g.random.Float64()*(high-low))*decimals) / decimals
		if math.IsInf(f, 0) || math.IsNaN(f) {
			break
		}
		n := json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		if fits(within, n) {
			return n
		}
	}
	if s.minimum != nil && !s.minimum.exclusive {
		return s.minimum.number
	}
	least, most := s.between(low, high)
	return decimal(least.Quo(least.Add(least, most), big.NewRat(2, 1)))
}

// between are the bounds of what to make, exactly where the schema has them.
func (s *schema) between(low, high float64) (least, most *big.Rat) {
	least, most = new(big.Rat).SetFloat64(low), new(big.Rat).SetFloat64(high)
	if s.minimum != nil && (s.minimum.exact.Cmp(least) > 0 || s.minimum.value == low) {
		least.Set(s.minimum.exact)
	}
	if s.maximum != nil && (s.maximum.exact.Cmp(most) < 0 || s.maximum.value == high) {
		most.Set(s.maximum.exact)
	}
	return least, most
}

// stepped generates a multiple of a step.
func (g *generator) stepped(s *schema, step *big.Rat, low, high float64, whole bool) json.Number {
	if whole && !step.IsInt() {
		// A multiple of its numerator is whole, and a multiple of the step.
		step = new(big.Rat).SetInt(step.Num())
	}
	least, most := s.between(low, high)
	first, last := roundedUp(least.Quo(least, step)), roundedUp(most.Neg(most.Quo(most, step)))
	last.Neg(last)
	if s.minimum != nil && s.minimum.exclusive && times(step, first).Cmp(s.minimum.exact) <= 0 {
		first.Add(first, big.NewInt(1))
	}
	if s.maximum != nil && s.maximum.exclusive && times(step, last).Cmp(s.maximum.exact) >= 0 {
		last.Sub(last, big.NewInt(1))
	}
	n := first
	switch span := new(big.Int).Sub(last, first); {
	case span.Sign() > 0:
		room := int64(1 << 53)
		if span.IsInt64() {
			room = min(room, span.Int64()+1)
		}
		n = new(big.Int).Add(first, big.NewInt(g.random.Int64N(room)))
	case span.Sign() < 0 && s.maximum != nil:
		n = last // no multiple among the usual numbers: the first one that is allowed
	}
	return decimal(times(step, n))
}

func times(step *big.Rat, n *big.Int) *big.Rat { return new(big.Rat).Mul(step, new(big.Rat).SetInt(n)) }

// roundedUp is the least whole number that is not below a fraction.
func roundedUp(r *big.Rat) *big.Int {
	quotient, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// decimal writes a fraction, exactly where it ends.
func decimal(r *big.Rat) json.Number {
	if r.IsInt() {
		return json.Number(r.Num().String())
	}
	text := r.FloatString(20)
	if n, exactly := r.FloatPrec(); exactly && n <= maxExponent {
		text = r.FloatString(n)
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return json.Number(text)
}
