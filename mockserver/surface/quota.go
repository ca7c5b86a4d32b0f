package surface

import (
	"net/http"
	"strconv"
	"time"

	"oauthmock/mockserver/account"
)

// QuotaHeaders say how much of a window is left (assumed: RateLimit header fields, in seconds).
func QuotaHeaders(h http.Header, q account.QuotaState) {
	if !q.Enabled {
		return
	}
	// Without Set, which would have to make the names canonical each time, and allocate each value.
	values := []string{strconv.FormatInt(q.Limit, 10), strconv.FormatInt(q.Remaining, 10), Seconds(q.Reset)}
	h["Ratelimit-Limit"], h["Ratelimit-Remaining"], h["Ratelimit-Reset"] = values[0:1:1], values[1:2:2], values[2:3:3]
}

// Seconds rounds up, so that who waits that long has waited long enough.
func Seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
