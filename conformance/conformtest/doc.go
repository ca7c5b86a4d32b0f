// Package conformtest runs the conformance suite in go test: each scenario is a subtest.
//
//	func TestMyServerConforms(t *testing.T) {
//		conformtest.Test(t, conformance.Target{BaseURL: "http://127.0.0.1:8080", AdminURL: "http://127.0.0.1:8080/__admin"})
//	}
package conformtest
