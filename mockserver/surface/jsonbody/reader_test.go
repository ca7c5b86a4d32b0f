package jsonbody_test

import (
	"encoding/json"
	"testing"

	fast "github.com/segmentio/encoding/json"
	"github.com/stretchr/testify/require"
)

// FuzzReader holds the fast reader of bodies against the standard one: what is JSON, both read alike.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		`{"a":"\ud800"}`, `{"a":"\ud83d\ude00\u0000"}`, `{"a":1,"a":2}`, `["x",null,"\/"]`, `[]`, `null`, `{"\u0061":1}`, `{"A":1}`, `{"a":1e400}`,
		` [ "a" , "b" ] `, `{"":{"x":[1,2,{"y":"]"}]}}`, `"text"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		type members struct {
			A json.RawMessage `json:"a"`
		}
		var all map[string]json.RawMessage
		var some members
		_, err := fast.Parse(body, &some, fast.ZeroCopy|fast.DontMatchCaseInsensitiveStructFields)
		require.Equal(t, json.Unmarshal(body, &all) == nil, err == nil, "an object")
		require.Equal(t, string(all["a"]), string(some.A))

		var text, sameText *string
		_, err = fast.Parse(body, &sameText, 0)
		require.Equal(t, json.Unmarshal(body, &text) == nil, err == nil, "a text")
		if err == nil {
			require.Equal(t, text, sameText)
		}
		var texts, sameTexts []*string
		_, err = fast.Parse(body, &sameTexts, 0)
		require.Equal(t, json.Unmarshal(body, &texts) == nil, err == nil, "texts")
		if err == nil {
			require.Equal(t, texts, sameTexts)
		}
	})
}
