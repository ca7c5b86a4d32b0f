package verify_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/verify"
)

func roomy() *journal.Journal { return journal.New(1000, 1<<20) }

func add(j *journal.Journal, ids ...uint64) {
	for _, id := range ids {
		j.Add(sent(id))
	}
}

// TestWaitingEndsWhenItShould runs on a clock of its own: a minute takes no time.
func TestWaitingEndsWhenItShould(t *testing.T) {
	const wait = 10 * time.Second
	for name, c := range map[string]struct {
		expectation string
		entries     int            // the journal's bound; 0 is roomy
		before      int            // requests before the wait
		after       map[int]string // what happens after so many seconds: "+" a request that matches, "-" one that does not, "clear"
		ends        time.Duration
		verdict     string
	}{
		"at once, when at least so many were there":          {expectation: `"atLeast":2`, before: 2, ends: 0, verdict: "yes"},
		"as soon as at least so many came":                   {expectation: `"atLeast":2`, before: 1, after: map[int]string{1: "-", 3: "+", 5: "+"}, ends: 3 * time.Second, verdict: "yes"},
		"at the end, when too few came":                      {expectation: `"atLeast":3`, before: 1, after: map[int]string{3: "+"}, ends: wait, verdict: "no"},
		"at the end, when none came":                         {expectation: ``, ends: wait, verdict: "no"},
		"as soon as exactly so many came":                    {expectation: `"exactly":2`, before: 1, after: map[int]string{3: "+", 5: "+"}, ends: 3 * time.Second, verdict: "yes"},
		"at once, when more than exactly so many were there": {expectation: `"exactly":1`, before: 2, ends: 0, verdict: "no"},
		"at the end, when none came and none was to come":    {expectation: `"exactly":0`, after: map[int]string{3: "-"}, ends: wait, verdict: "yes"},
		"as soon as one came, when none was to come":         {expectation: `"exactly":0`, after: map[int]string{3: "+"}, ends: 3 * time.Second, verdict: "no"},
		"at the end, when at most so many came":              {expectation: `"atMost":2`, before: 1, after: map[int]string{3: "+"}, ends: wait, verdict: "yes"},
		"as soon as too many came":                           {expectation: `"atMost":2`, before: 1, after: map[int]string{3: "+", 5: "+", 7: "+"}, ends: 5 * time.Second, verdict: "no"},
		"at the end, when it is within a range":              {expectation: `"atLeast":1,"atMost":2`, after: map[int]string{3: "+"}, ends: wait, verdict: "yes"},
		"as soon as it is above a range":                     {expectation: `"atLeast":1,"atMost":2`, before: 2, after: map[int]string{3: "+"}, ends: 3 * time.Second, verdict: "no"},
		"later, when the journal is cleared meanwhile":       {expectation: `"atLeast":2`, before: 1, after: map[int]string{1: "clear", 2: "+", 5: "+"}, ends: 5 * time.Second, verdict: "yes"},
		"at the end, when nobody can tell whether none came": {expectation: `"exactly":0`, entries: 1, after: map[int]string{2: "-", 4: "-"}, ends: 10 * time.Second, verdict: "unknown"},
		"as soon as one came, when it may be the second":     {expectation: `"exactly":1`, entries: 1, after: map[int]string{2: "-", 4: "-", 6: "+"}, ends: 6 * time.Second, verdict: "unknown"},
		"at the end, when what was needed was dropped":       {expectation: `"atLeast":2`, entries: 1, after: map[int]string{2: "+", 4: "-", 6: "+"}, ends: wait, verdict: "unknown"},
		"as soon as it came, though the journal is tiny":     {expectation: ``, entries: 1, before: 0, after: map[int]string{2: "-", 4: "-", 6: "+"}, ends: 6 * time.Second, verdict: "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := roomy()
				if c.entries > 0 {
					j = journal.New(c.entries, 1<<20)
				}
				for i := range c.before {
					add(j, uint64(i+1))
				}
				comma := ","
				if c.expectation == "" {
					comma = ""
				}
				check := compiled(t, `{"match":{"method":"PATCH"},"wait":"10s"`+comma+c.expectation+`}`)
				assert.Equal(t, wait, check.Wait())
				began := time.Now()
				for second, what := range c.after {
					time.AfterFunc(time.Duration(second)*time.Second, func() {
						switch what {
						case "+":
							add(j, uint64(100+second))
						case "-":
							j.Add(sent(uint64(100+second), get("/other")))
						case "clear":
							j.Clear("")
						}
					})
				}
				r, err := check.Await(t.Context(), j)
				require.NoError(t, err)
				assert.Equal(t, c.ends, time.Since(began).Truncate(time.Second))
				assert.Equal(t, c.verdict, map[[2]bool]string{{true, false}: "yes", {false, false}: "no", {false, true}: "unknown"}[[2]bool{r.Satisfied, r.Inconclusive}], r.Detail)
			})
		})
	}
}

func TestASequenceIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := roomy()
		check := compiled(t, `{"inOrder":[{"path":"/a"},{"path":"/b"}],"wait":"10s"}`)
		began := time.Now()
		time.AfterFunc(1*time.Second, func() { j.Add(sent(2, get("/b"))) })
		time.AfterFunc(2*time.Second, func() { j.Add(sent(3, get("/other"))) })
		time.AfterFunc(3*time.Second, func() { j.Add(sent(1, get("/a"))) }) // arrived first, and answered last
		r, err := check.Await(t.Context(), j)
		require.NoError(t, err)
		assert.True(t, r.Satisfied)
		assert.Equal(t, []string{"1", "2"}, r.Matched)
		assert.Equal(t, 3*time.Second, time.Since(began).Truncate(time.Second))
	})
}

func TestWhoeverWaitsCanBeCalledOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the server stops")
		began := time.Now()
		time.AfterFunc(3*time.Second, func() { cancel(why) })
		_, err := compiled(t, `{"wait":"10s"}`).Await(ctx, roomy())
		require.ErrorIs(t, err, why)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestOtherAccountsAreNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(1, 1<<20)
		for second := range 5 {
			time.AfterFunc(time.Duration(second)*time.Second, func() {
				j.Add(sent(uint64(second+1), func(e *exchange.Exchange) { e.Account = "other" }))
			})
		}
		r, err := compiled(t, `{"exactly":0,"wait":"10s","account":"demo"}`).Await(t.Context(), j)
		require.NoError(t, err)
		assert.True(t, r.Satisfied, "what was dropped was another account's: %s", r.Detail)
	})
}

// TestAStormIsWaitedOut lets more requests come at once than a subscription holds.
func TestAStormIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(10_000, 64<<20)
		time.AfterFunc(time.Second, func() {
			for i := range uint64(3000) {
				add(j, i+1)
			}
		})
		began := time.Now()
		r, err := compiled(t, `{"atLeast":3000,"wait":"10s"}`).Await(t.Context(), j)
		require.NoError(t, err)
		assert.Equal(t, 3000, r.Count)
		assert.True(t, r.Satisfied)
		assert.Equal(t, time.Second, time.Since(began).Truncate(time.Second))
	})
}

// TestNobodyIsToldAnythingWrongWhileEntriesAreDropped asks a tiny journal all the time while
// requests are added whose number is known: the answer may be that nobody can tell, and never a
// wrong one.
func TestNobodyIsToldAnythingWrongWhileEntriesAreDropped(t *testing.T) {
	const requests = 4000
	j := journal.New(16, 8<<10)
	odd := func(id uint64) bool { return id%2 == 1 } // PATCH; the others are GET
	var before, after counter                        // requests that match, at least and at most, at any moment
	var adding, asking sync.WaitGroup
	stop := make(chan struct{})
	adding.Go(func() {
		for id := range uint64(requests) {
			e := sent(id + 1)
			if odd(id + 1) {
				after.add()
			} else {
				e.Request.Method = "GET"
			}
			j.Add(e)
			if odd(id + 1) {
				before.add()
			}
		}
	})
	for range 3 {
		asking.Go(func() {
			for round := 0; ; round++ {
				select {
				case <-stop:
					return
				default:
				}
				least := before.get()
				for name, n := range map[string]int{"exactly": least, "atLeast": least + round%3, "atMost": least} {
					x := verify.Expectation{Match: &verify.Match{Method: "PATCH"}}
					switch name {
					case "exactly":
						x.Exactly = &n
					case "atLeast":
						x.AtLeast = &n
					case "atMost":
						x.AtMost = &n
					}
					check, err := verify.Compile(x, redactor())
					if !assert.NoError(t, err) {
						return
					}
					from := before.get()
					r, err := check.Await(t.Context(), j)
					to := after.get() // the true count at the moment of the answer lies between from and to
					if !assert.NoError(t, err) {
						return
					}
					low, high := 0, requests
					switch name {
					case "exactly":
						low, high = n, n
					case "atLeast":
						low = n
					case "atMost":
						high = n
					}
					switch {
					case r.Satisfied:
						assert.True(t, to >= low && from <= high, "%s %d is satisfied, while %d to %d came", name, n, from, to)
					case !r.Inconclusive:
						assert.False(t, from >= low && to <= high, "%s %d is not satisfied, while %d to %d came", name, n, from, to)
					}
				}
			}
		})
	}
	adding.Wait()
	close(stop)
	asking.Wait()

	for name, c := range map[string]struct {
		expectation string
		unknown     bool
		satisfied   bool
	}{
		"exactly the true number": {`{"match":{"method":"PATCH"},"exactly":2000}`, true, false},
		"more than all":           {`{"match":{"method":"PATCH"},"atLeast":4001}`, false, false},
		"less than are there":     {`{"match":{"method":"PATCH"},"atMost":0}`, false, false},
		"as few as are there":     {`{"match":{"method":"PATCH"},"atLeast":1}`, false, true},
		"as many as there can be": {`{"match":{"method":"PATCH"},"atMost":4000}`, false, true},
	} {
		r, err := compiled(t, c.expectation).Await(t.Context(), j)
		require.NoError(t, err)
		assert.Equal(t, c.unknown, r.Inconclusive, "%s: %s", name, r.Detail)
		assert.Equal(t, c.satisfied, r.Satisfied, "%s: %s", name, r.Detail)
	}
}

// counter counts, for many at once.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *counter) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
