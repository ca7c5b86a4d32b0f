package verify_test

import (
	"encoding/json"
	"testing"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/verify"
	"oauthmock/spec/readertest"
)

// FuzzAnyExpectationOfAnyRequest holds whatever somebody expects against whatever somebody sent:
// nothing panics or hangs, what matches has no differences, and what does not has some, which can
// be written as JSON.
func FuzzAnyExpectationOfAnyRequest(f *testing.F) {
	f.Add(`{"match":{"path":"/tokens/[secret 1a2b3c4d5e6f7081]","body":{"a":[1e999999999,"x",null]}}}`, "/tokens/%zz?a=%&b", `{"a":[1,"\ud800"]}`)
	f.Add(`{"inOrder":[{"query":{"a":"*"}},{"headers":{"x":"*"}}]}`, "http://host/?a=1", `[`)
	f.Add(`{"match":{"body":"*"},"exactly":0}`, "*", "\xff")
	f.Fuzz(func(t *testing.T, expectation, uri, body string) {
		defer readertest.Within(len(expectation) + len(uri) + len(body))()
		var x verify.Expectation
		if json.Unmarshal([]byte(expectation), &x) != nil {
			return
		}
		check, err := verify.Compile(x, redactor(token))
		if err != nil {
			return
		}
		e := sent(1, func(e *exchange.Exchange) { e.Request.URI, e.Request.Body = uri, []byte(body) })
		r := check.Evaluate([]*exchange.Exchange{e}, 0)
		if r.Inconclusive {
			t.Fatal("nothing was dropped, and yet it is inconclusive")
		}
		for _, n := range r.NearMisses {
			if len(n.Differences) == 0 || r.Count == 1 && n.ID == r.Matched[0] {
				t.Fatalf("request %s matched and is a near miss: %+v", n.ID, r)
			}
		}
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	})
}
