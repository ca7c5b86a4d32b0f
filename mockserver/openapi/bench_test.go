package openapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

// large is a document of fifty operations with their schemas, about as large as those of services
// are.
func large() string {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.0.3","info":{"title":"large","version":"1"},"servers":[{"url":"https://x.example.com/v1"}],"paths":{`)
	for i := range 50 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"/things%d/{id}/parts/{part}":{"post":{"operationId":"op%d","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"name":"part","in":"path","required":true,"schema":{"type":"integer"}},
			{"name":"limit","in":"query","schema":{"type":"integer","minimum":1}}],"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S%d"}}}},
			"responses":{"200":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/S%d"}}}}}}}`, i, i, i, i)
	}
	b.WriteString(`},"components":{"schemas":{`)
	for i := range 50 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"S%d":{"type":"object","required":["id","name"],"properties":{"next":{"$ref":"#/components/schemas/S%d"}`, i, (i+1)%50)
		for j, p := range []string{`{"type":"string","format":"uuid","description":"what it is, told in some words"}`, `{"type":"string","minLength":3,"maxLength":40}`, `{"type":"integer","minimum":0}`, `{"type":"array","items":{"type":"string","enum":["a","b"]}}`, `{"type":"string","format":"date-time"}`} {
			fmt.Fprintf(&b, `,"p%d":%s,"q%d":%s`, j, p, j, p)
		}
		b.WriteString(`,"id":{"type":"string"},"name":{"type":"string","pattern":"^[A-Z][a-z]+$"}}}`)
	}
	b.WriteString(`}}}`)
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	data := []byte(large())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := openapi.Parse(data, "large.json"); err != nil {
			b.Fatal(err)
		}
	}
}

func opened(b *testing.B) (*openapi.Document, *openapi.Operation) {
	doc, warnings := parse(b, large())
	require.Empty(b, warnings)
	op, _, ok := doc.Find("POST", "/things7/x/parts/3")
	require.True(b, ok)
	b.ReportAllocs()
	return doc, op
}

func BenchmarkFind(b *testing.B) {
	doc, _ := opened(b)
	for b.Loop() {
		if _, _, ok := doc.Find("POST", "/v1/things7/x/parts/3"); !ok {
			b.Fatal("not found")
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	_, op := opened(b)
	request := openapi.Request{
		Params: map[string]string{"id": "x", "part": "3"}, Query: "limit=5", Header: http.Header{"Content-Type": {"application/json"}},
		Body: []byte(`{"id":"x","name":"Abc","p0":"8f14e45f-ceea-467f-9d1f-0a6e4e1d2c3b","p1":"some words","p2":7,"p3":["a","b"],"p4":"2026-01-31T12:00:00Z"}`),
	}
	require.Empty(b, op.Check(request))
	for b.Loop() {
		op.Check(request)
	}
}

func BenchmarkAnswer(b *testing.B) {
	_, op := opened(b)
	seed := uint64(0)
	for b.Loop() {
		seed++
		answered(op, seed)
	}
}
