// Package conformance sends to any base URL the requests of the scenarios, and reports with
// evidence whether the answers are right.
//
// Run returns a report, and Plan returns what Run would do. Package conformtest makes a subtest of
// each scenario, for go test. The suite shares documents and HTTP with the mock server, and no
// code: what must come back it takes from the scenarios and from the published document.
package conformance
