package audit

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func TestTheStrictReadingSeesWhatThePublishedOneCannot(t *testing.T) {
	m, err := Measure(spec.V2())
	require.NoError(t, err)

	assert.Greater(t, m.Right, 170)
	assert.Greater(t, m.Wrong, 10_000)
	assert.Equal(t, m.Wrong, m.Published.Rejected+m.Published.Accepted)
	assert.Equal(t, m.Wrong, m.Strict.Rejected+m.Strict.Accepted)
	assert.Empty(t, m.Unseen, "neither seen by the strict reading nor right")
	assert.Less(t, m.Strict.Share(), 5.0)
	assert.Greater(t, m.Published.Share(), 60.0)
	stillRight := 0
	for _, reason := range m.StillRight {
		stillRight += reason.Count
	}
	assert.Equal(t, m.Strict.Accepted, stillRight)

	// The kinds add up to the whole.
	var wrong, published, strict, withoutSchema int
	for _, kind := range m.Kinds {
		assert.Positive(t, kind.Wrong, "nothing is made that is wrong so: %s", kind.Kind)
		assert.Less(t, kind.Strict.Accepted, kind.Wrong, "the strict reading sees none: %s", kind.Kind)
		wrong += kind.Wrong
		published += kind.Published.Accepted
		strict += kind.Strict.Accepted
		withoutSchema += kind.Published.WithoutSchema
	}
	assert.Equal(t, []int{m.Wrong, m.Published.Accepted, m.Strict.Accepted, m.Published.WithoutSchema}, []int{wrong, published, strict, withoutSchema})
	assert.Equal(t, m.Documented.Wrong, m.Documented.Published.Rejected+m.Documented.Published.Accepted)
	assert.Positive(t, m.Documented.Wrong)
	assert.Less(t, m.Documented.Wrong, m.Wrong)
	assert.Zero(t, m.Strict.WithoutSchema)
}

func TestTheStrictReadingOfV1LetsNothingWrongPass(t *testing.T) {
	m, err := Measure(spec.V1())
	require.NoError(t, err)
	assert.Greater(t, m.Right, 100)
	assert.Greater(t, m.Wrong, 4000)
	assert.Empty(t, m.Unseen, "neither seen by the strict reading nor right")
	assert.Less(t, m.Strict.Share(), 5.0)
}

func TestAShareOfNothingIsNone(t *testing.T) {
	assert.Zero(t, Count{}.Share())
	assert.InDelta(t, 25, Count{Rejected: 3, Accepted: 1}.Share(), 1e-9)
}
