package mutant

import "encoding/json"

// refusals are lies about how calls are refused.
func refusals() []Mutant {
	recode := func(operation, code, as string) func() Lie {
		return onRefusal(operation, code, func(x *Exchange) { x.Answer.body()["error"] = json.Number(as) })
	}
	restatus := func(operation, code string, as int) func() Lie { return onRefusal(operation, code, status(as)) }
	accept := func(operation, code string, data any) func() Lie {
		return onRefusal(operation, code, func(x *Exchange) {
			x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": data, "success": true, "message": "", "error": nil}
		})
	}
	zeros := map[string]any{"totalRequests": 0, "walletRequests": 0, "subscriptionRequests": 0, "errorRequests": 0, "walletAmount": 0, "totalIps": 0, "totalApis": 0}
	return []Mutant{
		{Name: "refusals/70-as-80", What: "missing scopes are answered with the code of malformed ones", Scenarios: []string{"v2/tokens/create/missing-scopes"}, Lie: recode("token.create", "70", "80")},
		{Name: "refusals/80-as-90", What: "malformed scopes are answered 90, code and message", Scenarios: []string{"v2/tokens/create/invalid-scopes-format"},
			Lie: onRefusal("token.create", "80", func(x *Exchange) {
				x.Answer.body()["error"], x.Answer.body()["message"] = json.Number("90"), "Invalid scopes specified or API not enabled"
			})},
		{Name: "refusals/90-as-400", What: "unknown scopes are answered 400 instead of 422", Scenarios: []string{"v2/tokens/create/unknown-scope"}, Lie: restatus("token.create", "90", 400)},
		{Name: "refusals/any-scope-is-fine", What: "a scope that is not enabled is granted", Scenarios: []string{"v2/tokens/create/scope-not-enabled"},
			Lie: onRefusal("token.create", "90", func(x *Exchange) {
				granted := x.Ask("POST", "/tokens", map[string]any{"scopes": []string{"*:*/*"}})
				granted.payload()["scopes"] = asObject(x.Body)["scopes"]
				x.Answer.Status, x.Answer.JSON = granted.Status, granted.JSON
			})},
		{Name: "refusals/120-as-160", What: "reading an unknown token has the code of updating one", Scenarios: []string{"v2/tokens/read/unknown"}, Lie: recode("token.get", "120", "160")},
		{Name: "refusals/60-as-404", What: "a malformed token is answered as an unknown one", Scenarios: []string{"v2/tokens/read/malformed"},
			Lie: onRefusal("token.get", "60", func(x *Exchange) {
				x.Answer.Status = 404
				x.Answer.body()["error"], x.Answer.body()["message"] = json.Number("120"), "Not Found"
			})},
		{Name: "refusals/160-as-180", What: "updating an unknown token has the code of deleting one", Scenarios: []string{"v2/tokens/update/unknown-token"}, Lie: recode("token.update", "160", "180")},
		{Name: "refusals/180-as-410", What: "deleting an unknown token is answered 410", Scenarios: []string{"v2/tokens/delete/unknown"}, Lie: restatus("token.delete", "180", 410)},
		{Name: "refusals/deleting-nothing-works", What: "deleting an unknown token is a success", Scenarios: []string{"v2/tokens/delete/unknown"},
			Lie: onRefusal("token.delete", "180", func(x *Exchange) {
				x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": nil, "success": true, "message": "Deleted", "error": nil}
			})},
		{Name: "refusals/100-as-110", What: "malformed scopes of an update have the code of unknown ones", Scenarios: []string{"v2/tokens/update/invalid-scopes-format"}, Lie: recode("token.update", "100", "110")},
		{Name: "refusals/110-message", What: "unknown scopes of an update have another message", Scenarios: []string{"v2/tokens/update/unknown-scope"},
			Lie: onRefusal("token.update", "110", func(x *Exchange) { x.Answer.body()["message"] = "Invalid scopes specified" })},
		{Name: "refusals/150-as-170", What: "an update without id has the code of a deletion", Scenarios: []string{"v2/tokens/update/id-required"},
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "150" {
					x.Answer.body()["error"] = 170
				}
			})},
		{Name: "refusals/170-as-404", What: "a deletion without id is an unknown path", Scenarios: []string{"v2/tokens/delete/id-required"},
			Lie: always(func(x *Exchange) {
				if x.Answer.code() == "170" {
					x.Answer.Status = 404
				}
			})},
		{Name: "refusals/10-as-text", What: "the code of an unknown scope is text", Scenarios: []string{"v2/scopes/detail/unknown"},
			Lie: onRefusal("scope.get", "10", func(x *Exchange) { x.Answer.body()["error"] = "10" })},
		{Name: "refusals/200-lower-case", What: "the message of an unknown callback is in lower case", Scenarios: []string{"v2/callbacks/detail/unknown"},
			Lie: onRefusal("callback.get", "200", func(x *Exchange) { x.Answer.body()["message"] = "callback not found" })},
		{Name: "refusals/220-as-200", What: "an unknown subscription has the code of an unknown callback", Scenarios: []string{"v2/subscriptions/detail/unknown"}, Lie: recode("subscription.get", "220", "200")},
		{Name: "refusals/190-as-422", What: "a wrong query of /errors is answered 422", Scenarios: []string{"v2/errors/query/refused"}, Lie: restatus("error.list", "190", 422)},
		{Name: "refusals/210-accepted", What: "a wrong query of /callbacks is accepted", Scenarios: []string{"v2/callbacks/query/refused"}, Lie: accept("callback.list", "210", []any{})},
		{Name: "refusals/230-as-190", What: "a wrong query of /subscriptions has the code of /errors", Scenarios: []string{"v2/subscriptions/query/refused"}, Lie: recode("subscription.list", "230", "190")},
		{Name: "refusals/13th-month", What: "/stats takes the 13th month", Scenarios: []string{"v2/stats/dates/impossible"},
			Lie: always(func(x *Exchange) {
				if date := x.Query.Get("date"); x.Operation == "stats.total" && x.Answer.code() == "240" && len(date) >= 7 && date[5:7] == "13" {
					x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": zeros, "success": true, "message": "", "error": nil}
				}
			})},
		{Name: "refusals/dates-of-one-operation-only", What: "only /stats checks its date", Scenarios: []string{"v2/stats/dates/garbage"}, Lie: accept("stats.ips", "240", []any{})},
		{Name: "refusals/240-message", What: "the message of a wrong date names one form only", Scenarios: []string{"v2/stats/dates/garbage"},
			Lie: onRefusal("stats.apis", "240", func(x *Exchange) { x.Answer.body()["message"] = "Invalid date format, must be YYYY-MM-DD" })},
		{Name: "refusals/malformed-json-is-500", What: "malformed JSON is a server error", Scenarios: []string{"v2/tokens/create/malformed-json"}, Lie: restatus("token.create", "400", 500)},
		{Name: "refusals/wrong-types-are-ignored", What: "a ttl of the wrong type is ignored", Scenarios: []string{"v2/tokens/create/wrong-types"},
			Lie: onRefusal("token.create", "422", func(x *Exchange) {
				granted := x.Ask("POST", "/tokens", map[string]any{"scopes": asObject(x.Body)["scopes"]})
				x.Answer.Status, x.Answer.JSON = granted.Status, granted.JSON
			})},
	}
}
