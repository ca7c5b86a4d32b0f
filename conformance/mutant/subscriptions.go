package mutant

import "encoding/json"

// subscriptions are lies about subscriptions.
func subscriptions() []Mutant {
	return []Mutant{
		{Name: "subscriptions/counts-as-numbers", What: "availableRequests is a number", Scenarios: []string{"v2/subscriptions/list/members"},
			Lie: onItems("subscription.list", each(change("availableRequests", func(s string) any { return json.Number(s) })))},
		{Name: "subscriptions/total-as-number", What: "totalRequests of the detail is a number", Scenarios: []string{"v2/subscriptions/detail/values"},
			Lie: onData("subscription.get", change("totalRequests", func(s string) any { return json.Number(s) }))},
		{Name: "subscriptions/type-monthly", What: "the type is \"monthly\" instead of \"month\"", Scenarios: []string{"v2/subscriptions/detail/values"},
			Lie: onData("subscription.get", change("type", func(s string) any { return s + "ly" }))},
		{Name: "subscriptions/price-differs", What: "a subscription has another price than it should", Scenarios: []string{"v2/subscriptions/detail/values"},
			Lie: onData("subscription.get", func(s map[string]any) { plusOne(s, "price") })},
		{Name: "subscriptions/active-differs", What: "the detail says the opposite of the list", Scenarios: []string{"v2/subscriptions/detail/agrees-with-list"},
			Lie: onData("subscription.get", change("active", func(b bool) any { return !b }))},
		{Name: "subscriptions/never-end", What: "a subscription stays active when its term has ended", Scenarios: []string{"v2/subscriptions/term/ends"},
			Lie: onData("subscription.get", set("active", true))},
		{Name: "subscriptions/renewed-for-nothing", What: "a renewal leaves the requests as they were", Scenarios: []string{"v2/subscriptions/term/renews"},
			Lie: func() Lie {
				first := map[string]any{}
				return func(x *Exchange) {
					if data := x.Answer.payload(); x.Operation == "subscription.get" && x.Answer.Status == 200 {
						if first[x.ID] == nil {
							first[x.ID] = data["availableRequests"]
						}
						data["availableRequests"] = first[x.ID]
					}
				}
			}},
		{Name: "subscriptions/of-everybody", What: "another account's subscriptions are listed", Scenarios: []string{"v2/subscriptions/list/of-one-account-only"},
			Lie: func() Lie {
				var most []any
				return func(x *Exchange) {
					if items := x.Answer.items(); x.Operation == "subscription.list" && len(items) >= len(most) {
						most = items
					} else if x.Operation == "subscription.list" && x.Answer.Status == 200 {
						x.Answer.setItems(most)
					}
				}
			}},
	}
}
