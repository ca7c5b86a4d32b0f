package journal_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

func TestTheHeadersOfARequestAreAsLongAsTheyWereSent(t *testing.T) {
	const head = "POST /tokens?a=b HTTP/1.1\r\nHost: localhost:8080\r\nAccept: a/b\r\nAccept: c/d\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "{}")))
	require.NoError(t, err)
	r.Header.Set("Content-Length", "2") // as the exchange keeps it
	for proto, want := range map[string]int{"HTTP/1.1": len(head), "HTTP/2.0": -1} {
		e := &exchange.Exchange{Request: exchange.Request{Method: r.Method, URI: r.RequestURI, Host: r.Host, Proto: proto, Header: r.Header, Body: []byte("{}")}}
		shown := journal.NewRedactor(nobodys, nil).ShowHAR(e)
		assert.Equal(t, want, shown.Request.HeadersSize, proto)
		assert.Equal(t, 2, shown.Request.BodySize)
		assert.Equal(t, "journal", shown.Page)
	}
}
