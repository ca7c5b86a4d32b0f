package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/mocktest"
)

// wentWrong makes n calls of GET /wallet as an account, and answers the numbers, from 1, of those
// that a rule took.
func wentWrong(t *testing.T, m *mocktest.Mock, a *mocktest.Account, n int) (calls []int) {
	t.Helper()
	for i := range n {
		r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
		a.Authenticate(r)
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, r)
		if w.Header().Get(fault.Header) != "" {
			calls = append(calls, i+1)
		}
	}
	return calls
}

func upTo(n int) (out []int) {
	for i := range n {
		out = append(out, i+1)
	}
	return out
}

func teapot() *fault.Effect { return &fault.Effect{Kind: "status", Status: 418} }

// TestEveryTriggerFiresAsOftenAsItSays counts over 10,000 calls; where nothing can change after the
// first ones, over fewer.
func TestEveryTriggerFiresAsOftenAsItSays(t *testing.T) {
	const n, few = 2_000, 100
	everyFifth := func(most int) (out []int) {
		for i := 5; i <= n && len(out) < most; i += 5 {
			out = append(out, i)
		}
		return out
	}
	for name, c := range map[string]struct {
		when *fault.When
		n    int
		want []int
	}{
		"without a trigger, always": {nil, few, upTo(few)},
		"an empty one, always":      {&fault.When{}, few, upTo(few)},
		"nth":                       {&fault.When{Nth: new(1700)}, n, []int{1700}},
		"every":                     {&fault.When{Every: new(5)}, n, everyFifth(n)},
		"every, so many times":      {&fault.When{Every: new(5), Times: new(3)}, few, []int{5, 10, 15}},
		"every one":                 {&fault.When{Every: new(1)}, few, upTo(few)},
		"first":                     {&fault.When{First: new(2)}, n, []int{1, 2}},
		"first, fewer times":        {&fault.When{First: new(20), Times: new(4)}, few, []int{1, 2, 3, 4}},
		"so many times":             {&fault.When{Times: new(4)}, n, []int{1, 2, 3, 4}},
		"probability 0":             {&fault.When{Probability: new(0.0)}, n, nil},
		"probability 1":             {&fault.When{Probability: new(1.0)}, few, upTo(few)},
		"its time has not come":     {&fault.When{After: "10s"}, few, nil},
		"its time is over":          {&fault.When{Until: new(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC))}, few, nil},
		"its time is not over":      {&fault.When{For: "1s", Until: new(time.Date(2026, 2, 12, 8, 30, 1, 0, time.UTC))}, few, upTo(few)},
	} {
		t.Run(name, func(t *testing.T) {
			m := newFaulty(t)
			a := m.NewAccount(t)
			a.AddFault(fault.Rule{Name: "one", When: c.when, Effect: teapot()})
			assert.Equal(t, c.want, wentWrong(t, m, a, c.n))
			assert.Equal(t, uint64(len(c.want)), a.Faults()[0].Hits)
		})
	}
	t.Run("probability, about as often, and the same with the same seed", func(t *testing.T) {
		run := func(seed uint64, n int) []int {
			m := newFaulty(t, mockserver.WithSeed(seed))
			a := m.NewAccount(t)
			a.AddFault(fault.Rule{Name: "one", When: &fault.When{Probability: new(0.2)}, Effect: teapot()})
			return wentWrong(t, m, a, n)
		}
		first := run(1, n)
		assert.InDelta(t, 400, len(first), 72, "four standard deviations")
		assert.Equal(t, first[:few/10], run(1, n)[:few/10])
		assert.NotEqual(t, first[:few/10], run(2, few)[:few/10])
	})
	t.Run("probability, so many times", func(t *testing.T) {
		m := newFaulty(t)
		a := m.NewAccount(t)
		a.AddFault(fault.Rule{Name: "one", When: &fault.When{Probability: new(0.5), Times: new(7)}, Effect: teapot()})
		assert.Len(t, wentWrong(t, m, a, 200), 7)
	})
}

func TestTimesAreReadOnTheAccountsClock(t *testing.T) {
	m := newFaulty(t)
	early := m.NewAccount(t)
	early.Clock().Advance(time.Hour) // before the rule is set
	late := m.NewAccount(t)
	m.AddFault(fault.Rule{Name: "outage", When: &fault.When{After: "10s", For: "1m"}, Effect: teapot()})
	m.AddFault(fault.Rule{Name: "until", When: &fault.When{Until: new(time.Date(2026, 2, 12, 8, 0, 0, 0, time.UTC))}, Effect: teapot()})
	for _, a := range []*mocktest.Account{early, late} {
		assert.Empty(t, wentWrong(t, m, a, 1), "not yet")
		a.Clock().Advance(10 * time.Second)
		assert.Len(t, wentWrong(t, m, a, 2), 2)
		a.Clock().Advance(59 * time.Second)
		assert.Len(t, wentWrong(t, m, a, 1), 1)
		a.Clock().Advance(time.Second)
		assert.Empty(t, wentWrong(t, m, a, 1), "over")
		a.Reset()
		a.Clock().Advance(10 * time.Second)
		assert.Len(t, wentWrong(t, m, a, 1), 1, "a reset of the account lets the rule begin again for it")
	}
	m.Clock().Advance(time.Hour)
	assert.Empty(t, wentWrong(t, m, m.NewAccount(t), 1), "for an account that is made after the outage it is over")
}

func TestTheFirstRuleThatFiresWins(t *testing.T) {
	m := newFaulty(t)
	a := m.NewAccount(t)
	names := func(n int) (out []string) {
		for range n {
			r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
			a.Authenticate(r)
			w := httptest.NewRecorder()
			m.Handler().ServeHTTP(w, r)
			out = append(out, strings.TrimPrefix(w.Header().Get(fault.Header), a.ID+"."))
		}
		return out
	}
	a.AddFault(fault.Rule{Name: "two", When: &fault.When{First: new(2)}, Effect: teapot()})
	a.AddFault(fault.Rule{Name: "then-one", When: &fault.When{First: new(1)}, Effect: teapot()})
	a.AddFault(fault.Rule{Name: "elsewhere", Match: &fault.Match{Operation: "token.*"}, Effect: teapot()})
	a.AddFault(fault.Rule{Name: "each-second", When: &fault.When{Every: new(2)}, Effect: teapot()})
	assert.Equal(t, []string{"two", "two", "then-one", "", "each-second", "", "each-second"}, names(7), "a rule counts the calls that reach it")
	hits := map[string]uint64{}
	for _, v := range a.Faults() {
		hits[strings.TrimPrefix(v.Name, a.ID+".")] = v.Hits
	}
	assert.Equal(t, map[string]uint64{"two": 2, "then-one": 1, "elsewhere": 0, "each-second": 2}, hits)
}

func TestWhatARuleMatches(t *testing.T) {
	type m = fault.Match
	for name, c := range map[string]struct {
		match m
		want  bool
	}{
		"everything":                {m{}, true},
		"the surface":               {m{Surface: "v2"}, true},
		"another surface":           {m{Surface: "services"}, false},
		"the operation":             {m{Operation: "token.get"}, true},
		"operations of a kind":      {m{Operation: "token.*"}, true},
		"another operation":         {m{Operation: "token.list"}, false},
		"the account":               {m{Account: "demo"}, true},
		"another account":           {m{Account: "demo-sandbox"}, false},
		"the method in any case":    {m{Method: "get"}, true},
		"another method":            {m{Method: "PUT"}, false},
		"the path":                  {m{Path: "/tokens/65a9d0c0f1e2d3c4b5a69780"}, true},
		"paths of a kind":           {m{Path: "/tokens/*"}, true},
		"another path":              {m{Path: "/tokens"}, false},
		"the token of the path":     {m{Token: "65a9d0c0f1e2d3c4b5a69780"}, true},
		"the token of the query":    {m{Token: "in-the-query"}, true},
		"another token":             {m{Token: "65a9d0c0f1e2d3c4b5a69781"}, false},
		"a header":                  {m{Headers: map[string]string{"x-trace": "a*"}}, true},
		"a header and its lack":     {m{Headers: map[string]string{"X-Trace": "*", "X-Other": "*"}}, false},
		"a header of another value": {m{Headers: map[string]string{"X-Trace": "b*"}}, false},
		"the host":                  {m{Headers: map[string]string{"Host": "localhost"}}, true},
		"a parameter":               {m{Query: map[string]string{"q": "a b"}}, true},
		"another parameter":         {m{Query: map[string]string{"q": "*", "r": "*"}}, false},
		"all at once":               {m{Surface: "v2", Operation: "token.get", Account: "demo", Token: "*", Method: "GET", Path: "/t*", Headers: map[string]string{"X-Trace": "abc"}, Query: map[string]string{"q": "*"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			mock := newFaulty(t)
			mock.AddFault(fault.Rule{Name: "one", Match: &c.match, Effect: teapot()})
			r := httptest.NewRequest("GET", "http://localhost/tokens/65a9d0c0f1e2d3c4b5a69780?q=a%20b&id=in-the-query", nil)
			r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
			r.Header.Set("X-Trace", "abc")
			w := httptest.NewRecorder()
			mock.Handler().ServeHTTP(w, r)
			assert.Equal(t, c.want, w.Code == 418, w.Code)
		})
	}
}

func TestBearersAreTokensToo(t *testing.T) {
	m := newFaulty(t)
	m.AddFault(fault.Rule{Name: "one", Match: &fault.Match{Token: "feedfeedfeedfeedfeedfeed"}, Effect: teapot()})
	r := httptest.NewRequest("PATCH", "http://localhost/tokens/65a9d0c0f1e2d3c4b5a69780", strings.NewReader("{}"))
	r.Header.Set("Authorization", "bearer feedfeedfeedfeedfeedfeed")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	assert.Equal(t, 418, w.Code, "also one that nobody has: the caller is refused, and the rule decides then")
}

func TestStrangersMeetFaultsToo(t *testing.T) {
	m := newFaulty(t)
	ask := func(path string) int {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost"+path, nil))
		return w.Code
	}
	m.AddFault(fault.Rule{Name: "first", When: &fault.When{First: new(1)}, Effect: teapot()})
	assert.Equal(t, 418, ask("/wallet"), "credentials that are missing")
	assert.Equal(t, 401, ask("/wallet"))
	m.RemoveFault("first")
	m.AddChaos("outage")
	assert.Equal(t, 503, ask("/nowhere"), "paths that are unknown")
	assert.Equal(t, 200, ask("/healthz"), "the mock's own paths are no part of the API")
	assert.Equal(t, 200, ask("/__admin/faults"))
}

// TestParallelAccountsMeetTheirOwnFaults: what one account does changes nothing of what another
// meets.
func TestParallelAccountsMeetTheirOwnFaults(t *testing.T) {
	const accounts, calls = 8, 300
	run := func(parallel bool) [accounts][]int {
		m := newFaulty(t)
		m.AddFault(fault.Rule{Name: "all", When: &fault.When{Nth: new(7)}, Effect: teapot()})
		m.AddFault(fault.Rule{Name: "chance", When: &fault.When{Probability: new(0.1)}, Effect: teapot()})
		var out [accounts][]int
		var all [accounts]*mocktest.Account
		for i := range all {
			all[i] = m.NewAccount(t)
			if i%2 == 0 {
				all[i].AddFault(fault.Rule{Name: "own", When: &fault.When{Every: new(i + 2)}, Effect: teapot()})
			}
		}
		var group sync.WaitGroup
		for i, a := range all {
			work := func() { out[i] = wentWrong(t, m, a, calls) }
			if parallel {
				group.Go(work)
			} else {
				work()
			}
		}
		group.Wait()
		return out
	}
	one := run(false)
	assert.Equal(t, one, run(true))
	assert.NotEqual(t, one[1], one[3], "accounts draw by themselves")
	for i := range one {
		assert.Contains(t, one[i], 7, "every rule counts for each account by itself")
	}
}

func TestProbabilityZeroIsAsNoRule(t *testing.T) {
	answers := func(rules ...fault.Rule) string {
		server, err := mockserver.New(mockserver.WithFaults(rules...), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
		require.NoError(t, err)
		var all strings.Builder
		for _, call := range [][3]string{{"POST", "/tokens", newToken}, {"GET", "/tokens", ""}, {"GET", "/nowhere", ""}, {"GET", "/stats", ""}, {"POST", "/tokens", "{"}, {"GET", "/errors", ""}} {
			r := httptest.NewRequest(call[0], "http://localhost"+call[1], strings.NewReader(call[2]))
			r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
			w := httptest.NewRecorder()
			server.Handler().ServeHTTP(w, r)
			fmt.Fprintln(&all, w.Code, w.Header(), w.Body)
		}
		return all.String()
	}
	never := &fault.When{Probability: new(0.0)}
	assert.Equal(t, answers(), answers(
		fault.Rule{Name: "never", When: never, Effect: &fault.Effect{Kind: "reset"}},
		fault.Rule{Name: "never-stale", When: never, Effect: &fault.Effect{Kind: "stale"}},
		fault.Rule{Name: "never-cut", When: never, Where: fault.Before, Effect: &fault.Effect{Kind: "truncate"}, Do: &fault.Action{Credit: new(0.0)}},
	))
}

func TestRulesAreUnhurtByWhatManyDoAtOnce(t *testing.T) {
	m := newFaulty(t)
	var group sync.WaitGroup
	for i := range 4 {
		a := m.NewAccount(t)
		group.Go(func() {
			for range 100 {
				wentWrong(t, m, a, 1)
			}
		})
		group.Go(func() {
			for j := range 50 {
				name := fmt.Sprintf("r%d-%d", i, j)
				for _, q := range [][3]string{
					{http.MethodPost, "/faults", `{"name":"` + name + `","when":{"every":2,"for":"1h"},"effect":{"kind":"stale"}}`},
					{http.MethodGet, "/faults", ""},
					{http.MethodPost, "/reset?account=" + a.ID, ""},
					{http.MethodDelete, "/faults/" + name, ""},
				} {
					r := httptest.NewRequest(q[0], "http://localhost/__admin"+q[1], strings.NewReader(q[2]))
					if q[2] == "" {
						r.Body = http.NoBody
					}
					r.Header.Set("Content-Type", "application/json")
					w := httptest.NewRecorder()
					m.Handler().ServeHTTP(w, r)
					assert.Less(t, w.Code, 300, "%s %s: %s", q[0], q[1], w.Body)
				}
			}
		})
	}
	group.Wait()
	assert.Empty(t, m.Faults())
}
