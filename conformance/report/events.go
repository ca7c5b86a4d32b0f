package report

import (
	"bytes"
	"encoding/json"
	"io"
)

// Events writes the events of a run as JSON lines, each when it happens. It is not safe for
// concurrent use.
type Events struct {
	w io.Writer
	// Err is the first error of the writer; after it nothing more is written.
	Err error
}

// NewEvents returns a listener that writes to w.
func NewEvents(w io.Writer) *Events { return &Events{w: w} }

// Hear implements Listener.
func (e *Events) Hear(event Event) {
	if e.Err != nil {
		return
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if e.Err = encoder.Encode(event); e.Err == nil {
		_, e.Err = e.w.Write(visible(line.Bytes()))
	}
}
