package journal

import (
	"encoding/binary"
	"errors"
	"math"
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// tape is an exchange as one run of bytes. That is how the journal keeps them: thousands of
// exchanges with their header maps would be work for the garbage collector all the time, and bytes
// are none. One list of fields serves both directions.
type tape struct {
	bytes    []byte
	reading  bool
	skimming bool
}

// Every record begins with a byte that tells its kind. The rest is that kind's own.
const (
	requestRecord  byte = 'q'
	callbackRecord byte = 'c'
)

// kindOf returns the kind of a record.
func kindOf(record []byte) Kind {
	if record[0] == callbackRecord {
		return KindCallback
	}
	return KindRequest
}

// write appends an exchange to bytes.
func write(bytes []byte, e *exchange.Exchange) []byte {
	kind := requestRecord
	if e.Delivery != nil {
		kind = callbackRecord
	}
	t := tape{bytes: append(bytes, kind)}
	t.delivery(e)
	t.exchange(e)
	return t.bytes
}

// read is the inverse of write. What it answers shares nothing with the bytes.
func read(bytes []byte) *exchange.Exchange {
	t := tape{bytes: bytes[1:], reading: true}
	return t.read(bytes[0])
}

// skim is read without headers, and with bodies that are the record's own memory: enough to see
// whether an exchange is meant, for a fraction of the work.
func skim(bytes []byte) *exchange.Exchange {
	t := tape{bytes: bytes[1:], reading: true, skimming: true}
	return t.read(bytes[0])
}

// read reads an exchange whose record is of a kind.
func (t *tape) read(kind byte) *exchange.Exchange {
	e := &exchange.Exchange{}
	if kind == callbackRecord {
		e.Delivery = &exchange.Delivery{}
	}
	t.delivery(e)
	t.exchange(e)
	return e
}

// delivery is what only records of callbacks have.
func (t *tape) delivery(e *exchange.Exchange) {
	d := e.Delivery
	if d == nil {
		return
	}
	t.text(&d.Callback)
	d.Attempt = t.count(d.Attempt)
	t.text(&d.Error)
}

// exchange is the list of fields.
func (t *tape) exchange(e *exchange.Exchange) {
	t.id(&e.ID)
	t.time(&e.At)
	t.time(&e.Began)
	t.number((*int64)(&e.Took))
	t.text(&e.Surface)
	t.text(&e.Operation)
	t.path(e)
	t.text((*string)(&e.Account))
	t.text(&e.Auth)
	t.text(&e.Client)
	t.text(&e.IP)
	t.text(&e.Reason)
	t.text(&e.Detail)
	t.text(&e.Code)
	t.text(&e.Grade)
	t.text(&e.Source)
	t.text(&e.Note)
	t.flag(&e.Quota.Enabled)
	t.number(&e.Quota.Limit)
	t.number(&e.Quota.Remaining)
	t.number((*int64)(&e.Quota.Reset))
	t.fault(&e.Fault)

	t.text(&e.Scope)
	t.text(&e.PaidBy)
	t.number((*int64)(&e.Charged))
	t.text(&e.Request.Method)
	t.text(&e.Request.Host)
	t.text(&e.Request.URI)
	t.text(&e.Request.Proto)
	t.flag(&e.Request.TLS)
	t.header(&e.Request.Header)
	t.body(&e.Request.Body)
	t.error(&e.Request.BodyError)
	e.Response.Status = t.count(e.Response.Status)
	t.header(&e.Response.Header)
	t.body(&e.Response.Body)
}

// path keeps the path relative to the surface, and its parameters.
func (t *tape) path(e *exchange.Exchange) {
	t.text(&e.Path)
	length := t.count(len(e.Params))
	if t.reading && length > 0 {
		e.Params = make([]exchange.Param, length)
	}
	for i := range e.Params {
		t.text(&e.Params[i].Name)
		t.text(&e.Params[i].Value)
	}
}

func (t *tape) fault(f **exchange.Fault) {
	there := *f != nil
	t.flag(&there)
	if !there {
		return
	}
	if t.reading {
		*f = &exchange.Fault{}
	}
	t.text(&(*f).Name)
	t.text(&(*f).Kind)
	t.text(&(*f).Where)
	t.id(&(*f).Seed)
	t.id(&(*f).Call)
	t.number((*int64)(&(*f).Delay))
}

func (t *tape) number(n *int64) {
	if !t.reading {
		t.bytes = binary.AppendVarint(t.bytes, *n)
		return
	}
	got, size := binary.Varint(t.bytes)
	*n, t.bytes = got, t.bytes[size:]
}

func (t *tape) id(n *uint64) {
	signed := int64(*n)
	t.number(&signed)
	*n = uint64(signed)
}

// count keeps a number that is not negative and mostly small: a length, a status.
func (t *tape) count(n int) int {
	if !t.reading {
		t.bytes = appendCount(t.bytes, n)
		return n
	}
	got, size := binary.Uvarint(t.bytes)
	t.bytes = t.bytes[size:]
	return int(got)
}

func appendCount(b []byte, n int) []byte {
	if n < 0x80 {
		return append(b, byte(n))
	}
	return binary.AppendUvarint(b, uint64(n))
}

func appendText(b []byte, s string) []byte { return append(appendCount(b, len(s)), s...) }

func (t *tape) text(s *string) {
	if !t.reading {
		t.bytes = appendText(t.bytes, *s)
		return
	}
	length := t.count(0)
	*s, t.bytes = string(t.bytes[:length]), t.bytes[length:]
}

// skip passes a text over.
func (t *tape) skip() {
	length := t.count(0)
	t.bytes = t.bytes[length:]
}

func (t *tape) body(b *[]byte) {
	length := t.count(len(*b))
	if !t.reading {
		t.bytes = append(t.bytes, *b...)
		return
	}
	*b, t.bytes = t.bytes[:length:length], t.bytes[length:]
	if !t.skimming {
		*b = append([]byte(nil), *b...)
	}
}

func (t *tape) flag(b *bool) {
	var n int
	if *b {
		n = 1
	}
	*b = t.count(n) == 1
}

// time keeps a moment to the nanosecond, and not its monotonic reading. The zero time stays zero.
func (t *tape) time(at *time.Time) {
	n := int64(math.MinInt64)
	if !at.IsZero() {
		n = at.UnixNano()
	}
	t.number(&n)
	if t.reading && n != math.MinInt64 {
		*at = time.Unix(0, n).UTC()
	}
}

func (t *tape) header(h *http.Header) {
	length := t.count(len(*h))
	if !t.reading {
		b := t.bytes
		for name, values := range *h {
			b = appendCount(appendText(b, name), len(values))
			for _, value := range values {
				b = appendText(b, value)
			}
		}
		t.bytes = b
		return
	}
	if t.skimming {
		for range length {
			t.skip()
			for range t.count(0) {
				t.skip()
			}
		}
		return
	}
	*h = make(http.Header, length)
	for range length {
		var name string
		t.text(&name)
		values := make([]string, t.count(0))
		for i := range values {
			t.text(&values[i])
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
	t.text(&message)
	if t.reading && message != "" {
		*err = errors.New(message)
	}
}
