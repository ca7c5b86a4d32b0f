package strictyaml

import (
	"iter"
	"strconv"
	"strings"
)

// segment is one step of a place: a key, or an index.
type segment struct {
	key     string
	index   int
	indexed bool
}

// placeOf renders steps as "accounts[0].tokens[2].name"; a key with other characters than a word
// has is quoted: data["$.credit"].
func placeOf(path []segment) string {
	var b strings.Builder
	for _, s := range path {
		switch {
		case s.indexed:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case !isWord(s.key):
			b.WriteString("[" + strconv.Quote(s.key) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}

func isWord(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// stepsOf walks the steps of a place rendered by placeOf. Anything else ends the walk.
func stepsOf(place string) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for place != "" {
			var s segment
			switch {
			case strings.HasPrefix(place, `["`):
				quoted, err := strconv.QuotedPrefix(place[1:])
				if err != nil {
					return
				}
				s.key, _ = strconv.Unquote(quoted) // QuotedPrefix returns nothing else
				place = strings.TrimPrefix(place[1+len(quoted):], "]")
			case place[0] == '[':
				inner, rest, _ := strings.Cut(place[1:], "]")
				index, err := strconv.Atoi(inner)
				if err != nil {
					return
				}
				s, place = segment{index: index, indexed: true}, rest
			default:
				place = strings.TrimPrefix(place, ".")
				end := strings.IndexAny(place, ".[")
				if end < 0 {
					end = len(place)
				}
				if end == 0 {
					return
				}
				s.key, place = place[:end], place[end:]
			}
			if !yield(s) {
				return
			}
		}
	}
}
