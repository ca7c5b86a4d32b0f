package scenarios

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"oauthmock/spec"
)

// levels finds what a scenario demands without a ground: a MUST that quotes no words of a document,
// or words that no document has, and a SHOULD that rests on an assumption alone.
func (l *linter) levels() {
	s := l.scenario
	if len(s.Quote) == 0 && demands(s, Must) {
		l.problem(s.LineOf("level"), "scenario %s demands a MUST and quotes nothing: give the words of the document that it rests on, as quote: …, or make it a SHOULD", s.ID)
	}
	for _, quote := range s.Quote {
		if text := folded(quote); text == "" || !strings.Contains(l.words, text) {
			l.problem(s.LineOf("quote"), "quote %q is in no document; quote a description, an example or a piece of a schema word for word", quote)
		}
	}
	if demands(s, Should) && supposed(s.Source) {
		l.problem(s.LineOf("level"), "scenario %s demands a SHOULD and rests on an assumption alone; make it OBSERVE, or say in source what else says so", s.ID)
	}
}

// demands reports whether a scenario, one of its steps or one of their assertions has a level.
func demands(s *Scenario, level Level) bool {
	return s.Level == level || slices.ContainsFunc(s.Steps, func(step Step) bool {
		e := &step.Expect
		return e.Level == level || slices.ContainsFunc(step.Compare, func(c Comparison) bool { return c.Level == level }) ||
			slices.ContainsFunc([]map[string]Matcher{e.Headers, e.Data, e.Body, e.Items}, func(matchers map[string]Matcher) bool {
				return slices.ContainsFunc(slices.Collect(maps.Values(matchers)), func(m Matcher) bool { return m.Level == level })
			})
	})
}

// supposed reports whether each part of a source is an assumption.
func supposed(source string) bool {
	for part := range strings.SplitSeq(source, ";") {
		if !strings.HasPrefix(strings.TrimSpace(part), "assumed:") {
			return false
		}
	}
	return true
}

// wordsOf returns what may be quoted of documents: their JSON, and their texts as they read, all
// without blanks.
func wordsOf(documents []*spec.Document) (string, error) {
	var all strings.Builder
	for _, document := range documents {
		text, err := document.Bytes()
		if err != nil {
			return "", err
		}
		all.WriteString(folded(string(text)))
		var value any
		if json.Unmarshal(text, &value) == nil { // documents in YAML are quoted as they are written
			collectTexts(value, &all)
		}
	}
	return all.String(), nil
}

func collectTexts(value any, into *strings.Builder) {
	switch v := value.(type) {
	case map[string]any:
		for _, one := range v {
			collectTexts(one, into)
		}
	case []any:
		for _, one := range v {
			collectTexts(one, into)
		}
	case string:
		fmt.Fprintf(into, "\n%s", folded(v))
	}
}

// folded returns a text without white space: where a document breaks its lines does not matter.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
