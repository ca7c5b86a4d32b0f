package fault

import "strings"

// contentType sets another Content-Type. The body is unchanged.
type contentType struct{ value string }

func newContentType(e Effect) (effect, error) {
	if e.Value == "" {
		return contentType{"text/html; charset=utf-8"}, nil
	}
	if strings.ContainsFunc(e.Value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, wrongf("value", "is %q, with control characters, which no header may have", e.Value)
	}
	return contentType{e.Value}, nil
}

func (c contentType) apply(f *Fault) sender {
	f.exchange.Response.Header["Content-Type"] = []string{c.value}
	return nil
}
