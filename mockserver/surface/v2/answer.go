package v2

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/segmentio/encoding/json"

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

// afterData is what an envelope holds behind its data.
const afterData = `"success":true,"message":"","error":null`

// rendered is an answer that writes itself as JSON: what is asked for most. The rest is rendered by the library.
type rendered interface{ append(b []byte) []byte }

// deleted is what a DELETE answers.
type deleted struct{}

// succeed writes a successful answer. This and fail are the only places where the surface's bytes are made.
func (s *Surface) succeed(c *gin.Context, answer any) {
	e := exchange.From(c.Writer)
	text, err := s.render(e.AvailableBuffer(), answer)
	if err != nil {
		s.log.Error("answer cannot be rendered", "error", err)
		s.fail(c, e.Operation, account.Internal, err.Error())
		return
	}
	head(c, e, http.StatusOK)
	_, _ = c.Writer.Write(text) // into memory
}

// render appends the body of a successful answer.
func (s *Surface) render(b []byte, answer any) ([]byte, error) {
	switch a := answer.(type) {
	case detail:
		return a.appendAs(b, s.config.Shape), nil
	case rendered:
		b = append(b, `{"data":`...)
		b = a.append(b)
		return append(b, ","+afterData+"}"...), nil
	case deleted:
		return json.Append(b, envelope{Success: true, Message: "Deleted"}, json.SortMapKeys)
	default:
		return json.Append(b, envelope{Data: answer, Success: true}, json.SortMapKeys)
	}
}

// refuse writes the answer to a refusal, or to an error that no rule foresaw: that is logged, and never shown.
func (s *Surface) refuse(from *call, operation string, err error, receipt account.Receipt) {
	var refusal *account.Refusal
	c := from.gin
	switch {
	case errors.As(err, &refusal):
		if refusal.Reason == account.RateLimited {
			c.Header("Retry-After", surface.Seconds(receipt.Quota.Reset))
		}
		s.fail(c, operation, refusal.Reason, refusal.Detail)
	case errors.Is(err, account.ErrNoAccount):
		reason := surface.CredentialsInvalid
		if from.bearer != "" {
			reason = account.RefreshTokenInvalid
		}
		s.fail(c, operation, reason, "the account was reset, replaced or removed between authentication and transaction")
	default:
		s.log.Error("call failed", "operation", operation, "error", err)
		s.fail(c, operation, account.Internal, err.Error())
	}
}

// fail writes the refusals table's row of an operation and reason. The detail is for explanations, and shown to callers only where they
// asked for it: who wants strict requests is told what was wrong with them.
func (s *Surface) fail(c *gin.Context, operation string, reason account.Reason, detail string) {
	row := s.refusals.Row(operation, reason)
	e := exchange.From(c.Writer)
	e.Reason, e.Detail, e.Code = row.Reason, detail, row.Code.String()
	e.Grade, e.Source = string(row.Grade), row.Source
	body := row.Body
	if reason == surface.RequestViolates || reason == surface.MediaType {
		body = row.BodyWith(row.Message + ": " + detail)
	}
	head(c, e, row.Status)
	_, _ = c.Writer.Write(body) // into memory
	c.Abort()
}

// head says what kind of answer comes.
func head(c *gin.Context, e *exchange.Exchange, status int) {
	e.SetHeader("Content-Type", "application/json")
	c.Status(status)
}

// money is an amount as a JSON number. Amounts and times are made text here and not by MarshalJSON, whose result the encoder would
// read through once more: with a page of 100 tokens that is half of the work.
type money = json.Number

func wireMoney(m account.Money) money { return money(m.String()) }

// timestamp is RFC 3339 in seconds, with the offset written as +00:00.
type timestamp string

func wireTime(t time.Time) timestamp {
	return timestamp(appendTime(make([]byte, 0, len("2006-01-02T15:04:05+00:00")), t))
}

func appendTime(b []byte, t time.Time) []byte {
	b = t.UTC().AppendFormat(b, time.RFC3339) // ends in Z
	return append(b[:len(b)-1], "+00:00"...)
}

// list makes a list that is rendered as [] and not as null.
func list[T, W any](items []T, wire func(*T) W) []W {
	out := make([]W, len(items))
	for i := range items {
		out[i] = wire(&items[i])
	}
	return out
}

// present renders an empty list as [] and not as null.
func present(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
