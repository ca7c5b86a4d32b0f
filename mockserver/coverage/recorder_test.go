package coverage_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/coverage"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
	v2 "oauthmock/mockserver/surface/v2"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

func surfaces() surface.Descriptions {
	api := v2.New(nil, v2.Both, v2.Full)
	return surface.Descriptions{&api.Description}
}

func met(operation string, status int, code string, by account.ID) *exchange.Exchange {
	return &exchange.Exchange{Surface: "v2", Operation: operation, Code: code, Account: by, Response: exchange.Response{Status: status}}
}

func report(t testing.TB, r *coverage.Recorder, of account.ID) coverage.Report {
	t.Helper()
	out, err := r.Report(of)
	require.NoError(t, err)
	return out
}

// counts are how many operations, statuses and refusals were covered.
func counts(r coverage.Report) [3]int {
	return [3]int{r.Operations.Covered, r.Statuses.Covered, r.Refusals.Covered}
}

// TestWhatThereIsToMeetIsThePublishedDocument holds the totals against another reading of the
// document than the one they come from.
func TestWhatThereIsToMeetIsThePublishedDocument(t *testing.T) {
	doc, err := reading.Published(spec.V2())
	require.NoError(t, err)
	var operations int
	statuses := []string{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			for status := range operation.Responses.Map() {
				statuses = append(statuses, fmt.Sprintf("%s %s %s", method, path, status))
			}
		}
	}
	nothing := report(t, coverage.New(surfaces()), "")
	assert.Equal(t, operations, nothing.Operations.Total)
	assert.Len(t, nothing.Operations.Missing, operations)
	assert.Equal(t, len(statuses), nothing.Statuses.Total)
	assert.ElementsMatch(t, statuses, nothing.Statuses.Missing)
	triples, err := spec.V2().Triples()
	require.NoError(t, err)
	assert.Equal(t, len(triples), nothing.Refusals.Total)
	assert.Contains(t, nothing.Refusals.Missing, "PATCH /tokens/{token} 401 130")
	assert.IsIncreasing(t, nothing.Operations.Missing)
	assert.IsIncreasing(t, nothing.Statuses.Missing)
	assert.IsIncreasing(t, nothing.Refusals.Missing)
}

func TestAnExchangeCovers(t *testing.T) {
	for name, c := range map[string]struct {
		exchange *exchange.Exchange
		covers   [3]int
	}{
		"its operation and status":                              {met("wallet.get", 200, "", "demo"), [3]int{1, 1, 0}},
		"its operation, status and refusal":                     {met("token.update", 401, "130", "demo"), [3]int{1, 1, 1}},
		"the refusal of its operation only":                     {met("token.get", 404, "120", "demo"), [3]int{1, 1, 1}},
		"its operation, where the status is not published":      {met("wallet.get", 401, "140", "demo"), [3]int{1, 0, 0}},
		"its operation and status, where the code is another's": {met("token.update", 401, "120", "demo"), [3]int{1, 1, 0}},
		"nothing, where no operation matched":                   {met("", 404, "404", ""), [3]int{0, 0, 0}},
		"nothing, where the operation is not published":         {met("service.call", 200, "", "demo"), [3]int{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			r := coverage.New(surfaces())
			r.Count(c.exchange)
			r.Count(c.exchange)
			assert.Equal(t, c.covers, counts(report(t, r, "")))
			assert.Equal(t, c.covers, counts(report(t, r, c.exchange.Account)))
			assert.Equal(t, [3]int{}, counts(report(t, r, "other")))
			all := report(t, r, "")
			assert.Len(t, all.Statuses.Missing, all.Statuses.Total-all.Statuses.Covered)
		})
	}
}

func TestWhatIsForgottenIsForgottenOfWhoIsMeant(t *testing.T) {
	r := coverage.New(surfaces())
	for _, of := range []account.ID{"a", "b"} {
		r.Count(met("wallet.get", 200, "", of))
	}
	r.Clear("a")
	assert.Equal(t, [3]int{}, counts(report(t, r, "a")))
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, "b")))
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, "")))
	r.Count(met("wallet.get", 200, "", "a"))
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, "a")))
	r.Clear("")
	for _, of := range []account.ID{"", "a", "b"} {
		assert.Equal(t, [3]int{}, counts(report(t, r, of)))
	}
}

func TestAccountsThatFindNoPlaceAreNotCalledUncovered(t *testing.T) {
	r := coverage.New(surfaces())
	for i := range coverage.MaxAccounts + 1 {
		r.Count(met("wallet.get", 200, "", account.ID(strconv.Itoa(i))))
	}
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, "0")))
	_, err := r.Report(account.ID(strconv.Itoa(coverage.MaxAccounts)))
	require.ErrorIs(t, err, coverage.ErrTooMany)
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, "")))

	r.Clear("0")
	r.Count(met("scope.list", 200, "", account.ID(strconv.Itoa(coverage.MaxAccounts))))
	assert.Equal(t, [3]int{1, 1, 0}, counts(report(t, r, account.ID(strconv.Itoa(coverage.MaxAccounts)))))
}

func TestAnswersBeyondTheBoundAreLetGo(t *testing.T) {
	r := coverage.New(surfaces())
	for status := range 3000 {
		r.Count(met("wallet.get", status, "", "demo"))
	}
	assert.Equal(t, 1, report(t, r, "demo").Operations.Covered)
}

func TestManyCountAtOnce(t *testing.T) {
	r := coverage.New(surfaces())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 500 {
				id := account.ID(strconv.Itoa(n % 50))
				r.Count(met("wallet.get", 200, "", id))
				r.Count(met("token.get", 404, "120", id))
				if i == 0 && n%100 == 0 {
					_, err := r.Report(id)
					assert.NoError(t, err)
				}
			}
		})
	}
	all.Wait()
	for n := range 50 {
		assert.Equal(t, [3]int{2, 2, 1}, counts(report(t, r, account.ID(strconv.Itoa(n)))))
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	r := coverage.New(surfaces())
	e := met("wallet.get", 200, "", "demo")
	r.Count(e)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { r.Count(e) }))
}

func BenchmarkCount(b *testing.B) {
	r := coverage.New(surfaces())
	e := met("wallet.get", 200, "", "demo")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Count(e)
		}
	})
}
