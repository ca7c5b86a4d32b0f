package jsonbody

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestWholeNumbersAreReadHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]int64{
		"60.0": 60, "6e1": 60, "600e-1": 60, "-1.50e1": -15, "0.001e3": 1, "-0": 0, "0e99999999999999999999": 0, "0e-99999999999999999999": 0,
		"1e400": math.MaxInt64, "-1e400": math.MinInt64, "1e999999999": math.MaxInt64, "1e99999999999999999999": math.MaxInt64,
		"9223372036854775808.0": math.MaxInt64, "-9223372036854775809.0": math.MinInt64, "1" + strings.Repeat("0", 100) + "e-100": 1,
		strings.Repeat("9", 1_000_000) + ".0": math.MaxInt64,
	} {
		got, err := whole(text)
		assert.NoError(t, err, text[:min(20, len(text))])
		assert.Equal(t, want, got, text[:min(20, len(text))])
	}
	for _, text := range []string{"0.1", "1.55e1", "1e-400", "1e-999999999", "0." + strings.Repeat("9", 1_000_000), "1." + strings.Repeat("0", 50) + "1"} {
		_, err := whole(text)
		assert.Error(t, err, text[:min(20, len(text))])
	}
}

func TestWholeNumbersAgreeWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := fmt.Sprintf("%d.%03de%d", rapid.IntRange(-2000, 2000).Draw(t, "before"), rapid.IntRange(0, 999).Draw(t, "after"), rapid.IntRange(-8, 24).Draw(t, "exponent"))
		exact, _ := new(big.Rat).SetString(text)
		got, err := whole(text)
		if exact.IsInt() != (err == nil) {
			t.Fatalf("%s: %v", text, err)
		}
		if err == nil && exact.Num().IsInt64() && exact.Num().Int64() != got {
			t.Fatalf("%s is read as %d", text, got)
		}
	})
}
