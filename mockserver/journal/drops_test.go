package journal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/journal"
)

func dropped(j *journal.Journal, of string) int {
	_, n := j.Select(journal.Filter{Account: of})
	return int(n)
}

func TestDropsAreCountedByAccount(t *testing.T) {
	j := journal.New(1, 1<<20)
	for i, of := range []account.ID{"a", "a", "b", "", "c"} { // the last one stays
		j.Add(entry(i, of, 0))
	}
	assert.Equal(t, 4, dropped(j, ""))
	assert.Equal(t, 2, dropped(j, "a"))
	assert.Equal(t, 1, dropped(j, "b"))
	assert.Zero(t, dropped(j, "c"))
	j.Clear("a")
	assert.Equal(t, 2, dropped(j, ""), "what was lost of a cleared account is not missed")
	assert.Zero(t, dropped(j, "a"))
	assert.Equal(t, 1, dropped(j, "b"))
	j.Clear("")
	assert.Zero(t, dropped(j, ""))
	assert.Zero(t, dropped(j, "b"))
	assert.Equal(t, uint64(4), j.Dropped(), "what was dropped ever stays counted")
}

func TestDropsOfManyAccountsAreNeverCountedTooLow(t *testing.T) {
	const accounts = 25_000
	j := journal.New(1, 1<<20)
	of := func(i int) string { return fmt.Sprintf("account-%d", i) }
	for round := range 2 {
		for i := range accounts {
			j.Add(entry(round*accounts+i, account.ID(of(i)), 0))
		}
	}
	exact, fresh := 0, 0
	for i := range accounts - 1 {
		n := dropped(j, of(i))
		require.GreaterOrEqual(t, n, 2, of(i))
		if n == 2 {
			exact++
		}
		if dropped(j, fmt.Sprintf("fresh-%d", i)) == 0 {
			fresh++
		}
	}
	assert.Greater(t, exact, accounts/2)
	assert.Greater(t, fresh, accounts/2, "of an account that never came nothing was dropped")
	j.Clear(account.ID(of(0)))
	j.Add(entry(0, account.ID(of(accounts-3)), 0))
	j.Add(entry(0, account.ID(of(accounts-3)), 0))
	assert.GreaterOrEqual(t, dropped(j, of(accounts-3)), 3, "a place that became free does not make it forget")
	j.Clear(account.ID(of(accounts - 2)))
	assert.GreaterOrEqual(t, dropped(j, of(accounts-3)), 2, "clearing one leaves the others counted")
	j.Clear("")
	assert.Zero(t, dropped(j, of(accounts-2)))
}

func TestDroppingIsToldAtPowersOfTen(t *testing.T) {
	j := journal.New(1, 1<<20)
	var told []uint64
	j.WhenDropping(func(n uint64) { told = append(told, n) })
	for i := range 1001 {
		j.Add(entry(i, "a", 0))
		if i == 500 {
			j.Clear("") // the next drop is no news
		}
	}
	assert.Equal(t, []uint64{1, 10, 100}, told)

	j = journal.New(1000, 64<<10)
	told = nil
	j.WhenDropping(func(n uint64) { told = append(told, n) })
	for i := range 15 {
		j.Add(entry(i, "a", 4<<10))
	}
	j.Add(entry(15, "a", 60<<10))
	assert.Equal(t, []uint64{15}, told, "one that makes many go passes several at once")
}
