package statefile

import (
	"bytes"
	"encoding/json"
	"io"

	"oauthmock/fixtures"
)

// write writes a world as JSON, one list entry per line, so that errors can name a line and two
// states can be compared line by line.
func write(to io.Writer, w *fixtures.World) error {
	var compact bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(w); err != nil {
		return err
	}
	_, err := to.Write(lines(compact.Bytes()))
	return err
}

// lines breaks compact JSON into lines: between the members of the world and of its accounts, and
// between the entries of their lists. The deepest are the transactions: world, accounts, account,
// wallet, transactions.
func lines(text []byte) []byte {
	const members, entries = 3, 5 // the depth up to which lines are broken
	out := make([]byte, 0, len(text)+len(text)/16)
	var open []byte // open brackets
	breaks := func() bool {
		depth := len(open)
		return 0 < depth && (depth <= members || depth <= entries && open[depth-1] == '[')
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		out = append(out, c)
		switch c {
		case '"':
			for i++; text[i] != '"'; i++ {
				out = append(out, text[i])
				if text[i] == '\\' {
					i++
					out = append(out, text[i])
				}
			}
			out = append(out, '"')
		case '{', '[':
			open = append(open, c)
			if next := text[i+1]; breaks() && next != '}' && next != ']' {
				out = append(out, '\n')
			}
		case ',':
			if breaks() {
				out = append(out, '\n')
			}
		case '}', ']':
			open = open[:len(open)-1]
		}
	}
	return out
}
