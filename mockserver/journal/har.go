package journal

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"oauthmock/mockserver/exchange"
)

// HAREntry is an exchange as an entry of an HTTP archive, HAR 1.2
// (http://www.softwareishard.com/blog/har-12-spec/). Members of our own begin with an underscore,
// as the format wants it.
type HAREntry struct {
	Page     string      `json:"pageref"` // the same of all
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // in milliseconds, as all times here
	Request  HARRequest  `json:"request"`
	Response HARResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  HARTimings  `json:"timings"`

	ID         string    `json:"_id"`
	Kind       Kind      `json:"_kind"`
	ReceivedAt time.Time `json:"_receivedAt"` // by the machine's clock
	Surface    string    `json:"_surface"`
	Operation  string    `json:"_operation"`
	Account    string    `json:"_account"`
	Refusal    *Refusal  `json:"_refusal,omitempty"`
}

// HARRequest is a request as it came.
type HARRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []HARPair    `json:"cookies"`
	Headers     []HARPair    `json:"headers"`
	Query       []HARPair    `json:"queryString"`
	PostData    *HARPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

// HARResponse is an answer as it was sent.
type HARResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []HARPair  `json:"cookies"`
	Headers     []HARPair  `json:"headers"`
	Content     HARContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

// HARPair is a header, a cookie or a parameter of a query.
type HARPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HARPostData is the body of a request.
type HARPostData struct {
	Type string `json:"mimeType"`
	Text string `json:"text"`
}

// HARContent is the body of an answer. Size is that of the body as it was sent, in bytes. What is
// no text is in Base64, and not there at all where it is longer than 64 KiB or holds a secret.
type HARContent struct {
	Size     int     `json:"size"`
	Type     string  `json:"mimeType"`
	Text     *string `json:"text,omitempty"`
	Encoding string  `json:"encoding,omitempty"`
	Comment  string  `json:"comment,omitempty"`
}

// HARTimings are the parts of Time; the mock knows but one.
type HARTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

const (
	harUnknown  = -1                         // a size that nobody measured
	harAnything = "application/octet-stream" // a body of which nobody said what it is
)

func showHAR(e *exchange.Exchange, secrets *secrets) HAREntry {
	shown := show(e, secrets)
	out := HAREntry{
		Page:    "journal",
		Started: shown.At.Format("2006-01-02T15:04:05.000Z07:00"), Time: shown.Took, Timings: HARTimings{Wait: shown.Took},
		ID: shown.ID, Kind: shown.Kind, ReceivedAt: shown.ReceivedAt, Surface: shown.Surface, Operation: shown.Operation, Account: shown.Account, Refusal: shown.Refusal,
		Request: HARRequest{
			Method: shown.Request.Method, URL: absolute(e.Request.TLS, shown.Request.Host, shown.Request.URI), HTTPVersion: shown.Request.Proto, Cookies: []HARPair{},
			Headers: append([]HARPair{{"Host", shown.Request.Host}}, pairs(shown.Request.Headers)...),
			Query:   queryOf(shown.Request.URI, secrets.redact), HeadersSize: requestHead(&e.Request), BodySize: len(e.Request.Body),
		},
		Response: HARResponse{
			Status: shown.Response.Status, StatusText: http.StatusText(shown.Response.Status), HTTPVersion: shown.Request.Proto, Cookies: []HARPair{},
			Headers: pairs(shown.Response.Headers), RedirectURL: first(shown.Response.Headers, "Location", ""), HeadersSize: harUnknown,
			Content:  content(e, shown, secrets),
			BodySize: len(e.Response.Body),
		},
	}
	if len(e.Request.Body) > 0 {
		out.Request.PostData = &HARPostData{Type: first(shown.Request.Headers, "Content-Type", harAnything), Text: shown.Request.Body}
	}
	if e.Request.BodyError != nil {
		out.Request.BodySize = harUnknown
	}
	return out
}

// requestHead is how many bytes the request line and the headers of a request take with the empty
// line behind them, as they are usually written. HTTP/2 compresses them, so that nobody knows.
func requestHead(r *exchange.Request) int {
	if !strings.HasPrefix(r.Proto, "HTTP/1.") {
		return harUnknown
	}
	const blanks, colon, end = 2, 2, 2 // "GET / HTTP/1.1", "Name: value", "\r\n"
	size := len(r.Method) + len(r.URI) + len(r.Proto) + blanks + end + end
	if r.Host != "" {
		size += len("Host") + colon + len(r.Host) + end
	}
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + colon + len(value) + end
		}
	}
	return size
}

// content is the body of an answer.
func content(e *exchange.Exchange, shown Entry, secrets *secrets) HARContent {
	body := e.Response.Body
	out := HARContent{Size: len(body), Type: first(shown.Response.Headers, "Content-Type", harAnything)}
	switch {
	case utf8.Valid(body):
		out.Text = &shown.Response.Body
	case len(body) > maxShown || secrets.tooMany || secrets.redact(string(body)) != string(body):
		out.Comment = shown.Response.Body
	default:
		out.Text, out.Encoding = new(base64.StdEncoding.EncodeToString(body)), "base64"
	}
	return out
}

// pairs are headers by name.
func pairs(headers map[string][]string) []HARPair {
	out := []HARPair{}
	for name, values := range headers {
		for _, v := range values {
			out = append(out, HARPair{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b HARPair) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func first(headers map[string][]string, name, otherwise string) string {
	if values := headers[name]; len(values) > 0 {
		return values[0]
	}
	return otherwise
}

// absolute is the URL of a request, with what stands in no URL (the brackets of a fingerprint)
// escaped.
func absolute(secure bool, host, uri string) string {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	if strings.HasPrefix(uri, "http://") || strings.HasPrefix(uri, "https://") {
		return escape(uri)
	}
	if !strings.HasPrefix(uri, "/") { // OPTIONS *, CONNECT host:port
		uri = "/" + uri
	}
	if u, err := url.Parse("http://" + host); host == "" || err != nil || u.Host != host {
		host = "localhost" // the caller named none that could be asked again
	}
	return scheme + host + escape(uri)
}

// escape writes what stands in no URL as %XX, and leaves the rest as it is.
func escape(text string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		b := text[i]
		if b <= ' ' || b >= 0x7f || strings.IndexByte("\"<>[]\\^`{|}", b) >= 0 {
			out.Write([]byte{'%', digits[b>>4], digits[b&15]})
			continue
		}
		out.WriteByte(b)
	}
	return out.String()
}

// queryOf are the parameters of a query in their order, and what is not a parameter as a name.
// Unescaped, a text may be a secret that it was not before.
func queryOf(uri string, redact func(string) string) []HARPair {
	out := []HARPair{}
	_, query, _ := strings.Cut(uri, "?")
	plain := func(text string) string {
		if unescaped, err := url.QueryUnescape(text); err == nil && unescaped != text {
			return strings.ToValidUTF8(redact(unescaped), "\uFFFD")
		}
		return text
	}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, HARPair{plain(name), plain(value)})
	}
	return out
}
