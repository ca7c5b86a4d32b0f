package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// variant is a way to do otherwise than the mock where no document says what is right. It stands
// between the suite and an honest server.
type variant struct {
	name string
	wrap func(next http.Handler) http.Handler
}

// varied is a request and its answer, which a choice may change.
type varied struct {
	*http.Request
	status int
	header http.Header
	body   any    // nil where the answer is not JSON
	raw    []byte // sent in its place, unless nil
	again  func(method, target string) any
}

// answering is a choice about answers, those of the control API excepted.
func answering(change func(a *varied)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/__admin") {
				next.ServeHTTP(w, r)
				return
			}
			sent, _ := io.ReadAll(r.Body)
			send := func(r *http.Request) *httptest.ResponseRecorder {
				recorder := httptest.NewRecorder()
				r.Body = io.NopCloser(bytes.NewReader(sent))
				next.ServeHTTP(recorder, r)
				return recorder
			}
			got := send(r)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			a := &varied{Request: r, status: got.Code, header: got.Header(), body: decoded(got.Body.Bytes())}
			a.again = func(method, target string) any {
				other := r.Clone(r.Context())
				other.Method, other.RequestURI = method, target
				other.URL, _ = url.ParseRequestURI(target)
				return decoded(send(other).Body.Bytes())
			}
			before, _ := json.Marshal(a.body)
			change(a)
			raw := got.Body.Bytes()
			if after, _ := json.Marshal(a.body); a.raw != nil {
				raw = a.raw
			} else if !bytes.Equal(before, after) {
				raw = after
			}
			a.header.Del("Content-Length")
			maps.Copy(w.Header(), a.header)
			w.WriteHeader(a.status)
			_, _ = w.Write(raw)
		})
	}
}

// asking is a choice about requests of callers whom the server knows.
func asking(change func(r *http.Request, body []byte) (status int, answer string)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var known sync.Map
		known.Store(demoEmail+":"+demoKey, true)
		known.Store(demoEmail+":"+demoSandboxKey, true)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path == "/__admin/accounts" {
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r)
				made, _ := decoded(recorder.Body.Bytes()).(map[string]any)
				known.Store(fmt.Sprint(made["email"], ":", made["apiKey"]), true)
				maps.Copy(w.Header(), recorder.Header())
				w.WriteHeader(recorder.Code)
				_, _ = w.Write(recorder.Body.Bytes())
				return
			}
			email, key, _ := r.BasicAuth()
			if _, ok := known.Load(email + ":" + key); !ok {
				next.ServeHTTP(w, r)
				return
			}
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			status, answer := change(r, body)
			if status == 0 {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, answer)
		})
	}
}

func decoded(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// everywhere edits all texts of a value, with the name of the member that they stand under.
func everywhere(value any, name string, edit func(name, text string) string) any {
	switch v := value.(type) {
	case string:
		return edit(name, v)
	case []any:
		for i := range v {
			v[i] = everywhere(v[i], name, edit)
		}
	case map[string]any:
		for key, one := range v {
			v[key] = everywhere(one, key, edit)
		}
	}
	return value
}

// objects calls edit with every object of a value.
func objects(value any, edit func(map[string]any)) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			objects(one, edit)
		}
	case map[string]any:
		for _, one := range v {
			objects(one, edit)
		}
		edit(v)
	}
}

func (a *varied) data() any {
	object, _ := a.body.(map[string]any)
	return object["data"]
}

// documentedRefusal reports whether the document shows the refusal, by method and number, or others
// report it of the services.
func (a *varied) documentedRefusal() bool {
	body, _ := a.body.(map[string]any)
	code, _ := body["error"].(json.Number)
	if strings.HasPrefix(a.URL.Path, "/__services/") {
		return code == "125.22" || code == "610"
	}
	n, _ := strconv.Atoi(code.String())
	return n > 0 && n < 300 && (n != 140 || a.Method == http.MethodPatch)
}

const timeForm = "2006-01-02T15:04:05Z07:00"

func respelled(layout string) func(name, text string) string {
	return func(name, text string) string {
		at, err := time.Parse(timeForm, text)
		if err != nil {
			return text
		}
		return at.UTC().Format(layout)
	}
}

var (
	hexID    = regexp.MustCompile(`\b[0-9a-f]{24}\b`)
	listings = map[string]bool{"/tokens": true, "/errors": true, "/callbacks": true, "/subscriptions": true, "/wallet/transactions": true}
)

// reID turns ids into those of another form, both ways.
func reID(to func(hex string) string, own *regexp.Regexp, from func(own string) string) func(http.Handler) http.Handler {
	bare := regexp.MustCompile(`(^|[^0-9A-Za-z_.-])[0-9a-f]{24}($|[^0-9A-Za-z_.-])`)
	return func(next http.Handler) http.Handler {
		inner := answering(func(a *varied) {
			a.body = everywhere(a.body, "", func(_, text string) string { return hexID.ReplaceAllStringFunc(text, to) })
		})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			target := r.URL.EscapedPath()
			if bare.MatchString(target) {
				target = hexID.ReplaceAllString(target, "malformed")
			}
			target = own.ReplaceAllStringFunc(target, from)
			if r.URL.RawQuery != "" {
				target += "?" + own.ReplaceAllStringFunc(r.URL.RawQuery, from)
			}
			other := r.Clone(r.Context())
			if u, err := url.ParseRequestURI(target); err == nil && !strings.Contains(target, "//") {
				other.URL, other.RequestURI = u, target
			}
			for i, value := range other.Header["Authorization"] {
				other.Header["Authorization"][i] = own.ReplaceAllStringFunc(value, from)
			}
			next.ServeHTTP(w, other)
		}))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/__admin") {
				next.ServeHTTP(w, r)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
}

// reversed turns lists around. What it asks in the place of what was asked counts as one call, like
// what was asked, as long as the list has no more than a page.
func reversed(next http.Handler) http.Handler {
	asked := func(r *http.Request) (query url.Values, limit, skip int) {
		query, limit, skip = r.URL.Query(), 100, 0
		if r.Method != http.MethodGet || !listings[r.URL.Path] || query.Has("id") {
			return nil, 0, 0
		}
		for name, to := range map[string]*int{"limit": &limit, "skip": &skip} {
			if n, err := strconv.Atoi(query.Get(name)); err == nil && n >= 0 {
				*to = n
			} else if query.Get(name) != "" {
				return nil, 0, 0
			}
		}
		if limit == 0 {
			limit = 100
		}
		return query, min(limit, 100), skip
	}
	page := func(r *http.Request, query url.Values, n int) *http.Request {
		query.Set("limit", "100")
		query.Set("skip", strconv.Itoa(n*100))
		other := r.Clone(r.Context())
		other.URL.RawQuery = query.Encode()
		other.RequestURI = other.URL.RequestURI()
		return other
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, limit, skip := asked(r)
		if query == nil {
			next.ServeHTTP(w, r)
			return
		}
		answering(func(a *varied) {
			object, _ := a.body.(map[string]any)
			all, ok := object["data"].([]any)
			if !ok {
				return
			}
			for n, some := 1, all; len(some) == 100; n++ {
				more, _ := a.again("GET", page(r, query, n).RequestURI).(map[string]any)
				some, _ = more["data"].([]any)
				all = append(all, some...)
			}
			slices.Reverse(all)
			skip = min(skip, len(all))
			object["data"] = append([]any{}, all[skip:min(skip+limit, len(all))]...)
		})(next).ServeHTTP(w, page(r, query, 0))
	})
}

// choices are what v2 leaves open.
func variants() []variant {
	overHundred := func(text string) bool { n, err := strconv.Atoi(text); return err == nil && n > 100 }
	return slices.Concat(answerVariants(), requestVariants(), []variant{
		{"ids are no hex digits", reID(func(id string) string { return "obj_" + strings.ToUpper(id) },
			regexp.MustCompile(`obj_[0-9A-F]{24}`), func(id string) string { return strings.ToLower(id[4:]) })},
		{"scopes come in another order", answering(func(a *varied) {
			objects(a.body, func(o map[string]any) {
				if list, ok := o["scopes"].([]any); ok && o["token"] != nil {
					slices.Reverse(list)
				}
			})
		})},
		{"a limit over 100 is refused", asking(func(r *http.Request, _ []byte) (int, string) {
			numbers := map[string]int{"/errors": 190, "/callbacks": 210, "/subscriptions": 230, "/tokens": 400, "/wallet/transactions": 400}
			if code := numbers[r.URL.Path]; code != 0 && overHundred(r.URL.Query().Get("limit")) {
				return refusal(400, code, "Query error")
			}
			return 0, ""
		})},
		{"a ttl over a year is refused", asking(func(r *http.Request, body []byte) (int, string) {
			var want struct{ TTL float64 }
			if strings.HasPrefix(r.URL.Path, "/tokens") && json.Unmarshal(body, &want) == nil && want.TTL > 365*86400 {
				return refusal(422, 95, "ttl is too long")
			}
			return 0, ""
		})},
		{"there are no wildcards", asking(func(r *http.Request, body []byte) (int, string) {
			if strings.HasPrefix(r.URL.Path, "/tokens") && (r.Method == "POST" || r.Method == "PATCH") && bytes.Contains(body, []byte(`*`)) && bytes.Contains(body, []byte(`"scopes"`)) {
				if r.Method == "PATCH" {
					return refusal(422, 100, "invalid scopes format")
				}
				return refusal(422, 80, "invalid scopes format")
			}
			return 0, ""
		})},
		{"times end in Z", answering(func(a *varied) { a.body = everywhere(a.body, "", respelled("2006-01-02T15:04:05Z")) })},
		{"times have fractions", answering(func(a *varied) { a.body = everywhere(a.body, "", respelled("2006-01-02T15:04:05.000Z")) })},
		{"times are of another zone", answering(func(a *varied) {
			a.body = everywhere(a.body, "", func(_, text string) string {
				at, err := time.Parse(timeForm, text)
				if err != nil {
					return text
				}
				return at.In(time.FixedZone("", 3600)).Format(timeForm)
			})
		})},
		{"refusals that nobody documents have other words", answering(func(a *varied) {
			if body, ok := a.body.(map[string]any); ok && a.status >= 400 && !a.documentedRefusal() {
				body["error"], body["message"] = 9000+a.status, "It cannot be done."
			}
		})},
		{"refusals that nobody documents are 422", answering(func(a *varied) {
			if a.status == 400 && !a.documentedRefusal() {
				a.status = 422
			}
		})},
		{"refusals that nobody documents are problem documents", answering(func(a *varied) {
			if a.status >= 400 && !a.documentedRefusal() {
				a.header.Set("Content-Type", "application/problem+json")
				a.body = map[string]any{"type": "about:blank", "title": "No", "status": a.status}
			}
		})},
		{"unknown paths have a page", answering(func(a *varied) {
			if body, _ := a.body.(map[string]any); a.status == 404 && body["error"] == json.Number("404") {
				a.header.Set("Content-Type", "text/html")
				a.raw = []byte("<h1>404</h1>")
			}
		})},
		{"unknown methods are 501", answering(func(a *varied) {
			if a.status == 405 && !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, a.Method) {
				a.status = 501
			}
		})},
		{"no headers tell of the rate limit", answering(func(a *varied) {
			for _, name := range []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"} {
				a.header.Del(name)
			}
		})},
		{"Retry-After is a date", answering(func(a *varied) {
			if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil {
				a.header.Set("Retry-After", time.Now().Add(time.Duration(seconds)*time.Second).UTC().Format(http.TimeFormat))
			}
		})},
		{"401 has a challenge", answering(func(a *varied) {
			if a.status == 401 {
				a.header.Set("WWW-Authenticate", `Basic realm="api"`)
			}
		})},
		{"answers hold more than is documented", answering(func(a *varied) {
			objects(a.data(), func(o map[string]any) {
				if o["id"] != nil || o["token"] != nil || o["credit"] != nil {
					o["_links"] = "x"
				}
			})
			if body, ok := a.body.(map[string]any); ok && body["data"] != nil {
				body["requestId"] = "r-1"
			}
		})},
		{"successes have a message", answering(func(a *varied) {
			if body, ok := a.body.(map[string]any); ok && body["message"] == "" && !strings.HasPrefix(a.URL.Path, "/scopes/") {
				body["message"] = "OK"
			}
		})},
		{"lists have another order", reversed},
		{"subscriptions are of another type", answering(func(a *varied) {
			a.body = everywhere(a.body, "", func(name, text string) string {
				if name == "type" {
					return "quarterly"
				}
				return text
			})
		})},
		{"a pending callback has the code of an attempt", answering(func(a *varied) {
			objects(a.data(), func(o map[string]any) {
				switch code := o["httpResponseCode"].(type) {
				case string:
					if code == "0" {
						o["httpResponseCode"] = "503"
					}
				case json.Number:
					if code == "0" {
						o["httpResponseCode"] = 503
					}
				}
			})
		})},
		{"totals are above what is listed", answering(func(a *varied) {
			objects(a.data(), func(o map[string]any) {
				for _, name := range []string{"totalIps", "totalApis", "totalScopes"} {
					if n, ok := o[name].(json.Number); ok && n != "0" {
						i, _ := n.Int64()
						o[name] = i + 3
					}
				}
			})
		})},
		{"only enabled scopes are listed", answering(func(a *varied) {
			if list, ok := a.data().([]any); ok && a.URL.Path == "/scopes" {
				a.body.(map[string]any)["data"] = slices.DeleteFunc(list, func(one any) bool { return one.(map[string]any)["enabled"] == false })
			}
		})},
		{"a byte order mark is passed over", asking(func(r *http.Request, body []byte) (int, string) {
			if rest, marked := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); marked {
				r.Body = io.NopCloser(bytes.NewReader(rest))
				r.ContentLength = int64(len(rest))
			}
			return 0, ""
		})},
		{"the default lifetime is a month", asking(func(r *http.Request, body []byte) (int, string) {
			var want map[string]any
			if r.URL.Path != "/tokens" || r.Method != "POST" || json.Unmarshal(body, &want) != nil || want == nil {
				return 0, ""
			}
			if ttl, _ := want["ttl"].(float64); ttl <= 0 {
				if _, there := want["ttl"]; there && want["ttl"] != nil {
					if _, number := want["ttl"].(float64); !number {
						return 0, ""
					}
				}
				want["ttl"] = 30 * 86400
				other, _ := json.Marshal(want)
				r.Body = io.NopCloser(bytes.NewReader(other))
				r.ContentLength = int64(len(other))
			}
			return 0, ""
		})},
		{"a limit of 0 lists nothing", answering(func(a *varied) {
			if _, ok := a.data().([]any); ok && listings[a.URL.Path] && a.URL.Query().Get("limit") == "0" {
				a.body.(map[string]any)["data"] = []any{}
			}
		})},
		{"queries that are no numbers are passed over", asking(func(r *http.Request, _ []byte) (int, string) {
			if !listings[r.URL.Path] {
				return 0, ""
			}
			query, changed := r.URL.Query(), false
			for _, name := range []string{"limit", "skip"} {
				if n, err := strconv.Atoi(query.Get(name)); query.Has(name) && (err != nil || n < 0) {
					query.Del(name)
					changed = true
				}
			}
			if changed {
				r.URL.RawQuery = query.Encode()
				r.RequestURI = r.URL.RequestURI()
			}
			return 0, ""
		})},
		{"the world called demo is another", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "POST" && r.URL.Path == "/__admin/accounts" {
					body, _ := io.ReadAll(r.Body)
					body = bytes.ReplaceAll(body, []byte(`"fixture":"demo"`), []byte(`"fixture":"generated:seed=3,tokens=6,transactions=40,errors=40,callbacks=12,subscriptions=12"`))
					r.Body = io.NopCloser(bytes.NewReader(body))
					r.ContentLength = int64(len(body))
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"JSON is pretty", answering(func(a *varied) {
			if a.body != nil {
				a.raw, _ = json.MarshalIndent(a.body, "", "  ")
			}
		})},
	})
}
