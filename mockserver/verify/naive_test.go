package verify_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/verify"
)

// What requests and expectations are drawn from: little enough that many match.
var (
	paths   = []string{"/tokens", "/tokens/a", "/tokens/b", "/wallet"}
	shapes  = []string{"", "/tokens", "/tokens/*", "*", "/w*t", "*/a", "/*o*n*"}
	methods = []string{"GET", "PATCH"}
	auths   = []string{"basic", "refresh", "none"}
	codes   = []int{200, 401, 404}
	bodies  = []string{``, `{}`, `[]`, `1`, `1.0`, `no json`, `{"a":1}`, `{"a":1.0,"b":2}`, `{"a":{"b":[1,2]}}`, `{"a":{"b":[1,2],"c":null}}`, `{"a":"1"}`}
	wanted  = []string{``, ``, `{}`, `[]`, `1`, `{"a":1}`, `{"b":2}`, `{"a":{}}`, `{"a":{"b":[1,2]}}`, `{"a":{"c":null}}`}
)

func drawExchange(t *rapid.T, id uint64) *exchange.Exchange {
	uri := rapid.SampledFrom(paths).Draw(t, "path")
	if n := rapid.IntRange(0, 3).Draw(t, "limit"); n > 0 {
		uri += "?limit=" + strconv.Itoa(n)
	}
	return &exchange.Exchange{
		ID: id, Operation: rapid.SampledFrom([]string{"token.get", "wallet.get"}).Draw(t, "operation"), Account: "demo",
		Auth: rapid.SampledFrom(auths).Draw(t, "auth"),
		Request: exchange.Request{
			Method: rapid.SampledFrom(methods).Draw(t, "method"), URI: uri, Body: []byte(rapid.SampledFrom(bodies).Draw(t, "body")),
			Header: http.Header{"X-Trace": {rapid.SampledFrom([]string{"one", "two"}).Draw(t, "trace")}},
		},
		Response: exchange.Response{Status: rapid.SampledFrom(codes).Draw(t, "status"), Header: http.Header{}},
	}
}

// sometimes draws one of these, or the zero value.
func sometimes[T any](t *rapid.T, name string, of []T) (v T) {
	if rapid.IntRange(0, 3).Draw(t, name+"?") == 0 {
		v = rapid.SampledFrom(of).Draw(t, name)
	}
	return v
}

func drawMatch(t *rapid.T) verify.Match {
	m := verify.Match{
		Operation: sometimes(t, "operation", []string{"token.get", "wallet.get"}), Method: sometimes(t, "method", methods),
		Path: rapid.SampledFrom(shapes).Draw(t, "shape"), Auth: sometimes(t, "auth", auths), Status: verify.Status(sometimes(t, "status", codes)),
		Body: json.RawMessage(rapid.SampledFrom(wanted).Draw(t, "wanted")),
	}
	if limit := sometimes(t, "limit", []string{"1", "2", "*"}); limit != "" {
		m.Query = map[string]string{"limit": limit}
	}
	if trace := sometimes(t, "trace", []string{"one", "t*", "*"}); trace != "" {
		m.Headers = map[string]string{"x-trace": trace}
	}
	return m
}

// naive says the same as a Match, as simply as can be.
func naive(t *rapid.T, m verify.Match, e *exchange.Exchange) bool {
	same := func(pattern, text string) bool {
		re := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, "(?s:.*)") + "$")
		return re.MatchString(text)
	}
	u, err := url.Parse(e.Request.URI)
	require.NoError(t, err)
	var body, want any
	ok := m.Operation == "" || m.Operation == e.Operation
	ok = ok && (m.Method == "" || m.Method == e.Request.Method)
	ok = ok && (m.Path == "" || same(m.Path, u.Path))
	ok = ok && (m.Auth == "" || m.Auth == e.Auth)
	ok = ok && (m.Status == 0 || int(m.Status) == e.Response.Status)
	if pattern, asked := m.Query["limit"]; asked {
		ok = ok && slices.ContainsFunc(u.Query()["limit"], func(v string) bool { return same(pattern, v) })
	}
	if pattern, asked := m.Headers["x-trace"]; asked {
		ok = ok && same(pattern, e.Request.Header.Get("X-Trace"))
	}
	if len(m.Body) > 0 {
		require.NoError(t, json.Unmarshal(m.Body, &want))
		ok = ok && json.Unmarshal(e.Request.Body, &body) == nil && within(want, body)
	}
	return ok
}

func within(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for name := range w {
			member, there := g[name]
			ok = ok && there && within(w[name], member)
		}
		return ok
	case []any:
		g, ok := got.([]any)
		ok = ok && len(g) == len(w)
		for i := range w {
			ok = ok && within(w[i], g[i])
		}
		return ok
	}
	return reflect.DeepEqual(want, got)
}

func TestTheCountIsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMatch(t)
		check, err := verify.Compile(verify.Expectation{Match: &m}, redactor())
		require.NoError(t, err)
		j, ids := roomy(), []string{}
		for id := range uint64(rapid.IntRange(0, 20).Draw(t, "requests")) {
			e := drawExchange(t, id+1)
			j.Add(e)
			if naive(t, m, e) {
				ids = append(ids, strconv.FormatUint(e.ID, 10))
			}
		}
		r, err := check.Await(t.Context(), j)
		require.NoError(t, err)
		require.Equal(t, ids, r.Matched)
		require.Equal(t, len(ids), r.Count)
		require.Equal(t, len(ids) > 0, r.Satisfied)
	})
}

// TestAVerdictOfASmallJournalIsThatOfALargeOne compares a journal that drops with the truth.
func TestAVerdictOfASmallJournalIsThatOfALargeOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMatch(t)
		x := verify.Expectation{Match: &m}
		number := rapid.IntRange(0, 8)
		switch rapid.IntRange(0, 3).Draw(t, "counts") {
		case 0:
			n := number.Draw(t, "exactly")
			x.Exactly = &n
		case 1:
			n := number.Draw(t, "atLeast")
			x.AtLeast = &n
		case 2:
			n := number.Draw(t, "atMost")
			x.AtMost = &n
		case 3:
			steps := rapid.IntRange(1, 3).Draw(t, "steps")
			x.Match, x.InOrder = nil, []verify.Match{m}
			for range steps - 1 {
				x.InOrder = append(x.InOrder, drawMatch(t))
			}
		}
		check, err := verify.Compile(x, redactor())
		require.NoError(t, err)
		bound := rapid.IntRange(1, 10).Draw(t, "bound")
		small, large := journal.New(bound, 1<<20), roomy()
		requests := rapid.IntRange(0, 15).Draw(t, "requests")
		for id := range uint64(requests) {
			e := drawExchange(t, id+1)
			small.Add(e)
			large.Add(e)
		}
		truth, err := check.Await(t.Context(), large)
		require.NoError(t, err)
		require.False(t, truth.Inconclusive)
		r, err := check.Await(t.Context(), small)
		require.NoError(t, err)
		if !r.Inconclusive {
			require.Equal(t, truth.Satisfied, r.Satisfied, r.Detail)
		}
		if requests <= bound {
			require.False(t, r.Inconclusive)
		}
	})
}
