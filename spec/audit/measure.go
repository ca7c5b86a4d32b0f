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
	// Documented counts only falsified answers with a status that the published document has for
	// the operation: a status that the overlay added cannot be held against it.
	Documented Documented `json:"documented"`
	// Kinds break the counts down by what is wrong, in the order of [Kinds].
	Kinds []KindCount `json:"kinds"`
	// StillRight are those that the strict reading accepts because the change gave another correct
	// answer, by reason.
	StillRight []Reason `json:"stillRight"`
	// Unseen are those that the strict reading accepts for no known reason. There should be none.
	Unseen []string `json:"unseen"`
}

// Documented counts the wrong answers derived from those that the published document itself
// describes.
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
	// WithoutSchema of the accepted ones were not checked: the reading has no schema for the
	// status, or for its body.
	WithoutSchema int `json:"withoutSchema"`
}

// Share returns the percentage of wrong answers that the reading accepted, 0 if there were none.
func (c Count) Share() float64 {
	if c.Rejected+c.Accepted == 0 {
		return 0
	}
	return 100 * float64(c.Accepted) / float64(c.Rejected+c.Accepted)
}

// KindCount counts the verdicts of both readings on one kind of wrong answers.
type KindCount struct {
	Kind      Kind  `json:"kind"`
	Wrong     int   `json:"wrong"`
	Published Count `json:"published"`
	Strict    Count `json:"strict"`
}

// Reason is why a changed answer is correct nevertheless, and how many there are.
type Reason struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// Measure falsifies every correct answer of a document and checks the results against both
// readings. Where a reading has no schema for an answer, the strict one, which has one for every
// status there is, rejects it, and the published one accepts it, as validators do. Measure takes
// about a second. Its error is one of the documents, or says that they no longer fit the generator.
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
				continue // another answer of the same operation, whose bodies are its own
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

// fits returns an error unless an answer is correct, as the generator assumes.
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

// verdict is a reading's judgement of an answer.
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
	case reading.Fits(r.published, schema, w.Body):
		return accepted
	}
	return rejected
}

func (r *readings) byStrict(w Wrong) verdict {
	schema := reading.StrictResponse(r.strict, w.Operation, w.Status, w.Query)
	if schema != nil && reading.Fits(r.strict, schema, w.Body) {
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
