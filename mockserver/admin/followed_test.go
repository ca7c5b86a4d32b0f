package admin_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/journal"
)

// TestACredentialIsFollowedThroughAllThatTheControlAPIShows lets a token be made, used in the ways
// there are, and deleted, and wants the same fingerprint of it everywhere, and nothing else of it.
func TestACredentialIsFollowedThroughAllThatTheControlAPIShows(t *testing.T) {
	handler := newServer(t).Handler()
	create := func() (token, refresh string) {
		made := decoded(t, send(t, handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`).Body.Bytes()).(map[string]any)
		return made["token"].(string), made["refreshToken"].(string)
	}
	kept, _ := create()
	token, refresh := create()
	bearer := func(method, path, with, body string) {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+with)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	send(t, handler, "GET", "/tokens/"+token, "")
	send(t, handler, "GET", "/tokens?id="+token, "")
	send(t, handler, "POST", "/tokens", `{"ttl":"`+kept+`","scopes":["`+kept+`"],"`+kept+`":1}`) // hidden as long as they are somebody's
	send(t, handler, "GET", "/nowhere/"+kept+"?limit="+kept, "")
	bearer("GET", "/__services/company.openapi.com/IT-start/"+token, token, "")
	bearer("PATCH", "/tokens/"+token, token, `{"name":"`+token+`"}`)
	bearer("PATCH", "/tokens/"+token, refresh, `{}`)
	send(t, handler, "GET", "/tokens/"+token, "")
	bearer("GET", "/wallet", token, "")

	read := func(method, path, body string) string {
		return send(t, handler, method, "/__admin"+path, body).Body.String()
	}
	var list struct{ Items []journal.Entry }
	require.NoError(t, json.Unmarshal([]byte(read("GET", "/requests", "")), &list))
	require.Len(t, list.Items, 11)
	entry := func(id int) journal.Entry { return list.Items[id-1] }
	of, rotated := entry(7).Credential, entry(9).Credential
	assert.NotEqual(t, of, rotated)
	for _, e := range list.Items {
		assert.Regexp(t, `^\[secret [0-9a-f]{16}\]$`, e.Credential)
	}
	assert.Equal(t, entry(1).Credential, entry(10).Credential, "the key in Basic")
	assert.Contains(t, entry(2).Response.Body, `"token":"`+of+`"`)
	assert.Contains(t, entry(2).Response.Body, `"refreshToken":"`+rotated+`"`)
	assert.Equal(t, "http://localhost/tokens/"+of, entry(3).Request.URI)
	assert.Equal(t, "http://localhost/tokens?id="+of, entry(4).Request.URI)
	assert.Regexp(t, `^http://localhost/nowhere/(\[secret [0-9a-f]{16}\])\?limit=\[secret [0-9a-f]{16}\]$`, entry(6).Request.URI)
	assert.Equal(t, []string{"Bearer " + of}, entry(8).Request.Headers["Authorization"])
	assert.Equal(t, `{"name":"`+of+`"}`, entry(8).Request.Body)

	verified := read("POST", "/verify", `{"match":{"path":"/tokens/`+of+`"},"exactly":4}`)
	assert.Contains(t, verified, `"satisfied":true`, verified)
	verified = read("POST", "/verify", `{"match":{"path":"/tokens/`+token+`","headers":{"authorization":"Bearer `+rotated+`"}},"exactly":1}`)
	assert.Contains(t, verified, `"satisfied":true`, verified)

	all := read("GET", "/requests", "") + read("GET", "/requests?format=har", "") +
		read("POST", "/verify", `{"match":{"path":"/tokens/`+token+`","body":{"token":"`+token+`"}},"exactly":9}`)
	for _, e := range list.Items {
		all += read("GET", "/requests/"+e.ID, "")
	}
	for name, secret := range map[string]string{"token": token, "refresh": refresh, "kept": kept} {
		if at := strings.Index(all, secret); at >= 0 {
			t.Errorf("the %s is shown: %s", name, all[max(0, at-200):at+50])
		}
	}
	assert.Contains(t, all, `"url":"http://localhost/tokens/%5Bsecret%20`, "the archive")
}
