package postman

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const format = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

// CollectionV21 is a collection as Postman, Insomnia, Bruno and Hoppscotch import it.
type CollectionV21 struct {
	Info     info       `json:"info"`
	Item     []folder   `json:"item"`
	Variable []variable `json:"variable"`
}

type info struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Schema      string `json:"schema"`
}

type folder struct {
	Name string `json:"name"`
	Item []item `json:"item"`
}

type item struct {
	Name    string  `json:"name"`
	Request request `json:"request"`
}

type request struct {
	Method      string     `json:"method"`
	Description string     `json:"description,omitempty"`
	Auth        *auth      `json:"auth,omitempty"`
	Header      []variable `json:"header"`
	Body        *body      `json:"body,omitempty"`
	URL         address    `json:"url"`
}

type address struct {
	Raw      string     `json:"raw"`
	Host     []string   `json:"host"`
	Path     []string   `json:"path"`
	Query    []variable `json:"query,omitempty"`
	Variable []variable `json:"variable,omitempty"`
}

type body struct {
	Mode       string         `json:"mode"`
	Raw        string         `json:"raw,omitempty"`
	Options    map[string]any `json:"options,omitempty"`
	URLEncoded []variable     `json:"urlencoded,omitempty"`
}

type auth struct {
	Type   string     `json:"type"`
	Basic  []variable `json:"basic,omitempty"`
	Bearer []variable `json:"bearer,omitempty"`
}

type variable struct {
	Key         string `json:"key"`
	Value       string `json:"value"`
	Type        string `json:"type,omitempty"`
	Description string `json:"description,omitempty"`
	Disabled    bool   `json:"disabled,omitempty"`
}

// document is the part of an OpenAPI document that is read.
type document struct {
	Info struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"info"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Security   []map[string][]string                 `json:"security"`
	Components struct {
		SecuritySchemes map[string]struct {
			Type   string `json:"type"`
			Scheme string `json:"scheme"`
		} `json:"securitySchemes"`
		Schemas    map[string]schema    `json:"schemas"`
		Parameters map[string]parameter `json:"parameters"`
	} `json:"components"`
}

type operation struct {
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Tags        []string              `json:"tags"`
	Parameters  []parameter           `json:"parameters"`
	Security    []map[string][]string `json:"security"`
	RequestBody struct {
		Content map[string]media `json:"content"`
	} `json:"requestBody"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Example     any    `json:"example"`
	Schema      schema `json:"schema"`
}

type media struct {
	Example  any `json:"example"`
	Examples map[string]struct {
		Value any `json:"value"`
	} `json:"examples"`
	Schema schema `json:"schema"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Example    any               `json:"example"`
	Default    any               `json:"default"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
}

// methods are the keys of a path item that are operations, in the order in which they are listed.
var methods = [...]string{"get", "post", "put", "patch", "delete", "head", "options", "trace"}

// Collection returns the collection of an OpenAPI 3 document in JSON. Credentials are variables of
// the collection: email, apiKey, token, clientId and clientSecret, whose values the user fills in.
// Any other text is an error.
func Collection(text []byte) (*CollectionV21, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("a Postman collection cannot be made of the document: %w", err)
	}
	base := ""
	if len(d.Servers) > 0 {
		base = d.Servers[0].URL
	}
	c := &CollectionV21{
		Info: info{Name: d.Info.Title, Description: d.Info.Description, Schema: format}, Item: []folder{},
		Variable: []variable{{Key: "baseUrl", Value: base}, {Key: "email"}, {Key: "apiKey"}, {Key: "token"}},
	}
	folders := map[string][]item{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range methods {
			raw, ok := d.Paths[path][method]
			if !ok {
				continue
			}
			var o operation
			if err := json.Unmarshal(raw, &o); err != nil {
				return nil, fmt.Errorf("a Postman collection cannot be made of %s %s: %w", strings.ToUpper(method), path, err)
			}
			tag := "API"
			if len(o.Tags) > 0 {
				tag = o.Tags[0]
			}
			folders[tag] = append(folders[tag], item{cmp.Or(o.Summary, strings.ToUpper(method)+" "+path), d.request(method, path, o)})
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(folders)) {
		c.Item = append(c.Item, folder{tag, folders[tag]})
	}
	return c, nil
}

func (d *document) request(method, path string, o operation) request {
	r := request{Method: strings.ToUpper(method), Description: o.Description, Header: []variable{}, Auth: d.auth(o)}
	r.URL = address{Raw: "{{baseUrl}}" + path, Host: []string{"{{baseUrl}}"}, Path: []string{}}
	var shared []parameter
	if raw, ok := d.Paths[path]["parameters"]; ok {
		_ = json.Unmarshal(raw, &shared) // what cannot be read is left out
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			segment = ":" + strings.TrimSuffix(name, "}")
		}
		r.URL.Path = append(r.URL.Path, segment)
	}
	var query []string
	for _, p := range append(shared, o.Parameters...) {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = d.Components.Parameters[name]
		}
		v := variable{Key: p.Name, Value: text(cmpAny(p.Example, d.example(p.Schema, 0))), Description: p.Description}
		switch p.In {
		case "path":
			r.URL.Variable = append(r.URL.Variable, v)
		case "query":
			v.Disabled = !p.Required
			r.URL.Query = append(r.URL.Query, v)
			if p.Required {
				query = append(query, p.Name+"="+v.Value)
			}
		case "header":
			v.Disabled = !p.Required
			r.Header = append(r.Header, v)
		}
	}
	r.URL.Raw = "{{baseUrl}}/" + strings.Join(r.URL.Path, "/")
	if len(query) > 0 {
		r.URL.Raw += "?" + strings.Join(query, "&")
	}
	for _, kind := range slices.Sorted(maps.Keys(o.RequestBody.Content)) {
		d.body(&r, kind, o.RequestBody.Content[kind])
		break // the first of several
	}
	return r
}

func (d *document) body(r *request, kind string, m media) {
	example := m.Example
	for _, name := range slices.Sorted(maps.Keys(m.Examples)) {
		example = cmpAny(example, m.Examples[name].Value)
	}
	example = cmpAny(example, d.example(m.Schema, 0))
	r.Header = append(r.Header, variable{Key: "Content-Type", Value: kind})
	if members, ok := example.(map[string]any); ok && kind == "application/x-www-form-urlencoded" {
		r.Body = &body{Mode: "urlencoded"}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			r.Body.URLEncoded = append(r.Body.URLEncoded, variable{Key: name, Value: text(members[name]), Type: "text"})
		}
		return
	}
	raw, err := json.MarshalIndent(example, "", "  ")
	if err != nil || example == nil {
		raw = nil
	}
	r.Body = &body{Mode: "raw", Raw: string(raw), Options: map[string]any{"raw": map[string]string{"language": "json"}}}
}

// auth returns the first authentication method of the operation, otherwise of the document.
func (d *document) auth(o operation) *auth {
	security := o.Security
	if security == nil {
		security = d.Security
	}
	for _, way := range security {
		for _, name := range slices.Sorted(maps.Keys(way)) {
			switch strings.ToLower(d.Components.SecuritySchemes[name].Scheme) {
			case "basic":
				return &auth{Type: "basic", Basic: []variable{{Key: "username", Value: "{{email}}", Type: "string"}, {Key: "password", Value: "{{apiKey}}", Type: "string"}}}
			case "bearer":
				return &auth{Type: "bearer", Bearer: []variable{{Key: "token", Value: "{{token}}", Type: "string"}}}
			}
		}
	}
	return nil
}

// example builds a value from a schema's examples. Recursive schemas end after a few levels.
func (d *document) example(s schema, depth int) any {
	const deepest = 8
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = d.Components.Schemas[name]
	}
	switch {
	case s.Example != nil || depth > deepest:
		return s.Example
	case s.Default != nil:
		return s.Default
	case s.Properties != nil:
		out := make(map[string]any, len(s.Properties))
		for name, p := range s.Properties {
			out[name] = d.example(p, depth+1)
		}
		return out
	case s.Items != nil:
		return []any{d.example(*s.Items, depth+1)}
	}
	return nil
}

func cmpAny(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// text renders a value for a URL.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}
