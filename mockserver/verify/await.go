package verify

import (
	"context"
	"time"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// Journal is the part of the journal that Await needs.
type Journal interface {
	Walk(f journal.Filter, visit func(*exchange.Exchange) bool) (dropped uint64)
	SubscribeTo(f journal.Filter, buffer int) *journal.Subscription
}

// Await checks the journal, and waits as long as Expectation.Wait allows for the result to become
// better:
//
//   - atLeast and inOrder answer as soon as they are satisfied,
//   - exactly answers as soon as the number is reached or exceeded; exactly 0 answers at the end,
//     like atMost,
//   - atMost, with or without atLeast, answers at the end, or as soon as there are too many,
//
// Exactly and atMost become inconclusive with the next matching request once entries were dropped
// that could decide them. If nothing is decided before, the journal at the end of the wait decides.
// The result always reflects one moment of the journal: if it is cleared meanwhile, counting starts
// again.
//
// The error is the context's, when that is done before.
func (c *Check) Await(ctx context.Context, j Journal) (Result, error) {
	if c.wait == 0 {
		return c.take(j).result(), nil
	}
	deadline := time.NewTimer(c.wait)
	defer deadline.Stop()
	// Subscribed before the journal is read, so that nothing comes in between.
	news := j.SubscribeTo(c.filter(), 256)
	defer news.Close()
	for {
		began, lost := time.Now(), news.Dropped()
		t := c.take(j)
		if t.settled() {
			return t.result(), nil
		}
		over, err := c.sleep(ctx, deadline, news, lost, t.wanted(), restFactor*time.Since(began))
		if err != nil {
			return Result{}, err
		}
		if over {
			return c.take(j).result(), nil
		}
	}
}

// restFactor is how many times longer than reading the journal took it is left alone, while much
// happens.
const restFactor = 4

// sleep waits for so many matching requests, or until some were dropped that may match, and at
// least for the rest of the time; over reports that the time is up.
func (c *Check) sleep(
	ctx context.Context, deadline *time.Timer, news *journal.Subscription, lost uint64, wanted int, rest time.Duration,
) (over bool, err error) {
	pause := time.NewTimer(rest)
	defer pause.Stop()
	for rested := false; !rested || wanted > 0 && news.Dropped() == lost; {
		entries := news.C
		if wanted <= 0 {
			entries = nil // enough is known; what comes is read with the journal
		}
		select {
		case n := <-entries:
			news.Taken(n)
			if n == nil || c.concerns(n.Exchange) {
				wanted--
			}
		case <-pause.C:
			rested = true
		case <-deadline.C:
			return true, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	return false, nil
}

// concerns reports whether a request can change the answer.
func (c *Check) concerns(e *exchange.Exchange) bool {
	for _, step := range c.steps {
		if step.distance(e) == 0 {
			return true
		}
	}
	return false
}

// filter is of what the check is about.
func (c *Check) filter() journal.Filter {
	f := journal.Filter{Account: c.account, Kind: c.steps[0].kind}
	for _, step := range c.steps {
		if step.kind != f.Kind {
			f.Kind = journal.AnyKind
		}
	}
	return f
}

// take checks the journal as it is.
func (c *Check) take(j Journal) *tally {
	t := newTally(c)
	t.finish(j.Walk(c.filter(), func(e *exchange.Exchange) bool {
		t.add(e)
		return true
	}))
	return t
}
