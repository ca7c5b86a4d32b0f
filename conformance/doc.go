// Package conformance asks any base URL what the scenarios ask, and tells with evidence whether the answers are right.
//
// Run gives a report, Plan says what Run would do, and Test makes a subtest of every scenario for use in go test. The suite
// shares documents and HTTP with the mock server, and no code: it takes what must come back from the scenarios and from the
// published document.
package conformance
