package clock

import (
	"errors"
	"math"
	"strings"
	"time"
)

// ParseDuration is time.ParseDuration with days: "1d", "1d12h". Days precede all other units.
func ParseDuration(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	whole, err := time.ParseDuration(days + "h")
	if err != nil || strings.Trim(days, "+-.0123456789") != "" { // "1h1d" has its days in the wrong place
		return 0, errors.New("the days are no number")
	}
	if whole > math.MaxInt64/24 || whole < -math.MaxInt64/24 {
		return 0, errors.New("that many days are more than a duration holds")
	}
	out := 24 * whole // parsed as hours: the clock is in UTC, where each day has 24
	if rest == "" {
		return out, nil
	}
	sign := ""
	if strings.HasPrefix(days, "-") {
		sign = "-"
	}
	more, err := time.ParseDuration(sign + rest)
	switch {
	case err != nil || strings.ContainsAny(rest[:1], "+-"):
		return 0, errors.New("after the days comes another duration, as in 1d12h")
	case out > 0 && more > math.MaxInt64-out || out < 0 && more < math.MinInt64-out:
		return 0, errors.New("that is more than a duration holds")
	}
	return out + more, nil
}
