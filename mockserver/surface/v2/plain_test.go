package v2

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var plainBodies = []string{
	`{"scopes":["GET:a.b/c"]}`, ` { "scopes" : [ "a" , "b" ] , "ttl" : 60 , "name" : "x" } `, "{\"name\":\"\",\t\"scopes\":[\"a\"]\r\n}",
	`{"ttl":0,"scopes":["a"]}`, `{"scopes":["a"],"ttl":999999999999999999}`,
}

var otherBodies = []string{
	``, `{}`, `[]`, `null`, `{"scopes":[]}`, `{"scopes":[""]}`, `{"scopes":["a",]}`, `{"scopes":["a"],}`, `{"scopes":["a"]}}`, `{"scopes":["a"]`, `{"scopes":["a"}`,
	`{"scopes":["a"],"scopes":["b"]}`, `{"name":"a","name":"b","scopes":["a"]}`, `{"ttl":1,"ttl":2,"scopes":["a"]}`, `{"scopes":["\u0061"]}`, `{"scopes":["ü"]}`,
	"{\"scopes\":[\"\x01\"]}", "{\"scopes\":[\"\xff\"]}", `{"scopes":["a"],"ttl":01}`, `{"scopes":["a"],"ttl":-1}`, `{"scopes":["a"],"ttl":1.0}`, `{"scopes":["a"],"ttl":1e1}`,
	`{"scopes":["a"],"ttl":1000000000000000000}`, `{"scopes":["a"],"ttl":}`, `{"scopes":["a"],"ttl":"1"}`, `{"scopes":["a"],"limits":{}}`, `{"scopes":["a"],"name":null}`, `{"scopes":null}`,
	`{"scopes":"a"}`, `{"scopes" ["a"]}`, `{"scopes":["a" "b"]}`, `{"Scopes":["a"]}`, `{"scopes":["a"]"name":"b"}`, `{"name":"a"}`, `{,"scopes":["a"]}`, "\v{\"scopes\":[\"a\"]}",
}

func TestPlainBodiesNeedNoGeneralReader(t *testing.T) {
	for _, body := range plainBodies {
		_, ok := plainRequest([]byte(body))
		assert.True(t, ok, body)
	}
	for _, body := range otherBodies {
		_, ok := plainRequest([]byte(body))
		assert.False(t, ok, body)
	}
}

// readAlike holds the reader of plain bodies against the general one, for both operations that read them.
func readAlike(t require.TestingT, body []byte) {
	plain, ok := plainRequest(body)
	if !ok {
		return
	}
	for _, needScopes := range []bool{true, false} {
		general, err := anyRequest(body, needScopes)
		require.NoError(t, err)
		require.Equal(t, general, plain)
	}
}

func TestBothReadersReadPlainBodiesAlike(t *testing.T) {
	parts := rapid.SampledFrom([]string{`{`, `}`, `[`, `]`, `,`, `:`, ` `, `"scopes"`, `"name"`, `"ttl"`, `"a"`, `""`, `"scopes":["a"]`, `"ttl":5`, `"name":"n"`, `"\n"`, `0`, `7`, `-`, `.5`, `e1`, `null`})
	rapid.Check(t, func(t *rapid.T) {
		body := "{"
		for _, part := range rapid.SliceOfN(parts, 0, 12).Draw(t, "parts") {
			body += part
		}
		readAlike(t, []byte(body+"}"))
	})
}

func FuzzPlainRequest(f *testing.F) {
	for _, body := range append(plainBodies, otherBodies...) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { readAlike(t, body) })
}
