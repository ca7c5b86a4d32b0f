package account_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

// calledBack begins a callback with so many retries.
func (b *testService) calledBack(t require.TestingT, retries int) string {
	id, err := b.AddCallback(context.Background(), b.call.Account, "POST:sms.openapi.com/send", account.CallbackRequest{URL: "http://127.0.0.1:9/", Method: "JSON", Field: "data", Retries: retries},
		account.CallbackPayload{Data: map[string]any{"n": 1}, Size: 7})
	require.NoError(t, err)
	return id
}

// attempted makes every attempt that is due, each with the outcome that answer gives, and returns
// what happened.
func (b *testService) attempted(t require.TestingT, answer func(a account.Attempt) account.Outcome) (fired []string) {
	for {
		a, ok, err := b.BeginAttempt(context.Background(), b.call.Account)
		require.NoError(t, err)
		if !ok {
			return fired
		}
		e, ok, err := b.FinishAttempt(context.Background(), a, answer(a))
		require.NoError(t, err)
		require.True(t, ok)
		fired = append(fired, fmt.Sprintf("%s %d %s %s", e.What, a.N, a.At.Sub(noon), e.At.Sub(noon)))
	}
}

func always(code int, took time.Duration) func(account.Attempt) account.Outcome {
	return func(account.Attempt) account.Outcome { return account.Outcome{Code: code, Took: took} }
}

func TestACallbackIsTriedAgainAfter1And2And4And8And16Seconds(t *testing.T) {
	b := newTestService(account.Production)
	id := b.calledBack(t, account.MaxRetries)
	b.now = noon.Add(time.Hour)
	assert.Equal(t, []string{
		"callback.failed 1 0s 2s", "callback.failed 2 3s 5s", "callback.failed 3 7s 9s", "callback.failed 4 13s 15s", "callback.failed 5 23s 25s", "callback.given-up 6 41s 43s",
	}, b.attempted(t, always(500, 2*time.Second+30*time.Millisecond)))
	c, _, err := b.Callback(context.Background(), b.call, id)
	require.NoError(t, err)
	assert.False(t, c.Active)
	assert.Equal(t, 500, c.HTTPResponseCode)
	assert.Equal(t, 6, c.Attempt)
	assert.Equal(t, 5, c.Retry)
	assert.Equal(t, noon, c.StartedAt)
	assert.Equal(t, noon.Add(43*time.Second), c.CompletedAt)
	assert.Equal(t, 43*time.Second+30*time.Millisecond, c.ElapsedTime)
	p, err := b.PendingCallbacks(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.Zero(t, p)
}

func TestOnlyA200CountsAsDelivered(t *testing.T) {
	for code, delivered := range map[int]bool{200: true, 201: false, 204: false, 302: false, 404: false, 500: false, 0: false} {
		b := newTestService(account.Production)
		b.calledBack(t, 1)
		want := []string{"callback.failed 1 0s 0s"}
		if delivered {
			want = []string{"callback.delivered 1 0s 0s"}
		}
		assert.Equal(t, want, b.attempted(t, always(code, 0)), code)
	}
}

func TestWhatWouldEndAlikeIsNotTriedAgain(t *testing.T) {
	b := newTestService(account.Production)
	b.calledBack(t, 5)
	assert.Equal(t, []string{"callback.given-up 1 0s 0s"}, b.attempted(t, func(account.Attempt) account.Outcome { return account.Outcome{Final: true} }))
}

func TestOneAttemptOfAnAccountIsUnderWayAtATime(t *testing.T) {
	b := newTestService(account.Production)
	first, second := b.calledBack(t, 0), b.calledBack(t, 0)
	one, ok, err := b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, first, one.Callback.ID)
	_, ok, err = b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.False(t, ok, "the first one is under way")

	require.NoError(t, b.DropAttempt(context.Background(), one))
	again, ok, err := b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, one, again, "what was not made is due as before")
	b.now = noon.Add(time.Minute)
	_, ok, err = b.FinishAttempt(context.Background(), again, account.Outcome{Code: 200, Took: 30 * time.Second})
	require.NoError(t, err)
	assert.True(t, ok)
	_, ok, err = b.FinishAttempt(context.Background(), again, account.Outcome{Code: 200})
	require.NoError(t, err)
	assert.False(t, ok, "it ended already")
	two, ok, err := b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, second, two.Callback.ID)
	assert.Equal(t, noon.Add(30*time.Second), two.At, "it waited for the first one")
}

func TestACopyOfAnAccountHasNoAttemptUnderWay(t *testing.T) {
	b := newTestService(account.Production)
	b.calledBack(t, 0)
	_, ok, err := b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	require.True(t, ok)
	b.account = b.account.Clone()
	_, ok, err = b.BeginAttempt(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.True(t, ok)
}

func TestAnAttemptOnAClockThatStandsStillEndsWhereItBegan(t *testing.T) {
	b := newTestService(account.Production)
	b.calledBack(t, 1)
	assert.Equal(t, []string{"callback.failed 1 0s 0s"}, b.attempted(t, always(0, 30*time.Second)))
	p, err := b.PendingCallbacks(context.Background(), b.call.Account)
	require.NoError(t, err)
	assert.Equal(t, account.PendingCallbacks{Count: 1, Bytes: 7, Wait: time.Second}, p)
}

// TestALeapEqualsManySmallOnes compares what happens to callbacks in one leap with what happens in
// leaps of a few seconds.
func TestALeapEqualsManySmallOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, many := newTestService(account.Production), newTestService(account.Production)
		answers := map[string][]int{}
		for range rapid.IntRange(1, 4).Draw(t, "callbacks") {
			retries := rapid.IntRange(0, 5).Draw(t, "retries")
			id := one.calledBack(t, retries)
			require.Equal(t, id, many.calledBack(t, retries))
			answers[id] = rapid.SliceOfN(rapid.SampledFrom([]int{0, 200, 500}), 6, 6).Draw(t, "answers")
		}
		answer := func(a account.Attempt) account.Outcome { return account.Outcome{Code: answers[a.Callback.ID][a.N-1]} }
		one.now = noon.Add(time.Minute)
		leap := one.attempted(t, answer)
		var steps []string
		for many.now.Before(one.now) {
			many.now = many.now.Add(time.Duration(rapid.IntRange(1, 7).Draw(t, "seconds")) * time.Second)
			steps = append(steps, many.attempted(t, answer)...)
		}
		assert.Equal(t, leap, steps)
		for i, c := range one.account.Callbacks {
			assert.Equal(t, c, many.account.Callbacks[i])
		}
	})
}

func TestACallbackNeedsAScopeOfTheCatalogue(t *testing.T) {
	for name, c := range map[string]struct {
		environment account.Environment
		scope, want string
	}{
		"as in production":               {account.Production, "POST:sms.openapi.com/send", "POST:sms.openapi.com/send"},
		"in a sandbox":                   {account.Sandbox, "POST:test.sms.openapi.com/send", "POST:test.sms.openapi.com/send"},
		"in a sandbox, without test.":    {account.Sandbox, "POST:sms.openapi.com/send", "POST:test.sms.openapi.com/send"},
		"one that nobody sells":          {account.Production, "POST:sms.openapi.com/other", ""},
		"in production, with test.":      {account.Production, "POST:test.sms.openapi.com/send", ""},
		"one that is not a scope at all": {account.Production, "", ""},
		"one that the account may not":   {account.Production, "GET:risk.openapi.com/report", "GET:risk.openapi.com/report"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestService(c.environment)
			_, err := b.AddCallback(t.Context(), b.call.Account, c.scope, account.CallbackRequest{}, account.CallbackPayload{})
			if c.want == "" {
				require.ErrorIs(t, err, account.ErrNoScope)
				assert.Empty(t, b.account.Callbacks)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, b.account.Callbacks[0].Scope)
			assert.Equal(t, account.DomainOf(c.want), b.account.Callbacks[0].Domain)
		})
	}
}

func TestTheOldestCompletedCallbacksMakeRoom(t *testing.T) {
	b := newTestService(account.Production)
	const mebibyte = 1 << 20
	add := func(retries int) string {
		id, err := b.AddCallback(t.Context(), b.call.Account, "POST:sms.openapi.com/send", account.CallbackRequest{Retries: retries}, account.CallbackPayload{Size: mebibyte})
		require.NoError(t, err)
		return id
	}
	pending := add(1)
	b.attempted(t, always(500, 0))
	for range 70 {
		last := add(0)
		b.attempted(t, always(200, 0))
		assert.Equal(t, last, b.account.Callbacks[len(b.account.Callbacks)-1].ID)
	}
	assert.Less(t, len(b.account.Callbacks), 65)
	assert.Equal(t, pending, b.account.Callbacks[0].ID)
}
