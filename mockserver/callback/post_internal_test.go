package callback

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"oauthmock/mockserver/exchange"
)

// resolver is a name server that tells the next address of a list each time that it is asked for
// one of IPv4, whatever the name; the last one from then on.
func resolver(t *testing.T, asked *atomic.Int64, addresses ...string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				i := min(int(asked.Add(1)), len(addresses)) - 1
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: netip.MustParseAddr(addresses[i]).As4()},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				_, _ = server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// sent sends a letter, and returns the status of the answer and why there is none.
func sent(t *testing.T, s *Sender, to string) (int, error) {
	t.Helper()
	u, err := url.Parse(to)
	require.NoError(t, err)
	e := &exchange.Exchange{Request: exchange.Request{Header: http.Header{}}}
	ctx, cancel := context.WithTimeout(t.Context(), s.config.Timeout)
	defer cancel()
	err = s.send(ctx, letter{to: u, body: []byte("{}")}, e)
	return e.Response.Status, err
}

// A name server may tell one address when it is asked first, and another a moment later. The
// address that is called is the one that was judged, because it is judged when it is dialled, and
// never looked up again.
func TestTheAddressThatIsCalledIsTheOneThatWasJudged(t *testing.T) {
	var calls, own, asked atomic.Int64
	count := func(n *atomic.Int64) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1) }))
		t.Cleanup(s.Close)
		return s
	}
	receiver, mock := count(&calls), count(&own)
	port := func(s *httptest.Server) string {
		return s.Listener.Addr().(*net.TCPAddr).AddrPort().String()[len("127.0.0.1"):]
	}
	s := New(Config{
		Timeout: 5 * time.Second, Hosts: []Host{{Name: "hooks.test"}}, Own: func() []string { return []string{mock.Listener.Addr().String()} },
		Resolver: resolver(t, &asked, "127.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
	})
	for _, c := range []struct {
		to, off string
		asked   int64
	}{
		{"http://hooks.test" + port(receiver), "", 1},
		{"http://hooks.test" + port(mock), "an address of the mock itself", 2},
		{"http://hooks.test" + port(receiver), "a link-local address", 3},
		{"http://hooks.test" + port(receiver), "an address that means another", 4},
		{"http://hooks.test" + port(receiver), "an address that means another", 5},
		{"http://other.test" + port(receiver), "the host is not loopback", 5},
		{"http://hooks.test." + port(receiver), "the host is not loopback", 5},
		{"http://below.localhost" + port(receiver), "", 5},
		{"http://BELOW.LOCALHOST" + port(receiver), "", 5},
		{"http://localhost" + port(mock), "an address of the mock itself", 5},
		{"http://169.254.169.254", "the host is not loopback", 5},
	} {
		before := calls.Load()
		status, err := sent(t, s, c.to)
		if c.off == "" {
			require.NoError(t, err, c.to)
			assert.Equal(t, 200, status, c.to)
			assert.Equal(t, before+1, calls.Load(), c.to)
		} else {
			require.ErrorIs(t, err, ErrForbidden, c.to)
			assert.ErrorContains(t, err, c.off, c.to)
			assert.Equal(t, before, calls.Load(), c.to)
		}
		assert.Equal(t, c.asked, asked.Load(), "%s: each attempt looks a name up once, and one that may not be called never", c.to)
	}
	assert.Zero(t, own.Load())
}

func TestAnAnswerWithoutEndIsCutOff(t *testing.T) {
	done := make(chan struct{})
	hold := func(text string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(text))
			<-done
			_ = conn.Close()
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	t.Cleanup(func() { close(done) }) // before the servers
	s := New(Config{Timeout: 50 * time.Millisecond, Own: func() []string { return nil }})
	for name, c := range map[string]struct {
		answer string
		status int
	}{
		"another protocol":           {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", 101},
		"a body that does not end":   {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun", 0},
		"a body beyond the bound":    {"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + strings.Repeat("x", maxAnswer), 200},
		"headers without end":        {"HTTP/1.1 200 OK\r\nX: ", 0},
		"headers beyond the bound":   {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxAnswerHeaders), 0},
		"an early hint, and no more": {"HTTP/1.1 103 Early Hints\r\n\r\n", 0},
		"no HTTP":                    {"200\r\n\r\n", 0},
	} {
		status, err := sent(t, s, hold(c.answer))
		assert.Equal(t, c.status, status, name)
		assert.Equal(t, c.status == 0, err != nil, "%s: %v", name, err)
	}
}
