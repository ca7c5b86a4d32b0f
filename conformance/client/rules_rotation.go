package client

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
)

func rotationRules() []Rule {
	return []Rule{
		readingBodies(must("rotation/old-pair-dropped", "After a rotation the new pair is used, and the old token and refresh token never again.", "v2 TokenUpdate: the old token is deleted", oldPairDropped)),
		readingBodies(must("rotation/refresh-token-kept-to-its-use", "A refresh token is sent as Bearer to the PATCH of its own token, and nowhere else.", "v2 TokenUpdate, security Bearer", refreshTokenUse)),
		byOutcome(should("rotation/winner-kept", "Of two rotations at once the client keeps the pair of the one that won.", "docs/behaviour.md#tokens (rotations that race)", nil)),
	}
}

// rotated returns what a rotation replaced; ok is false for every other exchange.
func (e *Evidence) rotated(i int) (old pairing, ok bool) {
	one := &e.Exchanges[i]
	fresh := one.answerText("token")
	if one.Operation != "token.update" || !one.OK() || fresh == "" || fresh == one.Token || one.Bearer() == "" {
		return pairing{}, false
	}
	return pairing{one.Token, one.Bearer()}, true
}

func oldPairDropped(e *Evidence) Finding {
	bearers := e.index(func(x *Exchange) []string { return []string{x.Bearer()} })
	named := e.index(func(x *Exchange) []string { return []string{x.Token} })
	var seen []int
	for _, i := range e.judged() {
		old, ok := e.rotated(i)
		if !ok {
			continue
		}
		seen = append(seen, i)
		for _, use := range []struct {
			of   []int
			what string
		}{
			{bearers[old.token], "the old token is sent as Bearer"},
			{bearers[old.refresh], "the old refresh token is sent as Bearer"},
			{named[old.token], "the old token is named in the path"},
		} {
			for j := next(use.of, i); j >= 0; j = next(use.of, j) {
				later := &e.Exchanges[j]
				if later.Wall.Before(e.Exchanges[i].Ended()) {
					continue // it was under way already
				}
				return broken("only the new pair is used after the rotation", use.what+fmt.Sprintf(" to %s %s", later.Method, label(later)), i, j)
			}
		}
	}
	return kept(seen)
}

// label names an exchange in findings: by its operation, otherwise by its path.
func label(e *Exchange) string {
	if e.Operation != "" {
		return e.Operation
	}
	return e.Path
}

func refreshTokenUse(e *Evidence) Finding {
	owners, pattern := e.refreshTokens(), wordPattern()
	var seen []int
	for _, i := range e.judged() {
		one := &e.Exchanges[i]
		owner, is := owners[one.Bearer()]
		switch {
		case is && one.Operation == "token.update" && (one.Token == owner || one.Token == ""):
			seen = append(seen, i)
		case is && one.Operation == "token.update":
			return broken("a refresh token is sent to the PATCH of its own token", "it is sent to the PATCH of another token", i)
		case is:
			return broken("a refresh token is sent to PATCH /tokens/{token} only", fmt.Sprintf("it is sent as Bearer to %s %s", one.Method, label(one)), i)
		}
		for word := range words(one, pattern) {
			if owners[word] != "" {
				return broken("a refresh token is sent as Bearer only", fmt.Sprintf("it is in the URL or the body of %s %s", one.Method, label(one)), i)
			}
		}
	}
	return kept(seen)
}

// words yields what may be a credential in the URL and the body of a request: fingerprints, and
// runs of the letters that tokens are made of.
func words(e *Exchange, pattern *regexp.Regexp) iter.Seq[string] {
	return func(yield func(string) bool) {
		texts := append([]string{e.Path, e.RequestBody}, slices.Concat(slices.Collect(maps.Values(e.Query))...)...)
		for _, text := range texts {
			for _, word := range pattern.FindAllString(text, -1) {
				if !yield(word) {
					return
				}
			}
		}
	}
}

func wordPattern() *regexp.Regexp {
	return regexp.MustCompile(`\[secret [0-9a-f]{16}\]|[0-9A-Za-z_-]{8,}`)
}
