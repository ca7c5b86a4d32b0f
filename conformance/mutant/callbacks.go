package mutant

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	signature = "X-Webhook-Signature"
	unlike    = "sha256=0000000000000000000000000000000000000000000000000000000000000000"
)

// post is a callback on its way from the server to the suite's receiver.
type post struct {
	request  *http.Request
	body     []byte
	receiver http.Handler
	nth      int // of the server, from 1
}

// deliver hands the callback to the receiver, and returns what it answered; 0 means no answer.
func (p *post) deliver() int {
	const longest = 100 * time.Millisecond // that one who answers takes
	ctx, cancel := context.WithTimeout(p.request.Context(), longest)
	defer cancel()
	request := p.request.Clone(ctx)
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(p.body)), int64(len(p.body))
	w := &statusWriter{header: http.Header{}}
	func() {
		defer func() {
			if recover() != nil || ctx.Err() != nil { // it closed the connection, or hangs
				w.status = -1
			}
		}()
		p.receiver.ServeHTTP(w, request)
	}()
	return max(0, w.status)
}

// statusWriter keeps the status of an answer.
type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header { return w.header }

func (w *statusWriter) WriteHeader(status int) { w.status = status }

func (w *statusWriter) Write(b []byte) (int, error) { return len(b), nil }

// calling lies about callbacks: it delivers one, or does not, and returns the receiver's alleged
// answer; 0 means no answer.
func calling(lie func(p *post) int) func() func(http.Handler) http.Handler {
	return func() func(http.Handler) http.Handler {
		return func(receiver http.Handler) http.Handler {
			nth := 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				nth++
				status := lie(&post{r, body, receiver, nth})
				if status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(status)
			})
		}
	}
}

// edited delivers callbacks that were changed.
func edited(edit func(p *post)) func() func(http.Handler) http.Handler {
	return calling(func(p *post) int {
		edit(p)
		return p.deliver()
	})
}

// taken reports another answer to the server than the receiver's.
func taken(answered, told int) func() func(http.Handler) http.Handler {
	return calling(func(p *post) int {
		if status := p.deliver(); status != answered {
			return status
		}
		return told
	})
}

// repeated delivers once more what was answered with a status.
func repeated(answered int) func() func(http.Handler) http.Handler {
	return calling(func(p *post) int {
		status := p.deliver()
		if status == answered {
			p.deliver()
		}
		return status
	})
}

// callbacks are lies about callbacks, and about the log of them.
func callbacks() []Mutant {
	of := func(names ...string) (ids []string) {
		for _, name := range names {
			ids = append(ids, "callbacks/"+name)
		}
		return ids
	}
	header := func(name, value string) func(*post) {
		return func(p *post) {
			if p.request.Header.Set(name, value); value == "" {
				p.request.Header.Del(name)
			}
		}
	}
	onRetry := func(edit func(*post)) func(*post) {
		return func(p *post) {
			if p.nth > 1 {
				edit(p)
			}
		}
	}
	pending := func(edit func(map[string]any)) func(map[string]any) {
		return func(c map[string]any) {
			if c["completedAt"] == nil {
				edit(c)
			}
		}
	}
	finished := func(edit func(map[string]any)) func(map[string]any) {
		return func(c map[string]any) {
			if c["completedAt"] != nil {
				edit(c)
			}
		}
	}
	member := func(name string, edit func(data map[string]any)) func(*post) {
		return func(p *post) {
			var body map[string]any
			if json.Unmarshal(p.body, &body) == nil {
				if data, ok := body[name].(map[string]any); ok {
					edit(data)
				}
				p.body, _ = json.Marshal(body)
			}
		}
	}
	return []Mutant{
		{Name: "callbacks/never", What: "callbacks are logged as delivered and never sent", Scenarios: of("delivered"), Call: calling(func(*post) int { return 200 })},
		{Name: "callbacks/twice", What: "callbacks are sent twice", Scenarios: of("delivered"), Call: repeated(200)},
		{Name: "callbacks/unsigned", What: "callbacks have no signature", Scenarios: of("delivered"), Call: edited(header(signature, ""))},
		{Name: "callbacks/wrong-signature", What: "callbacks have another signature", Scenarios: of("delivered"), Call: edited(header(signature, unlike))},
		{Name: "callbacks/form-wrong-signature", What: "forms have the signature of something else", Scenarios: of("form"), Call: edited(header(signature, unlike))},
		{Name: "callbacks/header-lost", What: "headers that were asked for are not sent", Scenarios: of("delivered"), Call: edited(header("X-Mine", ""))},
		{Name: "callbacks/custom-lost", What: "the custom value is not sent", Scenarios: of("delivered"), Call: edited(header("X-Callback-Custom", ""))},
		{Name: "callbacks/json-as-text", What: "JSON is called text", Scenarios: of("delivered"), Call: edited(header("Content-Type", "text/plain"))},
		{Name: "callbacks/put", What: "callbacks are sent by PUT", Scenarios: of("delivered"), Call: edited(func(p *post) { p.request.Method = http.MethodPut })},
		{Name: "callbacks/get", What: "forms are sent by GET", Scenarios: of("form"), Call: edited(func(p *post) { p.request.Method = http.MethodGet })},
		{Name: "callbacks/another-answer", What: "a callback brings another answer than the call had", Scenarios: of("delivered"), Call: edited(member("data", set("paidBy", "nobody")))},
		{Name: "callbacks/form-field-is-data", What: "the field of the form is not the one that was named", Scenarios: of("form"),
			Call: edited(func(p *post) {
				form, _ := url.ParseQuery(string(p.body))
				p.body = []byte(url.Values{"data": {form.Get("payload")}}.Encode())
			})},
		{Name: "callbacks/form-as-json", What: "where a form was asked for JSON is sent", Scenarios: of("form"),
			Call: edited(func(p *post) {
				form, _ := url.ParseQuery(string(p.body))
				p.body = []byte(form.Get("payload"))
				p.request.Header.Set("Content-Type", "application/json")
			})},

		{Name: "callbacks/failure-is-delivery", What: "a 500 counts as delivered", Scenarios: of("retried-after-a-failure"), Call: taken(500, 200)},
		{Name: "callbacks/closed-is-delivery", What: "a closed connection counts as delivered", Scenarios: of("retried-after-no-answer"), Call: taken(0, 200)},
		{Name: "callbacks/timeout-is-delivery", What: "a receiver that hangs has taken the callback", Scenarios: of("retried-after-a-timeout"), Call: taken(0, 200)},
		{Name: "callbacks/redirect-is-delivery", What: "a 302 counts as delivered", Scenarios: of("redirect"), Call: taken(302, 200)},
		{Name: "callbacks/no-content-is-delivery", What: "a 204 counts as delivered", Scenarios: of("only-200"), Call: taken(204, 200)},
		{Name: "callbacks/redirect-is-followed", What: "a redirect is followed", Scenarios: of("redirect"), Call: repeated(302)},
		{Name: "callbacks/no-answer-is-500", What: "a closed connection is logged as 500", Scenarios: of("retried-after-no-answer"), Call: taken(0, 500)},
		{Name: "callbacks/delivery-is-tried-again", What: "a callback that was answered with 200 is tried again", Scenarios: of("retried-after-a-failure"), Call: taken(200, 500)},
		{Name: "callbacks/retried-at-once", What: "a callback that failed is tried again at once, too", Scenarios: of("pauses"), Call: repeated(500)},
		{Name: "callbacks/retried-unasked", What: "a callback is tried again where nobody asked for it", Scenarios: of("not-retried"), Call: repeated(500)},
		{Name: "callbacks/retried-once-too-often", What: "a callback is tried again after the last retry", Scenarios: of("given-up"), Call: repeated(503)},
		{Name: "callbacks/retries-lost", What: "retries are not sent", Scenarios: of("retried-after-a-failure"),
			Call: calling(func(p *post) int {
				if p.nth > 1 {
					return 200
				}
				return p.deliver()
			})},
		{Name: "callbacks/retry-of-another-body", What: "a retry brings another body", Scenarios: of("retried-after-a-failure"),
			Call: edited(onRetry(func(p *post) { p.body = append(p.body, ' ') }))},
		{Name: "callbacks/retry-unsigned", What: "a retry has no signature", Scenarios: of("retried-after-a-failure"), Call: edited(onRetry(header(signature, "")))},
		{Name: "callbacks/job-is-sent-pending", What: "the callback of a job shows it as it began", Scenarios: of("asynchronous"), Call: edited(member("data", set("state", "WAIT")))},

		{Name: "callbacks/pending-listed-as-0", What: "the list has no code of a callback that will be tried again", Scenarios: of("retried-after-a-failure", "pending-and-finished"),
			Lie: onItems("callback.list", each(pending(set("httpResponseCode", "0"))))},
		{Name: "callbacks/pending-completed", What: "the list has callbacks completed that will be tried again", Scenarios: of("retried-after-a-failure"),
			Lie: onItems("callback.list", each(pending(set("completedAt", "2031-02-12T08:30:00+00:00"))))},
		{Name: "callbacks/pending-detail-0", What: "the detail has no code of a callback that will be tried again", Scenarios: of("retried-after-a-failure", "pending-and-finished"),
			Lie: onData("callback.get", pending(set("httpResponseCode", json.Number("0"))))},
		{Name: "callbacks/pending-inactive", What: "a callback that will be tried again is not active", Scenarios: of("retried-after-a-failure"), Lie: onData("callback.get", pending(set("active", false)))},
		{Name: "callbacks/finished-active", What: "a callback that was delivered is active", Scenarios: of("delivered"), Lie: onData("callback.get", finished(set("active", true)))},
		{Name: "callbacks/attempts-uncounted", What: "the detail counts one attempt where there were several", Scenarios: of("retried-after-a-failure", "given-up"),
			Lie: onData("callback.get", set("attempt", json.Number("1")))},
		{Name: "callbacks/retries-uncounted", What: "the detail counts no retries", Scenarios: of("given-up"), Lie: onData("callback.get", set("retry", json.Number("0")))},
		{Name: "callbacks/given-up-is-200", What: "a callback that was given up is listed as delivered", Scenarios: of("given-up"),
			Lie: onItems("callback.list", each(finished(set("httpResponseCode", "200"))))},
		{Name: "callbacks/given-up-detail-is-200", What: "the detail of a callback that was given up has code 200", Scenarios: of("given-up"),
			Lie: onData("callback.get", finished(set("httpResponseCode", json.Number("200"))))},
		{Name: "callbacks/started-when-completed", What: "a callback that was tried again began with the last attempt", Scenarios: of("retried-after-a-failure"),
			Lie: onData("callback.get", func(c map[string]any) {
				if c["completedAt"] != nil {
					c["startedAt"] = c["completedAt"]
				}
			})},
		{Name: "callbacks/oldest-first", What: "callbacks are listed oldest first", Scenarios: of("pending-and-finished"), Lie: onItems("callback.list", func(items []any) []any {
			slices.Reverse(items)
			return items
		})},
		{Name: "callbacks/detail-of-another", What: "the detail has another id than was asked for", Scenarios: of("pending-and-finished"),
			Lie: onData("callback.get", set("id", "000000000000000000000000"))},
		{Name: "callbacks/job-listed-too-soon", What: "the callback of a job is listed as delivered before the job is done", Scenarios: of("asynchronous"),
			Lie: onItems("callback.list", each(pending(set("httpResponseCode", "200"))))},
		{Name: "callbacks/refused-is-logged", What: "a call that was refused has a callback in the log", Scenarios: of("refused-call"),
			Lie: onItems("callback.list", func(items []any) []any { return append(items, items...) })},
	}
}
