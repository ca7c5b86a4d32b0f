package surface

import (
	"github.com/segmentio/encoding/json"

	"oauthmock/spec"
)

// JSON is the media type of most answers.
const JSON = "application/json"

// Enveloped renders a refusal as most APIs of the provider do:
// {"success":false,"message":…,"error":…,"data":null}. It is the Failure of their surfaces.
func Enveloped(_ *Call, r Refusal) Answer {
	return Answer{ContentType: JSON, Body: envelope(r)}
}

// envelope is the body of a failure.
type envelope Refusal

// Append implements Body.
func (r envelope) Append(b []byte) ([]byte, error) {
	return json.Append(b, struct {
		Success bool      `json:"success"`
		Message string    `json:"message"`
		Error   spec.Code `json:"error"`
		Data    any       `json:"data"`
	}{Message: Refusal(r).Text(), Error: r.Code}, 0)
}
