package mutant

import (
	"encoding/json"
	"net/http"
)

// inOrder delivers the first two callbacks of a server in the order that is not the one in which
// they come: what comes second goes first.
func inOrder() func(http.Handler) http.Handler {
	var first *post
	return calling(func(p *post) int {
		switch p.nth {
		case 1:
			first = p
			return http.StatusOK
		case 2:
			status := p.deliver()
			first.deliver()
			return status
		default:
			return p.deliver()
		}
	})()
}

// faultyCallbacks are lies of a server whose callbacks were to go wrong on purpose.
func faultyCallbacks() []Mutant {
	of := func(name string) []string { return []string{"callbacks/faults/" + name} }
	nth := func(n int, edit func(*post)) func(*post) {
		return func(p *post) {
			if p.nth == n {
				edit(p)
			}
		}
	}
	forged := func(p *post) { p.request.Header.Set(signature, unlike) }
	return []Mutant{
		{Name: "faulty-callbacks/late-is-listed-at-once", What: "a callback that is late is listed as delivered", Scenarios: of("late"),
			Lie: onItems("callback.list", each(func(c map[string]any) {
				if c["completedAt"] == nil {
					c["httpResponseCode"] = "200"
				}
			}))},
		{Name: "faulty-callbacks/late-and-dated-as-asked", What: "a callback that came late was completed when it was asked for", Scenarios: of("late"),
			Lie: onItems("callback.list", each(func(c map[string]any) {
				if c["completedAt"] != nil {
					c["completedAt"] = "2031-02-12T08:30:00+00:00"
				}
			}))},
		{Name: "faulty-callbacks/late-and-twice", What: "a callback that is late comes twice", Scenarios: of("late"), Call: repeated(200)},
		{Name: "faulty-callbacks/once", What: "what was to come twice comes once", Scenarios: of("twice"),
			Call: calling(func(p *post) int {
				if p.nth == 2 {
					return http.StatusOK
				}
				return p.deliver()
			})},
		{Name: "faulty-callbacks/always-twice", What: "every callback comes twice", Scenarios: of("twice"),
			Call: calling(func(p *post) int {
				if p.nth == 3 {
					p.deliver()
				}
				return p.deliver()
			})},
		{Name: "faulty-callbacks/twice-with-another-body", What: "the second of two has another body", Scenarios: of("twice"), Call: edited(nth(2, func(p *post) { p.body = append(p.body, ' ') }))},
		{Name: "faulty-callbacks/twice-with-another-signature", What: "the second of two has another signature", Scenarios: of("twice"), Call: edited(nth(2, forged))},
		{Name: "faulty-callbacks/twice-is-a-retry", What: "the second of two counts as a retry", Scenarios: of("twice"), Lie: onData("callback.get", set("retry", json.Number("1")))},
		{Name: "faulty-callbacks/in-order", What: "what was to come out of order comes in order", Scenarios: of("out-of-order"), Call: inOrder},
		{Name: "faulty-callbacks/lost-is-delivered", What: "an attempt that was lost is listed as delivered", Scenarios: of("lost"),
			Lie: onItems("callback.list", each(set("httpResponseCode", "200")))},
		{Name: "faulty-callbacks/lost-does-not-count", What: "an attempt that was lost is not counted", Scenarios: of("lost"), Lie: onData("callback.get", set("attempt", json.Number("1")))},
		{Name: "faulty-callbacks/never-is-delivered", What: "a callback that never came has been answered", Scenarios: of("never"), Lie: onData("callback.get", set("httpResponseCode", json.Number("200")))},
		{Name: "faulty-callbacks/never-is-pending", What: "a callback that was given up is pending for ever", Scenarios: of("never"), Lie: onItems("callback.list", each(set("completedAt", nil)))},
		{Name: "faulty-callbacks/unsigned", What: "a callback with a wrong signature has none", Scenarios: of("wrong-signature"), Call: edited(nth(1, func(p *post) { p.request.Header.Del(signature) }))},
		{Name: "faulty-callbacks/always-forged", What: "every callback has a wrong signature", Scenarios: of("wrong-signature"), Call: edited(forged)},
	}
}
