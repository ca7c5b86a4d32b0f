package journal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// BenchmarkAdd adds to a journal: the way of every request.
func BenchmarkAdd(b *testing.B) {
	for name, lengths := range map[string][]int{"small answers": {150}, "pages of 100": {28 << 10}, "both": {150, 28 << 10, 600}} {
		for state, entries := range map[string]int{"full": 1000, "with room": 1 << 30} {
			b.Run(name+", "+state, func(b *testing.B) {
				j := journal.New(entries, 32<<20)
				e := &exchange.Exchange{
					Account: "demo", Surface: "v2", Operation: "wallet.get", Auth: "basic", IP: "127.0.0.1",
					Request:  exchange.Request{Method: "GET", Host: "127.0.0.1:8080", URI: "/wallet", Header: http.Header{"Authorization": {"Basic eHh4eHh4eHh4eHh4"}, "User-Agent": {"Go-http-client/1.1"}, "Accept-Encoding": {"gzip"}}},
					Response: exchange.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "Content-Length": {"150"}, "Ratelimit-Limit": {"10000"}, "Ratelimit-Remaining": {"9999"}, "Ratelimit-Reset": {"60"}, "X-Mock-Request-Id": {"1234"}}},
				}
				bodies := make([][]byte, 16)
				for i := range bodies { // no two lengths are the same
					bodies[i] = make([]byte, lengths[i%len(lengths)]+i)
				}
				b.ReportAllocs()
				for b.Loop() {
					e.ID++
					e.Response.Body = bodies[e.ID%uint64(len(bodies))]
					j.Add(e)
				}
			})
		}
	}
}

// BenchmarkShow shows what is listed most: a small answer, and a page of 100 tokens.
func BenchmarkShow(b *testing.B) {
	var page strings.Builder
	for i := range 100 {
		fmt.Fprintf(&page, `{"token":"%024x","name":"a token","createdAt":"2026-02-12T08:30:00+00:00","scopes":["GET:company.openapi.com/IT-start"],"refreshToken":"%024x"},`, i, i+1000)
	}
	for name, body := range map[string]string{"small answer": `{"data":{"credit":10.5},"success":true,"message":"","error":null}`, "page of 100": `{"data":[` + page.String() + `{}]}`} {
		b.Run(name, func(b *testing.B) {
			r := journal.NewRedactor(func(string) bool { return false }, nil)
			e := &exchange.Exchange{
				Request:  exchange.Request{Method: "GET", Host: "127.0.0.1:8080", URI: "/tokens", Header: http.Header{"Authorization": {"Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"}, "User-Agent": {"Go-http-client/1.1"}}},
				Response: exchange.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)},
			}
			b.ReportAllocs()
			for b.Loop() {
				r.Show(e)
			}
		})
	}
}
