package mockserver

import (
	"encoding/json"
	"fmt"
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/verify"
)

// Verify fails the test, and lets it go on, unless the mock was asked what is expected: the zero Expectation wants at least one request,
// whichever. What came near is printed, and what was off. With Wait it waits until the expectation is met. Where the journal has dropped what
// would be needed to know, the test fails too. It answers whether all is well.
func (m *Mock) Verify(tb TB, expected verify.Expectation) bool {
	tb.Helper()
	check, err := verify.Compile(expected)
	if err != nil {
		tb.Fatalf("mockserver.Verify: %v", err)
		return false
	}
	result, err := check.Await(m.ctx, m.server.journal, m.redacted)
	switch {
	case err != nil:
		tb.Errorf("mockserver.Verify: the mock has stopped: %v", err)
	case !result.Satisfied:
		tb.Errorf("%s", unsatisfied(result))
	}
	return err == nil && result.Satisfied
}

// Verify is Mock.Verify for the requests of this account.
func (a *Account) Verify(tb TB, expected verify.Expectation) bool {
	tb.Helper()
	expected.Account = a.ID
	return a.mock.Verify(tb, expected)
}

// redacted is an exchange as the journal shows it.
func (m *Mock) redacted(e *exchange.Exchange) journal.Entry {
	return journal.Show(e, m.server.world.Secret)
}

// unsatisfied is a result that is not good, in the words that a developer needs.
func unsatisfied(r verify.Result) string {
	var out strings.Builder
	out.WriteString(r.Detail)
	for _, near := range r.NearMisses {
		out.WriteString("\nrequest " + near.ID + " came near:")
		for _, d := range near.Differences {
			fmt.Fprintf(&out, "\n  %s: expected %s, but got %s", d.Field, compact(d.Expected), compact(d.Actual))
		}
	}
	return out.String()
}

// compact is a value of a request as JSON in one line.
func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return line(string(b))
}
