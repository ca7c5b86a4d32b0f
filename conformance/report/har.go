package report

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The HTTP Archive format, version 1.2. What a report does not know of an exchange has the value
// that the format reserves for that: -1 for sizes and times, empty lists, version 1.1 of HTTP.
type harLog struct {
	Log struct {
		Version string     `json:"version"`
		Creator harNamed   `json:"creator"`
		Pages   []harPage  `json:"pages"`
		Entries []harEntry `json:"entries"`
		Comment string     `json:"comment"`
	} `json:"log"`
}

type harNamed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// harPage is a scenario.
type harPage struct {
	Started string         `json:"startedDateTime"`
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Timings map[string]int `json:"pageTimings"`
	Comment string         `json:"comment,omitempty"`
}

type harEntry struct {
	Page     string         `json:"pageref"`
	Started  string         `json:"startedDateTime"`
	Time     float64        `json:"time"`
	Request  harRequest     `json:"request"`
	Response harResponse    `json:"response"`
	Cache    map[string]int `json:"cache"`
	Timings  harTimings     `json:"timings"`
	Comment  string         `json:"comment,omitempty"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harPair    `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	QueryString []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Error       string     `json:"_error,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// WriteHAR writes the exchanges of all scenarios as an HTTP archive, a page for each scenario.
// Secrets are replaced by the names of variables; of scenarios that passed there are no bodies and
// headers, as in the JSON report. The error is that of w.
func WriteHAR(w io.Writer, r Report) error {
	var out harLog
	out.Log.Version, out.Log.Creator = "1.2", harNamed{"oauthconform", Version}
	out.Log.Pages, out.Log.Entries = []harPage{}, []harEntry{}
	out.Log.Comment = "target " + r.Target
	for _, result := range r.Results {
		if len(result.Steps) == 0 {
			continue
		}
		out.Log.Pages = append(out.Log.Pages, harPage{
			Started: harTime(result.Steps[0].Started, r.Started), ID: result.ID, Title: result.Title, Timings: map[string]int{},
			Comment: oneLine(string(result.Verdict)+" "+result.Reason, answerLimit),
		})
		for _, step := range result.Steps {
			out.Log.Entries = append(out.Log.Entries, harEntryOf(result.ID, step, r.Started))
		}
	}
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(visible(text), '\n'))
	return err
}

func harTime(at, otherwise time.Time) string {
	if at.IsZero() {
		at = otherwise
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

func harEntryOf(page string, step Step, otherwise time.Time) harEntry {
	milliseconds := step.Seconds * 1000
	entry := harEntry{
		Page: page, Started: harTime(step.Started, otherwise), Time: milliseconds, Cache: map[string]int{},
		Timings: harTimings{Send: 0, Wait: milliseconds, Receive: 0}, Comment: step.Name,
		Request: harRequest{
			Method: step.Method, URL: harURL(step.URL), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harHeaders(step.RequestHeaders), QueryString: harQuery(step.URL),
			HeadersSize: -1, BodySize: len(step.RequestBody),
		},
		Response: harResponse{
			Status: step.Status, StatusText: http.StatusText(step.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harHeaders(step.ResponseHeaders),
			Content:     harContent{Size: len(step.ResponseBody), MimeType: step.header("Content-Type"), Text: step.ResponseBody},
			RedirectURL: step.header("Location"), HeadersSize: -1, BodySize: -1, Error: step.Failure,
		},
	}
	if step.RequestBody != "" {
		entry.Request.PostData = &harPostData{MimeType: headerOf(step.RequestHeaders, "Content-Type"), Params: []harPair{}, Text: step.RequestBody}
	}
	return entry
}

func (s Step) header(name string) string { return headerOf(s.ResponseHeaders, name) }

func headerOf(header map[string]string, name string) string {
	for each, value := range header {
		if strings.EqualFold(each, name) {
			return value
		}
	}
	return ""
}

func harHeaders(header map[string]string) []harPair {
	list := []harPair{}
	for _, name := range sorted(header) {
		list = append(list, harPair{name, header[name]})
	}
	return list
}

// harURL escapes the names of secrets, whose braces no URL may have.
func harURL(text string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", "|", "%7C", `"`, "%22", "<", "%3C", ">", "%3E", " ", "%20", `\`, "%5C", "^", "%5E", "`", "%60", "[", "%5B", "]", "%5D").Replace(text)
}

func harQuery(text string) []harPair {
	list := []harPair{}
	_, query, _ := strings.Cut(text, "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part != "" {
			list = append(list, harPair{unescaped(name), unescaped(value)})
		}
	}
	return list
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
