package mockserver

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhoAsksMeanwhileSharesTheNextTurn(t *testing.T) {
	var saving turns
	var done int
	begun, release := make(chan struct{}), make(chan struct{})
	work := func() error {
		if done++; done == 1 {
			close(begun)
			<-release
		}
		return errors.New("the disk is full")
	}
	var callers sync.WaitGroup
	callers.Go(func() { assert.EqualError(t, saving.do(t.Context(), work), "the disk is full") })
	<-begun
	left, leave := context.WithCancelCause(t.Context())
	leave(errors.New("gone"))
	for range 20 {
		require.EqualError(t, saving.do(left, work), "gone")
	}
	waiting := func() (n int) {
		saving.mu.Lock()
		defer saving.mu.Unlock()
		if saving.next != nil {
			n = saving.next.callers
		}
		return n
	}
	assert.Zero(t, waiting())
	for range 10 {
		callers.Go(func() { assert.EqualError(t, saving.do(t.Context(), work), "the disk is full") })
	}
	for waiting() < 10 {
		runtime.Gosched()
	}
	close(release)
	callers.Wait()
	assert.Equal(t, 2, done)
}

func TestATurnThatNobodyWaitsForIsLeftOut(t *testing.T) {
	var saving turns
	var done int
	begun, release := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		first <- saving.do(t.Context(), func() error {
			if done++; done == 1 {
				close(begun)
				<-release
			}
			return nil
		})
	}()
	<-begun
	left, leave := context.WithCancel(t.Context())
	leave()
	require.ErrorIs(t, saving.do(left, nil), context.Canceled)
	close(release)
	require.NoError(t, <-first)
	for idle := false; !idle; runtime.Gosched() {
		saving.mu.Lock()
		idle = !saving.running
		saving.mu.Unlock()
	}
	assert.Equal(t, 1, done)
}
