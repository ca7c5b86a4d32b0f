package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/world"
)

// problem is an RFC 9457 problem document, and the error with which handlers refuse.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// Error implements error.
func (p *problem) Error() string { return p.Detail }

func problemf(status int, format string, args ...any) *problem {
	detail := fmt.Sprintf(format, args...)
	if len(detail) > maxDetail { // it repeats what was sent
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "… (cut)"
	}
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// WriteProblem answers with a problem document, on paths of the mock's own that are not the control
// API's.
func WriteProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", mediaProblem)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problemf(status, "%s", detail)) // the caller may have left
}

// mediaProblem is the media type of problem documents.
const mediaProblem = "application/problem+json"

// maxDetail bounds the words of a problem, in bytes.
const maxDetail = 16 << 10

// problemOf turns any error into a problem. Unexpected errors are 500.
func problemOf(err error) *problem {
	var p *problem
	var refusal *account.Refusal
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, account.ErrNoAccount):
		return problemf(http.StatusNotFound, "there is no such account")
	case errors.Is(err, world.ErrNoFixture), errors.Is(err, world.ErrBackwards):
		return problemf(http.StatusBadRequest, "%v", err)
	case errors.As(err, &refusal):
		return problemf(http.StatusConflict, "%s: %s", refusal.Reason, refusal.Detail)
	}
	return problemf(http.StatusInternalServerError, "%v", err)
}

// rawJSON is an answer that is JSON already.
type rawJSON []byte

// streamed is an answer that writes itself, piece by piece.
type streamed func(c *gin.Context)

// serve writes what a handler answers.
func (a *API) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := r.checkQuery(c); err != nil {
			write(c, err)
			return
		}
		status, answer, err := r.handle(c)
		if err != nil {
			p := problemOf(err)
			if p.Status >= http.StatusInternalServerError {
				a.Log.Error("control API failed", "path", c.Request.URL.Path, "error", err)
			}
			write(c, p)
			return
		}
		switch body := answer.(type) {
		case nil:
			c.Status(status)
			c.Writer.WriteHeaderNow()
		case streamed:
			body(c)
		case rawJSON:
			c.Data(status, "application/json", body)
		default:
			var b bytes.Buffer
			encoder := json.NewEncoder(&b)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(answer); err != nil {
				a.Log.Error("control API: answer cannot be rendered", "path", c.Request.URL.Path, "error", err)
				write(c, problemf(http.StatusInternalServerError, "the answer cannot be rendered"))
				return
			}
			c.Data(status, "application/json", b.Bytes())
		}
	}
}

// checkQuery refuses parameters that the route does not take, and those that are empty: an empty
// ?account= is a variable that was not set.
func (r route) checkQuery(c *gin.Context) *problem {
	for name, values := range c.Request.URL.Query() {
		switch {
		case !slices.Contains(r.query, name) && len(r.query) == 0:
			return problemf(http.StatusBadRequest, "there is no parameter %q: this path takes none", name)
		case !slices.Contains(r.query, name):
			return problemf(http.StatusBadRequest, "there is no parameter %q; known are %s", name, strings.Join(r.query, ", "))
		case len(values) != 1 || values[0] == "":
			return problemf(http.StatusBadRequest, "the parameter %q must stand once, with a value", name)
		}
	}
	return nil
}

func write(c *gin.Context, p *problem) {
	body, err := json.Marshal(p)
	if err != nil { // four plain members always render
		body = []byte("{}")
	}
	c.Data(p.Status, mediaProblem, body)
}

// recover turns a panic into a 500.
func (a *API) recover(c *gin.Context) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("control API: panic", "path", c.Request.URL.Path, "panic", p)
			write(c, problemf(http.StatusInternalServerError, "the control API failed: see the log"))
			c.Abort()
		}
	}()
	c.Next()
}

// Bounds of request bodies, in bytes: a state may be large, nothing else.
const (
	maxBody  = 1 << 20
	maxState = fixtures.MaxBytes
)

// decode reads a JSON object strictly: unknown members, a second value and wrong types are refused.
// An empty body is {}.
func decode(c *gin.Context, into any) error {
	body, err := read(c, maxBody)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		var wrongType *json.UnmarshalTypeError
		var wrongTime *time.ParseError
		switch {
		case errors.As(err, &wrongType) && wrongType.Field == "":
			return problemf(http.StatusBadRequest, "the body is of type %s; want an object", wrongType.Value)
		case errors.As(err, &wrongType):
			return problemf(http.StatusBadRequest, "%q is of type %s; openapi.json says what it may be", wrongType.Field, wrongType.Value)
		case errors.As(err, &wrongTime):
			return problemf(http.StatusBadRequest, "%s is not a time in RFC 3339, such as \"2026-02-12T08:30:00Z\"", wrongTime.Value)
		}
		return problemf(http.StatusBadRequest, "the body: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return problemf(http.StatusBadRequest, "the body goes on after its JSON value")
	}
	return nil
}

// bodiesKey is under which a request's context has the Bodies of the API.
const bodiesKey = "bodies"

// read reads a small body, for which no turn is needed.
func read(c *gin.Context, bound int64) ([]byte, error) {
	if c.Request.Body == nil {
		return nil, nil
	}
	bodies, _ := c.Get(bodiesKey)
	if room, ok := bodies.(*exchange.Bodies); ok && bound < maxState {
		leave, ok := room.Enter(c.Request, bound)
		if !ok {
			return nil, problemf(http.StatusRequestTimeout, "too many large bodies were being read: try again")
		}
		defer leave()
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, bound))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", bound)
	}
	if err != nil {
		return nil, unread(err)
	}
	return body, nil
}
