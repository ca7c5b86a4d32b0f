package mockserver

// ReserveCallbacks takes all places that are left in the queue of callbacks, and returns how many
// there were.
func (s *Server) ReserveCallbacks() (places int) {
	for {
		if _, ok := s.callbacks.Admit(); !ok {
			return places
		}
		places++
	}
}
