package v2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

func TestMomentsAreWrittenAsTheStandardLibraryWritesThem(t *testing.T) {
	var written moments
	same := func(t assert.TestingT, at time.Time) {
		want := at.UTC().Format("2006-01-02T15:04:05") + "+00:00"
		assert.Equal(t, want, string(written.append(nil, account.MomentOf(at))))
		assert.Equal(t, want, string(wireTime(at)))
	}
	for _, at := range []time.Time{
		time.Unix(0, 0), time.Unix(-1, 0), time.Unix(8*24*60*60, 0), {}, time.Date(2024, 2, 29, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 30, 0, 0, time.FixedZone("", 3600)),
	} {
		same(t, at)
	}
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Int64Range(0, 30*24*60*60)
		same(t, time.Unix(rapid.OneOf(near, rapid.Int64Range(-62_135_596_800, 253_402_300_800)).Draw(t, "seconds"), 0))
	})
}
