package scenarios

import "fmt"

// Latin1 is the charset in which every letter is one byte, and every byte a letter.
const Latin1 = "iso-8859-1"

// Encode returns the bytes of a text in a charset that a step's `charset` may name; empty means
// UTF-8. Letters that Latin1 does not have are an error.
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
