package spec

import (
	"regexp"
	"slices"
	"strings"

	"oauthmock/spec/strictyaml"
)

// checks collects what is wrong with the values of a file that was read.
type checks struct {
	document *strictyaml.Document
	problems strictyaml.Collector
}

// read fills what out points to from a YAML file of the project.
func read(file string, data []byte, out any) (*checks, error) {
	document, err := strictyaml.Format{Holds: "it must have keys with values"}.Parse(file, data)
	if err != nil {
		return nil, err
	}
	return &checks{document: document}, document.Decode(out)
}

func (c *checks) refuse(place, format string, args ...any) {
	c.problems.Add(c.document.Problem(place, format, args...))
}

// text holds that a text is there, and takes the white space around it away.
func (c *checks) text(place string, value *string) {
	if *value = strings.TrimSpace(*value); *value == "" {
		c.refuse(place, "must be a text that is not empty")
	}
}

// choice holds that a text is one of some words.
func (c *checks) choice(place, value string, words ...string) {
	if !slices.Contains(words, value) {
		c.refuse(place, "must be one of %s, not %q", strings.Join(words, ", "), value)
	}
}

// name holds that a text has a form, of which the example is one.
func (c *checks) name(place, value string, form *regexp.Regexp, example string) {
	if !form.MatchString(value) {
		c.refuse(place, "must be %s, not %q", example, value)
	}
}
