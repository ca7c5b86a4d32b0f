package client

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

func requestRules() []Rule {
	return []Rule{
		must("requests/dates", "Dates are sent as YYYY, YYYY-MM or YYYY-MM-DD, and are real ones.", "v2 422 240; v1 404 610", datesAsDocumented),
		readingBodies(must("requests/scopes", "Scopes are sent as a list of texts METHOD:host/path.", "v2 TokenCreate.scopes; v1 POST /token", scopesAsDocumented)),
		readingBodies(must("requests/json", "Bodies of v2 and v1 are JSON objects.", "v2 requestBody application/json", bodiesAreJSON)),
	}
}

func datesAsDocumented(e *Evidence) Finding {
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if period, is := strings.CutPrefix(one.Operation, "v1.counters."); is {
			layout, dated := map[string]string{"year": "2006", "month": "2006-01", "day": "2006-01-02"}[period]
			if !dated {
				continue
			}
			seen = append(seen, i)
			date := one.Path[strings.LastIndexByte(one.Path, '/')+1:]
			if _, err := time.Parse(layout, date); err != nil {
				return brokenAlone("a date like "+time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC).Format(layout), fmt.Sprintf("%q", date), i)
			}
			continue
		}
		if !strings.HasPrefix(one.Operation, "stats.") {
			continue
		}
		for _, date := range one.Query["date"] {
			seen = append(seen, i)
			if !isDate(date) {
				return brokenAlone("a date like 2026, 2026-02 or 2026-02-12", fmt.Sprintf("date=%q", date), i)
			}
		}
	}
	return kept(seen)
}

func isDate(text string) bool {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return text == ""
}

// scopePattern is METHOD:host/path; * may be for each of them.
func scopePattern() *regexp.Regexp { return regexp.MustCompile(`^([A-Z]+|\*):[A-Za-z0-9.*-]+/.*$`) }

func scopesAsDocumented(e *Evidence) Finding {
	var seen []int
	pattern := scopePattern()
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		switch one.Operation {
		case "token.create", "token.update", "v1.token.create", "v1.token.replace", "v1.token.update":
		default:
			continue
		}
		body, _ := parse(one.RequestBody).(map[string]any)
		given, has := body["scopes"]
		if !has {
			continue
		}
		seen = append(seen, i)
		list, isList := given.([]any)
		if !isList {
			return brokenAlone(`a list, such as ["GET:company.openapi.com/IT-start"]`, fmt.Sprintf("scopes is %T", given), i)
		}
		for _, element := range list {
			if text, ok := element.(string); !ok || !pattern.MatchString(text) {
				return brokenAlone("METHOD:host/path", fmt.Sprintf("the scope %q", fmt.Sprint(element)), i)
			}
		}
	}
	return kept(seen)
}

func bodiesAreJSON(e *Evidence) Finding {
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if !strings.HasPrefix(one.Operation, "token.") && !strings.HasPrefix(one.Operation, "v1.token.") || one.RequestBody == "" || one.Cut {
			continue
		}
		seen = append(seen, i)
		if _, object := parse(one.RequestBody).(map[string]any); !object {
			return brokenAlone("a JSON object", "a body that is none", i)
		}
	}
	return kept(seen)
}

func sortedNames(values map[string][]string) []string { return slices.Sorted(maps.Keys(values)) }

// expiries returns a function that returns when a token expires, according to the answers before an
// exchange.
func (e *Evidence) expiries() func(token string, before int) (time.Time, bool) {
	type told struct {
		index int
		at    time.Time
	}
	known := map[string][]told{}
	for i := range e.Exchanges {
		walk(parse(e.Exchanges[i].ResponseBody), func(object map[string]any) {
			token, _ := object["token"].(string)
			text, _ := object["expireAt"].(string)
			if at, err := time.Parse(time.RFC3339, text); err == nil && token != "" {
				known[token] = append(known[token], told{i, at})
			}
		})
	}
	return func(token string, before int) (at time.Time, ok bool) {
		for _, t := range known[token] {
			if t.index < before {
				at, ok = t.at, true
			}
		}
		return at, ok
	}
}
