package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

const (
	defaultMaxPages = 1000
	// sharedMaxPages bounds a walk through a list that the run did not make, and that may be of any
	// length.
	sharedMaxPages = 100
)

// pages is how many pages a walk asks for at most, and whether the end of a longer list is not
// looked for.
func (r *Runner) pages(walk *scenarios.Walk) (most int, shared bool) {
	if walk.Max != 0 {
		return walk.Max, false
	}
	if r.control == nil {
		return sharedMaxPages, true
	}
	return defaultMaxPages, false
}

// maxWalked bounds how many bytes of pages a walk keeps: the pages of a list that never ends may be
// as large as an answer can be.
const maxWalked = 16 << 20

// walk pages through a list up to the first empty page, so that a short page in the middle and
// items after it are seen.
func (s *session) walk(ctx context.Context, step *scenarios.Step, label string, local, into map[string]any) error {
	walk := step.Walk
	pages, shared := s.pages(walk)
	w := &walker{session: s, label: label, level: s.levelOf(step), limit: walk.Limit, key: walk.Key, seen: map[string]int{}}
	w.items = []any{}
	kept := 0
	for page := 0; ; page++ {
		if page == pages && shared {
			return stop{report.Skip, fmt.Sprintf("the account has more than %d entries in the list, too many to walk %d at a time", len(w.items), walk.Limit)}
		}
		if page == pages || kept > maxWalked {
			w.say("walk.end", false, fmt.Sprintf("an empty page within %d pages of %d, and %d MiB", pages, walk.Limit, maxWalked>>20), fmt.Sprintf("%d items and no end", len(w.items)), -1)
			return nil
		}
		one := *step
		one.Query = maps.Clone(step.Query)
		if one.Query == nil {
			one.Query = map[string]any{}
		}
		one.Query["limit"] = json.Number(fmt.Sprint(walk.Limit))
		one.Query["skip"] = json.Number(fmt.Sprint(page * walk.Limit))
		before := len(s.evidence)
		if err := s.once(ctx, &one, label, local, nil); err != nil {
			return err
		}
		got := s.evidence[before]
		kept += len(got.answer.body)
		if !got.exchange.Success() {
			return nil // the status has been judged; without it there is no list
		}
		payload, _ := got.exchange.Payload()
		list, ok := payload.([]any)
		if !ok {
			w.say("walk.list", false, "a list on every page", "none", before)
			return nil
		}
		if len(list) == 0 {
			break
		}
		if !w.page(list, page, before) {
			return nil
		}
	}
	w.say("walk.end", true, "an empty page at the end", fmt.Sprintf("%d items", len(w.items)), len(s.evidence)-1)
	return w.finish(ctx, step, local, into)
}

type walker struct {
	*session
	label     string
	level     scenarios.Level
	limit     int
	key       string
	items     []any
	seen      map[string]int // page on which an item came, by its key
	shortPage int            // 1 + the page that was short; 0 for none
}

func (w *walker) say(kind string, ok bool, expected, actual string, index int) {
	w.ledger.add(w.session, w.label, check.Finding{Kind: kind, Level: w.level, OK: ok, Expected: expected, Actual: actual,
		Requirement: "Pages taken with limit and skip show every item once.", Source: "parameters limit and skip"}, index)
}

// page takes in one page that is not empty; false ends the walk.
func (w *walker) page(list []any, page, index int) bool {
	w.say("walk.page-size", len(list) <= w.limit, fmt.Sprintf("at most %d items", w.limit), fmt.Sprintf("%d items on page %d", len(list), page+1), index)
	whole := w.shortPage == 0
	w.say("walk.short-page", whole, fmt.Sprintf("%d items on every page but the last", w.limit),
		map[bool]string{true: "full pages", false: fmt.Sprintf("page %d is short, and more follows", w.shortPage)}[whole], index)
	if len(list) < w.limit && w.shortPage == 0 {
		w.shortPage = page + 1
	}
	for _, item := range list {
		object, _ := item.(map[string]any)
		value, there := object[w.key]
		if !there {
			w.say("walk.unique", false, fmt.Sprintf("every item has %q", w.key), check.Render(item), index)
			return false
		}
		name := scenarios.Text(value)
		if first, twice := w.seen[name]; twice {
			w.say("walk.unique", false, "no item twice", fmt.Sprintf("%s on page %d and on page %d", check.Render(value), first, page+1), index)
			return false
		}
		w.seen[name] = page + 1
	}
	w.say("walk.unique", true, "no item twice", "none", index)
	w.items = append(w.items, list...)
	return len(list) <= w.limit
}

// finish judges all items together.
func (w *walker) finish(ctx context.Context, step *scenarios.Step, local, into map[string]any) error {
	lookup := w.lookup(ctx, step.As, local)
	wants, err := wanted(step.Expect.Items, lookup)
	if err != nil {
		return err
	}
	index := len(w.evidence) - 1
	if step.Walk.Beyond != "" {
		earlier, err := scenarios.Expand(step.Walk.Beyond, lookup)
		if err != nil {
			return err
		}
		keys, _ := earlier.([]any)
		w.items = slices.DeleteFunc(w.items, func(item any) bool {
			object, _ := item.(map[string]any)
			return slices.ContainsFunc(keys, func(key any) bool { return check.Equal(key, object[w.key]) })
		})
	}
	for _, finding := range check.At("items", wants, w.items, true, w.level) {
		w.ledger.add(w.session, w.label, finding, index)
	}
	return w.capture(step, w.label, step.Capture, w.items, true, lookup, index, into)
}
