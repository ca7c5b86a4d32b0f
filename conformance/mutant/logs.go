package mutant

import (
	"encoding/json"
	"slices"
)

// logs are lies about the error log, callbacks and scopes.
func logs() []Mutant {
	return []Mutant{
		{Name: "logs/error-not-logged", What: "the newest error is not in the log", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", func(items []any) []any { return items[min(1, len(items)):] })},
		{Name: "logs/error-logged-twice", What: "the newest error is in the log twice", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", func(items []any) []any { return append(items[:min(1, len(items)):min(1, len(items))], items...) })},
		{Name: "logs/another-status", What: "the log has another status than was answered", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", each(set("httpResponseCode", json.Number("400"))))},
		{Name: "logs/another-code", What: "the log has another code than was answered", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", each(func(e map[string]any) { plusOne(e, "errorCode") }))},
		{Name: "logs/another-message", What: "the log has another message than was answered", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", each(set("message", "Error")))},
		{Name: "logs/another-scope", What: "the log names another operation than was called", Scenarios: []string{"v2/errors/log/every-failed-call-once"},
			Lie: onItems("error.list", each(set("scope", "GET:oauth.openapi.com/wallet")))},
		{Name: "logs/error-code-as-text", What: "errorCode is text", Scenarios: []string{"v2/errors/list/members"},
			Lie: onItems("error.list", each(change("errorCode", func(n json.Number) any { return n.String() })))},
		{Name: "logs/ip-missing", What: "the log does not say who called", Scenarios: []string{"v2/errors/list/members"},
			Lie: onItems("error.list", each(drop("ip")))},
		{Name: "logs/callback-code-as-number", What: "httpResponseCode in the list of callbacks is a number", Scenarios: []string{"v2/callbacks/list/members"},
			Lie: onItems("callback.list", each(change("httpResponseCode", func(s string) any { return json.Number(s) })))},
		{Name: "logs/callback-code-as-text", What: "httpResponseCode in the detail of a callback is text", Scenarios: []string{"v2/callbacks/detail/finished"},
			Lie: onData("callback.get", change("httpResponseCode", func(n json.Number) any { return n.String() }))},
		{Name: "logs/pending-is-200", What: "a pending callback already has a status", Scenarios: []string{"v2/callbacks/detail/pending"},
			Lie: onData("callback.get", func(c map[string]any) {
				if c["completedAt"] == nil {
					c["httpResponseCode"] = json.Number("200")
				}
			})},
		{Name: "logs/finished-is-active", What: "a finished callback is still active", Scenarios: []string{"v2/callbacks/detail/finished"},
			Lie: onData("callback.get", set("active", true))},
		{Name: "logs/callback-url-differs", What: "the detail of a callback has another URL than the list", Scenarios: []string{"v2/callbacks/detail/agrees-with-list"},
			Lie: onData("callback.get", change("url", func(s string) any { return s + "/" }))},
		{Name: "logs/callback-not-logged", What: "a callback that a call asked for is not in the log", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onItems("callback.list", omitting(uncalled))},
		{Name: "logs/callback-not-called-is-200", What: "a callback that was not called has been answered 200", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onData("callback.get", ofUncalled(set("httpResponseCode", json.Number("200"))))},
		{Name: "logs/callback-not-called-is-retried", What: "a callback that may not be called is tried again", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onData("callback.get", ofUncalled(set("attempt", json.Number("6"))))},
		{Name: "logs/callback-method-is-mode", What: "the method of a callback is how its payload travels", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onData("callback.get", ofUncalled(set("method", "JSON")))},
		{Name: "logs/callback-without-answer", What: "a callback does not bring the answer of the call", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onData("callback.get", ofUncalled(set("data", map[string]any{})))},
		{Name: "logs/callback-custom-lost", What: "what the caller gave along is not in the log", Scenarios: []string{"services/callbacks/host-not-allowed"},
			Lie: onData("callback.get", ofUncalled(set("custom", map[string]any{})))},
		{Name: "logs/scope-enabled-differs", What: "the detail of a scope says the opposite of the list", Scenarios: []string{"v2/scopes/detail/all-agree-with-list"},
			Lie: onData("scope.get", change("enabled", func(b bool) any { return !b }))},
		{Name: "logs/scope-enabled-as-number", What: "enabled is 1 or 0", Scenarios: []string{"v2/scopes/list/members"},
			Lie: onItems("scope.list", each(change("enabled", func(b bool) any {
				if b {
					return 1
				}
				return 0
			})))},
		{Name: "logs/scope-lost", What: "one of the API's own scopes is not listed", Scenarios: []string{"v2/scopes/list/own-operations"},
			Lie: onItems("scope.list", func(items []any) []any { return items[min(1, len(items)):] })},
		{Name: "logs/price-in-cents", What: "prices are in cents", Scenarios: []string{"v2/scopes/detail/example-of-the-document", "v2/scopes/detail/values"},
			Lie: onData("scope.get", change("prices", func(p map[string]any) any {
				for key, price := range p {
					if n, ok := price.(json.Number); ok {
						f, _ := n.Float64()
						p[key] = f * 100
					}
				}
				return p
			}))},
		{Name: "logs/free-limit-null", What: "a window without free requests is null instead of false", Scenarios: []string{"v2/scopes/detail/members"},
			Lie: onData("scope.get", change("freeLimits", func(l map[string]any) any {
				for name, limit := range l {
					if limit == false {
						l[name] = nil
					}
				}
				return l
			}))},
		{Name: "logs/sandbox-without-test", What: "a sandbox shows scopes without test.", Scenarios: []string{"v2/scopes/sandbox/names"},
			Lie: onItems("scope.list", each(change("domain", func(s string) any {
				if len(s) > 5 && s[:5] == "test." {
					return s[5:]
				}
				return s
			})))},
	}
}

// uncalled reports whether a callback is for the suite's host that nobody calls.
func uncalled(c map[string]any) bool { return c["url"] == "http://192.0.2.1/hook" }

// ofUncalled edits only callbacks for that host.
func ofUncalled(edit func(c map[string]any)) func(c map[string]any) {
	return func(c map[string]any) {
		if uncalled(c) {
			edit(c)
		}
	}
}

// omitting leaves entries out of a list.
func omitting(out func(c map[string]any) bool) func(items []any) []any {
	return func(items []any) []any {
		return slices.DeleteFunc(items, func(item any) bool {
			c, ok := item.(map[string]any)
			return ok && out(c)
		})
	}
}
