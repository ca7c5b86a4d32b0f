package mutant

import (
	"encoding/json"
	"net/http"
	"slices"
)

// failures are lies about what becomes of the failed calls of an operation: each operation is
// forgotten by itself, in the error log and in the statistics.
func failures() []Mutant {
	covering := []string{"v2/errors/log/every-operation-that-can-fail"}
	var all []Mutant
	for _, operation := range []string{
		"token.create", "token.list", "token.get", "token.update", "token.delete", "scope.get", "error.list", "callback.list", "callback.get",
		"stats.total", "stats.ips", "stats.apis", "stats.api", "subscription.list", "subscription.get",
	} {
		all = append(all,
			Mutant{Name: "failures/not-logged-" + operation, What: "failed calls of " + operation + " are not in the error log", Scenarios: covering,
				Lie: func() Lie {
					failed := failedCalls{}
					return func(x *Exchange) {
						failed.note(x)
						if x.Operation == "error.list" && x.Answer.Status == http.StatusOK {
							x.Answer.setItems(failed.without(operation, x))
						}
					}
				}},
			Mutant{Name: "failures/not-counted-" + operation, What: "failed calls of " + operation + " are no errors in the statistics", Scenarios: covering,
				Lie: func() Lie {
					failed := failedCalls{}
					return func(x *Exchange) {
						failed.note(x)
						failed.uncount(operation, x, "stats.total", "stats.apis", "stats.api")
					}
				}},
		)
	}
	for _, statistic := range []string{"stats.total", "stats.apis", "stats.api"} {
		all = append(all, Mutant{Name: "failures/not-counted-in-" + statistic, What: "failed calls of subscription.list are no errors in " + statistic, Scenarios: covering,
			Lie: func() Lie {
				failed := failedCalls{}
				return func(x *Exchange) {
					failed.note(x)
					failed.uncount("subscription.list", x, statistic)
				}
			}})
	}
	return append(all, Mutant{Name: "failures/not-counted-in-scopes", What: "the scopes of a domain count no errors", Scenarios: covering,
		Lie: onData("stats.api", func(api map[string]any) {
			for _, scope := range asObject(api["scopes"]) {
				set("errorRequests", json.Number("0"))(asObject(scope))
			}
		})})
}

// failedCalls remembers the operations of the calls that belong to a log, oldest first, by their
// callers.
type failedCalls map[string][]string

func (f failedCalls) note(x *Exchange) {
	if x.Operation != "" && x.Answer.Status >= http.StatusBadRequest && x.Answer.Status != http.StatusUnauthorized && x.Answer.Status != http.StatusTooManyRequests {
		f[x.Caller] = append(f[x.Caller], x.Operation)
	}
}

// without is the log of the caller, newest first and from its beginning, without the calls of an
// operation.
func (f failedCalls) without(operation string, x *Exchange) []any {
	var kept []any
	calls := f[x.Caller]
	for i, item := range x.Answer.items() {
		if at := len(calls) - 1 - i; at < 0 || calls[at] != operation {
			kept = append(kept, item)
		}
	}
	return kept
}

// uncount takes the failed calls of an operation out of the number of errors in some statistics.
func (f failedCalls) uncount(operation string, x *Exchange, statistics ...string) {
	if x.Answer.Status != http.StatusOK || !slices.Contains(statistics, x.Operation) {
		return
	}
	var count int64
	for _, failed := range f[x.Caller] {
		if failed == operation {
			count++
		}
	}
	if count == 0 {
		return
	}
	if x.Operation != "stats.apis" {
		plus(x.Answer.payload(), "errorRequests", -count)
		return
	}
	for _, api := range x.Answer.payload() {
		plus(asObject(api), "errorRequests", -count)
	}
}
