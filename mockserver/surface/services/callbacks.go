package services

import (
	"errors"
	"net/http"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/surface"
)

// readCallback reads which callback a call asks for. It refuses one that cannot be. How its data
// travel, the service's document may say.
func (to *place) readCallback(c *surface.Call, d Documents) (err error) {
	usual := func() string {
		if operation, _, ok := d.operation(to); ok {
			return operation.BodyDefault("callback", "method")
		}
		return ""
	}
	if to.callback, err = callback.Requested(c.Exchange.Request.Body, usual); err != nil {
		return account.Refuse(surface.CallbackInvalid, err.Error())
	}
	return nil
}

// admit reserves a place in the queue for the callback that a call requests. If there is none the
// call is improper, so that nothing is paid. release frees the place.
func (s *api) admit(c *surface.Call, to *place) (release func()) {
	if to.callback == nil || c.Improper != nil {
		return func() {}
	}
	release, ok := s.config.Callbacks.Admit()
	if !ok {
		c.Improper = account.Refuse(surface.CallbackQueueFull, "the queue of callbacks is full")
		return func() {}
	}
	return release
}

// callBack adds the callback that a call requested, with the answer as its payload, unless the
// answer is a failure.
func (s *api) callBack(c *surface.Call, to *place, answer surface.Answer) (surface.Answer, error) {
	if answer.Status >= http.StatusMultipleChoices {
		return answer, nil
	}
	var body []byte
	if answer.Body != nil {
		var err error
		if body, err = answer.Body.Append(nil); err != nil {
			return answer, err
		}
		answer.Body = surface.Bytes(body)
	}
	id, err := s.accounts.AddCallback(c.Context(), c.Exchange.Caller(), c.Exchange.Scope, *to.callback, callback.Answered(body))
	if errors.Is(err, account.ErrNoAccount) { // reset or removed since the call was paid: its callback is gone with it
		return answer, nil
	}
	if err != nil {
		return answer, err
	}
	c.Exchange.Note = "It asked for a callback, which has the id " + id + "."
	s.config.Callbacks.Look(c.Exchange.Account)
	return answer, nil
}
