package fault

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// legal changes answers in ways that the contract allows, and that clients forget: pages of one entry, members in another order, null where the
// document says nullable, members that it does not name, each form of single tokens. Vary chooses among them; without it, all.
type legal struct{ vary []string }

// variations are the names of what may be varied.
func variations() []string { return []string{"pages", "order", "nulls", "extra", "shape"} }

func newLegal(e Effect) (effect, error) {
	for _, v := range e.Vary {
		if !slices.Contains(variations(), v) {
			return nil, wrongf("vary", "has %q; want some of %s", v, strings.Join(variations(), ", "))
		}
	}
	if len(e.Vary) == 0 {
		return legal{variations()}, nil
	}
	return legal{e.Vary}, nil
}

func (l legal) apply(f *Fault) sender {
	r := &f.exchange.Response
	body, err := readValue(r.Body)
	envelope, ok := body.(object)
	if err != nil || !ok {
		return nil
	}
	random, operation := f.chance(), f.exchange.Operation
	varies := func(what string) bool { return slices.Contains(l.vary, what) }
	if r.Status == http.StatusOK {
		if varies("shape") {
			envelope = reshape(envelope, operation, random)
		}
		if varies("pages") {
			shortenPage(envelope, operation)
		}
		if varies("nulls") {
			f.nullSome(envelope, operation)
		}
	}
	if varies("extra") {
		envelope = extend(envelope, operation)
	}
	if varies("order") {
		shuffle(envelope, random)
	}
	if text, err := render(envelope); err == nil {
		r.Body = text
	}
	return nil
}

// dataOf is the answer proper, or nil.
func dataOf(envelope object) any {
	if i := envelope.find("data"); i >= 0 {
		return envelope[i].value
	}
	return nil
}

// single says whether an operation answers a single token, which is sent in three forms (docs/behaviour.md, shape of a single token).
func single(operation string) bool {
	return slices.Contains([]string{"token.create", "token.get", "token.update"}, operation)
}

// reshape draws the form of a single token: under data, bare, or both.
func reshape(envelope object, operation string, random *rand.Rand) object {
	if !single(operation) {
		return envelope
	}
	token, enveloped := dataOf(envelope).(object)
	if !enveloped {
		token = envelope
	}
	data := object{{"data", token}, {"success", true}, {"message", ""}, {"error", nil}}
	switch random.IntN(3) {
	case 0:
		return data
	case 1:
		return slices.Clone(token)
	}
	return append(data, token...)
}

// paged says whether an operation answers pages that the caller can go on from with skip.
func paged(operation string) bool {
	return slices.Contains([]string{"token.list", "error.list", "wallet.transactions", "callback.list", "subscription.list"}, operation)
}

// shortenPage leaves one entry: limit is the most that a page may hold, and who goes on by what came gets everything.
func shortenPage(envelope object, operation string) {
	if list, ok := dataOf(envelope).([]any); ok && paged(operation) && len(list) > 1 {
		envelope[envelope.find("data")].value = list[:1]
	}
}

// nullable are the members that the published document lets be null, of the entries of a list and of a detail.
func nullable(operation string) (ofEntry, ofDetail []string) {
	switch operation {
	case "callback.list":
		return []string{"completedAt"}, []string{"completedAt", "domain"} // with ?id= it is a detail
	case "callback.get":
		return nil, []string{"completedAt", "domain"}
	}
	return nil, nil
}

// nullSome leaves nullable members out of every second entry. It is the same ones each time, in lists and details: else they would contradict one
// another, which is not legal.
func (f *Fault) nullSome(envelope object, operation string) {
	ofEntry, ofDetail := nullable(operation)
	some := func(o object, names []string) {
		for _, name := range names {
			i, id := o.find(name), o.find("id")
			if i < 0 || id < 0 {
				continue
			}
			if chance(f.book.config.Seed, f.exchange.Account, fmt.Sprint(o[id].value), name, 0).IntN(2) == 0 {
				o[i].value = nil
			}
		}
	}
	switch data := dataOf(envelope).(type) {
	case object:
		some(data, ofDetail)
	case []any:
		for _, entry := range data {
			if o, ok := entry.(object); ok {
				some(o, ofEntry)
			}
		}
	}
}

// extra is a member that the document does not name, as the next version of an API has them.
func extra() property {
	return property{"addedInTheNextVersion", object{{"note", "clients ignore what they do not know"}}}
}

// extend adds a member to the envelope, and to what is in it: but not to objects that are maps, whose keys mean something (stats.apis).
func extend(envelope object, operation string) object {
	switch data := dataOf(envelope).(type) {
	case object:
		if operation != "stats.apis" {
			envelope[envelope.find("data")].value = slices.Concat(data, object{extra()})
		}
	case []any:
		for i := range data {
			if o, ok := data[i].(object); ok {
				data[i] = append(o, extra())
			}
		}
	}
	return append(envelope, extra())
}

// shuffle puts the members of all objects in another order.
func shuffle(v any, random *rand.Rand) {
	switch v := v.(type) {
	case object:
		random.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		for _, p := range v {
			shuffle(p.value, random)
		}
	case []any:
		for _, one := range v {
			shuffle(one, random)
		}
	}
}
