package services

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
	"oauthmock/mockserver/surface"
)

// begin starts a job for a call of an asynchronous scope, unless the answer is a failure, and
// answers with its progress. A callback that the call requested is made when the job is done, with
// the body that reports that.
func (s *api) begin(c *surface.Call, to *place, charge account.Charge, answer surface.Answer) (surface.Answer, error) {
	if answer.Status >= http.StatusMultipleChoices {
		return answer, nil
	}
	var body []byte
	if answer.Body != nil {
		var err error
		if body, err = answer.Body.Append(nil); err != nil {
			return answer, err
		}
	}
	request := account.JobRequest{
		Scope: charge.Name, Callback: to.callback, Payload: callback.Answered,
		Body: func(id, state string, done bool) ([]byte, error) {
			if done && charge.Progress != nil && charge.Progress.Answer != nil {
				return progress(charge.Progress.Answer, id, state)
			}
			return progress(body, id, state)
		},
	}
	job, id, err := s.accounts.StartJob(c.Context(), c.Exchange.Caller(), request)
	if errors.Is(err, account.ErrNoAccount) { // reset or removed since the call was paid: its job is gone with it
		return answer, nil
	}
	if err != nil {
		return answer, err
	}
	c.Exchange.Note = "It began the job " + job.ID + ", which is done in " + job.DoneAt.Sub(job.CreatedAt).String() + " on the account's clock."
	if id != "" {
		c.Exchange.Note += " Then comes the callback with the id " + id + "."
		s.config.Callbacks.Look(c.Exchange.Account)
	}
	answer.ContentType, answer.Body = surface.JSON, surface.Bytes(job.Body())
	return answer, nil
}

// progress writes into a service's answer, under data where it has such an object, the id and the
// state of a job. An answer that is not a JSON object is replaced by the provider's envelope.
func progress(answer []byte, id, state string) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	var whole map[string]any
	if err := decoder.Decode(&whole); err != nil || whole == nil || decoder.More() {
		whole = map[string]any{"data": map[string]any{}, "success": true, "message": "", "error": nil}
	}
	inner, ok := whole["data"].(map[string]any)
	if !ok {
		inner = whole
	}
	inner["id"], inner["state"] = id, state
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(whole)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
