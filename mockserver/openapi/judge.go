package openapi

import (
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
)

// Severity distinguishes what a document forbids from what it does not mention.
type Severity string

// The severities of a departure.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Departure is one place where a request is not as its document describes it.
type Departure struct {
	// Location is "query.limit", "body", "body.limits.ip[0]" or "header.Content-Type".
	Location string   `json:"location"`
	Severity Severity `json:"severity"`
	// Message states what is wrong there. It holds names and wanted values, never the value found,
	// which may be secret.
	Message string `json:"message"`
}

// locationMedia is where a body of another media type is reported.
const locationMedia = "header.Content-Type"

// Media reports whether the departure is about the media type of the body.
func (d Departure) Media() bool { return d.Location == locationMedia }

// judge collects the findings of the strict reader; see [Operation.Judge].
type judge struct {
	checker
	departures []Departure
}

// Judge holds a request against the operation as a strict reader does: what the document forbids is
// an error, and what it does not know (parameters, members, a body where none is taken) a warning.
// [Operation.Check] is the forgiving one. Neither looks at authentication, and Judge looks at query
// and body only. It is safe for concurrent use.
func (o *Operation) Judge(r Request) []Departure {
	j := &judge{checker: checker{direction: toService, strict: true}}
	j.query(o, r.Query)
	j.body(o.body, r)
	return j.departures
}

// maxUnknown bounds what is reported as unknown to the document. What the document forbids is
// bounded by the document.
const maxUnknown = 50

func (j *judge) tell(severity Severity, location, format string, args ...any) {
	if severity == SeverityWarning && len(j.departures) >= maxUnknown {
		return
	}
	j.departures = append(j.departures, Departure{location, severity, fmt.Sprintf(format, args...)})
}

// violated takes what the checker found.
func (j *judge) violated() {
	for _, v := range j.found {
		j.tell(SeverityError, v.Where, "%s", v.Message)
	}
	j.found = nil
}

func (j *judge) query(o *Operation, query string) {
	values, err := url.ParseQuery(query)
	if err != nil {
		j.tell(SeverityError, inQuery, "is not encoded as queries are: %v", err)
	}
	known := map[string]*parameter{}
	for _, p := range o.parameters {
		if p.in == inQuery {
			known[p.name] = p
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		location := inQuery + "." + name
		p := known[name]
		if p == nil {
			names := "none"
			if len(known) > 0 {
				names = strings.Join(slices.Sorted(maps.Keys(known)), ", ")
			}
			j.tell(SeverityWarning, location, "the operation has no such parameter; it has %s", names)
			continue
		}
		if len(values[name]) > 1 {
			j.tell(SeverityWarning, location, "is sent %d times; the first counts", len(values[name]))
		}
		j.at = append(j.at[:0], location...)
		j.parameter(p, values[name][0])
		j.violated()
	}
}

func (j *judge) body(b *requestBody, r Request) {
	sent := len(strings.TrimSpace(string(r.Body))) > 0
	switch {
	case b == nil || len(b.content) == 0:
		if sent && b == nil {
			j.tell(SeverityWarning, "body", "the operation takes none")
		}
		return
	case !sent:
		if b.required {
			j.tell(SeverityError, "body", "is missing; the operation requires one")
		}
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	i := slices.IndexFunc(b.content, func(m media) bool { return m.name == kind })
	if err != nil || i < 0 {
		j.tell(SeverityError, locationMedia, "must be %s", b.known())
		i = 0
	}
	m := &b.content[i]
	j.at = append(j.at[:0], "body"...)
	if m.name == "application/x-www-form-urlencoded" {
		j.formBody(m.schema, string(r.Body))
		return
	}
	if !isJSON(m.name) {
		return
	}
	j.json(m.schema, r.Body)
	j.violated()
	if v, err := readJSON(r.Body, nil); err == nil && m.schema != nil {
		j.unknown("body", m.schema, v, 0)
	}
}

func (j *judge) formBody(s *schema, body string) {
	fields, err := url.ParseQuery(body)
	if err != nil {
		j.tell(SeverityError, "body", "is not encoded as forms are: %v", err)
		return
	}
	if s == nil {
		return
	}
	j.form(s, fields, nil)
	j.violated()
	flat := s.flattened()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		property := flat.property(name)
		switch {
		case property == nil && len(flat.properties) > 0:
			j.tell(SeverityWarning, "body."+name, "the document has no such member; it has %s", flat.propertyNames())
		case property != nil && len(fields[name]) > 1 && property.flattened().kinds()&typeArray == 0:
			j.tell(SeverityError, "body."+name, "is sent %d times; it may be sent once", len(fields[name]))
		}
	}
}

// unknown reports members of objects that the document does not name.
func (j *judge) unknown(location string, s *schema, v any, depth int) {
	o, ok := v.(*object)
	flat := s.flattened()
	if !ok || len(flat.properties) == 0 || depth > maxParts {
		return
	}
	for _, name := range slices.Sorted(slices.Values(o.keys)) {
		property := flat.property(name)
		if property == nil {
			j.tell(SeverityWarning, location+"."+name, "the document has no such member; it has %s", flat.propertyNames())
			continue
		}
		value, _ := o.get(name)
		j.unknown(location+"."+name, property, value, depth+1)
	}
}

// propertyNames lists the properties of a schema, sorted.
func (s *schema) propertyNames() string {
	var all []string
	for _, p := range s.properties {
		all = append(all, p.name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
