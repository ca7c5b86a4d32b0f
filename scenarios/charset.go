package scenarios

import "fmt"

// Latin1 is the charset in which every letter is one byte, and every byte a letter.
const Latin1 = "iso-8859-1"

// Encode answers the bytes of a text in a charset that a step's `charset` may name; empty is UTF-8.
// It refuses letters that Latin1 does not have.
func Encode(text, charset string) ([]byte, error) {
	if charset != Latin1 {
		return []byte(text), nil
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, fmt.Errorf("%q is no letter of %s", r, Latin1)
		}
		out = append(out, byte(r))
	}
	return out, nil
}
