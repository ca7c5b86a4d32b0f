package openapi

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// string generates a text. Format and pattern come first, then what the name suggests, then plain
// words; all within the lengths.
func (g *generator) string(s *schema, name string) string {
	low, high := min(s.minLength, maxBody/4), s.maxLength
	if s.format == "date-time" {
		at := g.moment()
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05-07:00", "2006-01-02T15:04:05.000000Z07:00"} {
			if text := at.Format(layout); g.suits(s, text) {
				return text
			}
		}
	}
	if s.format != "" {
		if text := g.formatted(s.format); text != "" && g.suits(s, text) {
			return text
		}
	}
	if s.pattern != nil {
		if text := g.named(name); text != "" && s.pattern.compiled != nil && g.suits(s, text) {
			return text
		}
		if text, ok := s.pattern.text(g.random, low, high); ok && g.suits(s, text) {
			return text
		}
		if text, ok := s.pattern.text(g.random, low, high); ok {
			return text
		}
	}
	if text := g.named(name); text != "" && g.suits(s, text) {
		return text
	}
	text := g.words()
	n := utf8.RuneCountInString(text)
	switch {
	case s.format == "byte" || s.format == "base64":
		text = base64.StdEncoding.EncodeToString([]byte(text))
		if n = len(text); high >= 0 && n > high {
			text = text[:high/4*4]
		}
		for len(text) < low {
			text = "AAAA" + text
		}
		return text
	case n < low:
		text += strings.Repeat("a", low-n)
	case high >= 0 && n > high:
		text = string([]rune(text)[:high])
		if strings.HasSuffix(text, " ") {
			text = text[:len(text)-1] + "a"
		}
	}
	return text
}

// suits reports whether a text matches the schema.
func (g *generator) suits(s *schema, text string) bool {
	c := checker{direction: fromService, strict: true, quiet: 1}
	return c.text(s, text)
}

// formatted generates a text of a format; "" if any text will do.
func (g *generator) formatted(format string) string {
	switch format {
	case "date":
		return g.moment().Format(time.DateOnly)
	case "date-time", "datetime", "date_time", "timestamp", "iso8601", "iso-8601", "rfc3339":
		return g.moment().Format(time.RFC3339)
	case "time":
		return g.moment().Format("15:04:05Z")
	case "duration":
		return fmt.Sprintf("P%dD", 1+g.random.IntN(30))
	case "email", "idn-email":
		return g.named("email")
	case "hostname", "idn-hostname":
		return g.named("hostname")
	case "ipv4", "ip":
		return fmt.Sprintf("192.0.2.%d", 1+g.random.IntN(254))
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", 1+g.random.IntN(0xfffe))
	case "uri", "url", "iri":
		return g.named("url")
	case "uri-reference", "iri-reference", "uri-template":
		return "/" + strings.ReplaceAll(g.words(), " ", "/")
	case "uuid", "guid":
		return g.uuid()
	case "json-pointer":
		return "/" + strings.ReplaceAll(g.words(), " ", "/")
	case "relative-json-pointer":
		return "0"
	case "regex":
		return "^[a-z]+$"
	case "int32", "int64":
		return g.digits("####")
	case "float", "double", "decimal":
		return g.digits("1##.##")
	}
	return ""
}

// moment is a time in the years 2024 and 2025; those of one body follow one another.
func (g *generator) moment() time.Time {
	const start, span = 1704067200, 2*365*24*3600 - 7*24*3600
	if g.at.IsZero() {
		g.at = time.Unix(start+int64(g.random.IntN(span)), 0).UTC()
	} else {
		g.at = g.at.Add(time.Duration(1+g.random.IntN(3600)) * time.Second)
	}
	return g.at
}

func (g *generator) uuid() string {
	a, b := g.random.Uint64(), g.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

// digits puts a digit instead of each #, and one of a range instead of each [6-9].
func (g *generator) digits(form string) string {
	var b []byte
	for i := 0; i < len(form); i++ {
		switch {
		case form[i] == '#':
			b = append(b, byte('0'+g.random.IntN(10)))
		case form[i] == '[' && i+4 < len(form):
			b = append(b, form[i+1]+byte(g.random.IntN(int(form[i+3]-form[i+1])+1)))
			i += 4
		default:
			b = append(b, form[i])
		}
	}
	return string(b)
}

func (g *generator) pick(from ...string) string { return from[g.random.IntN(len(from))] }
