package mutant

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func outsiderChanged() []Mutant {
	changed := func(edit func(x *Exchange, asked, data map[string]any)) func() Lie {
		return on("token.update", func(x *Exchange) {
			for _, data := range x.Answer.payloads() {
				if !isRotation(x) {
					edit(x, asObject(x.Body), data)
				}
			}
		})
	}
	return []Mutant{
		{Name: "outsider/an-empty-name-is-none", What: "a change to the empty name leaves the name", Scenarios: []string{"v2/tokens/update/name"},
			Lie: func() Lie {
				names := map[string]string{}
				return func(x *Exchange) {
					for _, data := range x.Answer.payloads() {
						id := text(data, "token")
						if x.Operation == "token.update" && asObject(x.Body)["name"] == "" && names[id] != "" {
							data["name"] = names[id]
						}
						if strings.HasPrefix(x.Operation, "token.") && text(data, "name") != "" {
							names[id] = text(data, "name")
						}
					}
				}
			}},
		{Name: "outsider/a-new-lifetime-is-a-new-creation", What: "a change of the ttl makes the token new", Scenarios: []string{"v2/tokens/update/times"},
			Lie: changed(func(_ *Exchange, asked, data map[string]any) {
				if asked["ttl"] != nil && day(data, "updatedAt").After(day(data, "createdAt")) {
					data["createdAt"] = data["updatedAt"]
				}
			})},
		{Name: "outsider/new-scopes-begin-anew", What: "a change of the scopes begins the statistics anew", Scenarios: []string{"v2/tokens/others/new-scopes-keep-what-was-used"},
			Lie: changed(func(_ *Exchange, asked, data map[string]any) {
				if asked["scopes"] != nil {
					for name, value := range asObject(data["stats"]) {
						if _, number := value.(json.Number); number {
							asObject(data["stats"])[name] = json.Number("0")
						}
					}
				}
			})},
		{Name: "outsider/limits-lose-addresses", What: "a change of the amount takes the allowed addresses away", Scenarios: []string{"v2/tokens/update/limits-are-merged"},
			Lie: changed(func(_ *Exchange, asked, data map[string]any) {
				if limits := asObject(asked["limits"]); limits["walletAmount"] != nil && limits["ip"] == nil {
					delete(asObject(data["limits"]), "ip")
				}
			})},
		{Name: "outsider/the-name-of-the-change-before", What: "a second change of one token answers with the name of the first", Scenarios: []string{"v2/tokens/update/name"},
			Lie: func() Lie {
				last := map[string]any{}
				return func(x *Exchange) {
					if x.Operation != "token.update" || x.Answer.Status != http.StatusOK {
						return
					}
					name := x.Answer.payload()["name"]
					for _, data := range x.Answer.payloads() {
						if old, there := last[x.ID]; there {
							data["name"] = old
						}
					}
					last[x.ID] = name
				}
			}},
		{Name: "outsider/refused-but-renamed", What: "a change that is refused for its scopes takes its name", Scenarios: []string{"v2/tokens/update/unknown-scope"},
			Lie: func() Lie {
				names := map[string]any{}
				return func(x *Exchange) {
					if name := asObject(x.Body)["name"]; x.Operation == "token.update" && x.Answer.code() == "110" && name != nil {
						names[x.ID] = name
					}
					for _, data := range x.Answer.payloads() {
						if name, there := names[text(data, "token")]; there && x.Operation == "token.get" {
							data["name"] = name
						}
					}
				}
			}},
		{Name: "outsider/the-neighbour-is-renamed", What: "a change of the name renames the token that was made before", Scenarios: []string{"v2/tokens/others/are-as-they-were"},
			Lie: func() Lie {
				var made []string
				names := map[string]any{}
				return func(x *Exchange) {
					if x.Operation == "token.create" && x.Answer.Status == http.StatusOK {
						made = append(made, text(x.Answer.payload(), "token"))
					}
					if i := slices.Index(made, x.ID); x.Operation == "token.update" && i > 0 && x.Answer.Status == http.StatusOK && asObject(x.Body)["name"] != nil {
						names[made[i-1]] = asObject(x.Body)["name"]
					}
					for _, data := range x.Answer.payloads() {
						if name, there := names[text(data, "token")]; there && x.Operation == "token.get" {
							data["name"] = name
						}
					}
				}
			}},
		{Name: "outsider/one-name-one-deletion", What: "a deletion takes along what has the same name", Scenarios: []string{"v2/tokens/others/are-as-they-were"},
			Lie: func() Lie {
				names, gone := map[string]string{}, map[string]bool{}
				return func(x *Exchange) {
					if x.Operation == "token.create" && x.Answer.Status == http.StatusOK {
						names[text(x.Answer.payload(), "token")] = x.Caller + text(x.Answer.payload(), "name")
					}
					if name := names[x.ID]; x.Operation == "token.delete" && x.Answer.Status == http.StatusOK && name != "" && name != x.Caller {
						gone[name] = true
					}
					if x.Operation == "token.get" && x.Answer.Status == http.StatusOK && gone[names[x.ID]] {
						refuseV2(x, 404, "120", "Not Found")
					}
				}
			}},
		{Name: "outsider/a-ttl-of-nothing-stays", What: "a change with a ttl of 0 leaves the expiry", Scenarios: []string{"v2/tokens/update/times"},
			Lie: func() Lie {
				ends := map[string]any{}
				return func(x *Exchange) {
					for _, data := range x.Answer.payloads() {
						id := text(data, "token")
						if end, there := ends[id]; there && x.Operation == "token.update" && asObject(x.Body)["ttl"] == json.Number("0") {
							data["expireAt"] = end
						}
						if strings.HasPrefix(x.Operation, "token.") && id != "" {
							ends[id] = data["expireAt"]
						}
					}
				}
			}},
	}
}

func outsiderRotated() []Mutant {
	rotated := func(edit func(data map[string]any)) func() Lie {
		return always(func(x *Exchange) {
			for _, data := range x.Answer.payloads() {
				if isRotation(x) && x.Answer.Status == http.StatusOK {
					edit(data)
				}
			}
		})
	}
	return []Mutant{
		{Name: "outsider/rotation-forgets-the-change", What: "a rotation gives back the name that the token was made with", Scenarios: []string{"v2/tokens/others/rotation-after-changes"},
			Lie: func() Lie {
				names := map[string]any{}
				return func(x *Exchange) {
					for _, data := range x.Answer.payloads() {
						if x.Operation == "token.create" && x.Answer.Status == http.StatusOK {
							names[text(data, "token")] = data["name"]
						}
						if name, there := names[x.ID]; there && isRotation(x) && x.Answer.Status == http.StatusOK && asObject(x.Body)["name"] == nil {
							data["name"] = name
						}
					}
				}
			}},
		{Name: "outsider/rotation-loses-the-amount", What: "a rotation loses the limit of the amount", Scenarios: []string{"v2/any-account/rotation/what-is-kept"}, Lie: rotated(func(data map[string]any) { delete(asObject(data["limits"]), "walletAmount") })},
		{Name: "outsider/rotation-forgives-errors", What: "a rotation forgets the errors of the statistics", Scenarios: []string{"v2/tokens/rotation/statistics-are-kept"}, Lie: rotated(func(data map[string]any) { set("errorRequests", json.Number("0"))(asObject(data["stats"])) })},
		{Name: "outsider/rotation-forgets-callers", What: "a rotation forgets who called", Scenarios: []string{"v2/tokens/rotation/statistics-are-kept"}, Lie: rotated(func(data map[string]any) { set("ip", []any{})(asObject(data["stats"])) })},
		{Name: "outsider/the-third-refresh-token", What: "the second rotation of a line answers with the refresh token of the first", Scenarios: []string{"v2/tokens/others/rotation-after-changes"},
			Lie: func() Lie {
				given := map[string]any{}
				return func(x *Exchange) {
					if !isRotation(x) || x.Answer.Status != http.StatusOK {
						return
					}
					next := x.Answer.payload()["refreshToken"]
					for _, data := range x.Answer.payloads() {
						if old, there := given[x.ID]; there {
							data["refreshToken"] = old
						}
					}
					given[text(x.Answer.payload(), "token")] = next
				}
			}},
		{Name: "outsider/bearer-in-capitals-alone", What: "a rotation with a bearer in lower case is refused", Scenarios: []string{"v2/headers/authorization/scheme-in-any-case"},
			Lie: always(func(x *Exchange) {
				if x.Operation == "token.update" && strings.HasPrefix(x.Caller, "bearer ") && x.Answer.Status == http.StatusOK {
					refuseV2(x, 401, "130", "Unauthorized")
				}
			})},
		{Name: "outsider/rotation-without-a-body", What: "a rotation without a body is refused", Scenarios: []string{"v2/tokens/rotation/empty-body"},
			Lie: always(func(x *Exchange) {
				if isRotation(x) && len(x.Sent) == 0 && x.Answer.Status == http.StatusOK {
					refuseV2(x, 400, "400", "Malformed JSON body")
				}
			})},
		{Name: "outsider/not-before-it-is-read", What: "a rotated token cannot be changed before it was read", Scenarios: []string{"v2/tokens/others/are-as-they-were"},
			Lie: func() Lie {
				fresh := map[string]bool{}
				return func(x *Exchange) {
					switch {
					case isRotation(x) && x.Answer.Status == http.StatusOK:
						fresh[text(x.Answer.payload(), "token")] = true
					case x.Operation == "token.get" || x.Operation == "token.list":
						clear(fresh)
					case x.Operation == "token.update" && fresh[x.ID] && strings.HasPrefix(x.Caller, "Basic"):
						refuseV2(x, 404, "160", "Not Found")
					}
				}
			}},
		{Name: "outsider/deleted-on-the-first-page", What: "a deleted token is still listed where something is skipped", Scenarios: []string{"v2/tokens/others/are-as-they-were"},
			Lie: func() Lie {
				known, gone := map[string]any{}, []any{}
				return func(x *Exchange) {
					if x.Operation == "token.create" && x.Answer.Status == http.StatusOK {
						known[text(x.Answer.payload(), "token")] = maps.Clone(x.Answer.payload())
					}
					if one, there := known[x.ID]; there && x.Operation == "token.delete" && x.Answer.Status == http.StatusOK {
						gone = append(gone, one)
					}
					if items := x.Answer.items(); x.Operation == "token.list" && x.Query.Get("skip") != "" && x.Query.Get("skip") != "0" && len(items) > 0 && len(gone) > 0 {
						items[0] = gone[len(gone)-1]
					}
				}
			}},
	}
}
