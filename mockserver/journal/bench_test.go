package journal_test

import (
	"net/http"
	"testing"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// BenchmarkAdd adds to a journal that is full: the way of every request.
func BenchmarkAdd(b *testing.B) {
	j := journal.New(10_000, 32<<20)
	e := &exchange.Exchange{
		Account: "demo", Surface: "v2", Operation: "wallet.get", Auth: "basic", IP: "127.0.0.1",
		Request:  exchange.Request{Method: "GET", Host: "127.0.0.1:8080", URI: "/wallet", Header: http.Header{"Authorization": {"Basic eHh4eHh4eHh4eHh4"}, "User-Agent": {"Go-http-client/1.1"}}},
		Response: exchange.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "Content-Length": {"150"}}, Body: make([]byte, 150)},
	}
	b.ReportAllocs()
	for b.Loop() {
		e.ID++
		j.Add(e)
	}
}
