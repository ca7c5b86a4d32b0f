package mutant

import (
	"encoding/json"
	"time"
)

// lifetime are lies about time: expiry, ttl, timestamps.
func lifetime() []Mutant {
	return []Mutant{
		{Name: "lifetime/immortal", What: "an expired token can still be read", Scenarios: []string{"v2/tokens/expiry/as-if-deleted", "v2/tokens/expiry/one-second"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.get" && x.Answer.Status == 404 && known[x.ID] != nil {
						x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": known[x.ID], "success": true, "message": "", "error": nil}
					}
				}
			}},
		{Name: "lifetime/lives-again", What: "an expired token lives again when the clock goes back", Scenarios: []string{"v2/clock/back/undoes-nothing"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.list" && x.Answer.Status == 200 {
						for _, token := range known {
							x.Answer.setItems(append(x.Answer.items(), token))
						}
					}
				}
			}},
		{Name: "lifetime/ttl-ignored", What: "whatever ttl says, a token lives for a year", Scenarios: []string{"v2/tokens/create/ttl"},
			Lie: always(func(x *Exchange) {
				if _, asked := asObject(x.Body)["ttl"].(json.Number); asked && x.Operation == "token.create" && x.Answer.Status == 200 {
					for _, p := range x.Answer.payloads() {
						p["expireAt"] = moved(text(p, "createdAt"), 365*24*time.Hour)
					}
				}
			})},
		{Name: "lifetime/ttl-in-minutes", What: "ttl is read as minutes", Scenarios: []string{"v2/tokens/create/ttl"},
			Lie: always(func(x *Exchange) {
				if ttl, asked := asObject(x.Body)["ttl"].(json.Number); asked && x.Operation == "token.create" && x.Answer.Status == 200 {
					n, _ := ttl.Int64()
					for _, p := range x.Answer.payloads() {
						p["expireAt"] = moved(text(p, "createdAt"), time.Duration(n)*time.Minute)
					}
				}
			})},
		{Name: "lifetime/not-clamped", What: "a ttl of more than a year is honoured", Scenarios: []string{"v2/tokens/create/ttl-bounds"},
			Lie: always(func(x *Exchange) {
				ttl, asked := asObject(x.Body)["ttl"].(json.Number)
				n, err := ttl.Int64()
				if asked && err == nil && n > 365*86400 && x.Operation == "token.create" && x.Answer.Status == 200 {
					for _, p := range x.Answer.payloads() {
						p["expireAt"] = moved(text(p, "createdAt"), 400*24*time.Hour)
					}
				}
			})},
		{Name: "lifetime/default-is-a-month", What: "without ttl a token lives for a month", Scenarios: []string{"v2/tokens/create/ttl-default", "v2/tokens/expiry/default-lifetime"},
			Lie: always(func(x *Exchange) {
				if _, asked := asObject(x.Body)["ttl"]; !asked && x.Operation == "token.create" && x.Answer.Status == 200 {
					for _, p := range x.Answer.payloads() {
						p["expireAt"] = moved(text(p, "createdAt"), 30*24*time.Hour)
					}
				}
			})},
		{Name: "lifetime/own-clock", What: "a token is created at a time that is not the account's", Scenarios: []string{"v2/clock/frozen/everything-is-now"},
			Lie: onData("token.create", func(p map[string]any) { shift(p, "createdAt", -1); shift(p, "updatedAt", -1) })},
		{Name: "lifetime/no-offset", What: "timestamps have no offset", Scenarios: []string{"v2/formats/timestamps/all"},
			Lie: onData("wallet.get", change("createdAt", func(s string) any { return s[:19] }))},
		{Name: "lifetime/another-zone", What: "timestamps are written in another zone than UTC", Scenarios: []string{"v2/tokens/read/timestamps-in-utc"},
			Lie: onData("token.get", change("createdAt", func(s string) any {
				t, err := time.Parse(time.RFC3339, s)
				if err != nil {
					return s
				}
				return t.In(time.FixedZone("CET", 3600)).Format(time.RFC3339)
			}))},
		{Name: "lifetime/thirtieth-of-february", What: "a timestamp shows the 30th of February", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: onData("wallet.get", set("updatedAt", "2026-02-30T08:30:00+00:00"))},
		{Name: "lifetime/unix-time", What: "a timestamp is a number of seconds", Scenarios: []string{"v2/wallet/get/shape"},
			Lie: onData("wallet.get", set("updatedAt", json.Number("1770885000")))},
	}
}

// moved is a timestamp moved by a duration.
func moved(timestamp string, by time.Duration) string {
	t, err := time.Parse(time.RFC3339, timestamp)
	if err != nil {
		return timestamp
	}
	return t.Add(by).UTC().Format("2006-01-02T15:04:05+00:00")
}

// shift moves a timestamp by seconds.
func shift(object map[string]any, name string, seconds int) {
	if s := text(object, name); s != "" {
		object[name] = moved(s, time.Duration(seconds)*time.Second)
	}
}
