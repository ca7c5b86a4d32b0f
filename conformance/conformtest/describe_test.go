package conformtest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance/report"
)

func TestAFailedSubtestShowsWhatAndHowToRepeatIt(t *testing.T) {
	result := report.Result{
		Title: "a", Verdict: report.Fail, Reason: "read/http.status: expected status 404, got status 200", File: "v2/written.yaml", Line: 4,
		Assertions: []report.Assertion{
			{ID: "read/http.status", Level: "must", Source: "GET /wallet", Requirement: "The wallet is not found.", Verdict: report.Fail, Expected: "status 404", Actual: "status 200"},
			{ID: "read/data", Verdict: report.Pass, Requirement: "Data is an object."},
			{ID: "standing", Verdict: report.Fail, Requirement: "Nothing is left behind.", Expected: "nothing", Actual: "a token", Step: -1},
		},
		Steps: []report.Step{{Curl: "curl -sS 'http://localhost/wallet'"}},
	}
	assert.Equal(t, `FAIL a: read/http.status: expected status 404, got status 200
v2/written.yaml:4
  read/http.status (must, GET /wallet)
    The wallet is not found.
    expected status 404
    got      status 200
    curl -sS 'http://localhost/wallet'
  standing (, )
    Nothing is left behind.
    expected nothing
    got      a token
`, describe(result))
}
