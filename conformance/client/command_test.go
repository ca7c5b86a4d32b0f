package client

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// role makes this test program the client that TestCommand… runs.
const role = "CLIENT_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run()) //nolint:forbidigo // this is the main of a client
	case "talks":
		fmt.Println("to standard output", os.Getenv("OAUTH_TASK"), os.Getenv("OAUTH_FOREIGN"))
		fmt.Fprintln(os.Stderr, "to standard error")
		os.Exit(77) //nolint:forbidigo // this is the main of a client
	case "talks much":
		_, _ = io.WriteString(os.Stdout, strings.Repeat("a", MaxOutput))
		_, _ = io.WriteString(os.Stderr, strings.Repeat("b", MaxOutput+1))
	case "hangs":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), role+"=hangs alone")
		if child.Start() != nil {
			os.Exit(1) //nolint:forbidigo // this is the main of a client
		}
		hang()
	case "leaves":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), role+"=hangs alone")
		child.Stdout = os.Stdout // which keeps the pipe open
		if child.Start() != nil {
			os.Exit(1) //nolint:forbidigo // this is the main of a client
		}
		// It is there when it has said so.
		_, _ = bufio.NewReader(dial()).ReadString('\n')
	case "hangs alone":
		hang()
	}
	os.Exit(0) //nolint:forbidigo // this is the main of a client
}

func dial() net.Conn {
	connection, err := net.Dial("tcp", os.Getenv("CLIENT_TEST_ADDRESS"))
	if err != nil {
		os.Exit(1) //nolint:forbidigo // this is the main of a client
	}
	return connection
}

// hang tells the test that the process is there, and stays until it is ended.
func hang() {
	_, _ = io.Copy(io.Discard, dial())
}

func self(t *testing.T, as string) []string {
	t.Helper()
	return []string{role + "=" + as}
}

func TestACommandIsTakenAsItEnds(t *testing.T) {
	t.Setenv("OAUTH_FOREIGN", "of another")
	command := Command{Words: []string{os.Args[0]}}
	require.NoError(t, command.Check())
	ended, err := command.Run(t.Context(), append(self(t, "talks"), "OAUTH_TASK=read-wallet"))
	require.NoError(t, err)
	assert.Equal(t, 77, ended.Status)
	assert.Equal(t, "to standard output read-wallet", strings.TrimSpace(ended.Stdout), "variables of this program's own are not handed on")
	assert.Equal(t, "to standard error", strings.TrimSpace(ended.Stderr))
	assert.False(t, ended.TimedOut || ended.StdoutCut || ended.StderrCut)
}

func TestOutputIsKeptUpToItsBound(t *testing.T) {
	ended, err := Command{Words: []string{os.Args[0]}}.Run(t.Context(), self(t, "talks much"))
	require.NoError(t, err)
	assert.Len(t, ended.Stdout, MaxOutput)
	assert.Len(t, ended.Stderr, MaxOutput)
	assert.False(t, ended.StdoutCut)
	assert.True(t, ended.StderrCut)
}

// children accepts a connection from each of n processes.
func children(t *testing.T, n int) (address string, wait func() []net.Conn) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String(), func() (all []net.Conn) {
		for range n {
			connection, err := listener.Accept()
			require.NoError(t, err)
			all = append(all, connection)
		}
		return all
	}
}

// gone waits until the process at the other end of a connection has ended.
func gone(t *testing.T, connection net.Conn) {
	t.Helper()
	_, err := io.Copy(io.Discard, connection)
	_ = err // a reset is an end too
	_ = connection.Close()
}

func TestACommandThatHangsIsEndedWithItsChildren(t *testing.T) {
	address, wait := children(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	var connections []net.Conn
	go func() {
		connections = wait()
		cancel()
	}()
	_, err := Command{Words: []string{os.Args[0]}}.Run(ctx, append(self(t, "hangs"), "CLIENT_TEST_ADDRESS="+address))
	require.NoError(t, err)
	for _, connection := range connections {
		gone(t, connection)
	}
	assert.Len(t, connections, 2)
}

func TestWhatACommandLeavesRunningIsEnded(t *testing.T) {
	if os.PathSeparator == '\\' {
		t.Skip("Windows does not know whose a process was whose parent has ended")
	}
	address, wait := children(t, 2)
	var connections []net.Conn
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		connections = wait()
		for _, connection := range connections {
			_, _ = io.WriteString(connection, "both are there\n")
		}
	}()
	ended, err := Command{Words: []string{os.Args[0]}}.Run(t.Context(), append(self(t, "leaves"), "CLIENT_TEST_ADDRESS="+address))
	require.NoError(t, err)
	assert.Zero(t, ended.Status)
	<-waited
	for _, connection := range connections {
		gone(t, connection)
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	for _, words := range [][]string{nil, {""}, {"there-is-no-such-program"}} {
		assert.Error(t, Command{Words: words}.Check(), "%q", words)
	}
	_, err := Command{Words: []string{"there-is-no-such-program"}}.Run(t.Context(), nil)
	assert.ErrorContains(t, err, "cannot be started")
}
