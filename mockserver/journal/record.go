package journal

import (
	"encoding/binary"
	"errors"
	"math"
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// tape is an exchange as one run of bytes. That is how the journal keeps them: thousands of exchanges with their header maps would
// be work for the garbage collector all the time, and bytes are none. One list of fields serves both directions.
type tape struct {
	bytes   []byte
	reading bool
}

// write appends an exchange to bytes.
func write(bytes []byte, e *exchange.Exchange) []byte {
	t := tape{bytes: bytes}
	t.exchange(e)
	return t.bytes
}

// read is the inverse of write. What it answers shares nothing with the bytes.
func read(bytes []byte) *exchange.Exchange {
	t := tape{bytes: bytes, reading: true}
	e := &exchange.Exchange{}
	t.exchange(e)
	return e
}

// exchange is the list of fields.
func (t *tape) exchange(e *exchange.Exchange) {
	number(t, &e.ID)
	t.time(&e.At)
	t.time(&e.Began)
	number(t, &e.Took)
	text(t, &e.Surface)
	text(t, &e.Operation)
	text(t, &e.Account)
	text(t, &e.Auth)
	text(t, &e.IP)
	text(t, &e.Reason)
	text(t, &e.Grade)
	text(t, &e.Source)
	t.flag(&e.Quota.Enabled)
	number(t, &e.Quota.Limit)
	number(t, &e.Quota.Remaining)
	number(t, &e.Quota.Reset)

	text(t, &e.Request.Method)
	text(t, &e.Request.Host)
	text(t, &e.Request.URI)
	t.header(&e.Request.Header)
	t.body(&e.Request.Body)
	t.error(&e.Request.BodyError)
	number(t, &e.Response.Status)
	t.header(&e.Response.Header)
	t.body(&e.Response.Body)
}

func number[N ~int | ~int64 | ~uint64](t *tape, n *N) {
	if !t.reading {
		t.bytes = binary.AppendVarint(t.bytes, int64(*n))
		return
	}
	got, size := binary.Varint(t.bytes)
	*n, t.bytes = N(got), t.bytes[size:]
}

func text[S ~string](t *tape, s *S) {
	length := len(*s)
	number(t, &length)
	if !t.reading {
		t.bytes = append(t.bytes, *s...)
		return
	}
	*s, t.bytes = S(t.bytes[:length]), t.bytes[length:]
}

func (t *tape) body(b *[]byte) {
	length := len(*b)
	number(t, &length)
	if !t.reading {
		t.bytes = append(t.bytes, *b...)
		return
	}
	*b, t.bytes = append([]byte(nil), t.bytes[:length]...), t.bytes[length:]
}

func (t *tape) flag(b *bool) {
	var n int
	if *b {
		n = 1
	}
	number(t, &n)
	*b = n == 1
}

// time keeps a moment to the nanosecond, and not its monotonic reading. The zero time stays zero.
func (t *tape) time(at *time.Time) {
	n := int64(math.MinInt64)
	if !at.IsZero() {
		n = at.UnixNano()
	}
	number(t, &n)
	if t.reading && n != math.MinInt64 {
		*at = time.Unix(0, n).UTC()
	}
}

func (t *tape) header(h *http.Header) {
	length := len(*h)
	number(t, &length)
	if !t.reading {
		for name, values := range *h {
			text(t, &name)
			count := len(values)
			number(t, &count)
			for i := range values {
				text(t, &values[i])
			}
		}
		return
	}
	*h = make(http.Header, length)
	for range length {
		var name string
		var count int
		text(t, &name)
		number(t, &count)
		values := make([]string, count)
		for i := range values {
			text(t, &values[i])
		}
		(*h)[name] = values
	}
}

// error keeps what an error says.
func (t *tape) error(err *error) {
	var message string
	if *err != nil {
		message = (*err).Error()
	}
	text(t, &message)
	if t.reading && message != "" {
		*err = errors.New(message)
	}
}
