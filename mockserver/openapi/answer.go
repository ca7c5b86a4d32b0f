package openapi

import (
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// Ask is what an answer depends on.
type Ask struct {
	// Seed of generated values: the same seed gives the same body.
	Seed uint64
	// Params are the values of the path's parameters, as [Document.Find] returned them, and further
	// values of the request. Generated bodies repeat them in members of their names.
	Params map[string]string
	// Accept is the header of that name: the media types that the caller takes.
	Accept string
	// Status is the documented one to answer; 0 is success.
	Status int
	// Example is the name of the documented example to answer, "" any.
	Example string
}

// Answer is a service's answer to a request.
type Answer struct {
	// Status is the lowest documented success, 200 when none is documented, unless another was
	// asked for.
	Status int
	// ContentType is "" when there is no body.
	ContentType string
	// Location is where a redirect leads, otherwise "".
	Location string
	// Body must not be modified; nil if there is none.
	Body []byte
}

// Answer returns an answer of the operation: a documented example, with what does not match its
// schema replaced or left out, otherwise a generated body of at most 1 MiB. If what was asked for
// is not documented, the error lists what is. It is safe for concurrent use.
func (o *Operation) Answer(ask Ask) (Answer, error) {
	resp := o.answer
	if ask.Status != 0 {
		if resp = o.documented(ask.Status); resp == nil {
			return Answer{}, fmt.Errorf("the status %d is not documented for %s; %s", ask.Status, o, told("it has", o.codes()))
		}
	}
	a := Answer{Status: resp.sent(), Location: resp.location}
	f := resp.accepted(ask.Accept)
	var named *example
	if ask.Example != "" {
		if resp, f, named = o.exampled(resp, ask); named == nil {
			return Answer{}, fmt.Errorf("%s has no example %q; %s", o, ask.Example, told("it has", o.exampleNames()))
		}
		a = Answer{Status: resp.sent(), Location: resp.location}
	}
	if ask.Status != 0 && a.Status/100 == ask.Status/100 || resp.status == 0 && ask.Status != 0 {
		a.Status = ask.Status
	}
	if f == nil {
		return a, nil
	}
	a.ContentType, a.Body = f.contentType, f.body(o, ask, named, a.Status < 300)
	return a, nil
}

// body is the example that was asked for, otherwise the one that suits best, otherwise one by
// schema.
func (f *form) body(o *Operation, ask Ask, named *example, succeeds bool) []byte {
	if named != nil {
		for _, repaired := range []bool{false, true} {
			if body, _, ok := f.exemplify(named.value, o.subject(), repaired); ok {
				return body
			}
		}
	}
	if f.prepare(o.subject(), succeeds); f.ready != nil {
		return f.ready
	}
	body, _ := f.made(ask, o.subject(), succeeds)
	return body
}

// documented is the response of a status: its own, otherwise that of its range, otherwise the
// default.
func (o *Operation) documented(status int) *response {
	for _, code := range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "XX", "default"} {
		for _, r := range o.responses {
			if strings.EqualFold(r.code, code) {
				return r
			}
		}
	}
	if len(o.responses) == 0 && status == o.answer.status {
		return o.answer
	}
	return nil
}

// exampled finds a named example: in the response, of any where no status was asked for, in the
// form that is accepted before the others.
func (o *Operation) exampled(resp *response, ask Ask) (*response, *form, *example) {
	candidates := []*response{resp}
	if ask.Status == 0 {
		candidates = append(candidates, o.responses...)
	}
	for _, r := range candidates {
		for _, f := range append([]*form{r.accepted(ask.Accept)}, r.forms...) {
			if f == nil {
				continue
			}
			if i := slices.IndexFunc(f.examples, func(e example) bool { return e.name == ask.Example }); i >= 0 {
				return r, f, &f.examples[i]
			}
		}
	}
	return nil, nil, nil
}

func (o *Operation) codes() (codes []string) {
	for _, r := range o.responses {
		codes = append(codes, r.code)
	}
	return codes
}

func (o *Operation) exampleNames() (names []string) {
	for _, r := range o.responses {
		for _, f := range r.forms {
			for _, e := range f.examples {
				if e.name != "" && !slices.Contains(names, e.name) {
					names = append(names, e.name)
				}
			}
		}
	}
	return names
}

// told lists names for people.
func told(what string, names []string) string {
	const most = 20
	switch {
	case len(names) == 0:
		return what + " none"
	case len(names) > most:
		return fmt.Sprintf("%s %s and %d more", what, strings.Join(names[:most], ", "), len(names)-most)
	}
	return what + " " + strings.Join(names, ", ")
}

// Source returns where the body of the operation's success comes from.
func (o *Operation) Source() Source {
	f := o.answer.accepted("")
	if f == nil {
		return NoBody
	}
	f.prepare(o.subject(), true)
	return f.from
}

// accepted picks the form that an Accept header likes best, JSON where it likes several alike, and
// what the response prefers where it likes none.
func (r *response) accepted(accept string) *form {
	if len(r.forms) == 0 {
		return nil
	}
	usual := r.forms[0]
	if i := slices.IndexFunc(r.forms, func(f *form) bool { return f.json }); i >= 0 {
		usual = r.forms[i]
	}
	best, liked := usual, 0.0
	for _, f := range append([]*form{usual}, r.forms...) {
		if q := quality(accept, f.contentType); q > liked {
			best, liked = f, q
		}
	}
	return best
}

// quality is how much an Accept header likes a media type, from 0 to 1: the most exact of its
// ranges that cover the type counts (RFC 9110, 12.5.1).
func quality(accept, contentType string) float64 {
	name, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind, _, _ := strings.Cut(name, "/")
	liked, exactness := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		wanted, params, err := mime.ParseMediaType(part)
		exact := map[string]int{name: 3, kind + "/*": 2, "*/*": 1}[wanted]
		if err != nil || exact <= exactness {
			continue
		}
		exactness, liked = exact, 1
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q >= 0 && q <= 1 {
			liked = q
		}
	}
	return liked
}

// tell warns about an operation whose answer does not match what is documented.
func (o *Operation) tell(r *reader) {
	f := o.answer.accepted("")
	if f == nil {
		return
	}
	f.prepare(o.subject(), true)
	switch {
	case f.from == FromRepairedExample:
		r.warn.because(f.at, f.why, "the example does not fit its schema; what does not fit is replaced or left out")
	case f.why != "" && f.ready != nil:
		r.warn.because(f.at, f.why, "the example does not fit its schema; it is sent all the same")
	case f.why != "":
		r.warn.because(f.at, f.why, "no body could be made that fits the schema; what is sent does not fit it everywhere")
	}
}
