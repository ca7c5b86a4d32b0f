package mutant

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/conformance/contract"
	"oauthmock/conformance/inprocess"
	"oauthmock/spec"
)

// place is where an API is below the honest server, and what its contract says.
type place struct {
	contract.Contract
	// prefix of its paths, without the slash at the end.
	prefix     string
	envelope   spec.Envelope
	members    []string // of the envelope
	operations []spec.Operation
}

// placesOf finds the APIs that have a document, the longest prefix first. The control API names
// where they are; of one that names none, only the first is there, at the root.
func placesOf(ctx context.Context, honest http.Handler) ([]place, error) {
	var found []place
	prefixes := endpoints(ctx, honest)
	for i, one := range contract.All() {
		prefix, named := prefixes[one.Name]
		if one.Document == nil || i > 0 && !named {
			continue
		}
		p := place{Contract: one, prefix: prefix}
		var err error
		if p.operations, err = one.Document.Operations(); err != nil {
			return nil, err
		}
		if p.envelope, err = one.Document.Envelope(); err != nil {
			return nil, err
		}
		p.members = p.envelope.Members()
		found = append(found, p)
	}
	slices.SortStableFunc(found, func(a, b place) int { return len(b.prefix) - len(a.prefix) })
	return found, nil
}

// endpoints returns the paths of a server's surfaces, as it reports them.
func endpoints(ctx context.Context, honest http.Handler) map[string]string {
	question, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/__admin/endpoints", http.NoBody)
	if err != nil {
		return nil
	}
	answer, err := inprocess.Transport{Handler: honest}.RoundTrip(question)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	var named struct {
		Surfaces map[string]string `json:"surfaces"`
	}
	if answer.StatusCode != http.StatusOK || json.NewDecoder(answer.Body).Decode(&named) != nil {
		return nil
	}
	prefixes := map[string]string{}
	for name, address := range named.Surfaces {
		if u, err := url.Parse(address); err == nil && address != "" {
			prefixes[name] = strings.TrimSuffix(u.EscapedPath(), "/")
		}
	}
	return prefixes
}

// placeOf finds the API that a request goes to: the first that has an operation for it, otherwise
// the first below whose prefix it is.
func placeOf(places []place, method, path string) (at place, operation, id string) {
	var below *place
	for i := range places {
		relative, ok := strings.CutPrefix(path, places[i].prefix)
		if !ok || !strings.HasPrefix(relative, "/") {
			continue
		}
		if below == nil {
			below = &places[i]
		}
		if operation, id = operationOf(places[i].operations, method, relative); operation != "" {
			return places[i], operation, id
		}
	}
	if below == nil {
		return place{}, "", ""
	}
	return *below, "", ""
}

// operationOf finds the operation of a request among the published ones.
func operationOf(operations []spec.Operation, method, path string) (name, id string) {
	got := strings.Split(path, "/")
	for _, o := range operations {
		want := strings.Split(o.Path, "/")
		if o.Method != method && !slices.Contains(o.Forms, method) || len(want) != len(got) {
			continue
		}
		id, same := "", true
		for i := range want {
			if strings.HasPrefix(want[i], "{") {
				id = got[i]
			} else if want[i] != got[i] {
				same = false
			}
		}
		if same {
			return o.Name, id
		}
	}
	return "", ""
}
