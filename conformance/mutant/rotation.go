package mutant

import "strings"

// rotation are lies about the refresh token.
func rotation() []Mutant {
	rotated := func(x *Exchange) bool {
		return x.Operation == "token.update" && x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Bearer ") && text(x.Answer.payload(), "token") != x.ID
	}
	when := func(edit func(x *Exchange)) func() Lie {
		return always(func(x *Exchange) {
			if rotated(x) {
				edit(x)
			}
		})
	}
	inPayload := func(edit func(map[string]any)) func() Lie {
		return when(func(x *Exchange) {
			for _, p := range x.Answer.payloads() {
				edit(p)
			}
		})
	}
	return []Mutant{
		{Name: "rotation/old-token-survives", What: "after a rotation the old token can still be read", Scenarios: []string{"v2/tokens/rotation/old-pair-is-gone"},
			Lie: survives(rotated)},
		{Name: "rotation/old-refresh-token-works", What: "the old refresh token rotates a second time", Scenarios: []string{"v2/tokens/rotation/old-pair-is-gone"},
			Lie: func() Lie {
				used := map[string]any{}
				return func(x *Exchange) {
					if rotated(x) {
						used[x.Caller] = x.Answer.JSON
					} else if again := used[x.Caller]; x.Operation == "token.update" && x.Answer.Status == 401 && again != nil {
						x.Answer.Status, x.Answer.JSON = 200, again
					}
				}
			}},
		{Name: "rotation/same-token", What: "a rotation answers with the old token", Scenarios: []string{"v2/tokens/rotation/new-pair"},
			Lie: when(func(x *Exchange) {
				for _, p := range x.Answer.payloads() {
					p["token"] = x.ID
				}
			})},
		{Name: "rotation/same-refresh-token", What: "a rotation answers with the old refresh token", Scenarios: []string{"v2/tokens/rotation/new-pair"},
			Lie: when(func(x *Exchange) {
				for _, p := range x.Answer.payloads() {
					p["refreshToken"] = strings.TrimPrefix(x.Caller, "Bearer ")
				}
			})},
		{Name: "rotation/scopes-lost", What: "the rotated token has only one of its scopes", Scenarios: []string{"v2/tokens/rotation/what-is-kept", "v2/tokens/rotation/new-pair"},
			Lie: inPayload(change("scopes", func(s []any) any { return s[:min(1, len(s)-1)] }))},
		{Name: "rotation/name-lost", What: "the rotated token has no name", Scenarios: []string{"v2/tokens/rotation/what-is-kept"},
			Lie: inPayload(set("name", ""))},
		{Name: "rotation/limits-lost", What: "the rotated token has no limits", Scenarios: []string{"v2/tokens/rotation/what-is-kept"},
			Lie: inPayload(set("limits", map[string]any{}))},
		{Name: "rotation/stats-lost", What: "the rotated token begins with fresh statistics", Scenarios: []string{"v2/tokens/rotation/statistics-are-kept"},
			Lie: inPayload(change("stats", func(s map[string]any) any {
				for name := range s {
					s[name] = 0
				}
				s["ip"] = []any{}
				return s
			}))},
		{Name: "rotation/body-ignored", What: "a rotation ignores the name of its body", Scenarios: []string{"v2/tokens/rotation/body"},
			Lie: inPayload(set("name", ""))},
		{Name: "rotation/two-winners", What: "of rotations that race a second one wins too", Scenarios: []string{"v2/tokens/rotation/raced"},
			Lie: func() Lie {
				winner, again := any(nil), false
				return func(x *Exchange) {
					switch {
					case rotated(x):
						winner = x.Answer.JSON
					case x.Operation == "token.update" && x.Answer.Status == 401 && winner != nil && !again:
						again = true
						x.Answer.Status, x.Answer.JSON = 200, winner
					}
				}
			}},
		{Name: "rotation/loser-is-500", What: "of rotations that race a loser is a server error", Scenarios: []string{"v2/tokens/rotation/raced"},
			Lie: func() Lie {
				broken := false
				return func(x *Exchange) {
					if x.Operation == "token.update" && x.Answer.code() == "130" && !broken {
						broken = true
						x.Answer.Status, x.Answer.JSON = 500, map[string]any{"success": false, "message": "Internal Server Error", "error": 500, "data": nil}
					}
				}
			}},
		{Name: "rotation/any-bearer-will-do", What: "another token's refresh token has authority over this one", Scenarios: []string{"v2/tokens/rotation/wrong-bearer"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.update" && x.Answer.code() == "130" && known[x.ID] != nil {
						x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": known[x.ID], "success": true, "message": "", "error": nil}
					}
				}
			}},
		{Name: "rotation/wrong-bearer-is-140", What: "a wrong refresh token is answered 140 instead of 130", Scenarios: []string{"v2/tokens/rotation/wrong-bearer"},
			Lie: onRefusal("token.update", "130", func(x *Exchange) { x.Answer.body()["error"] = 140 })},
	}
}
