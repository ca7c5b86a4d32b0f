package command

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// BenchmarkServe is the mock behind a listener as serve makes it, asked over loopback. It is also
// where the profile comes from that released programs are compiled with (make profile).
func BenchmarkServe(b *testing.B) {
	const scopes = `{"scopes":["GET:company.openapi.com/IT-start"]}`
	for name, request := range map[string]string{
		"GET wallet":  "GET /wallet HTTP/1.1\r\nHost: localhost\r\n" + demoBasic + "\r\n",
		"POST tokens": "POST /tokens HTTP/1.1\r\nHost: localhost\r\n" + demoBasic + "Content-Length: " + strconv.Itoa(len(scopes)) + "\r\n\r\n" + scopes,
		"GET tokens":  "GET /tokens?limit=100 HTTP/1.1\r\nHost: localhost\r\n" + demoBasic + "\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			fixtures := "demo"
			if name == "GET tokens" {
				fixtures = "generated:tokens=200"
			}
			mock, err := mockserver.New(mockserver.WithFixtures(fixtures), mockserver.WithRateLimit(1_000_000_000))
			require.NoError(b, err)
			l := defaultLimits()
			listener, err := l.listen("--addr", "127.0.0.1:0")
			require.NoError(b, err)
			server := l.server(mock.Handler(), slog.New(slog.DiscardHandler))
			ended := make(chan error)
			go func() { ended <- server.Serve(listener) }()
			b.ReportAllocs()
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				connection, err := net.Dial("tcp", listener.Addr().String())
				if err != nil {
					b.Error(err)
					return
				}
				defer connection.Close()
				from := bufio.NewReaderSize(connection, 64<<10)
				for pb.Next() {
					if _, err := io.WriteString(connection, request); err != nil {
						b.Error(err)
						return
					}
					answer, err := http.ReadResponse(from, nil)
					if err != nil || answer.StatusCode != http.StatusOK {
						b.Errorf("%v %v", answer, err)
						return
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
			})
			require.NoError(b, server.Shutdown(context.WithoutCancel(b.Context())))
			require.ErrorIs(b, <-ended, http.ErrServerClosed)
		})
	}
}
