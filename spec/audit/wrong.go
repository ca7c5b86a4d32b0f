package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"oauthmock/spec"
)

// Kind is what is wrong with an answer.
type Kind string

// The kinds of wrong answers, in the order in which they are listed.
const (
	MissingMember Kind = "a member is missing"
	RenamedMember Kind = "a member has another name"
	NullMember    Kind = "a member is null"
	AddedMember   Kind = "a member is added"
	OtherShape    Kind = "an object or a list is something else"
	OtherType     Kind = "a value has another type"
	WrongDate     Kind = "a timestamp is none"
	WrongID       Kind = "an id is none"
	WrongNumber   Kind = "a number cannot be"
	OtherCode     Kind = "the code is that of no such refusal"
	OtherMessage  Kind = "the message is another"
	Contradiction Kind = "success and failure contradict each other"
	NoContent     Kind = "the body is empty"
	OtherStatus   Kind = "the status is not documented"
)

// Kinds returns all kinds of wrong answers.
func Kinds() []Kind {
	return []Kind{
		MissingMember, RenamedMember, NullMember, AddedMember, OtherShape, OtherType, WrongDate, WrongID, WrongNumber,
		OtherCode, OtherMessage, Contradiction, NoContent, OtherStatus,
	}
}

// Wrong is a correct answer with one thing changed.
type Wrong struct {
	Answer
	Kind Kind
	// How is what was changed, and where: "$.data.token cut".
	How string
}

// String returns, for example, "token.get 404: $.error as a text".
func (w Wrong) String() string {
	return w.Answer.String() + ": " + w.How
}

// Falsify returns every wrong answer derived from a correct one: with its body changed in each
// place, one place at a time and without regard to what is allowed there; with another code,
// message, success and status. So a few are correct as well, where a member may be absent or a key
// is free. It does not modify the correct answer.
func Falsify(right Answer, envelope spec.Envelope) []Wrong {
	var found []Wrong
	add := func(kind Kind, how string, status int, body any) {
		found = append(found, Wrong{Answer: Answer{right.Operation, status, right.Query, body}, Kind: kind, How: how})
	}
	for _, c := range changes("$", right.Body) {
		add(c.kind, c.how, right.Status, c.body)
	}
	object, _ := right.Body.(map[string]any)
	contradict := func(members map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			switch value := members[name].(type) {
			case bool:
				add(Contradiction, fmt.Sprintf("%s is %t", name, !value), right.Status, with(object, name, !value))
			case nil:
				add(Contradiction, name+" is not null", right.Status, with(object, name, map[string]any{"token": "x"}))
			}
		}
	}
	code, message, refused := envelope.Refusal(right.Body)
	switch {
	case right.Status >= 400:
		for _, other := range []string{"0", "999", "-1", "140.5"} {
			add(OtherCode, "code "+other, right.Status, refusal(object, envelope, json.Number(other), message))
		}
		text, _ := message.(string)
		for _, other := range []string{"", "Error", strings.ToUpper(text)} {
			add(OtherMessage, fmt.Sprintf("message %q", other), right.Status, refusal(object, envelope, code, other))
		}
		contradict(envelope.Failure)
		add(Contradiction, "sent with 200", 200, object)
	case refused:
		contradict(envelope.Success)
		add(OtherMessage, "there is a message", right.Status, refusal(object, envelope, code, "all is well"))
	}
	add(NoContent, "an empty object", right.Status, map[string]any{})
	add(NoContent, "an empty list", right.Status, []any{})
	add(NoContent, "null", right.Status, nil)
	for _, status := range []int{201, 202, 403, 418, 503} {
		add(OtherStatus, "sent with "+strconv.Itoa(status), status, right.Body)
	}
	return found
}

// refusal returns an object with another code and message, and all else as it is.
func refusal(object map[string]any, envelope spec.Envelope, code, message any) map[string]any {
	changed := maps.Clone(object)
	if changed == nil {
		changed = map[string]any{}
	}
	envelope.Failure = nil
	maps.Copy(changed, envelope.Body(code, envelope.CodeNameOf(object), message))
	return changed
}

// change is one way to falsify a body.
type change struct {
	kind Kind
	how  string
	body any
}

// changes falsifies a value in every place, one place at a time.
func changes(path string, value any) []change {
	var found []change
	add := func(kind Kind, how string, body any) { found = append(found, change{kind, path + " " + how, body}) }
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			for _, inner := range changes(path+"."+name, v[name]) {
				found = append(found, change{inner.kind, inner.how, with(v, name, inner.body)})
			}
			without := maps.Clone(v)
			delete(without, name)
			add(MissingMember, "without "+name, without)
			add(RenamedMember, "with "+name+" renamed", with(without, name+"X", v[name]))
			if v[name] != nil {
				add(NullMember, "with "+name+" null", with(v, name, nil))
			}
		}
		add(AddedMember, "with a member more", with(v, "secret", "s"))
		add(OtherShape, "as a list", []any{v})
		add(OtherShape, "as a text", "text")
	case []any:
		for i := range v {
			for _, inner := range changes(fmt.Sprintf("%s[%d]", path, i), v[i]) {
				changed := slices.Clone(v)
				changed[i] = inner.body
				found = append(found, change{inner.kind, inner.how, changed})
			}
		}
		add(OtherShape, "as an object", map[string]any{"0": v})
		add(OtherType, "with a null in it", append(slices.Clone(v), nil))
		add(OtherType, "with an object in it", append(slices.Clone(v), map[string]any{"x": 1}))
	case string:
		add(OtherType, "as a number", json.Number("12"))
		add(OtherType, "as a list", []any{v})
		add(OtherType, "as true", true)
		changeText(v, add)
	case json.Number:
		add(OtherType, "as a text", v.String())
		add(OtherType, "as true", true)
		add(OtherType, "as a list", []any{v})
		if strings.Contains(path, "Requests") || strings.Contains(path, "total") {
			add(WrongNumber, "negative", json.Number("-1"))
			add(WrongNumber, "as a fraction", json.Number("1.5"))
		}
	case bool:
		add(OtherType, "as a text", strconv.FormatBool(v))
		add(OtherType, "as a number", json.Number("1"))
	case nil:
		add(OtherType, "as a text", "null")
		add(OtherType, "as an object", map[string]any{})
	}
	return found
}

// changeText changes a string, if it is one of those with a form.
func changeText(text string, add func(Kind, string, any)) {
	if _, err := spec.Timestamp(text); err == nil {
		add(WrongDate, "on 31 February", text[:5]+"02-31"+text[10:])
		add(WrongDate, "without an offset", text[:19])
		add(WrongDate, "as UNIX seconds in a text", "1770885000")
	}
	if isID(text) {
		add(WrongID, "in upper case", strings.ToUpper(text))
		add(WrongID, "cut", text[:10])
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		add(WrongNumber, "as no number", "many")
	}
}

// isID reports whether a string is long enough for an ID, and a single word.
func isID(text string) bool {
	opaque := strings.HasPrefix(text, "sk-") // an access token, whose form only an example shows
	return len(strings.TrimPrefix(text, "txn_")) >= 23 && !strings.ContainsAny(text, " :.") && !opaque
}

func with(object map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(object)
	if changed == nil {
		changed = map[string]any{}
	}
	changed[name] = value
	return changed
}
