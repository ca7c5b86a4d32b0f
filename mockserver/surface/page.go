package surface

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// WantsPage reports whether the caller is a browser that shows a page to a person: it accepts HTML
// by name.
func WantsPage(r *http.Request) bool {
	for accepted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, parameters, err := mime.ParseMediaType(accepted)
		if err != nil || media != "text/html" && media != "application/xhtml+xml" {
			continue
		}
		if q, err := strconv.ParseFloat(parameters["q"], 64); err != nil || q > 0 {
			return true
		}
	}
	return false
}
