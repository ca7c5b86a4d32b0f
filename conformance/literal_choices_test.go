package conformance_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// choices are what a literal server may do otherwise than the mock, because the document leaves it
// open. Each is a switch.
type choices map[string]bool

// allChoices names the switches.
func allChoices() []string {
	return []string{
		"ids of another form", "scopes turned round", "a limit over 100 is refused", "a ttl over a year is refused", "no wildcards", "an empty error log", "times in Z",
		"times with fractions", "subscriptions of another type", "a code of a pending callback", "totals above what is listed", "only enabled scopes are listed",
		"compressed answers", "an empty world", "other words", "pages for unknown paths", "a default lifetime of a month", "the newest first", "more members",
		"501 for unknown methods", "byte order marks are passed over", "Retry-After as a date",
	}
}

// draw switches half of the choices on.
func draw(seed uint64) choices {
	random := rand.New(rand.NewPCG(seed, 20))
	on := choices{}
	for _, name := range allChoices() {
		on[name] = random.IntN(2) == 0
	}
	return on
}

func (c choices) String() string {
	var on []string
	for _, name := range allChoices() {
		if c[name] {
			on = append(on, name)
		}
	}
	return strings.Join(on, ", ")
}

// asked changes a request, or answers it, before the literal server does.
func (c choices) asked(r *http.Request, body []byte) (*refused, []byte) {
	if c["501 for unknown methods"] && !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, r.Method) {
		return &refused{501, 501, "Not Implemented"}, body
	}
	if c["byte order marks are passed over"] {
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	}
	return nil, body
}

// worded is a refusal in other words, where nobody documents it.
func (c choices) worded(r *http.Request, no refused) refused {
	if c["other words"] && (no.code >= 400 || no.code == 140 && r.Method != http.MethodPatch) {
		no.code, no.message = 7000+no.status, "It cannot be done."
		if no.status == http.StatusBadRequest {
			no.status = http.StatusUnprocessableEntity
		}
	}
	return no
}

// answered changes an answer as JSON values.
func (c choices) answered(r *http.Request, answer any) any {
	text, _ := json.Marshal(answer)
	var value any
	_ = json.Unmarshal(text, &value)
	body, _ := value.(map[string]any)
	data, isList := body["data"].([]any)
	if isList && c["only enabled scopes are listed"] && r.URL.Path == "/scopes" {
		body["data"] = slices.DeleteFunc(data, func(one any) bool { return one.(map[string]any)["enabled"] == false })
	}
	c.edit("", value)
	if c["more members"] && body["success"] != false {
		body["requestId"] = "r-17"
	}
	return value
}

func (c choices) edit(name string, value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = c.edit(name, v[i])
		}
	case map[string]any:
		for member, one := range v {
			v[member] = c.edit(member, one)
		}
		if list, ok := v["scopes"].([]any); ok && c["scopes turned round"] && v["token"] != nil {
			slices.Reverse(list)
		}
		if v["id"] != nil && c["more members"] {
			v["_links"] = map[string]any{}
		}
	case float64:
		if v > 0 && slices.Contains([]string{"totalIps", "totalApis", "totalScopes"}, name) && c["totals above what is listed"] {
			return v + 2
		}
	case string:
		if name == "type" && c["subscriptions of another type"] {
			return "quarterly"
		}
		at, err := time.Parse(time.RFC3339, v)
		switch {
		case err != nil || !strings.HasSuffix(v, "+00:00"):
		case c["times with fractions"]:
			return at.UTC().Format("2006-01-02T15:04:05.000Z")
		case c["times in Z"]:
			return at.UTC().Format(time.RFC3339)
		}
	}
	return value
}

// send writes an answer.
func (c choices) send(w http.ResponseWriter, r *http.Request, status int, answer any) {
	if c["pages for unknown paths"] && status == http.StatusNotFound && strings.Contains(r.URL.Path, "nothing") {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<h1>Not Found</h1>"))
		return
	}
	if c["Retry-After as a date"] && w.Header().Get("Retry-After") != "" {
		w.Header().Set("Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
	}
	text, _ := json.Marshal(answer)
	if c["compressed answers"] {
		var compressed bytes.Buffer
		writer := gzip.NewWriter(&compressed)
		_, _ = writer.Write(text)
		_ = writer.Close()
		w.Header().Set("Content-Encoding", "gzip")
		text = compressed.Bytes()
	}
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
