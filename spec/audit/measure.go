package audit

import (
	"fmt"
	"slices"

	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Measurement counts how many wrong answers each reading of a document refuses.
type Measurement struct {
	// Right answers were falsified, which gave Wrong ones.
	Right int `json:"right"`
	Wrong int `json:"wrong"`
	// The two readings; Rejected and Accepted of each add up to Wrong.
	Published Count `json:"published"`
	Strict    Count `json:"strict"`
	// Documented is the same for those alone that falsify an answer with a status that the
	// published document has for the operation: what the overlay added cannot be held against it.
	Documented Documented `json:"documented"`
	// Kinds tell them apart by what is wrong, in the order of [Kinds].
	Kinds []KindCount `json:"kinds"`
	// StillRight are those that the strict reading accepts because the change made another right
	// answer, by reason.
	StillRight []Reason `json:"stillRight"`
	// Unseen are those that the strict reading accepts for no known reason. There should be none.
	Unseen []string `json:"unseen"`
}

// Documented counts the wrong answers made of those that the published document itself describes.
type Documented struct {
	Right     int   `json:"right"`
	Wrong     int   `json:"wrong"`
	Published Count `json:"published"`
	Strict    Count `json:"strict"`
}

// Count is how many wrong answers a reading rejected and accepted.
type Count struct {
	Rejected int `json:"rejected"`
	Accepted int `json:"accepted"`
	// WithoutSchema of those accepted were not looked at: the reading has no schema for the status,
	// or for its body.
	WithoutSchema int `json:"withoutSchema"`
}

// Share is the percentage of wrong answers that the reading accepted, 0 where there were none.
func (c Count) Share() float64 {
	if c.Rejected+c.Accepted == 0 {
		return 0
	}
	return 100 * float64(c.Accepted) / float64(c.Rejected+c.Accepted)
}

// KindCount is what the readings make of one kind of wrong answers.
type KindCount struct {
	Kind      Kind  `json:"kind"`
	Wrong     int   `json:"wrong"`
	Published Count `json:"published"`
	Strict    Count `json:"strict"`
}

// Reason is why a changed answer is right nevertheless, and how many are.
type Reason struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// Measure falsifies every right answer of a document and holds what comes out against both
// readings. A reading without a schema for an answer rejects it when it is the strict one, which
// has one for every status there is, and accepts it when it is the published one, as validators do.
// It takes about a second; the error is one of the documents, or says that they no longer fit the
// generator.
func Measure(document *spec.Document) (Measurement, error) {
	r, err := newReadings(document)
	if err != nil {
		return Measurement{}, err
	}
	rights, err := r.right()
	if err != nil {
		return Measurement{}, err
	}
	m := Measurement{Right: len(rights), StillRight: []Reason{}, Unseen: []string{}}
	for _, kind := range Kinds() {
		m.Kinds = append(m.Kinds, KindCount{Kind: kind})
	}
	reasons := r.harmless
	counts := make([]int, len(reasons))
	for _, right := range rights {
		if err := r.fits(right); err != nil {
			return Measurement{}, err
		}
		_, documented := responses(r.published, right.Operation)[right.Status]
		if documented {
			m.Documented.Right++
		}
		for _, wrong := range Falsify(right, r.envelope) {
			if _, known := reading.Described(r.strict, wrong.Operation, wrong.Status); known && wrong.Kind == OtherStatus {
				continue // another answer of the same operation, which has bodies of its own
			}
			published, strict := r.byPublished(wrong), r.byStrict(wrong)
			m.count(wrong.Kind, published, strict)
			if documented {
				m.Documented.Wrong++
				m.Documented.Published.add(published)
				m.Documented.Strict.add(strict)
			}
			if strict != accepted {
				continue
			}
			text := wrong.String()
			if i := slices.IndexFunc(reasons, func(h reading.Harmless) bool { return h.Change.MatchString(text) }); i >= 0 {
				counts[i]++
			} else {
				m.Unseen = append(m.Unseen, text)
			}
		}
	}
	for i, reason := range reasons {
		if counts[i] > 0 {
			m.StillRight = append(m.StillRight, Reason{reason.Why, counts[i]})
		}
	}
	return m, nil
}

// fits returns an error unless an answer is what the generator takes it for: right.
func (r *readings) fits(right Answer) error {
	schema := reading.StrictResponse(r.strict, right.Operation, right.Status, right.Query)
	if schema == nil {
		return fmt.Errorf("audit: the strict reading has no schema for %s; want one, as it has an example", right)
	}
	if found := reading.Check(r.strict, schema, right.Body); len(found) > 0 {
		return fmt.Errorf("audit: the example of %s is wrong by the strict reading: %s; want one that is right", right, found[0])
	}
	return nil
}

// verdict is what a reading makes of an answer.
type verdict int

const (
	rejected verdict = iota
	accepted
	unjudged // for want of a schema
)

func (r *readings) byPublished(w Wrong) verdict {
	schema := reading.PublishedResponse(r.published, w.Operation, w.Status)
	switch {
	case schema == nil:
		return unjudged
	case len(reading.Check(r.published, schema, w.Body)) == 0:
		return accepted
	}
	return rejected
}

func (r *readings) byStrict(w Wrong) verdict {
	schema := reading.StrictResponse(r.strict, w.Operation, w.Status, w.Query)
	if schema != nil && len(reading.Check(r.strict, schema, w.Body)) == 0 {
		return accepted
	}
	return rejected
}

func (m *Measurement) count(kind Kind, published, strict verdict) {
	m.Wrong++
	m.Published.add(published)
	m.Strict.add(strict)
	for i := range m.Kinds {
		if m.Kinds[i].Kind == kind {
			m.Kinds[i].Wrong++
			m.Kinds[i].Published.add(published)
			m.Kinds[i].Strict.add(strict)
		}
	}
}

func (c *Count) add(v verdict) {
	switch v {
	case rejected:
		c.Rejected++
	case accepted:
		c.Accepted++
	case unjudged:
		c.Accepted++
		c.WithoutSchema++
	}
}
