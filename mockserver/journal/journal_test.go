package journal_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
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
		entries, dropped := j.List(nil)
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
	entries, dropped := j.List(nil)
	assert.Len(t, entries, 7) // each counts its body and what stands around it
	assert.Equal(t, uint64(93), dropped)
	j.Add(entry(100, "a", 1<<20))
	entries, _ = j.List(nil)
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
		entries, _ := j.List(nil)
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
	entries, dropped := j.List(nil)
	require.Len(t, entries, 2)
	assert.Equal(t, []uint64{3, 5}, []uint64{entries[0].ID, entries[1].ID})
	assert.Equal(t, uint64(2), dropped)
	for i := range 3 {
		j.Add(entry(10+i, "a", 0))
	}
	entries, _ = j.List(nil)
	assert.Len(t, entries, 4, "the ring goes on after clearing")
	j.Clear("")
	entries, dropped = j.List(nil)
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
