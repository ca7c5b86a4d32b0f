package fault

// stale answers as the account was before its last change: as a copy of the provider's that lags
// behind does. What the last change was is remembered from when the rule is set; before there was
// one, the answer is the one that is. Fault.Around does the work.
type stale struct{}

func newStale(Effect) (effect, error) { return stale{}, nil }

func (stale) apply(*Fault) sender { return nil }
