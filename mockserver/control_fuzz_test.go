package mockserver_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec/readertest"
)

// FuzzBodies sends any body to what reads one: the control API, version 1, and the grants. None may
// fail on its own, or take long.
func FuzzBodies(f *testing.F) {
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	paths := []string{
		"PUT /__admin/clock", "POST /__admin/clock/advance", "POST /__admin/accounts", "PUT /__admin/accounts/demo", "POST /__admin/accounts/demo/wallet",
		"POST /__admin/accounts/demo/callbacks", "POST /__admin/accounts/demo/clients", "POST /__admin/accounts/demo/users", "PUT /__admin/ratelimit", "PUT /__admin/autoapprove",
		"POST /__admin/verify", "PUT /__admin/state", "POST /__admin/faults", "PUT /__admin/faults/x", "POST /__v1/token", "PUT /__v1/token/5f8041e42efdfc468b6e60ea",
		"PATCH /__v1/token/5f8041e42efdfc468b6e60ea", "POST /v1/auth/token", "POST /api/token.php", "POST /api/authorize.php", "POST /__services/company.openapi.com/IT-start",
	}
	for i := range paths {
		f.Add(i, true, `{}`)
		f.Add(i, false, "client_id=demo-client&client_secret=demo-secret&code=%zz&redirect_uri=http://127.0.0.1:9/cb")
	}
	for n, shape := range readertest.Shapes() {
		f.Add(n%len(paths), true, shape)
		f.Add(n%len(paths), false, shape)
	}
	f.Add(14, true, `{"scopes":["*:*/*"],"ttl":1e400,"expire":-1}`)
	f.Add(11, true, `{"version":"1.0","accounts":[{"id":"a","email":"a@b.c","apiKey":"k","environment":"sandbox"}]}`)
	mock, err := mockserver.New(mockserver.WithFixtures("empty"), mockserver.WithJournal(10, 1<<20))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, place int, isJSON bool, body string) {
		defer readertest.Within(len(body))()
		method, path, _ := strings.Cut(paths[uint(place)%uint(len(paths))], " ")
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.SetBasicAuth("dev@example.com", demoKey)
		r.Header.Set("Content-Type", formType)
		if isJSON {
			r.Header.Set("Content-Type", jsonType)
		}
		w := httptest.NewRecorder()
		mock.Handler().ServeHTTP(w, r)
		require.NotEqual(t, 500, w.Code, w.Body.String())
		w = httptest.NewRecorder()
		mock.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/__admin/requests", nil))
		require.Equal(t, 200, w.Code)
	})
}
