package audit

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// readings are the three readings of a document.
type readings struct {
	envelope                     spec.Envelope
	harmless                     []reading.Harmless
	operations                   []spec.Operation
	published, corrected, strict *openapi3.T
}

func newReadings(document *spec.Document) (*readings, error) {
	r := &readings{}
	var err error
	if r.envelope, err = document.Envelope(); err != nil {
		return nil, err
	}
	if r.harmless, err = reading.HarmlessChanges(document); err != nil {
		return nil, err
	}
	if r.operations, err = document.Operations(); err != nil {
		return nil, err
	}
	if r.published, err = reading.Published(document); err != nil {
		return nil, err
	}
	if r.corrected, err = reading.Corrected(document); err != nil {
		return nil, err
	}
	if r.strict, err = reading.Strict(document); err != nil {
		return nil, err
	}
	return r, nil
}

// responses returns an operation's responses by status, without those that have no number, such as
// default.
func responses(doc *openapi3.T, o spec.Operation) map[int]*openapi3.Response {
	list := map[int]*openapi3.Response{}
	for key, response := range doc.Paths.Value(o.Path).GetOperation(o.Method).Responses.Map() {
		if status, err := strconv.Atoi(key); err == nil {
			list[status] = response.Value
		}
	}
	return list
}

func sortedStatuses(responses map[int]*openapi3.Response) []int {
	return slices.Sorted(maps.Keys(responses))
}

// examplesOf returns the examples of a response, sorted by name.
func (r *readings) examplesOf(response *openapi3.Response) []any {
	media := response.Content.Get(r.envelope.Media)
	if media == nil {
		return nil
	}
	var examples []any
	if media.Example != nil {
		examples = append(examples, media.Example)
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		examples = append(examples, media.Examples[name].Value.Value)
	}
	return examples
}

// tree converts a JSON-like Go value into what a client that does not round numbers decodes.
func tree(value any) (any, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var decoded any
	err = decoder.Decode(&decoded)
	return decoded, err
}
