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
	return low, high
}

func (g *generator) whole(s *schema, low, high float64) json.Number {
	least, most := math.Ceil(low), math.Floor(high)
	if s.minimum != nil && s.minimum.exclusive && least <= s.minimum.value {
		least++
	}
	if s.maximum != nil && s.maximum.exclusive && most >= s.maximum.value {
		most--
	}
	f := least
	if span := most - least; span >= 1 {
		f += math.Floor(g.random.Float64() * math.Min(span+1, 1<<53))
	}
	return json.Number(strconv.FormatFloat(math.Min(f, math.Max(most, least)), 'f', -1, 64))
}

// fraction makes a number with two decimals where there is room for that.
func (g *generator) fraction(s *schema, low, high float64) json.Number {
	within := newSchema()
	within.minimum, within.maximum = s.minimum, s.maximum
	for _, decimals := range []float64{100, 1e6} {
		f := math.Round((low+g.random.Float64()*(high-low))*decimals) / decimals
		n := json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		if fits(within, n) {
			return n
		}
	}
	f := low + (high-low)/2
	if s.minimum != nil && !s.minimum.exclusive {
		f = s.minimum.value
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// stepped makes a multiple of the schema's step.
func (g *generator) stepped(s *schema, low, high float64, whole bool) json.Number {
	step := s.step
	if whole && !step.IsInt() {
		// A multiple of its numerator is whole, and a multiple of the step.
		step = new(big.Rat).SetInt(step.Num())
	}
	size, _ := step.Float64()
	least, most := math.Ceil(low/size), math.Floor(high/size)
	if least > most {
		// No multiple among the usual numbers: take the first one that is allowed.
		most = least
		if s.maximum != nil && least*size > s.maximum.value {
			least = math.Floor(s.maximum.value / size)
			most = least
		}
	}
	n := least
	if span := most - least; span >= 1 && span < 1<<53 {
		n += math.Floor(g.random.Float64() * (span + 1))
	}
	if s.minimum != nil && s.minimum.exclusive && n*size <= s.minimum.value {
		n++
	}
	if s.maximum != nil && s.maximum.exclusive && n*size >= s.maximum.value {
		n--
	}
	whole64, _ := big.NewFloat(n).Int(nil)
	return decimal(new(big.Rat).Mul(new(big.Rat).SetInt(whole64), step))
}

// decimal writes a fraction, exactly where it ends.
func decimal(r *big.Rat) json.Number {
	if r.IsInt() {
		return json.Number(r.Num().String())
	}
	text := r.FloatString(20)
	if n, exactly := r.FloatPrec(); exactly && n <= 100 {
		text = r.FloatString(n)
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return json.Number(text)
}
