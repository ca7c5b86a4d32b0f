package openapi

import (
	"fmt"
	"strconv"
)

// Warning is one problem of a document, and its consequence. The document is used all the same.
type Warning struct {
	// File is the other file that Place is in, relative to the folder of the document, with
	// slashes; "" is the document itself.
	File string
	// Place is a JSON pointer into the document, "#/paths/~1users/get".
	Place string
	// Line is the line of the file, from 1, on which the object that contains Place starts; 0 if
	// unknown.
	Line int
	// Message states what is wrong there and what happens.
	Message string
	// More is how many further places have the same fault, of which Others are the first ones.
	More   int
	Others []Warning
}

// String is the warning on one line, without the name of the file.
func (w Warning) String() string {
	s := w.Place + ": " + w.Told()
	if w.File != "" {
		s = w.File + ": " + s
	}
	if w.Line > 0 {
		s = "line " + strconv.Itoa(w.Line) + ": " + s
	}
	return s
}

// Told is the message, and at how many more places it holds.
func (w Warning) Told() string {
	switch w.More {
	case 0:
		return w.Message
	case 1:
		return w.Message + " (and at 1 more place)"
	}
	return fmt.Sprintf("%s (and at %d more places)", w.Message, w.More)
}

// maxWarnings bounds the different warnings of one document, maxOthers the further places that are
// kept of each.
const (
	maxWarnings = 500
	maxOthers   = 2000
)

// warnings gathers what is wrong, each message once.
type warnings struct {
	list []Warning
	seen map[string]int
	lost int
}

func (w *warnings) add(at *place, format string, args ...any) {
	w.because(at, "", fmt.Sprintf(format, args...))
}

// because adds a warning that occurs at many places, for different reasons; only the first is kept.
func (w *warnings) because(at *place, reason, message string) {
	if i, ok := w.seen[message]; ok {
		first := &w.list[i]
		if first.More++; len(first.Others) < maxOthers {
			first.Others = append(first.Others, warning(at, reason, message))
		}
		return
	}
	if len(w.list) >= maxWarnings {
		w.lost++
		return
	}
	if w.seen == nil {
		w.seen = make(map[string]int)
	}
	w.seen[message] = len(w.list)
	w.list = append(w.list, warning(at, reason, message))
}

func warning(at *place, reason, message string) Warning {
	if reason != "" {
		message += " (" + reason + ")"
	}
	return Warning{File: at.of(), Place: at.String(), Line: at.line, Message: message}
}

// all returns the warnings; the last one counts those left out.
func (w *warnings) all() []Warning {
	if w.lost > 0 {
		return append(w.list, Warning{Place: "#", Message: fmt.Sprintf("%d further warnings are not shown", w.lost)})
	}
	return w.list
}
