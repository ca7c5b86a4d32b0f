package account

import "time"

// Callback is one entry of the log of callbacks that paid services made to the customer.
type Callback struct {
	ID        string
	Scope     string
	Domain    string // empty is none
	URL       string
	Method    string
	Field     string
	Active    bool
	CreatedAt time.Time
	StartedAt time.Time
	// CompletedAt is zero while the callback is pending.
	CompletedAt time.Time
	// HTTPResponseCode of the customer's server; 0 while pending.
	HTTPResponseCode int
	ElapsedTime      time.Duration
	Attempt          int
	Retry            int // retries performed
	Data             map[string]any
	Custom           any
	Headers          map[string]string
}
