package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
)

// answerVariants are ways to write the same answer.
func answerVariants() []variant {
	amounts := regexp.MustCompile(`"(credit|amount|walletAmount|price|pricePerRequest)":(-?\d+(?:\.\d+)?)([,}])`)
	sold := regexp.MustCompile(`^(test\.)?[a-z0-9]+\.(openapi\.(com|it)|(altravia|ufficiopostale|firmadigitale)\.com)$`)
	local := regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)
	return []variant{
		{"ids are UUIDs", reID(
			func(id string) string {
				return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:] + "00000000"
			},
			regexp.MustCompile(`\b[0-9a-f]{8}(?:-[0-9a-f]{4}){4}0{8}\b`), func(id string) string { return strings.ReplaceAll(id, "-", "")[:24] })},
		{"ids are long and hold dots", reID(
			func(id string) string { return "v1." + strings.Repeat("a", 60) + "." + id },
			regexp.MustCompile(`v1\.a{60}\.[0-9a-f]{24}`), func(id string) string { return id[len(id)-24:] })},
		{"members come in another order", answering(func(a *varied) {
			if a.body != nil {
				a.raw = backwards(a.body)
			}
		})},
		{"successes hold what is documented alone", answering(func(a *varied) {
			body, ok := a.body.(map[string]any)
			if !ok || a.status >= 300 || strings.HasPrefix(a.URL.Path, "/scopes/") {
				return
			}
			delete(body, "success")
			delete(body, "error")
			if a.Method != http.MethodDelete {
				delete(body, "message")
			}
		})},
		{"amounts are written with four decimals", answering(func(a *varied) {
			if a.body == nil {
				return
			}
			text, _ := json.Marshal(a.body)
			a.raw = amounts.ReplaceAllFunc(text, func(one []byte) []byte {
				part := amounts.FindSubmatch(one)
				whole, fraction, _ := strings.Cut(string(part[2]), ".")
				return fmt.Appendf(nil, `"%s":%s.%s%s`, part[1], whole, (fraction + "0000")[:max(4, len(fraction))], part[3])
			})
		})},
		{"JSON is ASCII", answering(func(a *varied) {
			if a.body == nil {
				return
			}
			text, _ := json.Marshal(a.body)
			var ascii bytes.Buffer
			for _, letter := range string(text) {
				switch {
				case letter == '/':
					ascii.WriteString(`\/`)
				case letter < 0x80:
					ascii.WriteRune(letter)
				default:
					for _, unit := range utf16.Encode([]rune{letter}) {
						fmt.Fprintf(&ascii, `\u%04x`, unit)
					}
				}
			}
			a.raw = ascii.Bytes()
		})},
		{"answers name a charset", answering(func(a *varied) {
			if a.header.Get("Content-Type") == "application/json" {
				a.header.Set("Content-Type", "application/json;charset=UTF-8")
			}
		})},
		{"answers have the headers of a gateway", answering(func(a *varied) {
			for name, value := range map[string]string{"Server": "nginx", "Via": "1.1 gate", "X-Request-Id": "5f0c2d9e", "Cache-Control": "no-store", "Vary": "Origin, Accept-Encoding",
				"Strict-Transport-Security": "max-age=31536000", "Access-Control-Allow-Origin": "*", "Set-Cookie": "route=a; Path=/", "Connection": "close", "X-RateLimit-Limit": "10000"} {
				a.header.Set(name, value)
			}
		})},
		{"addresses are mapped", answering(func(a *varied) {
			map4 := func(text string) string {
				if local.MatchString(text) {
					return "::ffff:" + text
				}
				return text
			}
			if a.URL.Path == "/stats/ips" {
				a.body = everywhere(a.body, "", func(_, text string) string { return map4(text) })
			}
			objects(a.body, func(o map[string]any) {
				if text, ok := o["ip"].(string); ok {
					o["ip"] = map4(text)
				}
				if list, ok := o["ip"].([]any); ok && (o["totalRequests"] != nil && o["errorRequests"] != nil) {
					o["ip"] = everywhere(list, "", func(_, text string) string { return map4(text) })
				}
			})
		})},
		{"addresses come in another order", answering(func(a *varied) {
			if list, ok := a.data().([]any); ok && a.URL.Path == "/stats/ips" {
				slices.Reverse(list)
			}
			objects(a.body, func(o map[string]any) {
				if list, ok := o["ip"].([]any); ok && o["errorRequests"] != nil {
					slices.Reverse(list)
				}
			})
		})},
		{"limits always list addresses", answering(func(a *varied) {
			objects(a.body, func(o map[string]any) {
				if limits, ok := o["limits"].(map[string]any); ok && o["token"] != nil && limits["ip"] == nil {
					limits["ip"] = []any{}
				}
			})
		})},
		{"what is deleted is shown", answering(func(a *varied) {
			if body, ok := a.body.(map[string]any); ok && a.Method == http.MethodDelete && a.status == 200 {
				body["data"] = map[string]any{"deleted": json.Number("1")}
			}
		})},
		{"unknown methods are 404", answering(func(a *varied) {
			if a.status == http.StatusMethodNotAllowed {
				a.status = http.StatusNotFound
				a.header.Del("Allow")
				a.body = map[string]any{"success": false, "message": "Not Found", "error": 404, "data": nil}
			}
		})},
		{"unknown domains are 404", answering(func(a *varied) {
			domain, found := strings.CutPrefix(a.URL.Path, "/stats/apis/")
			if !found || a.status != 200 || sold.MatchString(domain) {
				return
			}
			a.status, a.body = 404, map[string]any{"success": false, "message": "Not Found", "error": 404, "data": nil}
		})},
		{"a rotation keeps the time of creation", keptCreation},
		{"the call itself is in the statistics", counting},
	}
}

// backwards writes JSON with the members of objects in falling order.
func backwards(value any) []byte {
	var out bytes.Buffer
	switch v := value.(type) {
	case []any:
		out.WriteByte('[')
		for i, one := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			out.Write(backwards(one))
		}
		out.WriteByte(']')
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		slices.Reverse(names)
		out.WriteByte('{')
		for i, name := range names {
			if i > 0 {
				out.WriteByte(',')
			}
			fmt.Fprintf(&out, "%s:%s", must(json.Marshal(name)), backwards(v[name]))
		}
		out.WriteByte('}')
	default:
		out.Write(must(json.Marshal(v)))
	}
	return out.Bytes()
}

func must(text []byte, _ error) []byte { return text }

// keptCreation shows of a rotated token when the first of its line was created.
func keptCreation(next http.Handler) http.Handler {
	var created sync.Map // by token
	show := func(body any) {
		objects(body, func(o map[string]any) {
			if at, ok := created.Load(fmt.Sprint(o["token"])); ok && o["createdAt"] != nil {
				o["createdAt"] = at
			}
		})
	}
	return answering(func(a *varied) {
		rotates := a.Method == http.MethodPatch && strings.HasPrefix(a.Header.Get("Authorization"), "Bearer") && a.status == 200
		if id, old := strings.TrimPrefix(a.URL.Path, "/tokens/"), any(nil); rotates {
			old, _ = created.Load("was " + id)
			objects(a.body, func(o map[string]any) {
				if o["token"] != nil && o["token"] != id && old != nil {
					created.Store(o["token"], old)
				}
			})
		}
		show(a.body)
		objects(a.body, func(o map[string]any) {
			if o["token"] != nil && o["createdAt"] != nil {
				created.Store(fmt.Sprint("was ", o["token"]), o["createdAt"])
			}
		})
	})(next)
}

// counting has the call that asks for statistics of all time in them.
func counting(next http.Handler) http.Handler {
	more := func(o map[string]any, name string) {
		if n, ok := o[name].(json.Number); ok {
			i, _ := strconv.Atoi(n.String())
			o[name] = i + 1
		}
	}
	return answering(func(a *varied) {
		data, ok := a.data().(map[string]any)
		if !ok || a.URL.Query().Get("date") != "" || !strings.HasPrefix(a.URL.Path, "/stats") {
			return
		}
		for _, domain := range []string{"oauth.openapi.com", "test.oauth.openapi.com"} {
			if one, ok := data[domain].(map[string]any); ok && a.URL.Path == "/stats/apis" {
				more(one, "totalRequests")
			}
			if scopes, ok := data["scopes"].(map[string]any); ok && strings.HasSuffix(a.URL.Path, "/"+domain) {
				if one, ok := scopes["GET:"+domain+"/stats"].(map[string]any); ok {
					more(data, "totalRequests")
					more(one, "totalRequests")
				}
			}
		}
		if a.URL.Path == "/stats" {
			more(data, "totalRequests")
		}
	})(next)
}
