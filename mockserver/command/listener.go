package command

import (
	"errors"
	"net"
	"sync"
)

// boundedListener accepts a bounded number of connections at once; further ones wait until one is
// closed. Unlike netutil's, its connections can still be reset, as faults do.
type boundedListener struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  func() error
}

// newBoundedListener bounds a listener to a number of connections, 1 or more.
func newBoundedListener(l net.Listener, connections int) *boundedListener {
	b := &boundedListener{Listener: l, places: make(chan struct{}, connections), closed: make(chan struct{})}
	b.close = sync.OnceValue(func() error {
		close(b.closed)
		return l.Close()
	})
	return b
}

// Accept implements net.Listener.
func (b *boundedListener) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	connection, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err
	}
	return &boundedConnection{Conn: connection, leave: sync.OnceFunc(func() { <-b.places })}, nil
}

// Close implements net.Listener.
func (b *boundedListener) Close() error { return b.close() }

// boundedConnection leaves its place when it is closed.
type boundedConnection struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *boundedConnection) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// SetLinger sets what happens to unsent data when the connection is closed; see net.TCPConn.
func (c *boundedConnection) SetLinger(seconds int) error { return setLinger(c.Conn, seconds) }

// opened are listeners that are closed if not all of them can be opened.
type opened []net.Listener

// keep remembers a listener that could be opened.
func (o *opened) keep(l net.Listener, err error) (net.Listener, error) {
	if err == nil {
		*o = append(*o, l)
	}
	return l, err
}

func (o *opened) close() error {
	var errs []error
	for _, l := range *o {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// setLinger does so where a connection can.
func setLinger(c net.Conn, seconds int) error {
	if l, ok := c.(interface{ SetLinger(seconds int) error }); ok {
		return l.SetLinger(seconds)
	}
	return nil
}
