package strictyaml

import (
	"hash/maphash"
	"slices"
	"strings"
)

// texts keeps texts and lists of texts that were read, because large files say the same again and
// again: tokens in their thousands have a few lists of scopes between them.
type texts struct {
	seed  maphash.Seed
	slots []string
	lists map[string][]string
}

// text is a copy of a text that holds on to nothing else, and in a compact format the same copy for
// the same text, as far as that is likely to be asked for.
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

// list is the same list for the same texts. It has no room to append to.
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
