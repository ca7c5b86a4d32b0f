package explore

import "slices"

// shrink leaves out of a list what is not needed for fails to hold, by halves, quarters and so on
// down to single elements (delta debugging), until no single one can be left out. It reports
// whether fails held for the whole list, to begin with.
func shrink[T any](list []T, fails func([]T) bool) ([]T, bool) {
	if !fails(list) {
		return list, false
	}
	for size := (len(list) + 1) / 2; size >= 1; {
		smaller := false
		// From the end: what came after the failure goes first.
		for end := len(list); end > 0 && len(list) > 1; {
			start := max(0, end-size)
			if without := slices.Concat(list[:start], list[end:]); len(without) > 0 && fails(without) {
				list, smaller = without, true
			}
			end = min(start, len(list))
		}
		switch {
		case size > 1:
			size /= 2
		case !smaller:
			return list, true
		}
	}
	return list, true
}
