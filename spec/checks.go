package spec

import (
	"regexp"
	"slices"
	"strings"

	"oauthmock/spec/strictyaml"
)

// checks collects problems with the values of a file.
type checks struct {
	document *strictyaml.Document
	problems strictyaml.Collector
}

// read decodes a YAML file of the project into out.
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

// text checks that a text is present, and trims white space.
func (c *checks) text(place string, value *string) {
	if *value = strings.TrimSpace(*value); *value == "" {
		c.refuse(place, "must be a text that is not empty")
	}
}

// choice checks that a text is one of some words.
func (c *checks) choice(place, value string, words ...string) {
	if !slices.Contains(words, value) {
		c.refuse(place, "must be one of %s, not %q", strings.Join(words, ", "), value)
	}
}

// name checks that a text has a form, which the example shows.
func (c *checks) name(place, value string, form *regexp.Regexp, example string) {
	if !form.MatchString(value) {
		c.refuse(place, "must be %s, not %q", example, value)
	}
}
