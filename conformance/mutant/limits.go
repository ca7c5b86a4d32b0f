package mutant

import (
	"maps"
	"net/http"
)

// limits are lies about the rate limit.
func limits() []Mutant {
	edit := func(status int, change func(h http.Header)) func() Lie {
		return always(func(x *Exchange) {
			if x.Answer.Status == status {
				x.Answer.Header = maps.Clone(x.Answer.Header)
				change(x.Answer.Header)
			}
		})
	}
	return []Mutant{
		{Name: "limits/no-retry-after", What: "429 does not say when to come back", Scenarios: []string{"v2/rate-limit/refusal/retry-after"},
			Lie: edit(http.StatusTooManyRequests, func(h http.Header) { h.Del("Retry-After") })},
		{Name: "limits/retry-after-too-soon", What: "Retry-After says a second, whatever is left of the window", Scenarios: []string{"v2/rate-limit/refusal/retry-after"},
			Lie: edit(http.StatusTooManyRequests, func(h http.Header) { h.Set("Retry-After", "1") })},
		{Name: "limits/429-as-503", What: "a full window is answered 503", Scenarios: []string{"v2/rate-limit/refusal/every-operation"},
			Lie: always(func(x *Exchange) {
				if x.Answer.Status == http.StatusTooManyRequests {
					x.Answer.Status = http.StatusServiceUnavailable
				}
			})},
		{Name: "limits/remaining-stands-still", What: "RateLimit-Remaining does not count down", Scenarios: []string{"v2/rate-limit/headers/count-down"},
			Lie: edit(http.StatusOK, func(h http.Header) { h.Set("RateLimit-Remaining", h.Get("RateLimit-Limit")) })},
		{Name: "limits/one-more", What: "a request beyond the limit is answered", Scenarios: []string{"v2/rate-limit/window/concurrent"},
			Lie: func() Lie {
				var served any
				generous := true
				return func(x *Exchange) {
					switch {
					case x.Answer.Status == http.StatusOK:
						served = x.Answer.JSON
					case x.Answer.Status == http.StatusTooManyRequests && served != nil && generous:
						generous = false
						x.Answer.Status, x.Answer.JSON = http.StatusOK, served
					}
				}
			}},
	}
}
