package callback

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Bounds of an answer, in bytes. What is longer is not read: whether a callback is delivered depends on the status alone.
const (
	maxAnswer        = 64 << 10
	maxAnswerHeaders = 64 << 10
)

// post makes an attempt, and fills in the request and the answer. It follows no redirect, and knows no proxy.
func (s *Sender) post(ctx context.Context, a account.Attempt, e *exchange.Exchange) (headers map[string]string, err error) {
	u, err := url.Parse(a.Callback.URL)
	if err != nil { // it was parsed when the callback began
		return nil, errors.Join(ErrForbidden, err)
	}
	body, headers, err := message(a)
	if err != nil {
		return nil, errors.Join(ErrForbidden, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errors.Join(ErrForbidden, err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	e.Request = exchange.Request{Method: http.MethodPost, Host: u.Host, URI: u.RequestURI(), Proto: "HTTP/1.1", Header: request.Header.Clone(), Body: body}
	if s.config.Record {
		e.Note = "The mock records callbacks and sends none (--callbacks record): the answer is one that it made up."
		e.Response = exchange.Response{Status: http.StatusOK, Header: http.Header{}}
		return headers, nil
	}
	to, err := s.guard.admit(u)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: s.config.Timeout, Control: to.control}).DialContext,
		DisableKeepAlives:      true, // each attempt is judged by itself
		DisableCompression:     true,
		TLSHandshakeTimeout:    s.config.Timeout,
		MaxResponseHeaderBytes: maxAnswerHeaders,
	}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return headers, err
	}
	defer func() { _ = answer.Body.Close() }()
	e.Request.Proto = answer.Proto
	e.Response = exchange.Response{Status: answer.StatusCode, Header: answer.Header}
	e.Response.Body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil { // it broke off, or took too long
		e.Response.Status = 0
		return headers, err
	}
	return headers, nil
}

// why words why there was no answer.
func why(err error, timeout time.Duration) string {
	var wrapped *net.OpError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return "the receiver took longer than " + timeout.String()
	case errors.Is(err, ErrForbidden):
		for errors.As(err, &wrapped) && errors.Is(wrapped.Err, ErrForbidden) {
			err = wrapped.Err
		}
	}
	return err.Error()
}
