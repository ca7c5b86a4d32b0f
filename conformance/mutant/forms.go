package mutant

import (
	"encoding/json"
	"strings"
)

// forms are lies about the form of what is right: members missing, renamed, added, null, of another
// type.
func forms() []Mutant {
	return []Mutant{
		{Name: "forms/member-missing", What: "a token has no updatedAt", Scenarios: []string{"v2/tokens/read/types"}, Lie: onData("token.get", drop("updatedAt"))},
		{Name: "forms/member-renamed", What: "expireAt is called expiresAt", Scenarios: []string{"v2/tokens/read/types"}, Lie: onData("token.get", rename("expireAt", "expiresAt"))},
		{Name: "forms/member-added", What: "a token has a member that is not documented", Scenarios: []string{"v2/tokens/read/types"},
			Lie: onData("token.get", func(p map[string]any) { p["owner"] = "dev" })},
		{Name: "forms/member-null", What: "the name of a token is null", Scenarios: []string{"v2/tokens/read/types"}, Lie: onData("token.get", set("name", nil))},
		{Name: "forms/upper-case-ids", What: "ids are in upper case", Scenarios: []string{"v2/scopes/list/members"},
			Lie: onItems("scope.list", each(change("id", func(s string) any { return strings.ToUpper(s) })))},
		{Name: "forms/short-ids", What: "ids have 23 digits", Scenarios: []string{"v2/errors/list/members"},
			Lie: onItems("error.list", each(change("id", func(s string) any { return s[:len(s)-1] })))},
		{Name: "forms/scopes-as-text", What: "the scopes of a token are one text", Scenarios: []string{"v2/tokens/read/types"},
			Lie: onData("token.get", change("scopes", func(s []any) any {
				var out []string
				for _, scope := range s {
					text, _ := scope.(string)
					out = append(out, text)
				}
				return strings.Join(out, ",")
			}))},
		{Name: "forms/count-as-text", What: "totalRequests of /stats is text", Scenarios: []string{"v2/stats/total/members"},
			Lie: onData("stats.total", change("totalRequests", func(n json.Number) any { return n.String() }))},
		{Name: "forms/count-negative", What: "a count is negative", Scenarios: []string{"v2/stats/total/members"}, Lie: onData("stats.total", set("errorRequests", json.Number("-1")))},
		{Name: "forms/limits-null", What: "the limits of a token without limits are null", Scenarios: []string{"v2/tokens/create/name-and-limits-unset"},
			Lie: onData("token.create", set("limits", nil))},
		{Name: "forms/list-as-object", What: "a list is an object with numbers as keys", Scenarios: []string{"v2/scopes/list/members"},
			Lie: on("scope.list", func(x *Exchange) {
				object := map[string]any{}
				for i, item := range x.Answer.items() {
					object[json.Number(rune0(i)).String()] = item
				}
				x.Answer.body()["data"] = object
			})},
		{Name: "forms/empty-list-null", What: "an empty list is null", Scenarios: []string{"v2/tokens/list/new-account-has-none"},
			Lie: on("token.list", func(x *Exchange) {
				if len(x.Answer.items()) == 0 {
					x.Answer.body()["data"] = nil
				}
			})},
		{Name: "forms/refresh-token-missing", What: "a new token comes without its refresh token", Scenarios: []string{"v2/tokens/create/each-is-new", "v2/tokens/rotation/new-pair"},
			Lie: onData("token.create", drop("refreshToken"))},
		{Name: "forms/method-missing", What: "the list of scopes has no methods", Scenarios: []string{"v2/scopes/list/members"}, Lie: onItems("scope.list", each(drop("method")))},
	}
}

// rune0 is a small number as text.
func rune0(i int) string {
	b, _ := json.Marshal(i) // an int always renders
	return string(b)
}
