package command

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listened is a listener of one connection, which counts how often a deadline is set.
type listened struct {
	net.Listener
	net.Conn
	reads, writes int
}

func (l *listened) Accept() (net.Conn, error)  { return l, nil }
func (l *listened) Close() error               { return l.Conn.Close() }
func (l *listened) Read(p []byte) (int, error) { return l.Conn.Read(p) }

func (l *listened) SetReadDeadline(t time.Time) error {
	l.reads++
	return l.Conn.SetReadDeadline(t)
}

func (l *listened) SetWriteDeadline(t time.Time) error {
	l.writes++
	return l.Conn.SetWriteDeadline(t)
}

func lenient(t *testing.T) (server net.Conn, inner *listened, client net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	inner = &listened{Conn: ours}
	server, err := lenientListener{inner}.Accept()
	require.NoError(t, err)
	return server, inner, theirs
}

func TestDeadlinesThatNobodyWaitsForAreNotSet(t *testing.T) {
	server, inner, client := lenient(t)
	now := time.Now()
	exchange := func(readBy, writeBy time.Time) {
		for _, passing := range []time.Time{{}, now.Add(time.Minute), now.Add(time.Hour)} {
			require.NoError(t, server.SetDeadline(passing))
		}
		require.NoError(t, server.SetReadDeadline(readBy))
		require.NoError(t, server.SetWriteDeadline(writeBy))
		go func() { _, _ = io.Copy(client, io.LimitReader(client, 1)) }() // an echo of one byte
		_, err := server.Write([]byte{1})
		require.NoError(t, err)
		_, err = server.Read(make([]byte, 1))
		require.NoError(t, err)
	}
	for _, c := range []struct {
		name  string
		after time.Duration
		sets  int
	}{
		{"the first", 0, 1},
		{"the same", 0, 0},
		{"a little later", 999 * time.Millisecond, 0},
		{"more than a little later", time.Second, 1},
		{"earlier than what was set", 999 * time.Millisecond, 1},
		{"much later", time.Minute, 1},
	} {
		reads, writes := inner.reads, inner.writes
		exchange(now.Add(time.Hour+c.after), now.Add(2*time.Hour+c.after))
		assert.Equal(t, c.sets, inner.reads-reads, c.name)
		assert.Equal(t, c.sets, inner.writes-writes, c.name)
	}
}

func TestADeadlineOfLongAgoIsNotSetForWhoComesLater(t *testing.T) {
	server, inner, client := lenient(t)
	require.NoError(t, server.SetDeadline(time.Unix(1, 0)))
	_, err := server.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	_, err = server.Write(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.Zero(t, inner.reads+inner.writes)

	require.NoError(t, server.SetDeadline(time.Time{}))
	go func() { _, _ = client.Write([]byte{7}) }()
	got := make([]byte, 1)
	_, err = server.Read(got)
	require.NoError(t, err)
	assert.Equal(t, byte(7), got[0])
}

func TestADeadlineReachesWhoWaits(t *testing.T) {
	server, _, _ := lenient(t)
	for name, by := range map[string]func() time.Time{
		"one of long ago": func() time.Time { return time.Unix(1, 0) },
		"one to come":     func() time.Time { return time.Now().Add(10 * time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, server.SetReadDeadline(time.Time{}))
			began, ended := make(chan struct{}), make(chan error)
			go func() {
				close(began)
				_, err := server.Read(make([]byte, 1))
				ended <- err
			}()
			<-began
			require.NoError(t, server.SetReadDeadline(by()))
			assert.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
			_, err := server.Read(make([]byte, 1))
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "and who comes later")
		})
	}
	require.NoError(t, server.SetWriteDeadline(time.Unix(1, 0)))
	_, err := server.Write([]byte{1})
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
}
