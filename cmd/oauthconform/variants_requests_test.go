package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// rewriting is a choice about what requests mean, whoever sends them; those of the control API are
// excepted.
func rewriting(change func(r *http.Request, body []byte) []byte) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/__admin") {
				body, _ := io.ReadAll(r.Body)
				hold(r, change(r, body))
			}
			next.ServeHTTP(w, r)
		})
	}
}

func hold(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
}

// edited changes the members of a JSON object; other bodies stay as they are.
func edited(body []byte, edit func(map[string]any)) []byte {
	object, ok := decoded(body).(map[string]any)
	if !ok {
		return body
	}
	before, _ := json.Marshal(object)
	edit(object)
	after, _ := json.Marshal(object)
	if bytes.Equal(before, after) || !json.Valid(body) {
		return body
	}
	return after
}

func ask(r *http.Request, query url.Values) {
	r.URL.RawQuery = query.Encode()
	r.RequestURI = r.URL.RequestURI()
}

func refusal(status, code int, message string) (int, string) {
	return status, `{"success":false,"message":"` + message + `","error":` + strconv.Itoa(code) + `,"data":null}`
}

// requestVariants are ways to understand a request, and to refuse it.
func requestVariants() []variant {
	makes := func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/tokens" }
	changes := func(r *http.Request) bool {
		return r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/tokens/")
	}
	word := regexp.MustCompile(`^[a-z-]{1,8}$`) // no id, nor what reID makes of a strange one
	dated := regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`)
	exists := func(date string) bool {
		_, err := time.Parse("2006-01-02"[:len(date)], date)
		return err == nil
	}
	return []variant{
		{"dates that no calendar has are empty", rewriting(func(r *http.Request, body []byte) []byte {
			query := r.URL.Query()
			if date := query.Get("date"); strings.HasPrefix(r.URL.Path, "/stats") && len(query["date"]) == 1 && dated.MatchString(date) && !exists(date) {
				query.Set("date", "1999")
				ask(r, query)
			}
			return body
		})},
		{"an empty date is refused", asking(func(r *http.Request, _ []byte) (int, string) {
			if query := r.URL.Query(); strings.HasPrefix(r.URL.Path, "/stats") && query.Has("date") && query.Get("date") == "" {
				return refusal(422, 240, "Invalid date format, must be YYYY or YYYY-MM or YYYY-MM-DD")
			}
			return 0, ""
		})},
		{"a limit of 0 is refused", asking(func(r *http.Request, _ []byte) (int, string) {
			numbers := map[string]int{"/errors": 190, "/callbacks": 210, "/subscriptions": 230, "/tokens": 400, "/wallet/transactions": 400}
			if code := numbers[r.URL.Path]; code != 0 && r.Method == http.MethodGet && r.URL.Query().Get("limit") == "0" {
				return refusal(400, code, "Query error")
			}
			return 0, ""
		})},
		{"of a repeated parameter the last counts", rewriting(func(r *http.Request, body []byte) []byte {
			query, repeated := r.URL.Query(), false
			for name, values := range query {
				repeated = repeated || len(values) > 1
				query[name] = values[len(values)-1:]
			}
			if repeated {
				ask(r, query)
			}
			return body
		})},
		{"of several credentials the first count", rewriting(func(r *http.Request, body []byte) []byte {
			if all := r.Header["Authorization"]; len(all) > 1 {
				r.Header["Authorization"] = all[:1]
			}
			return body
		})},
		{"addresses are the same in any case", rewriting(func(r *http.Request, body []byte) []byte {
			if email, key, ok := r.BasicAuth(); ok && strings.EqualFold(email, demoEmail) && email != demoEmail {
				r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(strings.ToLower(email)+":"+key)))
			}
			return body
		})},
		{"scopes that are asked for twice are kept once", rewriting(func(r *http.Request, body []byte) []byte {
			if !makes(r) && !changes(r) {
				return body
			}
			return edited(body, func(o map[string]any) {
				list, ok := o["scopes"].([]any)
				if !ok || slices.ContainsFunc(list, func(one any) bool { _, text := one.(string); return !text }) {
					return
				}
				var once []any
				for _, one := range list {
					if !slices.Contains(once, one) {
						once = append(once, one)
					}
				}
				if len(once) > 0 {
					o["scopes"] = once
				}
			})
		})},
		{"a token without a name gets one", rewriting(func(r *http.Request, body []byte) []byte {
			return edited(body, func(o map[string]any) {
				if makes(r) && (o["name"] == nil || o["name"] == "") && o["scopes"] != nil {
					o["name"] = "Token"
				}
			})
		})},
		{"names are trimmed", rewriting(func(r *http.Request, body []byte) []byte {
			return edited(body, func(o map[string]any) {
				if name, ok := o["name"].(string); ok && (makes(r) || changes(r)) {
					o["name"] = strings.TrimSpace(name)
				}
			})
		})},
		{"null limits are refused", asking(func(r *http.Request, body []byte) (int, string) {
			o, _ := decoded(body).(map[string]any)
			limits, _ := o["limits"].(map[string]any)
			for _, value := range limits {
				if value == nil && changes(r) {
					return refusal(422, 422, "limits are numbers")
				}
			}
			return 0, ""
		})},
		{"a rotation takes nothing from its body", rewriting(func(r *http.Request, body []byte) []byte {
			if changes(r) && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") && json.Valid(body) && utf8.Valid(body) && !strings.HasSuffix(r.Header.Get("Authorization"), strings.TrimPrefix(r.URL.Path, "/tokens/")) {
				return []byte("{}")
			}
			return body
		})},
		{"the token itself changes nothing", rewriting(func(r *http.Request, body []byte) []byte {
			if changes(r) && r.Header.Get("Authorization") == "Bearer "+strings.TrimPrefix(r.URL.Path, "/tokens/") {
				r.Header.Set("Authorization", "Bearer x")
			}
			return body
		})},
		{"lists know no ids but those of subscriptions", rewriting(func(r *http.Request, body []byte) []byte {
			if query := r.URL.Query(); query.Has("id") && (r.URL.Path == "/callbacks" || r.URL.Path == "/tokens") {
				query.Del("id")
				ask(r, query)
			}
			return body
		})},
		{"a slash at the end is passed over", rewriting(func(r *http.Request, body []byte) []byte {
			if path, found := strings.CutSuffix(r.URL.EscapedPath(), "/"); found && path != "" && path != "/tokens" && !strings.HasPrefix(path, "/__") {
				if u, err := url.ParseRequestURI(path); err == nil {
					u.RawQuery = r.URL.RawQuery
					r.URL, r.RequestURI = u, u.RequestURI()
				}
			}
			return body
		})},
		{"HEAD is answered as GET", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodHead {
					next.ServeHTTP(w, r)
					return
				}
				r.Method = http.MethodGet
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(recorder.Code)
			})
		}},
		{"OPTIONS is answered", asking(func(r *http.Request, _ []byte) (int, string) {
			if r.Method == http.MethodOptions {
				return http.StatusNoContent, ""
			}
			return 0, ""
		})},
		{"what is wrong is said before who asks", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				hold(r, body)
				status, answer := 0, ""
				object, isObject := decoded(body).(map[string]any)
				switch id := strings.TrimPrefix(r.URL.Path, "/tokens/"); {
				case makes(r) && !json.Valid(body) && len(body) > 0:
					status, answer = refusal(400, 400, "Malformed JSON body")
				case makes(r) && (len(body) == 0 || isObject && object["scopes"] == nil):
					status, answer = refusal(422, 70, "missing scopes array")
				case r.Method == http.MethodGet && id != r.URL.Path && word.MatchString(id):
					status, answer = refusal(422, 60, "Invalid Token Format")
				case strings.HasPrefix(r.URL.Path, "/stats") && r.Method == http.MethodGet && r.URL.Query().Get("date") != "" && !dated.MatchString(r.URL.Query().Get("date")):
					status, answer = refusal(422, 240, "Invalid date format, must be YYYY or YYYY-MM or YYYY-MM-DD")
				}
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r) // so that whom it knows is told as ever
				if recorder.Code == http.StatusUnauthorized && status != 0 {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_, _ = io.WriteString(w, answer)
					return
				}
				maps.Copy(w.Header(), recorder.Header())
				w.WriteHeader(recorder.Code)
				_, _ = w.Write(recorder.Body.Bytes())
			})
		}},
		{"strangers are told nothing of paths", func(next http.Handler) http.Handler {
			return answering(func(a *varied) {
				_, _, basic := a.BasicAuth()
				if (a.status == 404 || a.status == 405) && !basic && !strings.HasPrefix(a.Header.Get("Authorization"), "Bearer") && !strings.HasPrefix(a.URL.Path, "/__") {
					a.status, a.body = 401, map[string]any{"success": false, "message": "Unauthorized", "error": 140, "data": nil}
				}
			})(next)
		}},
		{"types are checked before scopes", asking(func(r *http.Request, body []byte) (int, string) {
			o, ok := decoded(body).(map[string]any)
			if !ok || !json.Valid(body) || !makes(r) {
				return 0, ""
			}
			if _, text := o["name"].(string); o["name"] != nil && !text {
				return refusal(422, 422, "Invalid field type")
			}
			return 0, ""
		})},
		{"doubled members are refused", asking(func(r *http.Request, body []byte) (int, string) {
			if json.Valid(body) && doubled(json.NewDecoder(bytes.NewReader(body))) {
				return refusal(400, 400, "Malformed JSON body")
			}
			return 0, ""
		})},
		{"bodies over 64 KiB are refused", asking(func(_ *http.Request, body []byte) (int, string) {
			if len(body) > 64<<10 {
				return refusal(413, 413, "Payload Too Large")
			}
			return 0, ""
		})},
	}
}

// doubled reports whether the outermost object names a member twice.
func doubled(decoder *json.Decoder) bool {
	seen, depth, name := map[any]bool{}, 0, false
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch delim, isDelim := token.(json.Delim); {
		case isDelim && (delim == '{' || delim == '['):
			if depth++; depth == 1 && delim == '[' {
				return false
			}
			name = depth == 1
			continue
		case isDelim:
			depth--
		case depth == 1 && name:
			if seen[token] {
				return true
			}
			seen[token], name = true, false
			continue
		}
		name = depth == 1
	}
}
