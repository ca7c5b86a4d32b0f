package check

import (
	"bytes"
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is an HTML answer as a browser without JavaScript sees it.
type Page struct {
	Title string
	// Text is the visible text, with one space between words, without the content of scripts and
	// styles.
	Text  string
	Forms []Form
}

// Form is a form of a page, with the fields that it would be sent with.
type Form struct {
	// ID and Name are the form's attributes.
	ID, Name string
	// Action is the address as written, "" for that of the page; Method is GET or POST.
	Action, Method string
	// Fields in the order of the page.
	Fields []Field
	// Buttons that send the form, in the order of the page.
	Buttons []Button
}

// Button sends its form.
type Button struct {
	// Name and Value go with the form when the button is pressed; without a name nothing does.
	Name, Value string
	// Label of the button.
	Label string
}

// Field is a control of a form.
type Field struct {
	Name, Value string
	// Sent reports whether the field goes with the form unless it is changed: a box that is not
	// ticked and a button do not.
	Sent bool
}

// Form returns the form that a scenario means: by id, by name, or by its number from 1; "" is the
// only one.
func (p *Page) Form(which string) (Form, bool) {
	if which == "" && len(p.Forms) == 1 {
		return p.Forms[0], true
	}
	if n, err := strconv.Atoi(which); err == nil && n >= 1 && n <= len(p.Forms) {
		return p.Forms[n-1], true
	}
	i := slices.IndexFunc(p.Forms, func(f Form) bool { return which != "" && (f.ID == which || f.Name == which) })
	if i < 0 {
		return Form{}, false
	}
	return p.Forms[i], true
}

// Fields returns what goes with the form when the button is pressed.
func (b Button) Fields() url.Values {
	if b.Name == "" {
		return url.Values{}
	}
	return url.Values{b.Name: {b.Value}}
}

// WithButton returns the first form with a button that has a text on it, in any case, and the
// button. which says as for Form which forms are looked at; "" looks at all.
func (p *Page) WithButton(which, text string) (Form, Button, bool) {
	forms := p.Forms
	if which != "" {
		form, ok := p.Form(which)
		if !ok {
			return Form{}, Button{}, false
		}
		forms = []Form{form}
	}
	for _, form := range forms {
		for _, button := range form.Buttons {
			if strings.Contains(strings.ToLower(button.Label), strings.ToLower(text)) {
				return form, button, true
			}
		}
	}
	return Form{}, Button{}, false
}

// Has reports whether the form has a field of a name.
func (f Form) Has(name string) bool {
	return slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Name == name })
}

// Values returns what the form sends when the named fields hold these values.
func (f Form) Values(with url.Values) url.Values {
	values := url.Values{}
	for _, field := range f.Fields {
		if _, changed := with[field.Name]; field.Sent && !changed {
			values.Add(field.Name, field.Value)
		}
	}
	maps.Copy(values, with)
	return values
}

// value is the page as JSONPaths see it.
func (p *Page) value() map[string]any {
	forms := make([]any, len(p.Forms))
	for i, form := range p.Forms {
		fields := map[string]any{}
		for _, field := range form.Fields {
			if _, first := fields[field.Name]; !first || field.Sent {
				fields[field.Name] = field.Value
			}
		}
		buttons := make([]any, len(form.Buttons))
		for j, button := range form.Buttons {
			buttons[j] = button.Label
		}
		forms[i] = map[string]any{"id": form.ID, "name": form.Name, "action": form.Action, "method": form.Method, "fields": fields, "buttons": buttons}
	}
	return map[string]any{"title": p.Title, "text": p.Text, "forms": forms}
}

// parsePage reads HTML as browsers do, which take any bytes.
func parsePage(body []byte) *Page {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil { // only of the reader, which cannot fail
		return &Page{}
	}
	r := &pageReader{page: &Page{}}
	r.read(root, -1)
	r.page.Title, r.page.Text = words(r.title.String()), words(r.text.String())
	return r.page
}

type pageReader struct {
	page        *Page
	title, text strings.Builder
}

// read goes through a node; form is the index of the form around it, -1 for none.
func (r *pageReader) read(node *html.Node, form int) {
	switch node.Type {
	case html.TextNode:
		r.text.WriteString(node.Data + " ")
	case html.ElementNode:
		switch node.DataAtom {
		case atom.Script, atom.Style, atom.Template:
			return
		case atom.Title:
			r.title.WriteString(textOf(node))
			return
		case atom.Form:
			form = len(r.page.Forms)
			r.page.Forms = append(r.page.Forms, Form{ID: attribute(node, "id"), Name: attribute(node, "name"),
				Action: attribute(node, "action"), Method: methodOf(attribute(node, "method"))})
		case atom.Input, atom.Button, atom.Select, atom.Textarea:
			if form >= 0 {
				r.page.Forms[form].Fields = append(r.page.Forms[form].Fields, fieldsOf(node)...)
				if button, ok := buttonOf(node); ok {
					r.page.Forms[form].Buttons = append(r.page.Forms[form].Buttons, button)
				}
			}
		}
	}
	for child := range node.ChildNodes() {
		r.read(child, form)
	}
}

func methodOf(text string) string {
	if strings.EqualFold(text, "post") {
		return "POST"
	}
	return "GET"
}

// fieldsOf are the values that a control may send; a list of choices has several.
func fieldsOf(node *html.Node) []Field {
	name := attribute(node, "name")
	if name == "" || has(node, "disabled") {
		return nil
	}
	kind := strings.ToLower(attribute(node, "type"))
	field := Field{Name: name, Value: attribute(node, "value"), Sent: true}
	switch {
	case node.DataAtom == atom.Textarea:
		field.Value = textOf(node)
	case node.DataAtom == atom.Select:
		return options(node, name)
	case node.DataAtom == atom.Button, kind == "submit", kind == "image", kind == "reset", kind == "button", kind == "file":
		field.Sent = false
	case kind == "checkbox", kind == "radio":
		field.Sent = has(node, "checked")
		if !has(node, "value") {
			field.Value = "on"
		}
	}
	return []Field{field}
}

// buttonOf returns the button that a control is, if it sends its form.
func buttonOf(node *html.Node) (Button, bool) {
	kind := strings.ToLower(attribute(node, "type"))
	button := Button{Name: attribute(node, "name"), Value: attribute(node, "value")}
	switch {
	case has(node, "disabled"):
		return Button{}, false
	case node.DataAtom == atom.Button && kind != "reset" && kind != "button":
		button.Label = words(textOf(node))
	case node.DataAtom == atom.Input && kind == "submit":
		button.Label = cmp.Or(button.Value, "Submit")
	case node.DataAtom == atom.Input && kind == "image":
		button.Label = attribute(node, "alt")
	default:
		return Button{}, false
	}
	return button, true
}

// options are the choices of a list, of which the first is sent unless another is selected.
func options(list *html.Node, name string) []Field {
	var fields []Field
	chosen := false
	for node := range list.Descendants() {
		if node.DataAtom != atom.Option {
			continue
		}
		field := Field{Name: name, Value: attribute(node, "value"), Sent: has(node, "selected")}
		if !has(node, "value") {
			field.Value = words(textOf(node))
		}
		chosen = chosen || field.Sent
		fields = append(fields, field)
	}
	if !chosen && len(fields) > 0 && !has(list, "multiple") {
		fields[0].Sent = true
	}
	return fields
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	return slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == name && a.Namespace == "" })
}

func textOf(node *html.Node) string {
	var text strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			text.WriteString(inner.Data)
		}
	}
	return text.String()
}

// words puts one space between words.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }
