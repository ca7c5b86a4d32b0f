package check

// Properties lists everything that the published document describes in answers, sorted: "GET
// /wallet 200 data.credit". The caller must not change it.
func (s *Surface) Properties() []string {
	return s.properties
}

// Seen lists which of Properties an answer shows, in their order.
func (s *Surface) Seen(e *Exchange) []string {
	shown := make([]bool, len(s.properties))
	s.walkAnswer(e, func(member *outline, _ any) bool {
		shown[member.number] = true
		return false
	})
	var seen []string
	for i, property := range s.properties {
		if shown[i] {
			seen = append(seen, property)
		}
	}
	return seen
}

// walkAnswer visits the members of an answer that the published document describes, treating a bare
// payload as if it were in the envelope, until visit returns true, and returns the place:
// "$.data[0].createdAt".
func (s *Surface) walkAnswer(e *Exchange, visit func(member *outline, value any) bool) (path string, found bool) {
	described := s.outlined[e.Place()]
	if described == nil {
		return "", false
	}
	value := e.value
	if payload, ok := e.Payload(); ok && e.bareAsPublished() {
		value = payload
	}
	path, found = described.find(value, visit)
	return "$" + path, found
}
