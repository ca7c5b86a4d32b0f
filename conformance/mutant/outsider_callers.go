package mutant

import (
	"net/http"
	"slices"
	"strings"
)

func outsiderCallers() []Mutant {
	return []Mutant{
		{Name: "outsider/three-strikes", What: "after three wrong keys the right one is refused", Scenarios: []string{"v2/any-account/create/refusals-make-nothing"},
			Lie: func() Lie {
				wrong := map[string]int{}
				return func(x *Exchange) {
					given, ok := basicOf(x.Caller)
					switch {
					case !ok:
					case x.Answer.Status == http.StatusUnauthorized:
						wrong[given.email]++
					case wrong[given.email] >= 3:
						refuseV2(x, 401, "140", "Unauthorized")
					}
				}
			}},
		{Name: "outsider/basic-in-capitals-alone", What: "credentials with a scheme in lower case are refused", Scenarios: []string{"v2/headers/authorization/scheme-in-any-case"},
			Lie: always(func(x *Exchange) {
				if strings.HasPrefix(x.Caller, "basic ") && x.Answer.Status == http.StatusOK {
					refuseV2(x, 401, "140", "Unauthorized")
				}
			})},
		{Name: "outsider/believes-who-forwards", What: "the addresses of callers are those of X-Forwarded-For", Scenarios: []string{"v2/headers/forwarded/is-not-believed"},
			Lie: func() Lie {
				var told []any
				return func(x *Exchange) {
					if by := x.Header.Get("X-Forwarded-For"); by != "" && !slices.Contains(told, any(by)) {
						told = append(told, by)
					}
					if x.Operation == "stats.ips" && x.Answer.Status == http.StatusOK && len(told) > 0 {
						x.Answer.setItems(append(x.Answer.items(), told...))
					}
				}
			}},
		{Name: "outsider/a-page-for-browsers", What: "who accepts HTML is refused with a page", Scenarios: []string{"v2/headers/accept/refusals-are-json"},
			Lie: always(func(x *Exchange) {
				if strings.Contains(x.Header.Get("Accept"), "text/html") && x.Answer.Status >= 400 && x.Surface == "v2" {
					x.Answer.Header.Set("Content-Type", "text/html")
					x.Answer.Raw = []byte("<h1>No</h1>")
				}
			})},
		{Name: "outsider/xml-is-not-acceptable", What: "who does not accept JSON is refused with 406", Scenarios: []string{"v2/paths/query/what-is-not-asked-for"},
			Lie: always(func(x *Exchange) {
				if accept := x.Header.Get("Accept"); accept != "" && !strings.Contains(accept, "json") && !strings.Contains(accept, "*/*") && x.Answer.Status == http.StatusOK && x.Surface == "v2" {
					refuseV2(x, 406, "406", "Not Acceptable")
				}
			})},
		{Name: "outsider/doubled-slashes", What: "a path with doubled slashes is as good", Scenarios: []string{"v2/paths/unknown/trailing-slash"},
			Lie: always(func(x *Exchange) {
				if path := strings.ReplaceAll(x.Path, "//", "/"); path != x.Path && x.Answer.Status == http.StatusNotFound && x.Method == http.MethodGet {
					read(x, "GET", path, nil)
				}
			})},
		{Name: "outsider/paths-in-any-case", What: "paths are the same in any case", Scenarios: []string{"v2/paths/unknown/in-the-envelope"},
			Lie: always(func(x *Exchange) {
				if path := strings.ToLower(x.Path); path != x.Path && x.Operation == "" && x.Answer.Status == http.StatusNotFound && x.Method == http.MethodGet {
					read(x, "GET", path, nil)
				}
			})},
		{Name: "outsider/every-eightieth", What: "every eightieth answer is a server error", Scenarios: []string{"v2/errors/own/a-hundred-a-page"},
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if n++; n%80 == 0 {
						broken(x)
					}
				}
			}},
		{Name: "outsider/refusals-are-text", What: "the refusal of an unknown token is labelled as text", Scenarios: []string{"v2/tokens/read/unknown"}, Lie: onRefusal("token.get", "120", func(x *Exchange) { x.Answer.Header.Set("Content-Type", "text/plain") })},
		{Name: "outsider/races-are-refused-otherwise", What: "what loses a race for a limit is refused with 402", Scenarios: []string{"services/races/limit"},
			Lie: always(func(x *Exchange) {
				if x.Answer.Status == http.StatusForbidden && strings.HasPrefix(x.Path, "/__services/") {
					refuseV2(x, 402, "403", "Token limit reached: totalRequests")
				}
			})},
	}
}
