package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// How long a server may take from its start to its first line, and from the wish that it ends to
// its end.
const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 15 * time.Second
)

// process is a server in a process of its own.
type process struct {
	name    string
	cmd     *exec.Cmd
	addr    string // HOST:PORT
	started time.Time
	log     string // file that holds its standard error
	ended   chan struct{}
}

// launchMock starts the mock with journal, metrics and limiter on; the limit is above what can be
// asked.
func (b *bench) launchMock(ctx context.Context, fixtures string, more ...string) (*process, error) {
	return b.launch(ctx, "oauthmock", b.mock, append([]string{"serve", "--addr", "127.0.0.1:0", "--rate-limit", "1000000000", "--fixtures", fixtures}, more...)...)
}

// launch starts a server and waits for the line with its address. (Polling a port chosen beforehand
// would take time from the server, and on Linux now and then connects to itself.)
func (b *bench) launch(ctx context.Context, name, program string, args ...string) (*process, error) {
	log, err := os.CreateTemp(b.folder, name+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{name: name, log: log.Name(), ended: make(chan struct{}), cmd: exec.CommandContext(ctx, program, args...)}
	p.cmd.Stderr = log
	p.cmd.Dir = filepath.Dir(log.Name())
	p.cmd.Env = environment(b.serverProcs)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := make(chan string, 1)
	go func() {
		reader := bufio.NewReader(out)
		first, _ := reader.ReadString('\n')
		lines <- first
		_, _ = io.Copy(io.Discard, reader)
		_ = p.cmd.Wait() // how it ends says nothing about what was measured
		close(p.ended)
	}()
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	select {
	case first := <-lines:
		if addr, ok := strings.CutPrefix(strings.TrimSpace(first), "http://"); ok {
			p.addr = addr
			return p, nil
		}
		p.stop()
		return nil, p.tell(fmt.Errorf("%s %s: no base URL on standard output, but %q", name, strings.Join(args, " "), first))
	case <-timeout.C:
		p.stop()
		return nil, p.tell(fmt.Errorf("%s did not start within %s", name, startTimeout))
	}
}

// environment is this process's own, without what would configure the mock, and with GOMAXPROCS as
// asked for.
func environment(procs int) []string {
	var kept []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OAUTHMOCK_") && !(procs > 0 && strings.HasPrefix(pair, "GOMAXPROCS=")) {
			kept = append(kept, pair)
		}
	}
	if procs > 0 {
		kept = append(kept, "GOMAXPROCS="+strconv.Itoa(procs))
	}
	return kept
}

// tell adds to an error the end of the process's standard error.
func (p *process) tell(err error) error {
	text, readErr := os.ReadFile(p.log)
	if readErr != nil || len(bytes.TrimSpace(text)) == 0 {
		return err
	}
	return fmt.Errorf("%w; %s said:\n%s", err, p.name, text[max(0, len(text)-2000):])
}

// stop ends the process, politely where the platform can, and waits for its end.
func (p *process) stop() {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = p.cmd.Process.Kill() // Windows knows no interrupts; or it has ended already
	}
	timeout := time.NewTimer(stopTimeout)
	defer timeout.Stop()
	select {
	case <-p.ended:
	case <-timeout.C:
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// resident returns the resident memory of the process, in bytes; false if the platform does not
// report it.
func (p *process) resident(ctx context.Context) (int64, bool) {
	pid := strconv.Itoa(p.cmd.Process.Pid)
	if text, err := os.ReadFile("/proc/" + pid + "/status"); err == nil {
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				return kilobytes(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			}
		}
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", pid).Output()
	if err != nil {
		return 0, false
	}
	return kilobytes(string(out))
}

func kilobytes(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n << 10, err == nil
}

// ticksPerSecond is the unit of /proc/PID/stat, 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// processorTime returns the processor time that a process has used; false if the platform does not
// report it.
func processorTime(pid int) (time.Duration, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	// The name of the program, in parentheses, may hold spaces. After it, user and system time are
	// the 12th and 13th field.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond, err1 == nil && err2 == nil
}
