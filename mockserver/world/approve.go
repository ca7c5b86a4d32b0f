package world

// AutoApprove skips the pages on which users sign in and consent.
type AutoApprove struct {
	Enabled bool
	// User is who consents at once; empty is the first user of the client's account.
	User string
}

// AutoApprove returns whether pages are skipped at this moment, and for whom.
func (w *World) AutoApprove() AutoApprove { return *w.approve.Load() }

// SetAutoApprove changes it until the next reset.
func (w *World) SetAutoApprove(a AutoApprove) { w.approve.Store(&a) }
