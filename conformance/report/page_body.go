package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// textLine is one line of a request or an answer on a page.
type textLine struct {
	Text string
	// Mark is "wrong" for what is not as expected, "missing" for a line about something missing, ""
	// for all others.
	Mark string
}

// mostLines bounds what is shown of a body.
const mostLines = 400

// requestView is a request as it was sent.
func requestView(step Step) messageView {
	return messageView{Head: []textLine{{Text: step.Method + " " + step.URL}}, Headers: headerLines(step.RequestHeaders, nil), Body: bodyLines(step.RequestBody, nil)}
}

// answerView is an answer, with what assertions blame marked.
func answerView(step Step, blamed []Assertion) messageView {
	if step.Status == 0 {
		return messageView{Head: []textLine{{Text: "no answer: " + step.Failure, Mark: "wrong"}}}
	}
	first := textLine{Text: fmt.Sprintf("%d in %.0f ms", step.Status, step.Seconds*1000)}
	var places, names []string
	for _, a := range blamed {
		places = append(places, a.Places...)
		switch a.Kind {
		case "http.status", "http.status-documented", "redirect":
			first.Mark = "wrong"
		case "http.content-type":
			names = append(names, "content-type")
		case "header":
			names = append(names, strings.ToLower(strings.TrimPrefix(pathOf(a), "header/")))
		}
	}
	view := messageView{Head: []textLine{first}, Headers: headerLines(step.ResponseHeaders, names), Body: bodyLines(step.ResponseBody, places)}
	if len(view.Body) == 0 {
		view.Body = []textLine{{Text: "(no body)"}}
	}
	return view
}

func headerLines(header map[string]string, blamed []string) []textLine {
	var lines []textLine
	seen := map[string]bool{}
	for _, name := range sorted(header) {
		line := textLine{Text: name + ": " + header[name]}
		seen[strings.ToLower(name)] = true
		if slices.Contains(blamed, strings.ToLower(name)) {
			line.Mark = "wrong"
		}
		lines = append(lines, line)
	}
	for _, name := range blamed {
		if !seen[name] && !strings.ContainsAny(name, "/(*") {
			seen[name] = true
			lines = append(lines, textLine{Text: name + ": (missing)", Mark: "missing"})
		}
	}
	return lines
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// bodyLines formats JSON, with the places marked; any other body is unchanged.
func bodyLines(body string, places []string) []textLine {
	if body == "" {
		return nil
	}
	value, ok := ordered(body)
	if !ok {
		var lines []textLine
		for text := range strings.SplitSeq(Printable(body), "\n") {
			lines = append(lines, textLine{Text: text})
		}
		return bounded(lines)
	}
	l := &layout{wrong: map[string]bool{}}
	for _, place := range places {
		l.wrong[normal(place)] = true
	}
	l.write("$", "", "", value, false)
	return bounded(l.lines)
}

func bounded(lines []textLine) []textLine {
	if more := len(lines) - mostLines; more > 0 {
		return append(lines[:mostLines:mostLines], textLine{Text: fmt.Sprintf("… and %d more lines", more)})
	}
	return lines
}

// normal is a place as layout writes it.
func normal(place string) string {
	return "$" + strings.Join(append([]string{""}, steps(place)...), "/")
}

// member of an object, in the order of the text.
type member struct {
	name  string
	value any
}

// ordered decodes JSON and keeps the order of members.
func ordered(text string) (any, bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value, ok := orderedValue(decoder, 0)
	if !ok || decoder.More() {
		return nil, false
	}
	switch value.(type) {
	case []member, []any:
		return value, true
	}
	return nil, false
}

const deepest = 100

func orderedValue(decoder *json.Decoder, depth int) (any, bool) {
	token, err := decoder.Token()
	if err != nil || depth > deepest {
		return nil, false
	}
	switch token {
	case json.Delim('{'):
		object := []member{}
		for decoder.More() {
			name, err := decoder.Token()
			text, isText := name.(string)
			value, ok := orderedValue(decoder, depth+1)
			if err != nil || !isText || !ok {
				return nil, false
			}
			object = append(object, member{text, value})
		}
		_, err = decoder.Token()
		return object, err == nil
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, ok := orderedValue(decoder, depth+1)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		_, err = decoder.Token()
		return list, err == nil
	}
	return token, true
}

// layout writes a JSON value line by line.
type layout struct {
	lines []textLine
	wrong map[string]bool
}

func (l *layout) line(at, text string) {
	mark := ""
	if at != "" && l.wrong[at] {
		mark = "wrong"
	}
	l.lines = append(l.lines, textLine{Text: Printable(text), Mark: mark})
}

func (l *layout) write(at, indent, name string, value any, more bool) {
	comma := ""
	if more {
		comma = ","
	}
	// The root as a whole is not marked: then everything would be.
	mark := at
	if at == "$" {
		mark = ""
	}
	switch v := value.(type) {
	case []member:
		absent := l.absent(at, v)
		if len(v)+len(absent) == 0 {
			l.line(mark, indent+name+"{}"+comma)
			return
		}
		l.line(mark, indent+name+"{")
		for i, one := range v {
			l.write(at+"/"+one.name, indent+"  ", quoted(one.name)+": ", one.value, i < len(v)-1)
		}
		for _, missing := range absent {
			l.lines = append(l.lines, textLine{Text: indent + "  " + quoted(missing) + ": (missing)", Mark: "missing"})
		}
		l.line("", indent+"}"+comma)
	case []any:
		if len(v) == 0 {
			l.line(mark, indent+name+"[]"+comma)
			return
		}
		l.line(mark, indent+name+"[")
		for i, one := range v {
			place := fmt.Sprintf("%s/%d", at, i)
			if l.wrong[at+"/*"] {
				l.wrong[place] = true
			}
			l.write(place, indent+"  ", "", one, i < len(v)-1)
		}
		l.line("", indent+"]"+comma)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("?")
		}
		l.line(mark, indent+name+visibleText(text)+comma)
	}
}

// absent are the blamed members of an object that are not there.
func (l *layout) absent(at string, object []member) []string {
	var names []string
	for place := range l.wrong {
		name, ok := strings.CutPrefix(place, at+"/")
		if !ok || strings.Contains(name, "/") || name == "*" || slices.ContainsFunc(object, func(m member) bool { return m.name == name }) {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return visibleText(out)
}

// visibleText undoes encoding/json's escapes for HTML, which templates do themselves.
func visibleText(text []byte) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}
