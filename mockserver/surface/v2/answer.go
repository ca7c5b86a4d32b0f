package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

// envelope is every successful answer: {"data":…,"success":true,"message":"","error":null} (v2 GET /scopes/{id} 200).
type envelope struct {
	Data    any    `json:"data"`
	Success bool   `json:"success"`
	Message string `json:"message"`
	Error   any    `json:"error"`
}

// tokenBoth is a single token in its envelope, with the same fields beside it.
type tokenBoth struct {
	envelope
	*tokenDetail
}

// deleted is what a DELETE answers.
type deleted struct{}

// succeed writes a successful answer. This and write are the only places where the surface's bytes are made.
func (s *Surface) succeed(c *gin.Context, answer any) {
	body := any(envelope{Data: answer, Success: true})
	switch a := answer.(type) {
	case *tokenDetail:
		switch s.shape {
		case Flat:
			body = a
		case Both:
			body = tokenBoth{envelope{Data: a, Success: true}, a}
		}
	case detailInList:
		body = envelope{Data: a.tokenDetail, Success: true}
	case deleted:
		body = envelope{Success: true, Message: "Deleted"}
	}
	// One buffer, never reused: the journal keeps it.
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		s.log.Error("answer cannot be rendered", "error", err)
		s.fail(c, exchange.From(c.Request.Context()).Operation, account.Internal)
		return
	}
	write(c, http.StatusOK, bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
}

// refuse writes the answer to a refusal, or to an error that no rule foresaw: that is logged, and never shown.
func (s *Surface) refuse(c *gin.Context, operation string, err error, receipt account.Receipt) {
	var refusal *account.Refusal
	switch {
	case errors.As(err, &refusal):
		if refusal.Reason == account.RateLimited {
			c.Header("Retry-After", seconds(receipt.Quota.Reset))
		}
		s.fail(c, operation, refusal.Reason)
	case errors.Is(err, account.ErrNoAccount): // removed between authentication and transaction
		s.fail(c, operation, surface.CredentialsInvalid)
	default:
		s.log.Error("call failed", "operation", operation, "error", err)
		s.fail(c, operation, account.Internal)
	}
}

// fail writes the refusals table's row of an operation and reason.
func (s *Surface) fail(c *gin.Context, operation string, reason account.Reason) {
	row := s.refusals.Row(operation, reason)
	e := exchange.From(c.Request.Context())
	e.Reason, e.Grade, e.Source = row.Reason, string(row.Grade), row.Source
	write(c, row.Status, row.Body)
	c.Abort()
}

func write(c *gin.Context, status int, body []byte) {
	c.Data(status, "application/json", body)
}

// quotaHeaders say how much of the account's window is left (assumed: RateLimit header fields, in seconds).
func quotaHeaders(h http.Header, q account.QuotaState) {
	if !q.Enabled {
		return
	}
	h.Set("RateLimit-Limit", strconv.FormatInt(q.Limit, 10))
	h.Set("RateLimit-Remaining", strconv.FormatInt(q.Remaining, 10))
	h.Set("RateLimit-Reset", seconds(q.Reset))
}

// seconds rounds up, so that who waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// money is an amount as a JSON number.
type money account.Money

// MarshalJSON implements json.Marshaler.
func (m money) MarshalJSON() ([]byte, error) { return account.Money(m).Append(nil), nil }

// timestamp is RFC 3339 in seconds, with the offset written as +00:00.
type timestamp time.Time

// layout of a timestamp.
const layout = "2006-01-02T15:04:05+00:00"

// MarshalJSON implements json.Marshaler.
func (t timestamp) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(layout)+2)
	b = append(b, '"')
	b = time.Time(t).UTC().AppendFormat(b, layout)
	return append(b, '"'), nil
}

// list makes a list that is rendered as [] and not as null.
func list[T, W any](items []T, wire func(*T) W) []W {
	out := make([]W, len(items))
	for i := range items {
		out[i] = wire(&items[i])
	}
	return out
}
