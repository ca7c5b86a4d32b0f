package v2

import "testing"

func BenchmarkTokenRequest(b *testing.B) {
	body := []byte(`{"scopes":["GET:company.openapi.com/IT-start"],"ttl":3600}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokenRequest(body, true); err != nil {
			b.Fatal(err)
		}
	}
}
