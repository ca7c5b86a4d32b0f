package command

import (
	"net"
	"os"
	"sync"
	"time"
)

// lenientListener gives out connections that keep their deadlines to within a second.
//
// For each request net/http sets eight deadlines, most of which are replaced before anybody waits; with time limits on, they are a tenth of
// the work of a small request. Here a deadline is set when somebody begins to wait, and only if the one that stands does not serve.
type lenientListener struct{ net.Listener }

func (l lenientListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	since := time.Now()
	return &lenientConnection{Conn: connection, in: deadline{set: connection.SetReadDeadline, since: since}, out: deadline{set: connection.SetWriteDeadline, since: since}}, nil
}

// lenientConnection is a connection that waits no longer than its deadlines say, and at most a second less.
type lenientConnection struct {
	net.Conn
	in, out deadline
}

func (c *lenientConnection) Read(p []byte) (int, error) {
	if err := c.in.begin(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.in.end()
	return n, err
}

func (c *lenientConnection) Write(p []byte) (int, error) {
	if err := c.out.begin(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	c.out.end()
	return n, err
}

// SetReadDeadline implements net.Conn.
func (c *lenientConnection) SetReadDeadline(t time.Time) error { return c.in.ask(t) }

// SetWriteDeadline implements net.Conn.
func (c *lenientConnection) SetWriteDeadline(t time.Time) error { return c.out.ask(t) }

// SetDeadline implements net.Conn.
func (c *lenientConnection) SetDeadline(t time.Time) error {
	if err := c.in.ask(t); err != nil {
		return err
	}
	return c.out.ask(t)
}

// SetLinger says what happens to what was not sent when the connection is closed; see net.TCPConn.
func (c *lenientConnection) SetLinger(seconds int) error { return setLinger(c.Conn, seconds) }

// leniency is how much earlier than asked a deadline may be.
const leniency = time.Second

// deadline is one direction of a connection. It is safe for concurrent use.
type deadline struct {
	set   func(time.Time) error
	since time.Time // the connection is there: a deadline before that has passed, whatever the time

	mu         sync.Mutex
	want, have time.Time // what was asked for last, and what was set
	waiting    int       // how many wait, whom a change must reach at once
}

// ask says how long is to be waited from now on.
func (d *deadline) ask(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.want = t
	if d.waiting > 0 {
		return d.apply()
	}
	return nil
}

// begin is called before somebody waits. (That net/http calls off with a deadline of long ago what it had not yet begun is the ordinary case:
// it listens for a caller who leaves while every request is answered.)
func (d *deadline) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.want.IsZero() && d.want.Before(d.since) {
		return os.ErrDeadlineExceeded
	}
	if err := d.apply(); err != nil {
		return err
	}
	d.waiting++
	return nil
}

// end is called after somebody waited.
func (d *deadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting--
}

// apply sets what is wanted, unless what was set serves. The direction is locked.
func (d *deadline) apply() error {
	early := d.want.Sub(d.have)
	if d.want.Equal(d.have) || !d.want.IsZero() && !d.have.IsZero() && 0 <= early && early < leniency {
		return nil
	}
	d.have = d.want
	return d.set(d.want)
}
