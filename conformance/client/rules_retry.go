package client

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	second = time.Second
	// windowSlack is how much a pause may be too short: two clocks are read.
	windowSlack = 50 * time.Millisecond
	// triesBound is how often the same GET may be tried in a row.
	triesBound = 10
	// growth is by how much the later pauses must be longer than the earlier ones.
	growth = 1.5
	// noPause is the pause that counts as none.
	noPause = 2 * time.Millisecond
)

func retryRules() []Rule {
	return []Rule{
		onClock(Wall, should("retry/waits-after-429", "After 429 the request is not repeated before Retry-After is over.", "authorization code, 429; RFC 6585, 4", waitsAfter(429))),
		onClock(Wall, should("retry/waits-after-503", "After 503 with Retry-After the request is not repeated before that is over.", "RFC 9110, 10.2.3", waitsAfter(503))),
		should("retry/looks-before-repeating-a-write", "A POST that creates or pays is not repeated after a lost answer before the client has looked whether it was carried out.", "RFC 9110, 9.2.2", looksBeforeRepeating),
		onClock(Wall, should("retry/growing-pauses", "A GET that fails is retried with pauses, and these grow.", "docs/certifying-clients.md#retries", growingPauses)),
		should("retry/bounded", fmt.Sprintf("A request that fails is tried at most %d times in a row.", triesBound), "docs/certifying-clients.md#retries", bounded),
		should("retry/refusals-not-repeated", "A request that was refused for what it says (400, 403, 404, 422 …) is not repeated unchanged at once.", "RFC 9110, 15.5", refusalsNotRepeated),
	}
}

func waitsAfter(status int) func(*Evidence) Finding {
	return func(e *Evidence) Finding {
		requests := e.index(func(x *Exchange) []string { return []string{x.key()} })
		var seen []int
		for _, i := range e.judged() {
			one := &e.Exchanges[i]
			wait, asked := one.Wait()
			if one.Status != status || !asked || wait == 0 {
				continue
			}
			seen = append(seen, i)
			j := next(requests[one.key()], i)
			if j < 0 {
				continue
			}
			if got := e.between(i, j); got < wait-windowSlack {
				return broken(fmt.Sprintf("%s or more until the request is repeated", wait), fmt.Sprintf("repeated after %s", max(0, got).Round(time.Millisecond)), i, j)
			}
		}
		return kept(seen)
	}
}

// unsure reports whether only the server knows if a request was carried out.
func unsure(e *Exchange) bool {
	return e.Lost() || e.Status == 500 || e.Status == 502 || e.Status == 504
}

func looksBeforeRepeating(e *Evidence) Finding {
	writes := e.index(func(x *Exchange) []string { return []string{x.write()} })
	looks := e.where(func(x *Exchange) bool { return x.OK() && !x.writes() })
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		if !one.writes() || !unsure(one) {
			continue
		}
		seen = append(seen, i)
		again := next(writes[one.write()], i)
		for again >= 0 && e.Exchanges[again].Wall.Before(one.Ended()) {
			again = next(writes[one.write()], again)
		}
		if again < 0 {
			continue
		}
		looked := false
		for j := next(looks, i); j >= 0 && j < again && !looked; j = next(looks, j) {
			looked = looksFor(&e.Exchanges[j], one)
		}
		if !looked {
			return broken("a look (at the list, or the transactions) before the request is repeated", fmt.Sprintf("%s was repeated after %s, without one", label(one), e.between(i, again).Round(time.Millisecond)), i, again)
		}
	}
	return kept(seen)
}

// looksFor reports whether an exchange can show that a write was carried out.
func looksFor(look, write *Exchange) bool {
	switch look.Operation {
	case "token.list", "v1.token.list":
		return write.Operation != "service.call"
	case "wallet.transactions", "wallet.get", "stats.total", "stats.apis", "stats.api", "subscription.list", "subscription.get", "callback.list":
		return write.Operation == "service.call"
	case "service.call":
		return write.Operation == "service.call" && look.reads()
	}
	return false
}

// write returns the same text for the same write, though its body may be spelt otherwise; "" if it
// is not a write.
func (e *Exchange) write() string {
	if !e.writes() {
		return ""
	}
	what := e.RequestBody
	if body, _ := parse(e.RequestBody).(map[string]any); body != nil && e.Operation != "service.call" {
		what = fmt.Sprint(body["scopes"], body["name"])
	}
	return strings.Join([]string{e.Operation, e.Method, e.Path, what}, "\x00")
}

// failed reports whether it is worth trying again.
func failed(e *Exchange) bool { return e.Lost() || e.Status >= 500 || e.Status == 429 }

// runs are the series of the same request of the same caller, each failing but perhaps the last, in
// the order of their beginnings.
func (e *Evidence) runs(fits func(*Exchange) bool) [][]int {
	var all [][]int
	open := map[string]int{} // into all, of series that go on
	for _, i := range e.where(fits) {
		key := e.Exchanges[i].key()
		k, goesOn := open[key]
		if !goesOn {
			all = append(all, nil)
			k = len(all) - 1
			open[key] = k
		}
		all[k] = append(all[k], i)
		if !failed(&e.Exchanges[i]) {
			delete(open, key)
		}
	}
	return all
}

func growingPauses(e *Evidence) Finding {
	var seen []int
	for _, run := range e.runs((*Exchange).reads) {
		if len(run) < 2 || !failed(&e.Exchanges[run[0]]) {
			continue
		}
		var pauses []time.Duration
		for k := 1; k < len(run); k++ {
			if _, told := e.Exchanges[run[k-1]].Wait(); !told {
				pauses = append(pauses, max(0, e.Exchanges[run[k]].Wall.Sub(e.Exchanges[run[k-1]].Ended())))
			}
		}
		if len(pauses) == 0 {
			continue
		}
		seen = append(seen, run...)
		if len(pauses) > 1 && !grow(pauses) {
			return broken("pauses between tries that grow", fmt.Sprintf("%d tries, with pauses of %s", len(run), pauseList(pauses)), run...)
		}
	}
	return kept(seen)
}

// grow reports whether pauses become longer. Machines pause by themselves, so the longest of the
// later ones is compared with the shortest of the earlier; two or three prove nothing, as long as
// there are any.
func grow(pauses []time.Duration) bool {
	half := len(pauses) / 2
	shortest, longest := slices.Min(pauses[:half]), slices.Max(pauses[len(pauses)-half:])
	switch {
	case longest <= noPause:
		return false
	case len(pauses) < 4:
		return true
	}
	return float64(longest) >= growth*float64(shortest)
}

func pauseList(pauses []time.Duration) string {
	rounded := make([]string, 0, len(pauses))
	for _, pause := range pauses[:min(8, len(pauses))] {
		rounded = append(rounded, pause.Round(time.Millisecond).String())
	}
	return fmt.Sprintf("%v", rounded)
}

func bounded(e *Evidence) Finding {
	var seen []int
	for _, run := range e.runs(func(*Exchange) bool { return true }) {
		if !failed(&e.Exchanges[run[0]]) {
			continue
		}
		seen = append(seen, run...)
		if len(run) > triesBound {
			return broken(fmt.Sprintf("at most %d tries", triesBound), fmt.Sprintf("%d tries of %s %s", len(run), e.Exchanges[run[0]].Method, label(&e.Exchanges[run[0]])), run...)
		}
	}
	return kept(seen)
}

func refusalsNotRepeated(e *Evidence) Finding {
	var seen []int
	judged := e.judged()
	for k, i := range judged {
		one := &e.Exchanges[i]
		switch one.Status {
		case 400, 403, 404, 405, 406, 413, 415, 422:
		default:
			continue
		}
		seen = append(seen, i)
		if k+2 >= len(judged) || one.reads() {
			continue
		}
		if one.same(&e.Exchanges[judged[k+1]]) && one.same(&e.Exchanges[judged[k+2]]) {
			return broken("a refused request is changed or given up", fmt.Sprintf("%s %s was sent again unchanged, twice", one.Method, label(one)), i, judged[k+1], judged[k+2])
		}
	}
	return kept(seen)
}
