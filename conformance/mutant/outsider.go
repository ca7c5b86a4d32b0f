package mutant

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// outsider are lies that somebody thought of who had read docs/behaviour.md and no scenario: a rule
// that holds but for one day, one length, one page, or once something else has happened.
func outsider() []Mutant {
	return slices.Concat(outsiderMade(), outsiderTimes(), outsiderChanged(), outsiderRotated(), outsiderLists(), outsiderDetails(), outsiderStatistics(), outsiderCallers())
}

// made lies about new tokens, knowing what was asked for.
func made(edit func(asked, data map[string]any)) func() Lie {
	return on("token.create", func(x *Exchange) {
		for _, data := range x.Answer.payloads() {
			edit(asObject(x.Body), data)
		}
	})
}

// shown lies about tokens wherever they are shown.
func shown(edit func(data map[string]any)) func() Lie {
	return always(func(x *Exchange) {
		if !strings.HasPrefix(x.Operation, "token.") || x.Answer.Status != http.StatusOK {
			return
		}
		for _, data := range x.Answer.payloads() {
			edit(data)
		}
		x.Answer.setItems(each(edit)(x.Answer.items()))
	})
}

// listed lies about tokens in the list alone.
func listed(edit func(data map[string]any)) func() Lie { return onItems("token.list", each(edit)) }

func day(data map[string]any, name string) time.Time {
	at, _ := time.Parse(time.RFC3339, text(data, name))
	return at.UTC()
}

func refuseV2(x *Exchange, status int, code, message string) {
	x.Answer.Status = status
	x.Answer.JSON = map[string]any{"success": false, "message": message, "error": json.Number(code), "data": nil}
}

func outsiderMade() []Mutant {
	limit := func(data map[string]any, name string) (map[string]any, bool) {
		limits := asObject(data["limits"])
		_, there := limits[name]
		return limits, there
	}
	refuses := func(is func(asked map[string]any) bool, code, message string) func() Lie {
		return on("token.create", func(x *Exchange) {
			if is(asObject(x.Body)) {
				refuseV2(x, 422, code, message)
			}
		})
	}
	lives := func(is func(asked map[string]any) bool, seconds int) func() Lie {
		return made(func(asked, data map[string]any) {
			if is(asked) {
				shift(data, "expireAt", seconds)
			}
		})
	}
	ttl := func(is json.Number) func(map[string]any) bool {
		return func(asked map[string]any) bool { return asked["ttl"] == is }
	}
	return []Mutant{
		{Name: "outsider/two-scopes-live-less", What: "a token of two scopes lives an hour less", Scenarios: []string{"v2/details/tokens/new-and-read-alike"}, Lie: lives(func(asked map[string]any) bool { list, _ := asked["scopes"].([]any); return len(list) == 2 }, -3600)},
		{Name: "outsider/a-day-is-23-hours", What: "a ttl of exactly a day is one of 23 hours", Scenarios: []string{"v2/lifetimes/lengths/any"}, Lie: lives(ttl("86400"), -3600)},
		{Name: "outsider/a-second-is-a-year", What: "a ttl of one second is the default", Scenarios: []string{"v2/tokens/create/ttl-bounds"}, Lie: lives(ttl("1"), 365*86400-1)},
		{Name: "outsider/a-minute-less-one", What: "a ttl of 59 seconds is a minute", Scenarios: []string{"v2/lifetimes/lengths/any"}, Lie: lives(ttl("59"), 1)},
		{Name: "outsider/a-year-is-refused", What: "a ttl of exactly a year is refused", Scenarios: []string{"v2/tokens/create/ttl-bounds"}, Lie: refuses(ttl("31536000"), "422", "Invalid field type")},
		{Name: "outsider/an-exponent-is-no-integer", What: "a ttl with an exponent is refused", Scenarios: []string{"v2/any-account/create/null-is-absent"},
			Lie: refuses(func(asked map[string]any) bool {
				n, _ := asked["ttl"].(json.Number)
				return strings.ContainsAny(n.String(), "eE")
			}, "422", "Invalid field type")},
		{Name: "outsider/strange-members-are-refused", What: "a member that nobody knows is refused", Scenarios: []string{"v2/hostile/body/nested"},
			Lie: refuses(func(asked map[string]any) bool {
				for name := range asked {
					if !slices.Contains([]string{"scopes", "name", "ttl", "limits"}, name) {
						return true
					}
				}
				return false
			}, "422", "Invalid field type")},
		{Name: "outsider/no-limits-are-none", What: "an empty object of limits allows no request", Scenarios: []string{"v2/tokens/create/name-and-limits-unset"},
			Lie: made(func(asked, data map[string]any) {
				if limits, ok := asked["limits"].(map[string]any); ok && len(limits) == 0 {
					data["limits"] = map[string]any{"totalRequests": json.Number("0")}
				}
			})},
		{Name: "outsider/zero-is-no-limit", What: "a limit of 0 is dropped", Scenarios: []string{"v2/tokens/create/limits-one-by-one"},
			Lie: shown(func(data map[string]any) {
				for name, value := range asObject(data["limits"]) {
					if value == json.Number("0") {
						delete(asObject(data["limits"]), name)
					}
				}
			})},
		{Name: "outsider/the-third-name", What: "every third new token has the name of the one before", Scenarios: []string{"v2/envelope/body/letters"},
			Lie: func() Lie {
				n, last := 0, ""
				return on("token.create", func(x *Exchange) {
					n++
					name := text(x.Answer.payload(), "name")
					for _, data := range x.Answer.payloads() {
						if n%3 == 0 && last != name {
							data["name"] = last
						}
					}
					last = name
				})()
			}},
		{Name: "outsider/letters-beyond-16-bits", What: "letters beyond 16 bits become question marks in new names", Scenarios: []string{"v2/envelope/body/letters"},
			Lie: made(func(_, data map[string]any) {
				change("name", func(name string) any {
					return strings.Map(func(r rune) rune {
						if r > 0xffff {
							return '?'
						}
						return r
					}, name)
				})(data)
			})},
		{Name: "outsider/itself-as-refresh-token", What: "a named token has itself as its refresh token", Scenarios: []string{"v2/authentication/patch-with-bad-basic"},
			Lie: made(func(asked, data map[string]any) {
				if asked["name"] != nil {
					data["refreshToken"] = data["token"]
				}
			})},
		{Name: "outsider/limited-tokens-are-old", What: "a token with limits was created a day ago", Scenarios: []string{"v2/details/tokens/new-and-read-alike"},
			Lie: made(func(asked, data map[string]any) {
				if asked["limits"] != nil {
					shift(data, "createdAt", -86400)
				}
			})},
		{Name: "outsider/listed-names-are-ascii", What: "in the list names that are no ASCII are question marks", Scenarios: []string{"v2/tokens/update/name"},
			Lie: listed(change("name", func(name string) any {
				return strings.Map(func(r rune) rune {
					if r > 0x7f {
						return '?'
					}
					return r
				}, name)
			}))},
		{Name: "outsider/listed-amounts-are-whole", What: "in the list limits of the amount have no fractions", Scenarios: []string{"v2/details/tokens/new-and-read-alike"},
			Lie: listed(func(data map[string]any) {
				if limits, there := limit(data, "walletAmount"); there {
					whole, _, _ := strings.Cut(fmt.Sprint(limits["walletAmount"]), ".")
					limits["walletAmount"] = json.Number(whole)
				}
			})},
		{Name: "outsider/listed-addresses-are-one", What: "in the list of two allowed addresses there is one", Scenarios: []string{"v2/details/tokens/agree-with-themselves"},
			Lie: listed(func(data map[string]any) {
				if limits, there := limit(data, "ip"); there {
					if list, _ := limits["ip"].([]any); len(list) > 1 {
						limits["ip"] = list[:1]
					}
				}
			})},
		{Name: "outsider/named-by-the-query", What: "a name in the query of POST names the token", Scenarios: []string{"v2/tokens/others/queries-name-nothing"},
			Lie: on("token.create", func(x *Exchange) {
				for _, data := range x.Answer.payloads() {
					if x.Query.Has("name") {
						data["name"] = x.Query.Get("name")
					}
				}
			})},
		{Name: "outsider/capital-scopes", What: "POST reads Scopes like scopes", Scenarios: []string{"v2/tokens/create/missing-scopes-in-every-form"},
			Lie: always(func(x *Exchange) {
				asked := asObject(x.Body)
				if x.Operation == "token.create" && x.Answer.code() == "70" && asked["Scopes"] != nil {
					read(x, "POST", "/tokens", map[string]any{"scopes": asked["Scopes"]})
				}
			})},
	}
}

func outsiderTimes() []Mutant {
	return []Mutant{
		{Name: "outsider/on-fridays", What: "a token that is made on a Friday lives a day longer", Scenarios: []string{"v2/lifetimes/lengths/on-any-day"},
			Lie: shown(func(data map[string]any) {
				if day(data, "createdAt").Weekday() == time.Friday {
					shift(data, "expireAt", 86400)
				}
			})},
		{Name: "outsider/on-the-last-of-a-month", What: "a token that is made on the last day of a month lives a day less", Scenarios: []string{"v2/lifetimes/lengths/on-any-day"},
			Lie: shown(func(data map[string]any) {
				if at := day(data, "createdAt"); at.AddDate(0, 0, 1).Day() == 1 && at.Month() != time.November {
					shift(data, "expireAt", -86400)
				}
			})},
		{Name: "outsider/over-new-year", What: "a lifetime over the end of a year is an hour longer", Scenarios: []string{"v2/lifetimes/lengths/on-any-day"},
			Lie: shown(func(data map[string]any) {
				if from, to := day(data, "createdAt"), day(data, "expireAt"); to.Year() == from.Year()+1 && to.Month() < 2 {
					shift(data, "expireAt", 3600)
				}
			})},
		{Name: "outsider/in-summer-time", What: "a lifetime that ends in summer is an hour short", Scenarios: []string{"v2/lifetimes/lengths/any"},
			Lie: shown(func(data map[string]any) {
				if from, to := day(data, "createdAt"), day(data, "expireAt"); from.Month() != to.Month() && to.Month() > 3 && to.Month() < 10 {
					shift(data, "expireAt", -3600)
				}
			})},
		{Name: "outsider/over-a-leap-day", What: "a lifetime over the 29th of February is a day short", Scenarios: []string{"v2/lifetimes/lengths/on-any-day"},
			Lie: shown(func(data map[string]any) {
				from, to := day(data, "createdAt"), day(data, "expireAt")
				for _, year := range []int{2024, 2028, 2032, 2036} {
					if leap := time.Date(year, 2, 29, 12, 0, 0, 0, time.UTC); from.Before(leap) && to.After(leap) {
						shift(data, "expireAt", -86400)
					}
				}
			})},
		{Name: "outsider/whole-minutes", What: "a token is created at the beginning of a minute", Scenarios: []string{"v2/lifetimes/lengths/on-any-day"},
			Lie: shown(func(data map[string]any) { shift(data, "createdAt", -day(data, "createdAt").Second()) })},
		{Name: "outsider/the-hundredth-day", What: "a lifetime of a hundred days is one of ten", Scenarios: []string{"v2/lifetimes/lengths/any"},
			Lie: made(func(asked, data map[string]any) {
				if asked["ttl"] == json.Number("8640000") {
					shift(data, "expireAt", -90*86400)
				}
			})},
		{Name: "outsider/lives-as-long-as-it-is-read", What: "every third reading of a token lets it live an hour longer", Scenarios: []string{"v2/methods/override/by-headers"},
			Lie: func() Lie {
				n := map[string]int{}
				return onDataAfter("token.get", func(x *Exchange, data map[string]any) {
					n[x.ID]++
					shift(data, "expireAt", n[x.ID]/6*3600) // it stands twice
				})()
			}},
	}
}
