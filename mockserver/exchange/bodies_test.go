package exchange_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
)

func TestLargeBodiesWaitForRoomAndSmallOnesDoNot(t *testing.T) {
	const large, bound = 100 << 10, 1 << 20
	bodies := exchange.NewBodies(250 << 10)
	enter := func(ctx context.Context, length int) (leave func(), ok bool) {
		r := httptest.NewRequestWithContext(ctx, "POST", "/tokens", strings.NewReader(strings.Repeat("x", length)))
		return bodies.Enter(r, bound)
	}
	gone, leaves := context.WithCancel(t.Context())
	leaves()

	first, ok := enter(t.Context(), large)
	require.True(t, ok)
	_, ok = enter(t.Context(), large)
	require.True(t, ok)
	_, ok = enter(gone, large)
	assert.False(t, ok, "there is no room")
	_, ok = enter(gone, 10<<10)
	assert.True(t, ok, "a small body needs none")
	first()
	_, ok = enter(gone, large)
	assert.True(t, ok, "room was given back")

	unknown := httptest.NewRequest("POST", "/tokens", strings.NewReader("x"))
	unknown.ContentLength = -1
	leave, ok := exchange.NewBodies(1<<10).Enter(unknown, bound)
	require.True(t, ok, "what is larger than all the room has all of it")
	leave()
}
