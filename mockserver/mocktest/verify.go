package mocktest

import (
	"encoding/json"
	"fmt"
	"strings"

	"oauthmock/mockserver/verify"
)

// Verify checks that the mock received the expected requests. If not, it marks the test as failed,
// and prints the nearest requests with the differences; the test continues. The zero Expectation is
// met by any request. With Wait it waits until the expectation is met. If the journal has dropped
// requests that could matter, the test fails too. Verify reports whether the expectation was met.
func (m *Mock) Verify(tb TB, expected verify.Expectation) bool {
	tb.Helper()
	err := expected.CheckNames(m.server.Names())
	if err != nil {
		tb.Fatalf("mocktest.Verify: %v", err)
		return false
	}
	check, err := verify.Compile(expected, m.server.Redactor())
	if err != nil {
		tb.Fatalf("mocktest.Verify: %v", err)
		return false
	}
	result, err := check.Await(m.ctx, m.server.Journal())
	switch {
	case err != nil:
		tb.Errorf("mocktest.Verify: the mock has stopped: %v", err)
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

// unsatisfied describes a result that does not meet its expectation.
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

// compact renders a value of a request as JSON on one line.
func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return oneLine(string(b))
}
