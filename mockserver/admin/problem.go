package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/account"
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
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// problemOf turns any error into a problem. Errors that nobody foresaw are 500.
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

// serve writes what a handler answers.
func (a *API) serve(handle func(c *gin.Context) (int, any, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		status, answer, err := handle(c)
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

func write(c *gin.Context, p *problem) {
	body, err := json.Marshal(p)
	if err != nil { // four plain members always render
		body = []byte("{}")
	}
	c.Data(p.Status, "application/problem+json", body)
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

// Bounds of request bodies, in bytes: a state may be large, nothing else is.
const (
	maxBody  = 1 << 20
	maxState = 64 << 20
)

// decode reads a JSON object strictly: unknown members, a second value and wrong types are refused. An empty body is {}.
func decode(c *gin.Context, into any) error {
	body, err := read(c, maxBody)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return problemf(http.StatusBadRequest, "the body: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return problemf(http.StatusBadRequest, "the body goes on after its JSON value")
	}
	return nil
}

func read(c *gin.Context, bound int64) ([]byte, error) {
	if c.Request.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, bound))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", bound)
	}
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "the body cannot be read: %v", err)
	}
	return body, nil
}
