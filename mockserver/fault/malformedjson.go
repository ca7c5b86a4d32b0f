package fault

import "encoding/json"

// malformedJSON sends a body that is not JSON: the answer without its last byte, whole as far as
// HTTP is concerned. What still is JSON then, or is empty, gets a brace too many.
type malformedJSON struct{}

func newMalformedJSON(Effect) (effect, error) { return malformedJSON{}, nil }

func (malformedJSON) apply(f *Fault) sender {
	r := &f.exchange.Response
	if len(r.Body) > 0 {
		r.Body = r.Body[:len(r.Body)-1]
	}
	if len(r.Body) == 0 || json.Valid(r.Body) {
		r.Body = append(r.Body, '{')
	}
	return nil
}
