package spec

import (
	"fmt"
	"strings"
	"time"
)

// Timestamp parses a timestamp as the strict reading requires it: RFC 3339 in whole seconds, with Z
// or a numeric offset, and a day that exists. (OpenAPI's date-time, as kin-openapi checks it,
// accepts 2025-02-31.)
func Timestamp(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	// time.Parse also accepts fractions, after a comma too, and hours of one digit.
	whole := len(text) == len("2006-01-02T15:04:05+00:00") || len(text) == len("2006-01-02T15:04:05Z")
	if err != nil || !whole || strings.ContainsAny(text, ".,") {
		return time.Time{}, fmt.Errorf("%q is not a timestamp; want a real one in whole seconds, like 2026-02-12T08:30:00+00:00", text)
	}
	return at, nil
}
