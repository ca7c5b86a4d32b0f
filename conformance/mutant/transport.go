package mutant

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// transport are lies below the JSON: content type, bytes, headers, redirects.
func transport() []Mutant {
	raw := func(operation string, edit func(body []byte) []byte) func() Lie {
		return on(operation, func(x *Exchange) {
			body, _ := json.Marshal(x.Answer.JSON) // it was JSON
			x.Answer.Raw = edit(body)
		})
	}
	header := func(operation, name, value string) func() Lie {
		return on(operation, func(x *Exchange) {
			x.Answer.Header = maps.Clone(x.Answer.Header)
			x.Answer.Header.Set(name, value)
		})
	}
	return []Mutant{
		{Name: "transport/html-type", What: "JSON is sent as text/html", Scenarios: []string{"v2/wallet/get/shape"}, Lie: header("wallet.get", "Content-Type", "text/html; charset=utf-8")},
		{Name: "transport/latin-1", What: "JSON is sent as latin-1", Scenarios: []string{"v2/wallet/get/shape"}, Lie: header("wallet.get", "Content-Type", "application/json; charset=iso-8859-1")},
		{Name: "transport/no-type", What: "an answer has no content type", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) {
				x.Answer.Header = maps.Clone(x.Answer.Header)
				x.Answer.Header["Content-Type"] = nil
			})},
		{Name: "transport/html-body", What: "an unknown path is answered with HTML", Scenarios: []string{"v2/paths/unknown/in-the-envelope"},
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "404" {
					x.Answer.Header = maps.Clone(x.Answer.Header)
					x.Answer.Header.Set("Content-Type", "text/html")
					x.Answer.Raw = []byte("<h1>Not Found</h1>")
				}
			})},
		{Name: "transport/trailing-bytes", What: "a warning follows the JSON", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: raw("wallet.get", func(b []byte) []byte { return append(b, "\nNotice: undefined index"...) })},
		{Name: "transport/byte-order-mark", What: "a byte order mark precedes the JSON", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: raw("wallet.get", func(b []byte) []byte { return append([]byte("\ufeff"), b...) })},
		{Name: "transport/encoded-unasked", What: "JSON is compressed, although nobody accepts that", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) {
				var compressed bytes.Buffer
				writer := gzip.NewWriter(&compressed)
				_ = json.NewEncoder(writer).Encode(x.Answer.JSON) // it was JSON
				_ = writer.Close()                                // a buffer
				x.Answer.Header = maps.Clone(x.Answer.Header)
				x.Answer.Header.Set("Content-Encoding", "gzip")
				x.Answer.Raw = compressed.Bytes()
			})},
		{Name: "transport/twice-the-json", What: "the JSON is sent twice", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: raw("wallet.get", func(b []byte) []byte { return append(slices.Clip(b), b...) })},
		{Name: "transport/empty-body", What: "a success has no body", Scenarios: []string{"v2/tokens/delete/envelope"},
			Lie: raw("token.delete", func([]byte) []byte { return []byte{} })},
		{Name: "transport/doubled-member", What: "an object names a member twice, the second time as before", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: raw("wallet.get", func(b []byte) []byte { return append([]byte(`{"success":false,`), b[1:]...) })},
		{Name: "transport/redirect", What: "a slash too many is redirected", Scenarios: []string{"v2/paths/unknown/trailing-slash"},
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "404" && x.Operation == "" {
					x.Answer.Header = maps.Clone(x.Answer.Header)
					x.Answer.Header.Set("Location", "/wallet")
					x.Answer.Status = http.StatusMovedPermanently
				}
			})},
		{Name: "transport/no-allow", What: "405 does not say which methods are allowed", Scenarios: []string{"v2/paths/method/not-allowed"},
			Lie: always(func(x *Exchange) {
				if x.Answer.Status == http.StatusMethodNotAllowed {
					x.Answer.Header = maps.Clone(x.Answer.Header)
					x.Answer.Header.Del("Allow")
				}
			})},
		{Name: "transport/letters-broken", What: "letters beyond ASCII are replaced", Scenarios: []string{"v2/envelope/body/letters"},
			Lie: onData("token.create", change("name", func(s string) any {
				out := []rune(s)
				for i, r := range out {
					if r > 127 {
						out[i] = '?'
					}
				}
				return string(out)
			}))},
	}
}
