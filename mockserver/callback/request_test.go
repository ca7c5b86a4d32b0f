package callback_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/callback"
)

func TestWhatIsReadAsACallback(t *testing.T) {
	plain := &account.CallbackRequest{URL: "http://h/", Method: "JSON", Field: "data"}
	for name, c := range map[string]struct {
		body string
		want *account.CallbackRequest
		off  string
	}{
		"no body":                        {"", nil, ""},
		"no JSON":                        {`"callback"`, nil, ""},
		"no callback":                    {`{"x":{"callback":{"url":"http://h/"}}}`, nil, ""},
		"null":                           {`{"callback":null}`, nil, ""},
		"a text of the service's":        {`{"callback":"http://h/"}`, nil, ""},
		"an object of the service's":     {`{"callback":{"href":"http://h/"}}`, nil, ""},
		"a url that is not text":         {`{"callback":{"url":7}}`, nil, ""},
		"a url":                          {`{"callback":{"url":"http://h/"}}`, plain, ""},
		"with unknown members":           {`{"callback":{"url":"http://h/","colour":"red"}}`, plain, ""},
		"everything":                     {`{"callback":{"url":"https://h:1/x?y","method":"POST","field":"f","headers":{"X-A":"b"},"custom":[1],"retry":5}}`, &account.CallbackRequest{URL: "https://h:1/x?y", Method: "POST", Field: "f", Headers: map[string]string{"X-A": "b"}, Custom: []any{1.0}, Retries: 5}, ""},
		"too many retries":               {`{"callback":{"url":"http://h/","retry":6}}`, nil, "callback.retry is 6; want 0 to 5"},
		"fewer retries than none":        {`{"callback":{"url":"http://h/","retry":-1}}`, nil, "callback.retry"},
		"retries that are no number":     {`{"callback":{"url":"http://h/","retry":"1"}}`, nil, "callback.retry is of type string"},
		"another scheme":                 {`{"callback":{"url":"file:///etc/passwd"}}`, nil, "callback.url"},
		"no host":                        {`{"callback":{"url":"http://"}}`, nil, "callback.url"},
		"a port that is none":            {`{"callback":{"url":"http://h:70000/"}}`, nil, "callback.url"},
		"a user in the url":              {`{"callback":{"url":"http://a:b@h/"}}`, nil, "callback.url holds a user"},
		"a url without end":              {`{"callback":{"url":"http://h/` + strings.Repeat("x", 2100) + `"}}`, nil, "callback.url"},
		"another method":                 {`{"callback":{"url":"http://h/","method":"PUT"}}`, nil, "callback.method"},
		"a header of the connection":     {`{"callback":{"url":"http://h/","headers":{"transfer-encoding":"chunked"}}}`, nil, "callback.headers.transfer-encoding belongs to the connection"},
		"a header of the proxy":          {`{"callback":{"url":"http://h/","headers":{"PROXY-Authorization":"x"}}}`, nil, "belongs to the connection"},
		"another host in a header":       {`{"callback":{"url":"http://h/","headers":{"Host":"x"}}}`, nil, "belongs to the connection"},
		"a line end in a header":         {`{"callback":{"url":"http://h/","headers":{"X-A":"a\r\nX-B: c"}}}`, nil, "control character"},
		"a name that no header has":      {`{"callback":{"url":"http://h/","headers":{"X A":"a"}}}`, nil, "a name that no header has"},
		"headers that are too long":      {`{"callback":{"url":"http://h/","headers":{"X-A":"` + strings.Repeat("x", 9000) + `"}}}`, nil, "callback.headers are more"},
		"headers that are not an object": {`{"callback":{"url":"http://h/","headers":[]}}`, nil, "callback.headers is of type array"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := callback.Requested([]byte(c.body), func() string { return "" })
			if c.off != "" {
				assert.ErrorContains(t, err, c.off)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestWhatACallbackBringsOfAnAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want account.CallbackPayload
	}{
		"an object":       {`{"a":12345678901234567,"b":1.5}`, account.CallbackPayload{Data: map[string]any{"a": int64(12345678901234567), "b": 1.5}}},
		"a list":          {`[1]`, account.CallbackPayload{Data: map[string]any{"body": "[1]"}, Bare: true}},
		"null":            {`null`, account.CallbackPayload{Data: map[string]any{"body": "null"}, Bare: true}},
		"no JSON":         {"a\xff", account.CallbackPayload{Data: map[string]any{"body": "a�"}, Bare: true}},
		"a number beyond": {`{"a":1e999}`, account.CallbackPayload{Data: map[string]any{"body": `{"a":1e999}`}, Bare: true}},
		"two values":      {`{} {}`, account.CallbackPayload{Data: map[string]any{"body": "{} {}"}, Bare: true}},
		"nothing":         {"", account.CallbackPayload{Data: map[string]any{"body": ""}, Bare: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Size = len(c.body)
			assert.Equal(t, c.want, callback.Answered([]byte(c.body)))
		})
	}
}

func TestHostsThatMayBeCalled(t *testing.T) {
	for text, want := range map[string]callback.Host{
		"hooks.example.com":     {Name: "hooks.example.com"},
		"Hooks.Example.com:443": {Name: "hooks.example.com", Port: 443},
		"192.0.2.1":             {Name: "192.0.2.1"},
		"2001:db8::1":           {Name: "2001:db8::1"},
		"[2001:db8::1]":         {Name: "2001:db8::1"},
		"[2001:db8::1]:80":      {Name: "2001:db8::1", Port: 80},
	} {
		got, err := callback.ParseHost(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "*", "http://h", "h:0", "h:99999", "h:http", "a b", "a@b", "[::1", ":80"} {
		_, err := callback.ParseHost(text)
		assert.Error(t, err, text)
	}
}
