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
	"oauthmock/mockserver/fault"
)

// Bounds of an answer, in bytes. What is longer is not read: whether a callback is delivered
// depends on the status alone.
const (
	maxAnswer        = 64 << 10
	maxAnswerHeaders = 64 << 10
)

// letter is what an attempt sends.
type letter struct {
	to      *url.URL
	headers map[string]string
	body    []byte
}

// prepare writes what an attempt sends, and fills in the request.
func prepare(a account.Attempt, e *exchange.Exchange) (l letter, err error) {
	if l.to, err = url.Parse(a.Callback.URL); err != nil { // it was parsed when the callback was added
		return l, errors.Join(ErrForbidden, err)
	}
	if l.body, l.headers, err = message(a); err != nil {
		return l, errors.Join(ErrForbidden, err)
	}
	e.Request = exchange.Request{Method: http.MethodPost, Host: l.to.Host, URI: l.to.RequestURI(), Proto: "HTTP/1.1", Header: http.Header{}, Body: l.body}
	for name, value := range l.headers {
		e.Request.Header.Set(name, value)
	}
	return l, nil
}

// post makes an attempt, unless a fault drops it, and records the answer and the duration.
func (s *Sender) post(ctx context.Context, a account.Attempt, l letter, e *exchange.Exchange) (err error) {
	if e.Fault != nil {
		switch e.Fault.Kind {
		case fault.Drop:
			return errDropped
		case fault.BadSignature:
			wrong := Sign("not "+a.Secret, l.body)
			l.headers[SignatureHeader], e.Request.Header = wrong, e.Request.Header.Clone()
			e.Request.Header.Set(SignatureHeader, wrong)
		}
	}
	if s.config.Record {
		e.Note = "The mock records callbacks and sends none (--callbacks record): the answer is one that it made up."
		e.Response = exchange.Response{Status: http.StatusOK, Header: http.Header{}}
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	err = s.send(ctx, l, e)
	e.Took = s.config.Real().Sub(e.Began)
	return err
}

// send sends a letter and reads the answer. It follows no redirect, and knows no proxy.
func (s *Sender) send(ctx context.Context, l letter, e *exchange.Exchange) error {
	to, err := s.guard.admit(l.to)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.to.String(), bytes.NewReader(l.body))
	if err != nil {
		return errors.Join(ErrForbidden, err)
	}
	request.Header = e.Request.Header.Clone()
	transport := &http.Transport{
		DialContext:            s.dial(to),
		DisableKeepAlives:      true, // each attempt is judged by itself
		DisableCompression:     true,
		TLSHandshakeTimeout:    s.config.Timeout,
		MaxResponseHeaderBytes: maxAnswerHeaders,
	}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	e.Request.Proto = answer.Proto
	e.Response = exchange.Response{Status: answer.StatusCode, Header: answer.Header}
	if answer.StatusCode == http.StatusSwitchingProtocols { // what follows is no answer, and has no end
		return nil
	}
	e.Response.Body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil { // it broke off, or took too long
		e.Response.Status = 0
	}
	return err
}

// dial returns how to connect to a target. Each address that its name leads to is judged right
// before it is called. Names below localhost need no look-up.
func (s *Sender) dial(to target) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: s.config.Timeout, Control: to.control, Resolver: s.config.Resolver}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && !to.named && local(host) {
			address = net.JoinHostPort("localhost", port)
		}
		return dialer.DialContext(ctx, network, address)
	}
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
