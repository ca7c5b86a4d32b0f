package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// What the suite makes of the hook is tested where both are known, in cmd/oauthconform.
func TestTheExampleReachesStatesOfTheMock(t *testing.T) {
	mock, err := mockserver.New()
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	defer server.Close()
	ask := func(body string) (int, map[string]any) {
		recorded := httptest.NewRecorder()
		hook(server.URL+"/__admin").ServeHTTP(recorded, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body)))
		var answer map[string]any
		_ = json.Unmarshal(recorded.Body.Bytes(), &answer)
		return recorded.Code, answer
	}
	status, made := ask(`{"version":"1.0","state":"account","params":{"fixture":"empty","environment":"production"}}`)
	require.Equal(t, http.StatusCreated, status)
	id, _ := made["id"].(string)
	require.NotEmpty(t, made["apiKey"])
	status, moved := ask(`{"state":"wallet.move","account":"` + id + `","params":{"amount":10.5}}`)
	assert.Equal(t, http.StatusOK, status)
	assert.InDelta(t, 10.5, moved["credit"], 0.0001)
	status, _ = ask(`{"state":"account.gone","account":"` + id + `"}`)
	assert.Equal(t, http.StatusNoContent, status)
	status, _ = ask(`{"state":"moon.full"}`)
	assert.Equal(t, http.StatusNotImplemented, status)
	status, _ = ask(`rubbish`)
	assert.Equal(t, http.StatusBadRequest, status)
}
