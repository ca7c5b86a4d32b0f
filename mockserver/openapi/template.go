package openapi

import (
	"net/url"
	"strings"
)

// part is a piece of a path segment: text as it is, or a parameter.
type part struct {
	text  string
	name  string // of a parameter; "" for text
	whole bool   // the parameter takes slashes too, "{+path}"
}

// segment is what is between two slashes of a template.
type segment []part

// literal returns the text of a segment without parameters, and whether it is one.
func (s segment) literal() (string, bool) {
	switch len(s) {
	case 0:
		return "", true
	case 1:
		return s[0].text, s[0].name == ""
	}
	return "", false
}

// single reports whether a segment is one parameter and nothing else.
func (s segment) single() bool { return len(s) == 1 && s[0].name != "" }

// parseTemplate parses a path template. declared distinguishes ":id", as some write "{id}", from
// text. problem states what is odd, and the consequence.
func parseTemplate(template string, declared func(string) bool) (segments []segment, problem string) {
	path := template
	if i := strings.IndexAny(path, "?#"); i >= 0 && !strings.Contains(path[:i], "{?") {
		problem = "the path has a query or a fragment, which no path has; it is cut off"
		path = path[:i]
	}
	if !strings.HasPrefix(path, "/") {
		problem = "the path does not begin with a slash; it is read as if it did"
		path = "/" + path
	}
	for text := range strings.SplitSeq(path[1:], "/") {
		if name, ok := strings.CutPrefix(text, ":"); ok && declared(name) {
			problem = "the path writes its parameter as :" + name + "; it is read as {" + name + "}"
			segments = append(segments, segment{{name: name}})
			continue
		}
		s, odd := parseSegment(text)
		if odd != "" {
			problem = odd
		}
		segments = append(segments, s)
	}
	return segments, problem
}

func parseSegment(text string) (s segment, problem string) {
	for text != "" {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 2 {
			problem = "a brace in the path is not closed, or empty; it is read as text"
			break
		}
		if open > 0 {
			s = append(s, part{text: unescaped(text[:open])})
		}
		s = append(s, parameterPart(text[open+1:open+end]))
		text = text[open+end+1:]
	}
	if text != "" {
		s = append(s, part{text: unescaped(text)})
	}
	return s, problem
}

// parameterPart parses what is in braces. A "+" or "*" lets the value have slashes, and what
// follows a colon is a pattern of some framework.
func parameterPart(text string) part {
	name, rule, _ := strings.Cut(text, ":")
	p := part{name: name, whole: rule == ".*" || rule == ".+" || rule == "path"}
	trimmed := strings.Trim(p.name, "+*")
	if trimmed != p.name && trimmed != "" {
		p.name, p.whole = trimmed, true
	}
	return p
}

func namesOf(segments []segment) []string {
	var names []string
	for _, s := range segments {
		for _, p := range s {
			if p.name != "" {
				names = append(names, p.name)
			}
		}
	}
	return names
}

// unescaped takes percent-encoding out where it is sound.
func unescaped(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// match holds an escaped segment of a path against a template's, and appends the values of its
// parameters, unescaped. Each parameter takes at least one character, and as few as the text after
// it allows.
func (s segment) match(text string, values []string) ([]string, bool) {
	text = unescaped(text)
	for i, p := range s {
		if p.name == "" {
			after, ok := strings.CutPrefix(text, p.text)
			if !ok {
				return values, false
			}
			text = after
			continue
		}
		end := len(text)
		if i+1 < len(s) {
			next := s[i+1].text
			switch {
			case next == "":
				end = min(1, len(text)) // two adjacent parameters: where one ends is unknown
			case i+2 == len(s):
				end = strings.LastIndex(text, next)
			case text != "":
				if end = strings.Index(text[1:], next); end >= 0 {
					end++
				}
			}
		}
		if end < 1 {
			return values, false
		}
		values = append(values, text[:end])
		text = text[end:]
	}
	return values, text == ""
}
