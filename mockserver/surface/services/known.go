package services

import (
	"embed"
	"maps"
	"net/url"
	"sync"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
)

// answers/ holds what the services that people use first answer, as documents of our own: they
// decide about answers only, where neither a fixture nor a document of the service does, and
// nothing is held against them.
//
//go:embed answers/*.yaml
var embedded embed.FS

// known are the documents of our own, by production domain, each read when it is first asked for.
// It is safe for concurrent use.
type known struct {
	mu   sync.Mutex
	read Documents
}

// of returns the document of a service, in the form that answers are made from; none where we have
// none.
func (k *known) of(domain string) Documents {
	k.mu.Lock()
	defer k.mu.Unlock()
	if doc, ok := k.read[domain]; ok {
		return Documents{domain: doc}
	}
	if k.read == nil {
		k.read = Documents{}
	}
	k.read[domain] = nil
	text, err := embedded.ReadFile("answers/" + domain + ".yaml")
	if err != nil {
		return nil
	}
	if doc, _, err := openapi.Parse(text, domain+".yaml"); err == nil { // they are part of the program, and tested
		k.read[domain] = doc
	}
	return Documents{domain: k.read[domain]}
}

// given are the plain values that a request gives under names: in its path, its query and its body.
// What is made up repeats them where it has members of these names.
func given(e *exchange.Exchange, to *place, params map[string]string) map[string]string {
	const most, longest = 50, 500 // values, and bytes of each
	out := make(map[string]string, len(params))
	var body map[string]any
	if len(e.Request.Body) > 0 && e.Request.Body[0] == '{' {
		_ = json.Unmarshal(e.Request.Body, &body) // what cannot be read gives nothing
	}
	for name, value := range body {
		if text, ok := value.(string); ok && len(text) <= longest && len(out) < most {
			out[name] = text
		}
	}
	if query, err := url.ParseQuery(to.query); err == nil {
		for name, values := range query {
			if len(values) == 1 && len(values[0]) <= longest && len(out) < most {
				out[name] = values[0]
			}
		}
	}
	maps.Copy(out, params)
	return out
}
