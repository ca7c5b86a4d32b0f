package fault

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// legal changes answers in ways that the contract allows, and that clients forget: pages of one
// entry, members in another order, null where the document says nullable, members that it does not
// name, each form of single tokens. Vary chooses among them; without it, all.
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
	random, free := f.chance(), f.callee.Freedom()
	varies := func(what string) bool { return slices.Contains(l.vary, what) }
	if r.Status == http.StatusOK {
		if varies("shape") {
			envelope = free.reshape(envelope, random)
		}
		if varies("pages") && free.Paged {
			shortenPage(envelope)
		}
		if varies("nulls") {
			f.nullSome(envelope, free)
		}
	}
	if varies("extra") {
		envelope = extend(envelope, free)
	}
	if varies("order") {
		shuffle(envelope, random)
	}
	if text, err := render(envelope); err == nil {
		r.Body = text
	}
	return nil
}

// dataOf returns the member "data" of an answer, or nil.
func dataOf(envelope object) any {
	if i := envelope.find("data"); i >= 0 {
		return envelope[i].value
	}
	return nil
}

// shortenPage leaves one entry. A limit is only an upper bound; a client that pages by the number
// of entries received still sees every entry.
func shortenPage(envelope object) {
	if list, ok := dataOf(envelope).([]any); ok && len(list) > 1 {
		envelope[envelope.find("data")].value = list[:1]
	}
}

// nullSome sets nullable members of every second entry to null, the same ones each time, in lists
// and details: otherwise they would contradict one another, which is not legal.
func (f *Fault) nullSome(envelope object, free Freedom) {
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
		some(data, free.NullInDetail)
	case []any:
		for _, entry := range data {
			if o, ok := entry.(object); ok {
				some(o, free.NullInList)
			}
		}
	}
}

// extra is a member that the document does not name, as the next version of an API has them.
func extra() property {
	return property{"addedInTheNextVersion", object{{"note", "clients ignore what they do not know"}}}
}

// extend adds a member to the envelope and to what is in it, but not to objects that are maps.
func extend(envelope object, free Freedom) object {
	switch data := dataOf(envelope).(type) {
	case object:
		if !free.Map {
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
