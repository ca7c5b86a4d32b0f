package strictyaml

import (
	"iter"
	"maps"
)

// Written records which members of a mapping were written, and on which lines. Decoding fills it in
// a struct that embeds it, since absent members and members that are null or zero may mean
// different things.
type Written struct {
	line int
	keys map[string]int
}

// Has reports whether a member was written, whatever its value.
func (w Written) Has(key string) bool {
	_, ok := w.keys[key]
	return ok
}

// Keys walks the members that were written, in no particular order.
func (w Written) Keys() iter.Seq[string] { return maps.Keys(w.keys) }

// LineOf returns the line of a member, the mapping's own line if it was not written, and 0 if
// nothing was read.
func (w Written) LineOf(key string) int {
	if line, ok := w.keys[key]; ok {
		return line
	}
	return w.line
}

// WrittenAt returns the record of a mapping that starts on a line and has members on others, for
// types that can also be written in a short form.
func WrittenAt(line int, keys map[string]int) Written { return Written{line: line, keys: keys} }

func (w *Written) note(line int, keys map[string]int) { *w = WrittenAt(line, keys) }

// noter is implemented by structs that embed Written.
type noter interface {
	note(line int, keys map[string]int)
}
