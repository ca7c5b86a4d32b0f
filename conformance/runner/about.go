package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// aboutTimeout bounds the question what time it is at the target.
const aboutTimeout = 3 * time.Second

// about is the first paragraph of the report: as whom the target was asked, what time it is there,
// and what could not be asked.
func (r *Runner) about(ctx context.Context) []report.Fact {
	facts := []report.Fact{r.aboutAccount(), {Name: "target's clock", Text: r.targetClock(ctx)}}
	var unaddressed []string
	for _, surface := range r.judgement.Surfaces() {
		if r.addresses.of(surface) == nil && r.isChosen(surface) {
			unaddressed = append(unaddressed, surface.Title)
		}
	}
	if len(unaddressed) > 0 {
		facts = append(facts, report.Fact{Name: "not judged", Loud: true, Text: strings.Join(unaddressed, ", ") + ": no address; give --base-url SURFACE=URL"})
	}
	return facts
}

func (r *Runner) aboutAccount() report.Fact {
	fact := report.Fact{Name: "account", Text: "one for each scenario, made by the control API"}
	switch {
	case r.control != nil:
	case r.target.Email != "":
		fact.Text = r.target.Email + ", shared by all scenarios"
	case r.target.ClientID != "":
		fact.Text = "none; the OAuth client " + r.target.ClientID
	default:
		fact.Text = "none"
	}
	return fact
}

// targetClock returns the target's time: from its control API, otherwise from the Date header of
// its first answer.
func (r *Runner) targetClock(ctx context.Context) string {
	if r.control != nil && r.control.breaker.given("") == "" {
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), aboutTimeout)
		defer cancel()
		var clock struct {
			Now    time.Time `json:"now"`
			Frozen bool      `json:"frozen"`
		}
		if r.control.call(asking, http.MethodGet, "/clock", nil, nil, &clock) == nil {
			state := "running"
			if clock.Frozen {
				state = "frozen"
			}
			return clock.Now.UTC().Format(time.RFC3339) + ", " + state
		}
	}
	return r.dates.text()
}

// isChosen reports whether some chosen scenario calls a surface.
func (r *Runner) isChosen(surface *check.Surface) bool {
	return slices.ContainsFunc(r.chosen, func(scenario *scenarios.Scenario) bool { return slices.Contains(r.called(scenario), surface) })
}

// judged counts the MUST scenarios whose surfaces have an address, and those of them that sent
// requests to the target.
func (r *Runner) judged(results []report.Result) report.Judged {
	var count report.Judged
	for i, scenario := range r.chosen {
		if scenario.Level != scenarios.Must || r.unaddressed(scenario) {
			continue
		}
		count.Total++
		if results[i].Verdict.Executed() {
			count.Executed++
		}
	}
	return count
}

// unaddressed reports whether a scenario calls a surface without an address.
func (r *Runner) unaddressed(scenario *scenarios.Scenario) bool {
	return slices.ContainsFunc(r.called(scenario), func(surface *check.Surface) bool { return r.addresses.of(surface) == nil })
}

// dates keeps the Date header of the first answer that had one, and when it came.
type dates struct {
	once    sync.Once
	said    time.Time
	arrived time.Time
}

func (d *dates) note(header http.Header) {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	d.once.Do(func() { d.said, d.arrived = at, time.Now() })
}

// text is read when the run is over.
func (d *dates) text() string {
	if d.said.IsZero() {
		return "unknown: no answer has a Date header"
	}
	text := d.said.UTC().Format(time.RFC3339) + " by its first Date header"
	switch ahead := d.said.Sub(d.arrived).Round(time.Second); {
	case ahead > time.Second:
		return fmt.Sprintf("%s, %s ahead of this machine's", text, ahead)
	case ahead < -2*time.Second:
		return fmt.Sprintf("%s, %s behind this machine's", text, -ahead)
	}
	return text + ", as this machine's"
}
