package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// listenPoll is how often the judge checks whether the command listens yet.
const listenPoll = 20 * time.Millisecond

// deliver sends the callbacks of a case, one after the other, once the command listens. It ends
// when ctx does.
func (s *stage) deliver(ctx context.Context, deliveries []Delivery) {
	address, _ := s.values["listen"].(string)
	if len(deliveries) == 0 || !listens(ctx, address) {
		return
	}
	hook := "http://" + address + "/hook"
	for _, d := range deliveries {
		data := map[string]any{"id": d.ID, "state": "done"}
		if d.Forged || d.Unsigned {
			s.forge(ctx, hook, data, d)
			continue
		}
		before, _, _ := s.control.exchanges(ctx, "&account="+s.account.ID)
		body := map[string]any{"scope": "POST:sms.openapi.com/send", "url": hook, "data": data}
		if s.control.call(ctx, http.MethodPost, "/accounts/"+s.account.ID+"/callbacks", body, nil) != nil {
			return
		}
		// The next one follows when this one is in the journal: it has been answered, or given up.
		for ctx.Err() == nil {
			now, _, err := s.control.exchanges(ctx, "&account="+s.account.ID)
			if err == nil && len(now) > len(before) {
				break
			}
			pause(ctx, listenPoll)
		}
	}
}

// listens waits until an address accepts connections; it returns false if ctx ended first.
func listens(ctx context.Context, address string) bool {
	for ctx.Err() == nil {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = connection.Close()
			return true
		}
		pause(ctx, listenPoll)
	}
	return false
}

// pause waits, or less where ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// forge sends a callback that is not the provider's.
func (s *stage) forge(ctx context.Context, hook string, data map[string]any, d Delivery) {
	text, _ := json.Marshal(data) // of texts only
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, strings.NewReader(string(text)))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	if d.Forged {
		request.Header.Set("X-Webhook-Signature", "sha256="+strings.Repeat("0f", 32))
	}
	e := newExchange(http.MethodPost, request.URL.Host, "/hook", request.Header.Clone())
	e.ID, e.Operation, e.Fault, e.RequestBody = fmt.Sprintf("forged-%d", len(s.forged)+1), "callback", Fault{Name: forged, Kind: forged}, string(text)
	e.Wall = time.Now()
	e.At = e.Wall
	response, err := s.control.http.Do(request)
	e.Took = time.Since(e.Wall)
	if err == nil {
		e.Status, e.ResponseHeader = response.StatusCode, response.Header
		_ = response.Body.Close()
	}
	s.forged = append(s.forged, e)
}
