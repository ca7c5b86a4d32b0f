package mockserver_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// TestAPathFitsAsItWasSentAndAsTheSurfaceSeesIt asks fault rules, verify and the journal for paths
// of v2 below a prefix, and of a paid service.
func TestAPathFitsAsItWasSentAndAsTheSurfaceSeesIt(t *testing.T) {
	for path, fits := range map[string][]string{
		"/__v2/wallet":                       {"/__v2/wallet", "/wallet", "*/wallet", "/__v2/*"},
		"/__v2/tokens/a%2Fb":                 {"/__v2/tokens/a%2Fb", "/tokens/a%2Fb", "/tokens/a/b", "/__v2/tokens/a/b"},
		"/__services/vies.example.com/a%20b": {"/__services/vies.example.com/a%20b", "/vies.example.com/a%20b", "/vies.example.com/a b", "*/a b"},
	} {
		for _, pattern := range fits {
			t.Run(path+" fits "+pattern, func(t *testing.T) {
				h := newHandler(t, mockserver.WithRootSurface("v1"))
				rule := fmt.Sprintf(`{"name":"teapot","match":{"path":%q},"effect":{"kind":"status","status":418}}`, pattern)
				require.Equal(t, 201, send(h, "POST", "/__admin/faults", rule).Code)
				assert.Equal(t, 418, send(h, "GET", path, "").Code)
				expectation := fmt.Sprintf(`{"match":{"path":%q,"status":418},"exactly":1}`, pattern)
				assert.Equal(t, true, object(t, send(h, "POST", "/__admin/verify", expectation))["satisfied"])
			})
		}
	}
	h := newHandler(t, mockserver.WithRootSurface("v1"))
	require.Equal(t, 201, send(h, "POST", "/__admin/faults", `{"name":"teapot","match":{"path":"/__v1/wallet"},"effect":{"kind":"status","status":418}}`).Code)
	assert.Equal(t, 200, send(h, "GET", "/__v2/wallet", "").Code, "which is another path")
	items := object(t, send(h, "GET", "/__admin/requests?path=/wallet", ""))["items"]
	assert.Len(t, items, 1)
}

func TestWhatCameNearIsLookedForOnTheSurfaceThatAnswered(t *testing.T) {
	h := newHandler(t, mockserver.WithRootSurface("v1"))
	send(h, "GET", "/__v2/wallett", "")
	explanation := send(h, "GET", "/__admin/requests/1", "").Body.String()
	assert.Contains(t, explanation, "GET /wallet (wallet.get) came near: the path is /wallett.")
	assert.NotContains(t, explanation, "Basic was refused")
}
