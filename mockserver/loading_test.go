package mockserver_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// A state that arrives slowly waits alone: only what has arrived has its turn.
func TestASlowUploadOfAStateHoldsUpNobody(t *testing.T) {
	mock, err := mockserver.New()
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	defer server.Close()
	for _, path := range []string{"/__admin/state", "/__admin/accounts/demo"} {
		slow, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer slow.Close()
		_, err = io.WriteString(slow, "PUT "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
		require.NoError(t, err)
	}
	for range 3 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/__admin/state", strings.NewReader("{}"))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	}
}
