package scenarios

import (
	"testing"

	"oauthmock/spec/readertest"
)

// FuzzParse reads any text: a problem has a place, and nothing panics or hangs. The contract is
// read once, not per input.
func FuzzParse(f *testing.F) {
	about, err := newContract(nil)
	if err != nil {
		f.Fatal(err)
	}
	const head = "version: \"1.0\"\nscenarios:\n  - {id: v2/a/b, title: a, level: MUST, requirement: a, source: a, steps: "
	for _, text := range []string{
		head + "[{name: a, call: wallet.get, expect: {status: 200, data: {$.a: {gt: 1, each: {matches: x}}}}, capture: {x: $..a}}]}",
		head + "[{name: a, call: \"PATCH /tokens/${t.1}\", auth: {bearer: \"${x}\"}, matrix: {a: [1]}, body: {\"${a}\": [null]}}], given: {tokens: [{as: t, count: 2}]}}",
		head + "[{name: a, control: {credit: {amount: 1}}}, {name: b, compare: [{value: \"${now}\", is: 1, why: x}]}]}",
		"a: &a [*a]",
		"? [x]\n: y",
		"version: 1.0\n--- \n",
	} {
		f.Add([]byte(text))
	}
	readertest.Seed[[]byte](f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defer readertest.Within(len(text))()
		list, problems := parse("x.yaml", text)
		problems = append(problems, validate(list, about)...)
		for _, problem := range problems {
			if problem.File != "x.yaml" || problem.Message == "" || problem.Line < 0 {
				t.Fatalf("a problem without a place: %+v", problem)
			}
		}
	})
}
