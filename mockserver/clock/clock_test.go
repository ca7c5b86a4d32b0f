package clock_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/clock"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// machine is a machine whose time the test turns.
type machine struct{ now time.Time }

func (m *machine) Now() time.Time { return m.now }

func TestAClockRunsStandsAndRunsOn(t *testing.T) {
	m := &machine{noon}
	c := clock.New(m.Now)
	assert.Equal(t, noon, c.Now())

	c.Set(noon.Add(24*time.Hour), false)
	m.now = noon.Add(time.Minute)
	assert.Equal(t, noon.Add(24*time.Hour+time.Minute), c.Now(), "runs on from where it was set")

	c.Set(noon, true)
	m.now = m.now.Add(time.Hour)
	assert.Equal(t, noon, c.Now(), "stands still")
	c.Advance(time.Second)
	assert.Equal(t, noon.Add(time.Second), c.Now(), "moves when it is moved")
	assert.True(t, c.Frozen())

	c.Set(c.Now(), false)
	m.now = m.now.Add(time.Second)
	assert.Equal(t, noon.Add(2*time.Second), c.Now(), "runs on")

	c.Release()
	assert.Equal(t, m.now, c.Now())
}

func TestASettingIsRelativeToItsBase(t *testing.T) {
	s := clock.Set(noon, noon.Add(-time.Hour), false)
	assert.Equal(t, noon, s.At(noon.Add(time.Hour)))
	assert.Equal(t, noon.Add(30*time.Minute), s.Advance(30*time.Minute).At(noon.Add(time.Hour)))
	frozen := clock.Set(noon, noon, true)
	assert.Equal(t, noon, frozen.At(noon.Add(time.Hour)))
	assert.Equal(t, noon.Add(time.Minute), frozen.Advance(time.Minute).At(noon.Add(time.Hour)))
	assert.Equal(t, noon, clock.Setting{}.At(noon))
}

func TestNoAdvanceIsLost(t *testing.T) {
	c := clock.New(func() time.Time { return noon })
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { c.Advance(time.Second) })
	}
	all.Wait()
	assert.Equal(t, noon.Add(100*time.Second), c.Now())
}

func TestTimesThatNoOffsetReachesAreRefused(t *testing.T) {
	assert.NoError(t, clock.Check(noon))
	assert.Error(t, clock.Check(time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)))
	assert.Error(t, clock.Check(time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func TestEveryTimeThatIsAllowedIsShownExactly(t *testing.T) {
	first, last := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2249, 12, 31, 23, 59, 59, 0, time.UTC)
	for _, base := range []time.Time{first, noon, last} {
		for _, want := range []time.Time{first, noon, last} {
			assert.NoError(t, clock.Check(want))
			assert.Equal(t, want, clock.Set(base, want, false).At(base))
		}
	}
}
