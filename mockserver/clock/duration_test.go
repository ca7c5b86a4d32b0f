package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/clock"
)

func TestADurationMayHaveDays(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1d": 24 * time.Hour, "1.5d": 36 * time.Hour, "1d12h": 36 * time.Hour, "-1d12h": -36 * time.Hour, "0d": 0, "90m": 90 * time.Minute, "106751d": 106751 * 24 * time.Hour,
	} {
		got, err := clock.ParseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "d", "1", "1h1d", "1d1d", "1d-1h", "1d+1h", "-1d-1h", "1hd", "106752d", "106751d24h", "-106751d24h", "99999999999d", "day"} {
		_, err := clock.ParseDuration(text)
		assert.Error(t, err, text)
	}
}
