package scenarios

// written records which members of a YAML mapping stand in the file, and on which lines. Members that are absent and
// members that are null or zero mean different things: `equals: null` asks for null, no `equals` asks for nothing.
type written struct {
	line int
	keys map[string]int
}

// Has says whether the member was written, whatever its value.
func (w written) Has(key string) bool {
	_, ok := w.keys[key]
	return ok
}

// LineOf is the line on which the member stands, the mapping's own line when it was not written, 0 when nothing was read.
func (w written) LineOf(key string) int {
	if line, ok := w.keys[key]; ok {
		return line
	}
	return w.line
}

func (w *written) setWritten(line int, keys map[string]int) {
	w.line, w.keys = line, keys
}

// keyed is what the decoder needs of a mapping with a fixed set of members.
type keyed interface {
	setWritten(line int, keys map[string]int)
}
