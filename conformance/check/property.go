package check

import (
	"net/http"
	"slices"

	"oauthmock/spec"
)

// outlines makes the outlines of all answers that the published document describes, by their places, and the names of all their
// members. Refusals are published without a schema.
func (j *Judge) outlines() {
	j.described = map[string]*outline{}
	for _, operation := range j.operations {
		if schema := spec.PublishedResponse(j.published, operation, http.StatusOK); schema != nil {
			at := placeOf(&operation, http.StatusOK)
			j.described[at] = newOutline(schema, at, "")
			j.described[at].all(func(member *outline) { j.properties = append(j.properties, member.property) })
		}
	}
	slices.Sort(j.properties)
	j.properties = slices.Compact(j.properties)
	for _, described := range j.described {
		described.all(func(member *outline) { member.number, _ = slices.BinarySearch(j.properties, member.property) })
	}
}

// Properties lists everything that the published document describes in answers, sorted: "GET /wallet 200 data.credit". The caller
// must not change it.
func (j *Judge) Properties() []string {
	return j.properties
}

// Seen lists which of Properties an answer shows, in their order.
func (j *Judge) Seen(e *Exchange) []string {
	shown := make([]bool, len(j.properties))
	j.walkAnswer(e, func(member *outline, _ any) bool {
		shown[member.number] = true
		return false
	})
	var seen []string
	for i, property := range j.properties {
		if shown[i] {
			seen = append(seen, property)
		}
	}
	return seen
}

// walkAnswer visits the members of an answer that the published document describes, a single token in an envelope as if it were
// bare, until visit answers true, and tells where that was: "$.data[0].createdAt".
func (j *Judge) walkAnswer(e *Exchange, visit func(member *outline, value any) bool) (path string, found bool) {
	described := j.described[e.Place()]
	if described == nil {
		return "", false
	}
	value := e.value
	if payload, ok := e.Payload(); ok && e.SingleToken() {
		value = payload
	}
	path, found = described.find(value, visit)
	return "$" + path, found
}
