package admin

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/exchange"
)

const (
	// smallLoad is how many bytes of a world or an account are read before its turn has come.
	smallLoad = 1 << 20
	// loadGrace and loadPace are what a longer upload must keep up with while others wait for their
	// turn: so many bytes per second, after a grace period.
	loadGrace = 2 * time.Second
	loadPace  = 1 << 20
)

// load reads the body of a world or an account in its turn, and returns the function that ends the
// turn. Parsing takes many times the memory of the text, so one is parsed at a time, however many
// are sent. Small bodies have arrived before their turn begins, and large ones are cut off if they
// keep others waiting: a slow sender delays nobody.
func (a *API) load(c *gin.Context) (body []byte, done func(), err error) {
	bodies, _ := c.Get(bodiesKey)
	room, _ := bodies.(*exchange.Bodies)
	leave, ok := room.Enter(c.Request, smallLoad)
	if !ok {
		return nil, nil, problemf(http.StatusRequestTimeout, "too many large bodies were being read: try again")
	}
	defer leave()
	if c.Request.Body == nil {
		return nil, a.turn(), nil
	}
	head, err := io.ReadAll(io.LimitReader(c.Request.Body, smallLoad))
	if err != nil {
		return nil, nil, unread(err)
	}
	done = a.turn()
	if len(head) < smallLoad {
		return head, done, nil
	}
	upload := &upload{Reader: c.Request.Body}
	stop := a.hurry(c, upload)
	c.Request.Body = io.NopCloser(io.MultiReader(bytes.NewReader(head), upload))
	body, err = read(c, maxState)
	stop()
	if err != nil {
		done()
		return nil, nil, err
	}
	return body, done, nil
}

// turn waits until nobody else loads a world or an account.
func (a *API) turn() (done func()) {
	a.queued.Add(1)
	a.loads.Lock()
	a.queued.Add(-1)
	return a.loads.Unlock
}

// upload counts what has arrived.
type upload struct {
	io.Reader
	arrived atomic.Int64
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	u.arrived.Add(int64(n))
	return n, err
}

// hurry cuts an upload off, from now on until stop is called, once it is too slow and others wait.
func (a *API) hurry(c *gin.Context, u *upload) (stop func()) {
	began, over := time.Now(), make(chan struct{})
	connection := http.NewResponseController(c.Writer)
	ticker := time.NewTicker(loadGrace / 4)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-over:
				return
			case <-ticker.C:
			}
			due := int64(max(0, time.Since(began)-loadGrace).Seconds() * loadPace)
			if time.Since(began) > loadGrace && a.queued.Load() > 0 && u.arrived.Load() < max(due, 1) {
				_ = connection.SetReadDeadline(time.Now()) // where it cannot be set, the server's own deadline ends it
			}
		}
	}()
	return func() { close(over) }
}

// unread returns why a body could not be read.
func unread(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problemf(http.StatusRequestTimeout, "the body did not arrive in time")
	}
	return problemf(http.StatusBadRequest, "the body broke off")
}
