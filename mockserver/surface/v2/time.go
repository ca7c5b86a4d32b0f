package v2

import (
	"time"

	"oauthmock/mockserver/account"
)

// timestamp is RFC 3339 in seconds, with the offset written as +00:00.
type timestamp string

func wireTime(t time.Time) timestamp {
	return timestamp(appendTime(make([]byte, 0, len("2006-01-02T15:04:05+00:00")), t))
}

func appendTime(b []byte, t time.Time) []byte {
	b = t.UTC().AppendFormat(b, time.RFC3339) // ends in Z
	return append(b[:len(b)-1], "+00:00"...)
}

// moments writes many moments as timestamps. It remembers how the last days are written, because
// most tokens of a page were made on the same day, and expire on the same day. The zero value is
// ready.
type moments [8]struct {
	day  int64
	text [len("2006-01-02T")]byte
	set  bool
}

// lastMoment is the last whose year has four digits.
const lastMoment account.Moment = 253_402_300_799

func (m *moments) append(b []byte, at account.Moment) []byte {
	const secondsOfDay = 24 * 60 * 60
	if at < 0 || at > lastMoment {
		return appendTime(b, at.Time())
	}
	day := int64(at) / secondsOfDay
	known := &m[day%int64(len(m))]
	if known.day != day || !known.set {
		at.Time().AppendFormat(known.text[:0], "2006-01-02T")
		known.day, known.set = day, true
	}
	rest := int(at % secondsOfDay)
	hour, minute, second := rest/3600, rest/60%60, rest%60
	b = append(b, known.text[:]...)
	return append(b, digit(hour/10), digit(hour), ':', digit(minute/10), digit(minute), ':', digit(second/10), digit(second), '+', '0', '0', ':', '0', '0')
}

// digit is the last digit of a number that is not negative.
func digit(n int) byte { return byte('0' + n%10) }
