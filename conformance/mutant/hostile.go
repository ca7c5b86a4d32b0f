package mutant

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// hostile are lies of servers that accept malformed requests, or crash on them.
func hostile() []Mutant {
	return slices.Concat(hostileBodies(), hostileMembers(), hostileQueries(), hostilePaths())
}

// read answers as if a request that was refused had been another.
func read(x *Exchange, method, target string, body any) { *x.Answer = *x.Ask(method, target, body) }

// broken answers as a server that fell over a request.
func broken(x *Exchange) {
	x.Answer.Status = http.StatusInternalServerError
	x.Answer.JSON = map[string]any{"success": false, "message": "Internal Server Error", "error": json.Number("500"), "data": nil}
}

// lenient accepts a body that is not JSON in one operation, after repairing it, unless the repair
// returns nil.
func lenient(operation string, repair func(x *Exchange) any) func() Lie {
	return always(func(x *Exchange) {
		if x.Operation != operation || x.Answer.code() != "400" {
			return
		}
		if body := repair(x); body != nil {
			read(x, x.Method, x.Path, body)
		}
	})
}

// hangUp closes the connection on what an operation refuses as no JSON.
func hangUp(operation string) func() Lie {
	return always(func(x *Exchange) {
		if x.Operation == operation && x.Answer.code() == "400" && !utf8.Valid(x.Sent) {
			panic(http.ErrAbortHandler)
		}
	})
}

// replaced is the body without the bytes that are no UTF-8, if it has such.
func replaced(x *Exchange) any {
	if utf8.Valid(x.Sent) {
		return nil
	}
	return x.Body
}

// first is the body's first value, if there is something after it.
func first(x *Exchange) any {
	if !utf8.Valid(x.Sent) || json.Valid(x.Sent) {
		return nil
	}
	return x.Body
}

// hostileBodies are lies about bodies that are no JSON.
func hostileBodies() []Mutant {
	create, update, nested := []string{"v2/hostile/body/create"}, []string{"v2/hostile/body/update"}, []string{"v2/hostile/body/nested"}
	deep := regexp.MustCompile(`(\[|\{"x":){100}`)
	unmarked := func(x *Exchange) any {
		if rest, marked := bytes.CutPrefix(x.Sent, []byte("\ufeff")); marked {
			return decode(rest)
		}
		return nil
	}
	return []Mutant{
		{Name: "hostile/bytes-replaced", What: "bytes that are no UTF-8 are replaced", Scenarios: create, Lie: lenient("token.create", replaced)},
		{Name: "hostile/unread-bytes-pass", What: "bytes that are no UTF-8 pass in a member that nobody reads", Scenarios: create,
			Lie: lenient("token.create", func(x *Exchange) any {
				if object, _ := x.Body.(map[string]any); object["x"] != nil {
					return replaced(x)
				}
				return nil
			})},
		{Name: "hostile/bytes-replaced-in-update", What: "an update replaces bytes that are no UTF-8", Scenarios: update, Lie: lenient("token.update", replaced)},
		{Name: "hostile/mark-skipped", What: "a byte order mark is skipped", Scenarios: create, Lie: lenient("token.create", unmarked)},
		{Name: "hostile/mark-skipped-in-update", What: "an update skips a byte order mark", Scenarios: update, Lie: lenient("token.update", unmarked)},
		{Name: "hostile/rest-ignored", What: "what follows the JSON is ignored", Scenarios: create, Lie: lenient("token.create", first)},
		{Name: "hostile/rest-ignored-in-update", What: "an update ignores what follows the JSON", Scenarios: update, Lie: lenient("token.update", first)},
		{Name: "hostile/line-break-in-text", What: "a text may hold a line break as it is", Scenarios: create,
			Lie: lenient("token.create", func(x *Exchange) any {
				if !bytes.Contains(x.Sent, []byte("\n")) {
					return nil
				}
				return decode(bytes.ReplaceAll(x.Sent, []byte("\n"), []byte(`\n`)))
			})},
		{Name: "hostile/rubbish-is-500", What: "bytes that are no UTF-8 are answered 500", Scenarios: create,
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "400" && !utf8.Valid(x.Sent) {
					broken(x)
				}
			})},
		{Name: "hostile/hangs-up-on-rubbish", What: "the connection is closed on bytes that are no UTF-8", Scenarios: create, Lie: hangUp("token.create")},
		{Name: "hostile/hangs-up-on-rubbish-in-update", What: "an update closes the connection on bytes that are no UTF-8", Scenarios: update, Lie: hangUp("token.update")},
		{Name: "hostile/rubbish-is-empty", What: "an update reads what is not JSON as nothing", Scenarios: update,
			Lie: lenient("token.update", func(*Exchange) any { return map[string]any{} })},
		{Name: "hostile/deep-is-malformed", What: "a hundred levels are too many", Scenarios: nested,
			Lie: always(func(x *Exchange) {
				if x.Operation == "token.create" && x.Answer.Status == 200 && deep.Match(x.Sent) {
					x.Answer.Status = http.StatusBadRequest
					x.Answer.JSON = map[string]any{"success": false, "message": "Malformed JSON body", "error": json.Number("400"), "data": nil}
				}
			})},
		{Name: "hostile/deep-breaks", What: "a body that nests and does not end is answered 500", Scenarios: nested,
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "400" && deep.Match(x.Sent) {
					broken(x)
				}
			})},
	}
}

// hostileMembers are lies about members that are valid JSON with unexpected values.
func hostileMembers() []Mutant {
	doubled, ttl := []string{"v2/hostile/body/doubled-members"}, []string{"v2/hostile/numbers/ttl"}
	huge := regexp.MustCompile(`"ttl":-?(\d{19,}|1e30|1e400)`)
	return []Mutant{
		{Name: "hostile/first-member-counts", What: "of a member that stands twice the first counts", Scenarios: doubled,
			Lie: always(func(x *Exchange) {
				if body := firstMembers(x.Sent); body != nil && (x.Operation == "token.create" || x.Operation == "token.update") {
					read(x, x.Method, x.Path, body)
				}
			})},
		{Name: "hostile/doubled-members-refused", What: "a member that stands twice is refused", Scenarios: doubled,
			Lie: always(func(x *Exchange) {
				if firstMembers(x.Sent) != nil && x.Answer.Status == 200 {
					x.Answer.Status = http.StatusBadRequest
				}
			})},
		{Name: "hostile/names-not-unescaped", What: "an escaped name is another name", Scenarios: doubled,
			Lie: onDataAfter("token.create", func(x *Exchange, data map[string]any) {
				if bytes.Contains(x.Sent, []byte(`"\u006eame"`)) {
					data["name"] = "first"
				}
			})},
		{Name: "hostile/ttl-overflows", What: "a ttl of more than 64 bits is no lifetime at all", Scenarios: ttl,
			Lie: onDataAfter("token.create", func(x *Exchange, data map[string]any) {
				if huge.Match(x.Sent) {
					data["expireAt"] = data["createdAt"]
				}
			})},
		{Name: "hostile/ttl-overflows-in-update", What: "an update with a ttl of more than 64 bits leaves the lifetime", Scenarios: ttl,
			Lie: onDataAfter("token.update", func(x *Exchange, data map[string]any) {
				if huge.Match(x.Sent) {
					data["expireAt"] = "2026-02-12T08:31:00+00:00"
				}
			})},
		{Name: "hostile/ttl-too-large-refused", What: "a ttl that no float can hold is of the wrong type", Scenarios: ttl,
			Lie: on("token.create", func(x *Exchange) {
				if bytes.Contains(x.Sent, []byte("1e400")) {
					x.Answer.Status = http.StatusUnprocessableEntity
					x.Answer.JSON = map[string]any{"success": false, "message": "Invalid field type", "error": json.Number("422"), "data": nil}
				}
			})},
		{Name: "hostile/fraction-cut", What: "the fraction of a ttl is cut off", Scenarios: ttl,
			Lie: onRefusal("token.create", "422", func(x *Exchange) {
				object, _ := x.Body.(map[string]any)
				if n, ok := object["ttl"].(json.Number); ok {
					if f, err := n.Float64(); err == nil {
						object["ttl"] = int64(f)
						read(x, x.Method, x.Path, object)
					}
				}
			})},
	}
}

// onDataAfter lies about the payload of one operation's successful answers, with regard to the
// request.
func onDataAfter(operation string, edit func(x *Exchange, data map[string]any)) func() Lie {
	return on(operation, func(x *Exchange) {
		for _, object := range x.Answer.payloads() {
			edit(x, object)
		}
	})
}

// firstMembers parses an object so that of duplicate members the first counts; nil if there are no
// duplicates, or it is not an object.
func firstMembers(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	object, twice := map[string]any{}, false
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil
		}
		var value any
		if decoder.Decode(&value) != nil {
			return nil
		}
		key, _ := name.(string)
		if _, there := object[key]; there {
			twice = true
		} else {
			object[key] = value
		}
	}
	if !twice {
		return nil
	}
	return object
}

// hostileQueries are lies about queries with duplicate parameters, and about invalid queries.
func hostileQueries() []Mutant {
	repeated, unescaped := []string{"v2/hostile/queries/repeated"}, []string{"v2/hostile/queries/unescaped"}
	last := func(operation string) func() Lie {
		return always(func(x *Exchange) {
			if x.Operation != operation {
				return
			}
			query, twice := url.Values{}, false
			for name, values := range x.Query {
				query.Set(name, values[len(values)-1])
				twice = twice || len(values) > 1
			}
			if twice {
				read(x, x.Method, x.Path+"?"+query.Encode(), nil)
			}
		})
	}
	fix := func(operation string, edit func(query string) string) func() Lie {
		return always(func(x *Exchange) {
			if query := edit(x.RawQuery); x.Operation == operation && query != x.RawQuery {
				read(x, x.Method, x.Path+"?"+query, nil)
			}
		})
	}
	return []Mutant{
		{Name: "hostile/last-limit-counts", What: "of several limits the last counts", Scenarios: repeated, Lie: last("token.list")},
		{Name: "hostile/last-limit-of-errors-counts", What: "of several limits of /errors the last counts", Scenarios: repeated, Lie: last("error.list")},
		{Name: "hostile/last-date-counts", What: "of several dates the last counts", Scenarios: repeated, Lie: last("stats.total")},
		{Name: "hostile/number-cut-at-NUL", What: "a number ends where a NUL stands", Scenarios: unescaped,
			Lie: fix("error.list", func(q string) string { return strings.ReplaceAll(q, "%00", "") })},
		{Name: "hostile/broken-escape-is-nothing", What: "a pair that cannot be unescaped is left out", Scenarios: unescaped,
			Lie: fix("callback.list", func(q string) string { return strings.TrimSuffix(q, "limit=%") })},
		{Name: "hostile/semicolon-divides", What: "a semicolon divides a query", Scenarios: unescaped,
			Lie: fix("subscription.list", func(q string) string { return strings.ReplaceAll(q, ";", "&") })},
		{Name: "hostile/date-cut", What: "what follows a date is cut off", Scenarios: unescaped,
			Lie: fix("stats.total", func(q string) string { return strings.TrimSuffix(q, "T00:00:00Z") })},
		{Name: "hostile/broken-query-breaks", What: "a query with bytes that are no text is answered 500", Scenarios: unescaped,
			Lie: always(func(x *Exchange) {
				if strings.Contains(x.RawQuery, "%ff") {
					broken(x)
				}
			})},
		{Name: "hostile/pairs-of-nothing-refused", What: "an empty pair makes a query wrong", Scenarios: unescaped,
			Lie: on("subscription.list", func(x *Exchange) {
				if strings.HasPrefix(x.RawQuery, "&&") {
					x.Answer.Status = http.StatusBadRequest
				}
			})},
	}
}

// hostilePaths are lies about invalid IDs, unknown methods, and duplicate credentials.
func hostilePaths() []Mutant {
	ids, methods := []string{"v2/hostile/paths/bytes"}, []string{"v2/hostile/methods/unknown"}
	trim := func(operation, what string) func() Lie {
		return always(func(x *Exchange) {
			if id := strings.Trim(x.ID, what); x.Operation == operation && id != x.ID && id != "" && utf8.ValidString(id) {
				read(x, x.Method, "/tokens/"+id, x.Body)
			}
		})
	}
	breaks := func(operation string) func() Lie {
		return always(func(x *Exchange) {
			if x.Operation == operation && !utf8.ValidString(x.ID) {
				broken(x)
			}
		})
	}
	known := func(method string) bool {
		return slices.Contains([]string{"GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"}, method)
	}
	return []Mutant{
		{Name: "hostile/id-cut-at-NUL", What: "an id ends where a NUL stands", Scenarios: ids, Lie: trim("token.get", "\x00")},
		{Name: "hostile/id-trimmed", What: "blanks around an id are cut off", Scenarios: ids, Lie: trim("token.get", " \n")},
		{Name: "hostile/id-to-update-trimmed", What: "an update cuts off what stands around an id", Scenarios: ids, Lie: trim("token.update", "\x00 \n")},
		{Name: "hostile/id-to-delete-trimmed", What: "a deletion cuts off what stands around an id", Scenarios: ids, Lie: trim("token.delete", "\x00 \n")},
		{Name: "hostile/callback-breaks", What: "an id of bytes that are no text breaks /callbacks", Scenarios: ids, Lie: breaks("callback.get")},
		{Name: "hostile/subscription-breaks", What: "an id of bytes that are no text breaks /subscriptions", Scenarios: ids, Lie: breaks("subscription.get")},
		{Name: "hostile/scope-breaks", What: "an id of bytes that are no text breaks /scopes", Scenarios: ids, Lie: breaks("scope.get")},
		{Name: "hostile/domain-breaks", What: "a domain of bytes that are no text breaks the statistics", Scenarios: ids, Lie: breaks("stats.api")},
		{Name: "hostile/any-method-reads", What: "a method that nobody knows reads", Scenarios: methods,
			Lie: always(func(x *Exchange) {
				if x.Method == "BREW" {
					read(x, "GET", x.Path, nil)
				}
			})},
		{Name: "hostile/unknown-method-is-501", What: "a method that nobody knows is answered 501", Scenarios: methods,
			Lie: always(func(x *Exchange) {
				if !known(x.Method) {
					x.Answer.Status = http.StatusNotImplemented
				}
			})},
		{Name: "hostile/trace-echoes", What: "TRACE sends back what it was sent", Scenarios: methods,
			Lie: always(func(x *Exchange) {
				if x.Method == http.MethodTrace {
					x.Answer.Status, x.Answer.Raw = http.StatusOK, []byte("TRACE "+x.Path+" HTTP/1.1\r\n")
				}
			})},
		{Name: "hostile/purge-deletes", What: "PURGE deletes a token", Scenarios: methods,
			Lie: always(func(x *Exchange) {
				if x.Method == "PURGE" && strings.HasPrefix(x.Path, "/tokens/") {
					x.Ask("DELETE", x.Path, nil)
					x.Answer.Header = x.Answer.Header.Clone()
					x.Answer.Header.Set("X-Purged", "1")
				}
			})},
		{Name: "hostile/method-before-path", What: "a method that nobody knows is not allowed on what does not exist", Scenarios: methods,
			Lie: always(func(x *Exchange) {
				if !known(x.Method) && x.Answer.code() == "404" {
					x.Answer.Status = http.StatusMethodNotAllowed
					x.Answer.body()["error"], x.Answer.body()["message"] = json.Number("405"), "Method Not Allowed"
				}
			})},
		{Name: "hostile/first-credential-counts", What: "of two credentials the first counts", Scenarios: []string{"v2/hostile/headers/two-credentials"},
			Lie: always(func(x *Exchange) {
				if both := x.Header["Authorization"]; len(both) > 1 {
					x.Header["Authorization"] = both[:1]
					read(x, x.Method, x.Path, x.Body)
				}
			})},
		{Name: "hostile/two-credentials-are-400", What: "two credentials are answered 400", Scenarios: []string{"v2/hostile/headers/two-credentials"},
			Lie: always(func(x *Exchange) {
				if len(x.Header["Authorization"]) > 1 {
					x.Answer.Status = http.StatusBadRequest
				}
			})},
	}
}
