package mutant

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// form returns what a request sent as a form.
func (x *Exchange) form() url.Values {
	form, _ := url.ParseQuery(string(x.Sent)) // what is not a form has no members
	return form
}

// setHeader answers with another header; "" with none.
func (x *Exchange) setHeader(name, value string) {
	x.Answer.Header = maps.Clone(x.Answer.Header)
	x.Answer.Header.Del(name)
	if value != "" {
		x.Answer.Header.Set(name, value)
	}
}

// location is where an answer leads to; nil where it leads nowhere.
func (x *Exchange) location() *url.URL {
	to, err := url.Parse(x.Answer.Header.Get("Location"))
	if err != nil || x.Answer.Header.Get("Location") == "" {
		return nil
	}
	return to
}

// goTo answers with a redirect.
func (x *Exchange) goTo(address string, query url.Values) {
	x.Answer.Status, x.Answer.JSON, x.Answer.Raw = http.StatusFound, nil, []byte{}
	between := "?"
	if strings.Contains(address, "?") {
		between = "&"
	}
	x.setHeader("Location", address+between+query.Encode())
}

// giveCode sends the browser to the client that was asked for, with a code.
func (x *Exchange) giveCode() {
	x.goTo(x.Query.Get("redirect_uri"), url.Values{"code": {"0123456789abcdef0123456789abcdef"}})
}

// give answers with JSON.
func (x *Exchange) give(status int, body map[string]any) {
	x.Answer.Status, x.Answer.JSON, x.Answer.Raw = status, body, nil
	x.setHeader("Content-Type", "application/json")
	x.setHeader("Location", "")
}

// giveToken answers as if a token had been made, in the form of the API.
func (x *Exchange) giveToken() {
	token := map[string]any{"access_token": "sk-0123456789abcdef0123456789abcdef", "token_type": "Bearer", "expires_in": json.Number("3600")}
	if strings.HasPrefix(x.Path, "/v1/") {
		token = map[string]any{"data": token}
	}
	x.give(http.StatusOK, token)
	x.setHeader("Cache-Control", "no-store")
}

// refuseClient refuses as the client credentials flow does.
func (x *Exchange) refuseClient(status int, code, name, message string) {
	x.give(status, map[string]any{"error": map[string]any{"code": code, "code_reason": name, "message": message}})
}

// refuseGrant refuses as the authorization code flow does.
func (x *Exchange) refuseGrant(status int, word string) {
	x.give(status, map[string]any{"error": word, "error_description": "It cannot be done"})
}

// row is a mutant whose lie has no memory.
type row struct {
	name, what, scenario string
	lie                  Lie
}

// family makes mutants of rows.
func family(name string, rows ...row) []Mutant {
	all := make([]Mutant, len(rows))
	for i, r := range rows {
		all[i] = Mutant{Name: name + "/" + r.name, What: r.what, Scenarios: []string{r.scenario}, Lie: always(r.lie)}
	}
	return all
}

// when lies about some answers of an operation.
func when(operation string, is func(x *Exchange) bool, edit func(x *Exchange)) Lie {
	return func(x *Exchange) {
		if x.Operation == operation && is(x) {
			edit(x)
		}
	}
}

// has reports whether an answer has a status.
func has(status int) func(x *Exchange) bool {
	return func(x *Exchange) bool { return x.Answer.Status == status }
}

// both of two conditions.
func both(one, other func(x *Exchange) bool) func(x *Exchange) bool {
	return func(x *Exchange) bool { return one(x) && other(x) }
}

// sent reports whether a request sent a member of a form.
func sent(name string) func(x *Exchange) bool {
	return func(x *Exchange) bool { return x.form().Has(name) }
}

// byBasic reports whether a request came with HTTP Basic.
func byBasic(x *Exchange) bool { return strings.HasPrefix(x.Caller, "Basic ") }

// afterwards has everything of an operation answered in another way once an answer has come.
func afterwards(is func(x *Exchange) bool, operation string, edit func(x *Exchange)) func() Lie {
	return func() Lie {
		seen := false
		return func(x *Exchange) {
			switch {
			case seen && x.Operation == operation:
				edit(x)
			case is(x):
				seen = true
			}
		}
	}
}
