package account

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTheQueueHandsOutWhatIsDueFirst does to callbacks what can be done, and compares the queue
// with a walk along the list.
func TestTheQueueHandsOutWhatIsDueFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := audited(t)
		now := someday.Time()
		within := func(most int, label string) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, label)) * time.Second
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				a.addCallback("POST:a.com/x", CallbackRequest{Retries: rapid.IntRange(0, 2).Draw(t, "retries")}, CallbackPayload{Size: 3}, now, now.Add(within(9, "due")))
			case 1:
				now = now.Add(within(5, "passed"))
			case 2:
				a = a.Clone()
			case 3:
				if n := len(a.Callbacks); n > 0 {
					id := a.Callbacks[rapid.IntRange(0, n-1).Draw(t, "which")].ID
					require.True(t, a.retryCallback(id, now))
					require.Equal(t, id, a.callback(id).ID)
				}
			default:
				attempt, ok := a.beginAttempt(now)
				switch {
				case !ok:
				case rapid.Bool().Draw(t, "held back"):
					a.postponeAttempt(attempt.Callback.ID, attempt.N, within(9, "held"))
				default:
					a.finishAttempt(attempt.Callback.ID, attempt.N, Outcome{Code: rapid.SampledFrom([]int{200, 500}).Draw(t, "code")}, now)
					if first := a.nextDue(); first != nil {
						a.hastenAttempt(first.ID, first.Attempt)
					}
				}
			}
			var want *Callback
			for _, c := range a.Callbacks {
				if !c.Due.IsZero() && (want == nil || c.Due.Before(want.Due)) {
					want = c
				}
			}
			require.Same(t, want, a.nextDue())
			require.Empty(t, a.Violations())
		}
		require.Nil(t, a.callback(strconv.Itoa(len(a.Callbacks))))
	})
}
