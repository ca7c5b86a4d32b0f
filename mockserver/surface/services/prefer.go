package services

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/surface"
)

// preference is the documented answer that a caller asks for: "Prefer: code=404", "Prefer:
// example=empty", as in Prism. The zero value means none.
type preference struct {
	status  int
	example string
}

// prefers parses the header Prefer (RFC 7240), and ignores other preferences. An error describes a
// wrong one of these two.
func prefers(header http.Header) (p preference, err error) {
	for _, line := range header["Prefer"] {
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "code":
				if p.status, err = strconv.Atoi(value); err != nil || p.status < 100 || p.status > 599 {
					return p, fmt.Errorf("header.Prefer: code must be a status such as 404, not %q", value)
				}
			case "example":
				if p.example = value; value == "" {
					return p, fmt.Errorf("header.Prefer: example must be the name of a documented example")
				}
			}
		}
	}
	return p, nil
}

// preferred prepares the answer that a caller asks for, if any. It returns why the call is not
// carried out: the document does not have that answer, or the answer is a failure, which is sent
// before anything is paid.
func (s *api) preferred(c *surface.Call, to *place) error {
	var err error
	if to.prefers, err = prefers(c.Exchange.Request.Header); err != nil {
		return account.Refuse(surface.RequestViolates, err.Error())
	}
	if to.prefers == (preference{}) {
		return nil
	}
	made, ok, err := s.answers.answer(s.config.Documents(), s.config.Seed, c.Exchange, to)
	switch {
	case !ok:
		return account.Refuse(surface.RequestViolates, "header.Prefer: there is no document of "+to.Domain+" that has this operation")
	case err != nil:
		return account.Refuse(surface.RequestViolates, "header.Prefer: "+err.Error())
	case made.Status < http.StatusMultipleChoices:
		return nil
	}
	to.failure = &made
	return &account.Refusal{Reason: surface.DocumentedAnswer, Detail: "the header Prefer asked for this answer of the document", As: failureOf(made)}
}

// failureOf returns the error log's entry for a documented answer: its error and message if it has
// the provider's envelope.
func failureOf(a openapi.Answer) *account.Failure {
	f := &account.Failure{Status: a.Status, Code: strconv.Itoa(a.Status), Message: http.StatusText(a.Status)}
	var body struct {
		Message string `json:"message"`
		Error   any    `json:"error"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		if body.Message != "" {
			f.Message = body.Message
		}
		switch code := body.Error.(type) {
		case string:
			f.Code = code
		case float64:
			f.Code = strconv.FormatFloat(code, 'f', -1, 64)
		}
	}
	return f
}

// documented implements Surface.Documented.
func (s *api) documented(c *surface.Call, status int, example string) (surface.Answer, error) {
	to, _ := c.Own.(*place)
	if to == nil {
		return surface.Answer{}, fmt.Errorf("the request is for no service")
	}
	asked := *to
	asked.prefers = preference{status, example}
	made, ok, err := s.answers.answer(s.config.Documents(), s.config.Seed, c.Exchange, &asked)
	switch {
	case !ok:
		return surface.Answer{}, fmt.Errorf("there is no document of %s that has this operation", to.Domain)
	case err != nil:
		return surface.Answer{}, err
	}
	if e := c.Exchange; e.PaidBy != "" && made.Status >= http.StatusMultipleChoices {
		if err := s.accounts.FailService(c.Context(), c.Call, c.Bearer, e.Scope, *failureOf(made)); err != nil {
			return surface.Answer{}, err
		}
	}
	return answerOf(made), nil
}

// answerOf writes what a document answers.
func answerOf(made openapi.Answer) surface.Answer {
	a := surface.Answer{Status: made.Status, ContentType: made.ContentType, Body: surface.Bytes(made.Body)}
	if made.Location != "" {
		a.Header = []surface.Field{{Name: "Location", Value: made.Location}}
	}
	return a
}
