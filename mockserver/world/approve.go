package world

// AutoApprove skips the pages on which users sign in and consent.
type AutoApprove struct {
	Enabled bool
	// User is the user that consents at once; empty means the first user of the client's account.
	User string
}

// AutoApprove reports whether pages are currently skipped, and for which user.
func (w *World) AutoApprove() AutoApprove { return *w.approve.Load() }

// SetAutoApprove changes it until the next reset.
func (w *World) SetAutoApprove(a AutoApprove) { w.approve.Store(&a) }
