package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Interrupt ends, now and from now on, the requests that may wait without end, so that a server can
// stop.
func (a *API) Interrupt() { a.interrupt() }

// waiting prepares a handler that waits: it returns the request's context, which also ends with
// Interrupt, and lifts the time limits of the connection, which are meant for answers that come at
// once. The caller calls done.
func (a *API) waiting(c *gin.Context) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(c.Request.Context())
	stop := context.AfterFunc(a.alive, cancel)
	// While a handler runs, the server reads on, to see that the caller left: when the time for
	// reading is over it takes that for leaving.
	connection := http.NewResponseController(c.Writer)
	_ = connection.SetReadDeadline(time.Time{}) // a test's recorder has no deadlines, and needs none lifted
	_ = connection.SetWriteDeadline(time.Time{})
	return ctx, func() {
		stop()
		cancel()
	}
}
