package mutant

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// v1 are lies of the legacy API, and of accounts that are used through both versions.
func v1() []Mutant {
	var all []Mutant
	for _, some := range [][]Mutant{v1Statuses(), v1Refusals(), v1Created(), v1Listed(), v1Changed(), v1Account(), v1Counters(), migrations()} {
		all = append(all, some...)
	}
	return all
}

// v1Statuses are lies about the status of successes, each by one.
func v1Statuses() []Mutant {
	rows := []struct{ operation, where string }{
		{"v1.token.create", "v1/tokens/"}, {"v1.token.list", "v1/tokens/"}, {"v1.token.get", "v1/tokens/"}, {"v1.token.replace", "v1/tokens/"},
		{"v1.token.update", "v1/tokens/"}, {"v1.token.delete", "v1/tokens/"}, {"v1.scope.list", "v1/scopes/"}, {"v1.credit.get", "v1/credit/"},
		{"v1.counters.total", "v1/counters/"}, {"v1.counters.day", "v1/counters/"}, {"v1.counters.month", "v1/counters/"}, {"v1.counters.year", "v1/counters/"},
	}
	var all []Mutant
	for _, row := range rows {
		all = append(all, Mutant{
			Name: "v1/status-" + row.operation[3:], What: "the status of " + row.operation + " is one more", Scenarios: []string{row.where},
			Lie: on(row.operation, func(x *Exchange) {
				if x.Answer.Status == http.StatusNoContent {
					x.Answer.Status, x.Answer.Raw = http.StatusOK, []byte(`{"data":[],"success":true,"message":"","error":null}`)
					return
				}
				x.Answer.Status = http.StatusCreated
			}),
		})
	}
	return append(all,
		Mutant{Name: "v1/status-of-second-token", What: "every second POST /token answers 201", Lie: secondTime("v1.token.create"),
			Scenarios: []string{"v1/tokens/create/ttl", "v1/tokens/create/one-year", "v1/tokens/expiry/as-if-deleted"}},
		Mutant{Name: "v1/status-of-second-list", What: "every second GET /scopes answers 201", Scenarios: []string{"v1/scopes/form"}, Lie: secondTime("v1.scope.list")},
		Mutant{Name: "v1/status-of-lists", What: "GET /token answers 201", Scenarios: []string{"v1/account/isolation"}, Lie: on("v1.token.list", status(http.StatusCreated))},
		Mutant{Name: "v1/status-of-services", What: "services answer 201", Scenarios: []string{"v1/counters/periods", "v1/counters/free-and-billed"}, Lie: served(status(http.StatusCreated))},
		Mutant{Name: "v1/status-of-callers", What: "GET /credit answers 201 to those it knows", Scenarios: []string{"v1/account/wrong-credentials"},
			Lie: on("v1.credit.get", status(http.StatusCreated))},
		Mutant{Name: "v1/status-of-readers", What: "GET /token/{token} answers 201 to those it knows", Scenarios: []string{"v1/account/needs-credentials"},
			Lie: on("v1.token.get", status(http.StatusCreated))},
		Mutant{Name: "v1/strangers-served", What: "whoever is not known is answered all the same", Scenarios: []string{"v1/account/needs-credentials", "v1/account/wrong-credentials"},
			Lie: always(func(x *Exchange) {
				if x.Surface == "v1" && x.Answer.Status == http.StatusUnauthorized {
					x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": map[string]any{}, "success": true, "message": "", "error": nil}
				}
			})},
		Mutant{Name: "v1/strangers-break-it", What: "a call without credentials is a server error", Scenarios: []string{"v1/account/needs-credentials", "v1/account/wrong-credentials"},
			Lie: always(func(x *Exchange) {
				if x.Surface == "v1" && x.Answer.Status == http.StatusUnauthorized {
					x.Answer.Status = 500
				}
			})},
	)
}

// secondTime has every second success of an operation answered with 201.
func secondTime(operation string) func() Lie {
	return func() Lie {
		n := 0
		return func(x *Exchange) {
			if x.Operation == operation && x.Answer.Status == http.StatusOK {
				if n++; n%2 == 0 {
					x.Answer.Status = http.StatusCreated
				}
			}
		}
	}
}

// v1Refusals are lies about each documented refusal: its status, its number, its message, and that
// it is one.
func v1Refusals() []Mutant {
	const tokens, counters = "v1/tokens/", "v1/counters/"
	rows := []struct {
		operation, code string
		where           []string
	}{
		{"v1.token.create", "110", []string{tokens + "create/missing-scopes"}},
		{"v1.token.get", "125", []string{tokens + "read/wrong-token"}},
		{"v1.token.replace", "160", []string{tokens + "replace/single-tokens-only"}},
		{"v1.token.replace", "170", []string{tokens + "replace/missing-token", tokens + "expiry/as-if-deleted", "v1/account/isolation"}},
		{"v1.token.replace", "270", []string{tokens + "replace/invalid-scopes"}},
		{"v1.token.update", "280", []string{tokens + "update/single-tokens-only"}},
		{"v1.token.update", "290", []string{tokens + "update/missing-token", tokens + "expiry/as-if-deleted", "v1/account/isolation"}},
		{"v1.token.update", "310", []string{tokens + "update/missing-change"}},
		{"v1.token.delete", "140", []string{tokens + "delete/single-tokens-only"}},
		{"v1.token.delete", "150", []string{tokens + "delete/missing-token", tokens + "expiry/as-if-deleted", "v1/account/isolation"}},
		{"v1.credit.get", "320", []string{"v1/credit/missing"}},
		{"v1.counters.day", "610", []string{counters + "date-of-a-day"}},
		{"v1.counters.month", "610", []string{counters + "date-of-a-month"}},
		{"v1.counters.year", "610", []string{counters + "date-of-a-year"}},
	}
	var all []Mutant
	for _, row := range rows {
		lie := func(name, what string, edit func(x *Exchange)) {
			all = append(all, Mutant{Name: "v1/refusal-" + row.operation[3:] + "-" + row.code + "-" + name, What: "the refusal " + row.code + " of " + row.operation + " " + what,
				Scenarios: row.where, Lie: onRefusal(row.operation, row.code, edit)})
		}
		lie("status", "has another status", func(x *Exchange) { x.Answer.Status = http.StatusConflict })
		lie("code", "has another number", func(x *Exchange) {
			n, _ := strconv.Atoi(row.code) // as it is in the table
			x.Answer.body()["error"] = json.Number(strconv.Itoa(n + 1))
		})
		lie("message", "ends in a full stop", func(x *Exchange) { x.Answer.body()["message"] = text(x.Answer.body(), "message") + "." })
		lie("success", "says that it is a success", func(x *Exchange) { x.Answer.body()["success"] = true })
	}
	return all
}

// inV1 answers as if all had gone well.
func inV1(x *Exchange, data any) {
	x.Answer.Status, x.Answer.JSON = http.StatusOK, map[string]any{"data": data, "success": true, "message": "", "error": nil}
}

// refuseInV1 refuses what was answered.
func refuseInV1(x *Exchange, status int, code, message string) {
	x.Answer.Status = status
	x.Answer.JSON = map[string]any{"success": false, "message": message, "error": json.Number(code), "data": nil}
}

// v1Envelope are lies about the members that every success of an operation has.
func v1Envelope(operation, scenario string) []Mutant {
	lie := func(name, what string, edit func(body map[string]any)) Mutant {
		return Mutant{Name: "v1/envelope-" + operation[3:] + "-" + name, What: operation + " " + what, Scenarios: []string{scenario},
			Lie: on(operation, func(x *Exchange) { edit(x.Answer.body()) })}
	}
	return []Mutant{
		lie("success", "says success: 1", func(b map[string]any) { b["success"] = json.Number("1") }),
		lie("message", "has a message", func(b map[string]any) { b["message"] = "OK" }),
		lie("error", "has the error 0", func(b map[string]any) { b["error"] = json.Number("0") }),
		lie("data", "has a text for data", func(b map[string]any) {
			if _, there := b["data"]; there {
				b["data"] = "none"
			} else {
				delete(b, "token")
			}
		}),
	}
}
