package openapi

import (
	"net/http"
	"net/url"
	"strings"
)

// Request is what a caller sent to an operation, as far as the document describes it.
type Request struct {
	// Params are the values of the path's parameters, as [Document.Find] returned them.
	Params map[string]string
	// Query as sent, without the question mark.
	Query  string
	Header http.Header
	// Body as sent.
	Body []byte
}

// Violation is one place where a request is not as the document describes it.
type Violation struct {
	// Where is "query.limit", "path.vatCode", "header.X-Shop", "body" or "body.items[0].price".
	Where string
	// Message states what is wrong there: "is required", "must be at least 1". It never holds the
	// value that was sent.
	Message string
}

// String is the violation on one line.
func (v Violation) String() string { return v.Where + " " + v.Message }

// Check checks a request against the operation and returns what the document clearly forbids, at
// most 20 places; nil if nothing. It ignores who calls, and parameters that the document does not
// mention. It is safe for concurrent use.
func (o *Operation) Check(r Request) []Violation {
	c := &checker{direction: toService, excused: o.excused}
	if len(o.parameters) > 0 {
		o.checkParameters(c, r)
	}
	if o.body != nil {
		o.body.check(c, r)
	}
	return c.found
}

func (o *Operation) checkParameters(c *checker, r Request) {
	var query url.Values
	var cookies []*http.Cookie
	for _, p := range o.parameters {
		c.at = append(append(append(c.at[:0], p.in...), '.'), p.name...)
		switch p.in {
		case inPath:
			// What the template does not have, or has differently, is not a fault of the caller.
			if value, ok := r.Params[p.name]; ok {
				c.parameter(p, value)
			}
		case inQuery:
			if query == nil {
				query = parseQuery(r.Query)
			}
			c.query(p, query)
		case inHeader:
			if values := r.Header.Values(p.name); len(values) > 0 {
				c.parameter(p, strings.Join(values, ","))
			} else if p.required {
				c.fault("is required")
			}
		case inCookie:
			if cookies == nil {
				cookies = (&http.Request{Header: r.Header}).Cookies()
			}
			c.cookie(p, cookies)
		}
	}
}

func (c *checker) cookie(p *parameter, cookies []*http.Cookie) {
	for _, cookie := range cookies {
		if cookie.Name == p.name {
			c.parameter(p, cookie.Value)
			return
		}
	}
	if p.required && !p.spread() {
		c.fault("is required")
	}
}

// parseQuery parses a query as far as it can be parsed; ";" is not a separator, and a "%" that
// encodes nothing is literal.
func parseQuery(query string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescapedQuery(key), unescapedQuery(value)
		values[key] = append(values[key], value)
	}
	return values
}

func unescapedQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// spread reports whether the members of an object are sent under their own names, so that the
// parameter's own name does not occur.
func (p *parameter) spread() bool {
	if p.schema == nil || p.json {
		return false
	}
	flat := p.schema.flattened()
	return flat.mayBeCompound(0) && flat.kinds()&typeArray == 0
}

func (c *checker) query(p *parameter, query url.Values) {
	values, ok := query[p.name]
	if !ok && !strings.HasSuffix(p.name, "[]") {
		values, ok = query[p.name+"[]"] // as PHP has it
	}
	if !ok {
		if p.required && !p.elsewhere(query) {
			c.fault("is required")
		}
		return
	}
	if p.schema == nil {
		return
	}
	flat := p.schema.flattened()
	if kinds := flat.kinds(); kinds == typeArray && !p.json && len(flat.groups) == 0 {
		var texts []string
		for _, value := range values {
			if len(values) > 1 {
				texts = append(texts, value)
			} else {
				texts = append(texts, p.split(value, flat.items)...)
			}
		}
		if len(texts) == 0 && len(values) > 0 {
			// "tags=": an empty list, or one empty text.
			return
		}
		c.items(flat, texts)
		return
	}
	for _, value := range values {
		c.parameter(p, value)
	}
}

// elsewhere reports whether a parameter may have been sent under other names: filter[status]=,
// tags[0]=, or the members of an object.
func (p *parameter) elsewhere(query url.Values) bool {
	for key := range query {
		if strings.HasPrefix(key, p.name+"[") || strings.HasPrefix(key, p.name+".") {
			return true
		}
	}
	if p.style == "deepObject" || !p.explode || !p.spread() {
		return false
	}
	flat := p.schema.flattened()
	if len(flat.properties) == 0 {
		return true
	}
	for _, property := range flat.properties {
		if _, ok := query[property.name]; ok {
			return true
		}
	}
	return len(flat.required) == 0
}
