package coverage

import (
	"errors"
	"fmt"
	"slices"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Report states how much of the published contract was met.
type Report struct {
	Operations Covered `json:"operations"` // "token.create": it was asked, whatever the answer
	Statuses   Covered `json:"statuses"`   // "POST /tokens 422"
	Refusals   Covered `json:"refusals"`   // "PATCH /tokens/{token} 401 130"
}

// Covered counts one kind; Missing and Met are sorted.
type Covered struct {
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Missing []string `json:"missing"`
	Met     []string `json:"met"`
}

// ErrTooMany means that too many accounts are counted for this one to be among them.
var ErrTooMany = errors.New("too many accounts are counted, and this one is not among them")

// Report returns what one account has met or, if of is empty, all callers together. Calls whose
// credentials were refused count for all only. It returns ErrTooMany if the account is not counted.
// The first call reads the published documents, which takes a few hundredths of a second.
func (r *Recorder) Report(of account.ID) (Report, error) {
	c, err := r.read()
	if err != nil {
		return Report{}, err
	}
	seen := &r.overall
	if of != "" {
		r.mu.RLock()
		own, full := r.accounts[of], r.full
		r.mu.RUnlock()
		if own == nil && full {
			return Report{}, ErrTooMany
		}
		if seen = own; seen == nil {
			seen = &marks{}
		}
	}
	var operations, statuses, refusals []string
	for met, number := range *r.known.Load() {
		if !seen.has(number) {
			continue
		}
		place, known := c.places[met.operation]
		if !known {
			continue
		}
		operations = append(operations, met.operation)
		statuses = append(statuses, fmt.Sprintf("%s %d", place, met.status))
		refusals = append(refusals, fmt.Sprintf("%s %d %s", place, met.status, met.code))
	}
	return Report{
		Operations: covered(c.operations, operations), Statuses: covered(c.statuses, statuses), Refusals: covered(c.refusals, refusals),
	}, nil
}

// covered compares what was met with what there is.
func covered(all, met []string) Covered {
	out := Covered{Total: len(all), Missing: []string{}, Met: []string{}}
	for _, name := range all {
		if slices.Contains(met, name) {
			out.Met = append(out.Met, name)
		} else {
			out.Missing = append(out.Missing, name)
		}
	}
	slices.Sort(out.Missing)
	slices.Sort(out.Met)
	out.Covered = out.Total - len(out.Missing)
	return out
}

// contract is everything that can be met.
type contract struct {
	operations, statuses, refusals []string
	places                         map[string]string // "token.create": "POST /tokens"
}

// readContract collects the operations of surfaces and, if these have a document, the statuses and
// error numbers that it publishes. Operations that a document marks as the mock's own do not count:
// no client has to call them.
func readContract(surfaces surface.Descriptions) (*contract, error) {
	c := &contract{places: map[string]string{}}
	for _, d := range surfaces {
		if d.Document == nil {
			for _, o := range (surface.Descriptions{d}).Operations() {
				c.operations = append(c.operations, o.Name)
				c.places[o.Name] = spec.Qualified(d.Name, o.Method+" "+o.Path)
			}
			continue
		}
		operations, err := d.Document.Operations()
		if err != nil {
			return nil, err
		}
		triples, err := d.Document.Triples()
		if err != nil {
			return nil, err
		}
		for _, o := range operations {
			if o.Own {
				continue
			}
			c.operations = append(c.operations, o.Name)
			c.places[o.Name] = spec.Qualified(d.Name, o.Method+" "+o.Path)
			for _, status := range o.Statuses {
				c.statuses = append(c.statuses, fmt.Sprintf("%s %d", c.places[o.Name], status))
			}
		}
		for _, t := range triples {
			c.refusals = append(c.refusals, t.String())
		}
	}
	return c, nil
}
