package journal_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

func entry(id int, of account.ID, bytes int) *exchange.Exchange {
	return &exchange.Exchange{ID: uint64(id), Account: of, Response: exchange.Response{Body: make([]byte, bytes)}}
}

func TestTheJournalKeepsTheNewestAndCountsWhatItDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxEntries := rapid.IntRange(1, 200).Draw(t, "entries")
		j := journal.New(maxEntries, 1<<40)
		n := rapid.IntRange(0, 500).Draw(t, "n")
		for i := range n {
			j.Add(entry(i, "a", 0))
		}
		entries, dropped := j.Select(journal.Filter{})
		if len(entries) != min(n, maxEntries) || int(dropped) != n-len(entries) {
			t.Fatalf("%d kept and %d dropped of %d, bound %d", len(entries), dropped, n, maxEntries)
		}
		for i, e := range entries {
			if e.ID != uint64(n-len(entries)+i) {
				t.Fatalf("entry %d is %d", i, e.ID)
			}
		}
	})
}

func TestTheJournalIsBoundedInBytes(t *testing.T) {
	j := journal.New(1000, 64<<10)
	for i := range 100 {
		j.Add(entry(i, "a", 8<<10))
	}
	entries, dropped := j.Select(journal.Filter{})
	assert.Len(t, entries, 7) // each counts its body and what stands around it
	assert.Equal(t, uint64(93), dropped)
	j.Add(entry(100, "a", 1<<20))
	entries, _ = j.Select(journal.Filter{})
	assert.Len(t, entries, 1, "an entry larger than the bound stands alone")
}

func TestAnEntryIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		headers := rapid.Custom(func(t *rapid.T) http.Header {
			return rapid.MapOf(text, rapid.SliceOfN(text, 1, 3)).Draw(t, "headers")
		})
		moment := rapid.Custom(func(t *rapid.T) time.Time { return time.Unix(0, rapid.Int64Min(0).Draw(t, "ns")).UTC() })
		number := rapid.Int64()
		e := &exchange.Exchange{
			ID: rapid.Uint64().Draw(t, "id"), At: moment.Draw(t, "at"), Began: moment.Draw(t, "began"), Took: time.Duration(number.Draw(t, "took")),
			Surface: text.Draw(t, "surface"), Operation: text.Draw(t, "operation"), Account: account.ID(text.Draw(t, "account")),
			Auth: text.Draw(t, "auth"), IP: text.Draw(t, "ip"), Reason: text.Draw(t, "reason"), Grade: text.Draw(t, "grade"), Source: text.Draw(t, "source"),
			Quota: account.QuotaState{
				Enabled: rapid.Bool().Draw(t, "enabled"), Limit: number.Draw(t, "limit"), Remaining: number.Draw(t, "remaining"),
				Reset: time.Duration(number.Draw(t, "reset")),
			},
			Request: exchange.Request{
				Method: text.Draw(t, "method"), Host: text.Draw(t, "host"), URI: text.Draw(t, "uri"), Header: headers.Draw(t, "request"),
				Body: rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "question"), BodyError: errors.New(text.Filter(func(s string) bool { return s != "" }).Draw(t, "error")),
			},
			Response: exchange.Response{
				Status: rapid.IntMin(0).Draw(t, "status"), Header: headers.Draw(t, "response"), Body: rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "answer"),
			},
		}
		j := journal.New(2, 1<<20)
		for range rapid.IntRange(0, 3).Draw(t, "before") { // so that memory is used again
			j.Add(&exchange.Exchange{Response: exchange.Response{Body: make([]byte, 500)}})
		}
		j.Add(e)
		entries, _ := j.Select(journal.Filter{})
		if got := entries[len(entries)-1]; !reflect.DeepEqual(e, got) {
			t.Fatalf("wrote %+v, read %+v", e, got)
		}
	})
}

func TestClearingForgetsOneAccountOrAll(t *testing.T) {
	j := journal.New(4, 1<<20)
	for i := range 6 {
		j.Add(entry(i, account.ID([]string{"a", "b"}[i%2]), 0))
	}
	j.Clear("a")
	entries, dropped := j.Select(journal.Filter{})
	require.Len(t, entries, 2)
	assert.Equal(t, []uint64{3, 5}, []uint64{entries[0].ID, entries[1].ID})
	assert.Equal(t, uint64(1), dropped, "what was dropped of the other account")
	for i := range 3 {
		j.Add(entry(10+i, "a", 0))
	}
	entries, _ = j.Select(journal.Filter{})
	assert.Len(t, entries, 4, "the ring goes on after clearing")
	j.Clear("")
	entries, dropped = j.Select(journal.Filter{})
	assert.Empty(t, entries)
	assert.Zero(t, dropped)
	_, ok := j.Get("11")
	assert.False(t, ok)
}

func TestSecretsAreShownAsFingerprintsWhereverTheyStand(t *testing.T) {
	const secret, other = "656d1e2f8b3c2a001f7e4a12", "topsecretvalue"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("a@example.com:"+secret))
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, e := range map[string]*exchange.Exchange{
		"as a Bearer":                    {Request: exchange.Request{Header: header("Authorization", "Bearer "+secret)}},
		"as a Bearer repeated in a body": {Request: exchange.Request{Header: header("Authorization", "Bearer "+secret), Body: []byte("hello " + secret)}},
		"in Basic":                       {Request: exchange.Request{Header: header("Authorization", basic), Body: []byte("hello " + secret)}},
		"without a scheme":               {Request: exchange.Request{Header: header("Authorization", secret)}},
		"in the path":                    {Request: exchange.Request{URI: "/tokens/" + secret}},
		"in the path of another prefix":  {Request: exchange.Request{URI: "/__v2/tokens/" + secret + "?x=1"}},
		"in v1's path":                   {Request: exchange.Request{URI: "/token/" + secret}},
		"in the query":                   {Request: exchange.Request{URI: "/tokens?id=" + secret}},
		"in a query of its own name":     {Request: exchange.Request{URI: "/x?apiKey=" + secret}},
		"in a cookie":                    {Request: exchange.Request{Header: header("Cookie", "s="+secret)}},
		"in the body of the request":     {Request: exchange.Request{Body: []byte(`{"a":[{"client_secret":"` + secret + `"}]}`)}},
		"in the body of the answer":      {Response: exchange.Response{Body: []byte(`{"data":[{"name":"x","refreshToken":"` + secret + `"}]}`)}},
		"in a body that was cut":         {Response: exchange.Response{Body: []byte(`{"data":{"token":"` + secret + `","na`)}},
		"in a header of the answer":      {Response: exchange.Response{Header: header("X-Echo", secret), Body: []byte(`{"token":"` + secret + `"}`)}},
		"after another key":              {Request: exchange.Request{Body: []byte(`{"token":{"x":1},"password":"` + other + `","y":"` + other + `"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			shown, err := json.Marshal(journal.Show(e, nobodys))
			require.NoError(t, err)
			assert.NotContains(t, string(shown), secret)
			assert.NotContains(t, string(shown), other)
			assert.NotContains(t, string(shown), strings.TrimPrefix(basic, "Basic "))
			assert.Contains(t, string(shown), "[secret ")
		})
	}
}

func nobodys(string) bool { return false }

func TestLiveSecretsAreHiddenWhereNobodyLooksForThem(t *testing.T) {
	const token, key = "656d1e2f8b3c2a001f7e4a12", "my-own.key"
	shown, err := json.Marshal(journal.Show(&exchange.Exchange{
		Request: exchange.Request{
			URI: "/nowhere/" + token + "?q=" + token, Header: http.Header{"X-Api-Key": {key}, "Referer": {"http://x/?t=" + token}},
			Body: []byte("name=" + key + "&refresh=" + token),
		},
	}, func(word string) bool { return word == token || word == key }))
	require.NoError(t, err)
	assert.NotContains(t, string(shown), token)
	assert.NotContains(t, string(shown), key)
	assert.Contains(t, string(shown), "/nowhere/[secret ")
}

func TestLiveSecretsAreHiddenInEverySpellingAndPlace(t *testing.T) {
	const token, key = "656d1e2f8b3c2a001f7e4a12", "0123456789abcdef0123456789abcdef"
	basic := base64.StdEncoding.EncodeToString([]byte("a@example.com:" + key))
	for name, r := range map[string]exchange.Request{
		"as the scheme of a credential":      {Header: http.Header{"Authorization": {key + " x"}}},
		"as the second of two credentials":   {Header: http.Header{"Authorization": {"Basic YTpi", "Bearer " + token}}},
		"as the name of a header":            {Header: http.Header{"X-" + key: {"1"}}},
		"as the host":                        {Host: token + ".example.com"},
		"as the method":                      {Method: token},
		"as the user of a URL":               {URI: "http://a%40example.com:" + key + "@localhost/wallet"},
		"escaped in a path":                  {URI: "/wallet/656d1%652f8b3c2a001f7e4a12"},
		"escaped in a query":                 {URI: "/wallet?x=%36%35%36%64%31%65%32%66%38%62%33%63%32%61%30%30%31%66%37%65%34%61%31%32"},
		"escaped in a form":                  {Body: []byte("x=%3656d1e2f8b3c2a001f7e4a12")},
		"escaped in JSON":                    {Body: []byte(`{"x":"\u003656d1e2f8b3c2a001f7e4a12"}`)},
		"escaped in JSON and for a URL":      {Body: []byte(`{"x":"\u003656d1e2f8b3c2a001f7e4a12","y":"/%3656d1e2f8b3c2a001f7e4a12"}`)},
		"stuck to other letters":             {Body: []byte(`{"x":"aa` + token + `bb` + key + `"}`)},
		"in Base64 in another header":        {Header: http.Header{"X-Auth": {"Basic " + basic}}},
		"in Base64 in a query":               {URI: "/wallet?auth=" + basic},
		"in Base64 in a path":                {URI: "/wallet/" + basic + "/x"},
		"where a long body is cut":           {Body: []byte(strings.Repeat("-", maxShown-5) + token + strings.Repeat(" ", 100_000))},
		"where a long body was not read on":  {Body: []byte(strings.Repeat(token+" ", 2000) + strings.Repeat(" "+token, 2000))},
		"in a form under the name of secret": {Body: []byte("client_secret=" + key + "&grant_type=x")},
	} {
		t.Run(name, func(t *testing.T) {
			shown, err := json.Marshal(journal.Show(&exchange.Exchange{Request: r}, func(word string) bool { return word == token || word == key }))
			require.NoError(t, err)
			for _, secret := range []string{token, key, strings.TrimRight(basic, "="), token[1:], token[:12], token[6:]} {
				assert.NotContains(t, string(shown), secret)
			}
		})
	}
}

// maxShown is from where on a body is cut, in bytes.
const maxShown = 64 << 10

func TestNobodysPasswordInAFormIsHiddenToo(t *testing.T) {
	e := journal.Show(&exchange.Exchange{Request: exchange.Request{Body: []byte("grant_type=x&client_secret=not-so-secret")}}, nobodys)
	assert.Regexp(t, `^grant_type=x&client_secret=\[secret [0-9a-f]{8}\]$`, e.Request.Body)
}

// Whoever writes a body must not make the reader of the journal wait: the work grows with the body and not with what it is made of.
func TestABodyFullOfSecretsIsShownInTime(t *testing.T) {
	var words, odd strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&words, `"%07d",`, i)
		fmt.Fprintf(&odd, `"%05d !",`, i)
	}
	long := strings.Repeat("a", 400_000)
	for name, c := range map[string]struct{ body, shows string }{
		"many words":         {`{"token":[` + words.String() + `1]}`, `{"token":["[secret `},
		"many that are none": {`{"token":[` + odd.String() + `1]}`, "not shown: the exchange holds too many secrets"},
		"a long one":         {`{"token":"` + long + `","x":"` + long + `"}`, "… (cut)"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			e := journal.Show(&exchange.Exchange{Request: exchange.Request{Body: []byte(c.body), URI: "/tokens"}}, nobodys)
			assert.Contains(t, e.Request.Body, c.shows)
			assert.NotContains(t, e.Request.Body, "0000777")
			assert.Less(t, time.Since(began), 10*time.Second, "a fraction of a second, if it is not a minute")
		})
	}
}

func TestTwoSecretsCanBeToldApart(t *testing.T) {
	show := func(token string) string {
		return journal.Show(&exchange.Exchange{Request: exchange.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}}, nobodys).Credential
	}
	assert.Equal(t, show("656d1e2f8b3c2a001f7e4a12"), show("656d1e2f8b3c2a001f7e4a12"))
	assert.NotEqual(t, show("656d1e2f8b3c2a001f7e4a12"), show("656d1e2f8b3c2a001f7e4a13"))
}

func FuzzShow(f *testing.F) {
	f.Add("/tokens/656d1e2f8b3c2a001f7e4a12", "Basic YTpi", []byte(`{"token":"x"}`))
	f.Add("/tokens/%zz?id=%zz&=&", "Bearer", []byte(`]]}{"token":[[["`))
	f.Fuzz(func(t *testing.T, uri, authorization string, body []byte) {
		journal.Show(&exchange.Exchange{
			Request:  exchange.Request{URI: uri, Header: http.Header{"Authorization": {authorization}}, Body: body},
			Response: exchange.Response{Body: body},
		}, func(word string) bool { return len(word)%2 == 0 })
	})
}
