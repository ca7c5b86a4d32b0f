package samples

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

func receiveCallback(w *worker) (any, error) {
	listener, err := new(net.ListenConfig).Listen(w.ctx, "tcp", w.given.Listen)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	accepted, received := []string{}, 0
	done := make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		mac := hmac.New(sha256.New, []byte(w.given.Secret))
		mac.Write(body)
		signed := hmac.Equal([]byte(r.Header.Get("X-Webhook-Signature")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
		var data struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(body, &data) // what is not JSON has no id
		mu.Lock()
		defer mu.Unlock()
		switch received++; {
		case !signed && !w.broken("checks-no-signature"):
			out.WriteHeader(http.StatusUnauthorized)
		case slices.Contains(accepted, data.ID) && !w.broken("takes-doubles"):
			out.WriteHeader(http.StatusOK)
		case w.broken("answers-204"):
			accepted = append(accepted, data.ID)
			out.WriteHeader(http.StatusNoContent)
		default:
			accepted = append(accepted, data.ID)
			out.WriteHeader(http.StatusOK)
		}
		if received == w.given.Requests {
			close(done)
		}
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	select {
	case <-done:
	case <-w.ctx.Done():
	}
	_ = server.Shutdown(w.ctx) // answers what it has taken
	_ = server.Close()
	serving.Wait()
	return map[string]any{"accepted": accepted}, w.ctx.Err()
}
