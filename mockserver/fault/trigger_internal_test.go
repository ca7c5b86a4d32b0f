package fault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestARulesTimeMayBeAsLongAsATimeCanBe(t *testing.T) {
	began := time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)
	long := trigger{after: time.Hour, lasts: 1<<63 - 1}
	assert.False(t, long.active(began, began.Add(59*time.Minute)))
	assert.True(t, long.active(began, began.Add(3*time.Hour)), "the sum of both is more than a duration can hold")
	short := trigger{after: time.Hour, lasts: time.Minute}
	assert.True(t, short.active(began, began.Add(time.Hour)))
	assert.False(t, short.active(began, began.Add(61*time.Minute)))
}
