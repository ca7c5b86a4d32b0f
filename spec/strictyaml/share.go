package strictyaml

import (
	"hash/maphash"
	"slices"
	"strings"
)

// texts caches strings and lists of strings that were read, because large files repeat them: tokens
// in their thousands share a few lists of scopes.
type texts struct {
	seed  maphash.Seed
	slots []string
	lists map[string][]string
}

// text returns a copy of a string that keeps nothing else alive and, in a compact format, usually
// the same copy for the same string.
func (d *decoder) text(value string) string {
	const slots, longest = 4096, 100
	if !d.format.Compact || len(value) > longest {
		return strings.Clone(value)
	}
	if d.texts.slots == nil {
		d.texts.slots, d.texts.seed = make([]string, slots), maphash.MakeSeed()
	}
	slot := &d.texts.slots[maphash.String(d.texts.seed, value)%slots]
	if *slot != value {
		*slot = strings.Clone(value)
	}
	return *slot
}

// list returns the same list for the same strings. It has no capacity to append to.
func (t *texts) list(list []string) []string {
	const most, longest = 1000, 1000
	key := strings.Join(list, "\x00")
	if len(key) > longest {
		return list
	}
	if known, ok := t.lists[key]; ok && slices.Equal(known, list) {
		return known
	}
	if t.lists == nil {
		t.lists = map[string][]string{}
	}
	if len(t.lists) < most {
		t.lists[key] = list
	}
	return list
}
