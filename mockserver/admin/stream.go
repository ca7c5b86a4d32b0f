package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

const (
	// heartbeat is how often an idle stream sends a comment.
	heartbeat = 15 * time.Second
	// streamBuffer is how many entries wait for a slow reader; more are dropped, and the reader is
	// told.
	streamBuffer = 1024
	// patience is how long a reader may accept nothing before the stream ends. It can reconnect,
	// and continue where it was.
	patience = 30 * time.Second
)

// streamRequests sends entries of the journal as they are added, as server-sent events: "request"
// with an entry, "dropped" with how many are missing. A reader that names the last entry it saw in
// Last-Event-ID, as browsers do when they reconnect, gets what was added since.
func (a *API) streamRequests(c *gin.Context) (int, any, error) {
	f, err := a.filterOf(c)
	if err != nil {
		return 0, nil, err
	}
	last := c.GetHeader("Last-Event-ID")
	id, err := strconv.ParseUint(last, 10, 64)
	if last != "" && err != nil {
		return 0, nil, problemf(http.StatusBadRequest, "Last-Event-ID is %q; want the id of an event of this stream, a number", last)
	}
	return http.StatusOK, streamed(func(c *gin.Context) {
		ctx, done := a.waiting(c)
		defer done()
		out := events{connection: http.NewResponseController(c.Writer.(interface{ Unwrap() http.ResponseWriter }).Unwrap())}
		var missed []*exchange.Exchange
		var dropped uint64
		var subscription *journal.Subscription
		if last == "" {
			subscription = a.Journal.SubscribeTo(f, streamBuffer)
		} else {
			missed, dropped, subscription = a.Journal.Resume(f, id, streamBuffer)
		}
		defer subscription.Close()

		c.Header("Content-Type", "text/event-stream")
		c.Header("Cache-Control", "no-store")
		c.Header("X-Accel-Buffering", "no") // a proxy that waits for more would keep events back
		c.Writer.WriteHeaderNow()
		out.writer = c.Writer
		out.comment("the journal from here on")
		out.dropped(dropped)
		for i, e := range missed {
			out.request(e, a)
			missed[i] = nil // is not to be kept for as long as the stream lasts
		}
		out.flush()
		a.follow(ctx, subscription, &out)
	}), nil
}

// follow writes what a subscription brings until the context is done or the reader is gone.
func (a *API) follow(ctx context.Context, s *journal.Subscription, out *events) {
	ticks, stop := a.ticker(heartbeat)
	defer stop()
	var told uint64
	for ctx.Err() == nil && out.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			out.comment("")
		case n := <-s.C:
			s.Taken(n)
			out.news(n, a)
			for more := true; more && out.err == nil; { // one packet for what is there already
				select {
				case n := <-s.C:
					s.Taken(n)
					out.news(n, a)
				default:
					more = false
				}
			}
		}
		if lost := s.Dropped(); lost != told {
			out.dropped(lost - told)
			told = lost
		}
		out.flush()
	}
}

func (a *API) ticker(every time.Duration) (ticks <-chan time.Time, stop func()) {
	if a.Ticker != nil {
		return a.Ticker(every)
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// events writes server-sent events. After an error it writes no more.
type events struct {
	writer     http.ResponseWriter
	connection *http.ResponseController
	b          bytes.Buffer
	err        error
}

func (o *events) comment(text string) { o.write(": %s\n\n", text) }

// news writes an entry that was added just now.
func (o *events) news(n *journal.News, a *API) {
	if n != nil {
		o.send(n.Text(a.event))
	}
}

// request writes an entry.
func (o *events) request(e *exchange.Exchange, a *API) { o.send(a.event(e)) }

// event renders an entry; nothing where it cannot be rendered, which is logged.
func (a *API) event(e *exchange.Exchange) []byte {
	var data bytes.Buffer
	fmt.Fprintf(&data, "id: %d\nevent: request\ndata: ", e.ID)
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a.Redactor.Show(e)); err != nil { // ends in a line end, and holds no other
		a.Log.Error("control API: entry cannot be rendered", "id", e.ID, "error", err)
		return nil
	}
	data.WriteByte('\n')
	return data.Bytes()
}

func (o *events) dropped(n uint64) {
	if n > 0 {
		o.write("event: dropped\ndata: {\"dropped\":%d}\n\n", n)
	}
}

func (o *events) write(format string, args ...any) {
	if o.err != nil {
		return
	}
	o.b.Reset()
	fmt.Fprintf(&o.b, format, args...)
	o.send(o.b.Bytes())
}

func (o *events) send(text []byte) {
	if o.err == nil && len(text) > 0 {
		o.deadline()
		_, o.err = o.writer.Write(text)
	}
}

func (o *events) flush() {
	if o.err == nil {
		o.deadline()
		o.err = o.connection.Flush()
	}
}

// deadline gives the reader time: the server's own time limit is for the whole of an answer, and a
// stream has no end.
func (o *events) deadline() {
	_ = o.connection.SetWriteDeadline(time.Now().Add(patience)) // a recorder in a test has none
}
