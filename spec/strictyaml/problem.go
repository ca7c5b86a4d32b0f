package strictyaml

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Problem is one problem with a file: where it is, what is wrong, and what would be right.
type Problem struct {
	// File as it was named; empty if the text was not read from a file.
	File string
	// Line of the file, from 1; 0 if unknown.
	Line int
	// Place inside the file, such as "accounts[0].tokens[2].scopes[1]"; empty for the whole.
	Place string
	// Message states what is wrong and what would be right.
	Message string
}

// Error returns "demo.yaml:12: accounts[0].email: is missing: …", with the parts that are known.
func (p Problem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(p.Line))
		}
		b.WriteString(": ")
	}
	if p.Place != "" {
		b.WriteString(p.Place)
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// MaxProblems is how many problems of one file are reported. A file with more has one mistake, many
// times.
const MaxProblems = 50

// maxMessage is in bytes: a message may quote a value, and a value may be as long as a file.
const maxMessage = 500

// Collector collects problems, up to [MaxProblems]. The zero Collector is empty.
type Collector struct {
	list []Problem
	more bool
}

// Add adds a problem, and shortens a very long message in the middle.
func (c *Collector) Add(p Problem) {
	if len(c.list) >= MaxProblems {
		c.more = true
		return
	}
	p.Place, p.Message = Shorten(p.Place), Shorten(p.Message)
	c.list = append(c.list, p)
}

// Full reports whether further problems are dropped.
func (c *Collector) Full() bool { return len(c.list) >= MaxProblems }

// Err returns all problems joined, each a [Problem], or nil if there is none.
func (c *Collector) Err() error {
	if len(c.list) == 0 {
		return nil
	}
	errs := make([]error, 0, len(c.list)+1)
	for _, p := range c.list {
		errs = append(errs, p)
	}
	if c.more {
		errs = append(errs, Problem{File: c.list[0].File, Message: fmt.Sprintf("there are more problems: these are the first %d", MaxProblems)})
	}
	return errors.Join(errs...)
}

// Problems returns the single problems of an error that joins them, in their order.
func Problems(err error) []Problem {
	var list []Problem
	var visit func(error)
	visit = func(err error) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				visit(one)
			}
			return
		}
		if problem, ok := errors.AsType[Problem](err); ok {
			list = append(list, problem)
		}
	}
	visit(err)
	return list
}

// Shorten cuts the middle out of a text of more than 500 bytes, for messages that quote user input:
// its ends say what is wrong, and what would be right.
func Shorten(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage/2], "") + " … " + strings.ToValidUTF8(text[len(text)-maxMessage/2:], "")
}
