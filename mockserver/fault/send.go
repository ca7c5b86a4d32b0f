package fault

import (
	"net/http"
	"strconv"

	"oauthmock/mockserver/exchange"
)

// whole sends an answer as it is.
func whole(w http.ResponseWriter, _ *http.Request, e *exchange.Exchange) {
	announce(w, e, len(e.Response.Body))
	_, _ = w.Write(e.Response.Body) // the caller may have left
}

// announce sends status and headers of an answer of a length. The length of an answer to HEAD is
// already set.
func announce(w http.ResponseWriter, e *exchange.Exchange, length int) {
	told := e.Request.Method == http.MethodHead && e.Response.Header["Content-Length"] != nil
	if bodyless := e.Response.Status == http.StatusNoContent || e.Response.Status == http.StatusNotModified || e.Response.Status < 200; !bodyless && !told {
		e.Response.Header["Content-Length"] = []string{strconv.Itoa(length)}
	}
	w.WriteHeader(e.Response.Status)
}

// abort ends an HTTP/1.1 connection, or an HTTP/2 stream with RST_STREAM. What was written and not
// flushed is not sent.
func abort(http.ResponseWriter, *http.Request, *exchange.Exchange) { panic(http.ErrAbortHandler) }

// flush sends what was written. It fails where there is no connection.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
