package check_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/check"
	"oauthmock/scenarios"
)

func TestAHeaderMayBeKnownByAPatternOfItsName(t *testing.T) {
	got := http.Header{"X-Ratelimit-Limit": {"3"}, "X-Time-Limit": {"none"}, "Retry-After": {"60"}}
	judge, err := check.NewJudge()
	require.NoError(t, err)
	answered := check.NewExchange(judge.Surface("authcode"), nil, nil, http.StatusTooManyRequests, got, []byte("{}"))
	for name, c := range map[string]struct {
		pattern string
		matcher scenarios.Matcher
		ok      bool
	}{
		"one of several fits":  {"/(?i).*limit.*/", matcher(t, `{matches: "[0-9]+"}`), true},
		"none of several fits": {"/(?i).*limit.*/", matcher(t, `{matches: "[a-c]+"}`), false},
		"there is one":         {"/(?i)(retry|reset).*/", matcher(t, `{exists: true}`), true},
		"the whole name":       {"/Retry/", matcher(t, `{exists: true}`), false},
		"a name":               {"Retry-After", matcher(t, `{equals: "60"}`), true},
	} {
		t.Run(name, func(t *testing.T) {
			findings := check.Expected(scenarios.Expect{}, check.Wants{Headers: []check.Want{{Name: c.pattern, Path: c.pattern, Matcher: c.matcher}}}, answered, scenarios.Must)
			require.Len(t, findings, 1)
			assert.Equal(t, c.ok, findings[0].OK, findings[0].Actual)
		})
	}
}
