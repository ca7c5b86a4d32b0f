package openapi

import (
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"
)

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
})

// knownFormat reports whether a format is checked or generated.
func knownFormat(name string) bool {
	switch name {
	case "", "date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "ip",
		"uri", "url", "uri-reference", "iri", "iri-reference", "uri-template", "uuid", "guid", "byte", "binary", "base64", "password",
		"int32", "int64", "float", "double", "json-pointer", "relative-json-pointer", "regex":
		return true
	}
	return false
}

// formatProblem returns what is wrong with a text of a format, or "". A format is more a hint than
// a rule, so in a request only dates and times are checked, and times leniently. Strictly, a time
// has its seconds and zone, and other formats are checked too.
func formatProblem(format, s string, strict bool) string {
	switch format {
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "must be a date like 2026-01-31"
		}
	case "date-time":
		if !isInstant(s) && (strict || !isDateTime(s)) {
			return "must be a time like 2026-01-31T12:00:00Z"
		}
	}
	if !strict {
		return ""
	}
	switch format {
	case "uuid":
		if !uuid().MatchString(s) {
			return "must be a UUID"
		}
	case "email":
		if at := strings.LastIndexByte(s, '@'); at <= 0 || at == len(s)-1 {
			return "must be an e-mail address"
		}
	case "ipv4":
		if a, err := netip.ParseAddr(s); err != nil || !a.Is4() {
			return "must be an IPv4 address"
		}
	case "ipv6":
		if a, err := netip.ParseAddr(s); err != nil || !a.Is6() {
			return "must be an IPv6 address"
		}
	}
	return ""
}

// isInstant parses RFC 3339 strictly, including leap seconds, which come at the end of a day of UTC
// (RFC 3339, 5.7).
func isInstant(s string) bool {
	at, err := time.Parse(time.RFC3339Nano, withoutLeap(s))
	return err == nil && (len(s) < 19 || s[17:19] != "60" || at.UTC().Hour() == 23 && at.UTC().Minute() == 59)
}

// withoutLeap writes the second before instead of a leap second, which package time does not know.
func withoutLeap(s string) string {
	if len(s) >= 19 && s[13] == ':' && s[16:19] == ":60" {
		return s[:17] + "59" + s[19:]
	}
	return s
}

// isDateTime reads RFC 3339 generously: any case, a space for the T, and seconds or zone may be
// missing.
func isDateTime(s string) bool {
	s = withoutLeap(strings.ToUpper(s))
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	// In a query "+" is a space.
	s = strings.Replace(s, " ", "+", 1)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02T15:04:05Z0700"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
