package mutant

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// strangers are lies about who may see what.
func strangers() []Mutant {
	ok := func(x *Exchange, data any) {
		x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": data, "success": true, "message": "", "error": nil}
	}
	return []Mutant{
		{Name: "strangers/anybody-may-read", What: "/scopes answers without credentials", Scenarios: []string{"v2/authentication/reading-needs-credentials"},
			Lie: onRefusal("scope.list", "140", func(x *Exchange) { ok(x, []any{}) })},
		{Name: "strangers/401-as-403", What: "missing credentials are answered 403", Scenarios: []string{"v2/authentication/reading-needs-credentials"},
			Lie: onRefusal("wallet.get", "140", status(403))},
		{Name: "strangers/140-as-401", What: "missing credentials have the code 401", Scenarios: []string{"v2/authentication/writing-needs-credentials"},
			Lie: onRefusal("token.create", "140", func(x *Exchange) { x.Answer.body()["error"] = json.Number("401") })},
		{Name: "strangers/130-as-140", What: "a wrong refresh token is answered 140", Scenarios: []string{"v2/tokens/rotation/wrong-bearer-for-no-token"},
			Lie: onRefusal("token.update", "130", func(x *Exchange) { x.Answer.body()["error"] = json.Number("140") })},
		{Name: "strangers/lookup-before-credentials", What: "a PATCH of an unknown token without credentials is answered 404", Scenarios: []string{"v2/authentication/patch-comes-first"},
			Lie: onRefusal("token.update", "140", func(x *Exchange) {
				x.Answer.Status = 404
				x.Answer.body()["error"], x.Answer.body()["message"] = json.Number("160"), "Not Found"
			})},
		{Name: "strangers/token-of-another-account", What: "a token can be read by another account", Scenarios: []string{"v2/isolation/tokens-of-another-account"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.get" && x.Answer.Status == 404 && known[x.ID] != nil {
						ok(x, known[x.ID])
					}
				}
			}},
		{Name: "strangers/tokens-of-everybody", What: "the list of tokens is that of all accounts", Scenarios: []string{"v2/isolation/tokens-of-another-account"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation != "token.list" || x.Answer.Status != 200 || x.Query.Get("id") != "" {
						return
					}
					items, listed := x.Answer.items(), map[string]bool{}
					for _, item := range items {
						listed[text(asObject(item), "token")] = true
					}
					for id, token := range known {
						if !listed[id] {
							items = append(items, token)
						}
					}
					x.Answer.setItems(items)
				}
			}},
		{Name: "strangers/errors-of-everybody", What: "the error log is that of all accounts", Scenarios: []string{"v2/errors/log/of-one-account-only"},
			Lie: func() Lie {
				var logged []any
				return func(x *Exchange) {
					if x.Operation == "scope.get" && x.Answer.code() == "10" {
						logged = append(logged, map[string]any{
							"id": "69822d1d48be79971b04351a", "scope": "GET:oauth.openapi.com/scopes", "domain": "oauth.openapi.com",
							"errorAt": "2026-02-03T17:15:09+00:00", "httpResponseCode": 404, "errorCode": 10, "message": "Scope not found", "ip": "127.0.0.1",
						})
					}
					if x.Operation == "error.list" && x.Answer.Status == 200 && len(x.Answer.items()) == 0 {
						x.Answer.setItems(logged)
					}
				}
			}},
		{Name: "strangers/credential-in-message", What: "a refusal repeats the credentials", Scenarios: []string{"v2/tokens/read/unknown"},
			Lie: onRefusal("token.get", "120", func(x *Exchange) {
				x.Answer.Header = x.Answer.Header.Clone()
				x.Answer.Header.Set("X-Debug", x.Caller)
			})},
		{Name: "strangers/key-in-header", What: "an answer shows the API key in a header", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: on("wallet.get", func(x *Exchange) {
				plain, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(x.Caller, "Basic "))
				if _, key, found := strings.Cut(string(plain), ":"); err == nil && found {
					x.Answer.Header = x.Answer.Header.Clone()
					x.Answer.Header.Set("X-Key", key)
				}
			})},
	}
}
