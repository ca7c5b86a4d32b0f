// Package conformance sends to any base URL the requests of the scenarios, and reports with
// evidence whether the answers are right.
//
// Run returns a report, and Plan returns what Run would do. Package conformtest makes each scenario
// a subtest, for go test. The suite shares documents and HTTP with the mock server, but no code:
// the scenarios and the published document determine what must come back.
package conformance
