package surface

import (
	"strconv"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// quotaHeaders tells the caller how much of a window is left (assumed: RateLimit header fields, in
// seconds).
func quotaHeaders(e *exchange.Exchange, q account.QuotaState) {
	if !q.Enabled {
		return
	}
	// One text for all three values, as they are needed for every answer.
	var b [3 * len("-9223372036854775808")]byte
	limit := strconv.AppendInt(b[:0], q.Limit, 10)
	remaining := strconv.AppendInt(limit, q.Remaining, 10)
	text := string(strconv.AppendInt(remaining, wholeSeconds(q.Reset), 10))
	e.SetHeader("Ratelimit-Limit", text[:len(limit)])
	e.SetHeader("Ratelimit-Remaining", text[len(limit):len(remaining)])
	e.SetHeader("Ratelimit-Reset", text[len(remaining):])
}

// seconds rounds up, so that a caller that waits that long has waited long enough.
func seconds(d time.Duration) string { return strconv.FormatInt(wholeSeconds(d), 10) }

func wholeSeconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
