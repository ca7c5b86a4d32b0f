package mutant

import "maps"

// leavingOut removes members of a body.
func leavingOut(names ...string) func(*Exchange) {
	return func(x *Exchange) {
		for _, name := range names {
			delete(x.Answer.body(), name)
		}
	}
}

// envelopes are lies about the envelope, and about the two shapes of a single token.
func envelopes() []Mutant {
	return []Mutant{
		{Name: "envelopes/success-missing", What: "the envelope has no success", Scenarios: []string{"v2/envelope/success/every-operation"},
			Lie: on("wallet.get", func(x *Exchange) { delete(x.Answer.body(), "success") })},
		{Name: "envelopes/message-missing", What: "the envelope has no message", Scenarios: []string{"v2/envelope/success/every-operation"},
			Lie: on("wallet.get", func(x *Exchange) { delete(x.Answer.body(), "message") })},
		{Name: "envelopes/error-missing", What: "the envelope of a scope has no error", Scenarios: []string{"v2/envelope/success/required-members"},
			Lie: on("scope.get", func(x *Exchange) { delete(x.Answer.body(), "error") })},
		{Name: "envelopes/documented-in-places", What: "the wallet comes with data alone, everything else in the whole envelope",
			Scenarios: []string{"v2/envelope/success/every-operation"}, Lie: on("wallet.get", leavingOut("success", "message", "error"))},
		{Name: "envelopes/whole-in-places", What: "the wallet comes in the whole envelope, everything else with data alone", Given: "documented",
			Scenarios: []string{"v2/envelope/success/every-operation"},
			Lie: on("wallet.get", func(x *Exchange) {
				maps.Copy(x.Answer.body(), map[string]any{"success": true, "message": "", "error": nil})
			})},
		{Name: "envelopes/half", What: "successes have success beside their data, but neither message nor error", Given: "documented",
			Scenarios: []string{"v2/envelope/success/every-operation"}, Lie: on("wallet.get", func(x *Exchange) { x.Answer.body()["success"] = true })},
		{Name: "envelopes/less-than-documented", What: "a scope comes with data alone, though its envelope is documented", Given: "documented",
			Scenarios: []string{"v2/envelope/success/required-members"}, Lie: on("scope.get", leavingOut("success", "message", "error"))},
		{Name: "envelopes/deleted-without-message", What: "a deletion has no message, though it is documented", Given: "documented",
			Scenarios: []string{"v2/tokens/delete/envelope"}, Lie: on("token.delete", leavingOut("message"))},
		{Name: "envelopes/success-false", What: "a success says that it is none", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) { x.Answer.body()["success"] = false })},
		{Name: "envelopes/success-as-number", What: "success is 1", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) { x.Answer.body()["success"] = 1 })},
		{Name: "envelopes/error-zero", What: "the error of a success is 0 instead of null", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) { x.Answer.body()["error"] = 0 })},
		{Name: "envelopes/data-renamed", What: "data is called result", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) { rename("data", "result")(x.Answer.body()) })},
		{Name: "envelopes/error-under-200", What: "an unknown token is a refusal under 200", Scenarios: []string{"v2/tokens/read/unknown"},
			Lie: onRefusal("token.get", "120", status(200))},
		{Name: "envelopes/refusal-with-data", What: "a refusal has data", Scenarios: []string{"v2/envelope/refusal/documented-members"},
			Lie: always(func(x *Exchange) {
				if x.Answer.Status >= 400 {
					x.Answer.body()["data"] = map[string]any{}
				}
			})},
		{Name: "envelopes/refusal-as-object", What: "the error of a refusal is an object", Scenarios: []string{"v2/tokens/create/missing-scopes"},
			Lie: onRefusal("token.create", "70", func(x *Exchange) {
				x.Answer.body()["error"] = map[string]any{"code": 70, "message": "missing scopes array"}
			})},
		{Name: "envelopes/shapes-differ", What: "the token under data is another than the one beside it", Scenarios: []string{"v2/tokens/create/token-detail"},
			Lie: on("token.create", func(x *Exchange) {
				if _, bare := x.Answer.body()["token"]; bare {
					x.Answer.body()["name"] = "another"
				}
			})},
		{Name: "envelopes/shapes-mixed", What: "POST sends tokens bare, GET under data", Given: "data", Scenarios: []string{"v2/tokens/read/detail"},
			Lie: on("token.create", func(x *Exchange) {
				if data, ok := x.Answer.body()["data"].(map[string]any); ok {
					x.Answer.JSON = data
				}
			})},
		{Name: "envelopes/doubly-enveloped", What: "the list of tokens stands in an envelope within the envelope", Scenarios: []string{"v2/tokens/list/created-tokens-are-listed"},
			Lie: on("token.list", func(x *Exchange) { x.Answer.body()["data"] = map[string]any{"data": x.Answer.items()} })},
	}
}
