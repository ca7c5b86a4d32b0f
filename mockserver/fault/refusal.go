package fault

import (
	"fmt"
	"net/http"
)

// refusal answers with a row of the refusals table by its error number: the operation's own row,
// otherwise the surface's, otherwise any.
type refusal struct {
	code    string
	headers []named
}

func newRefusal(e Effect) (effect, error) {
	if e.Code == nil {
		return nil, wrongf("code", "is missing; want an error number such as 130 (docs/behaviour.md lists them)")
	}
	switch e.Code.(type) {
	case object, []any, bool:
		return nil, wrongf("code", "is not a number; want an error number such as 130")
	}
	r := refusal{code: fmt.Sprint(e.Code)} // a number in any of Go's types, or a text
	if r.code == "" {
		return nil, wrongf("code", "is empty; want an error number such as 130")
	}
	var err error
	r.headers, err = newHeaders(e.Headers)
	return r, err
}

func (r refusal) apply(f *Fault) sender {
	e := f.exchange
	if !f.callee.RefuseByCode(r.code) { // the table knew it when the rule was set
		f.book.config.Log.Error("no refusal has the number of a fault rule", "rule", f.rule.Name, "code", r.code)
		return nil
	}
	e.Detail = "the fault rule " + f.rule.Name + " said so"
	if e.Response.Status == http.StatusTooManyRequests && e.Response.Header["Retry-After"] == nil {
		e.Response.Header["Retry-After"] = []string{"1"}
	}
	f.set(r.headers)
	return nil
}
