package client

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/conformance/report"
)

// The bounds of what a report shows of exchanges.
const (
	shownSteps = 200     // of a case, in all
	citedSteps = 8       // of a rule over traffic
	shownBody  = 4 << 10 // bytes of a body
)

// verdict is what a finding means for an assertion of a level, if the run has a level of its own.
func verdict(f Finding, level, run string) report.Verdict {
	switch {
	case f.State == Broken && (level == "MUST" || run != "must"):
		return report.Fail
	case f.State == Broken:
		return report.Warn
	}
	return report.Pass
}

// openReason says why evidence leaves a rule open; "" where it does not.
func (e *Evidence) openReason(r *Rule, f Finding) string {
	if f.State == Broken && f.Alone {
		return ""
	}
	if e.Dropped > 0 && r.Scope != Commands {
		return fmt.Sprintf("the journal dropped %s: what is missing may decide it (oauthmock serve --journal-entries, --journal-bytes)", plural(int(min(e.Dropped, 1<<30)), "exchange", "exchanges"))
	}
	cutBody := slices.ContainsFunc(f.At, func(i int) bool { return e.Exchanges[i].Cut }) || f.State != Broken && slices.ContainsFunc(e.judged(), func(i int) bool { return e.Exchanges[i].Cut })
	if r.bodies && cutBody {
		return "a body that it reads is not in the evidence in full"
	}
	if e.Ended == nil {
		return ""
	}
	switch {
	case r.ID == "credentials/not-printed" && (e.Ended.StdoutCut || e.Ended.StderrCut):
		return fmt.Sprintf("the command printed more than %d MiB, and the rest was not looked through", MaxOutput>>20)
	case r.Scope == Outcomes && e.Ended.StdoutCut:
		return fmt.Sprintf("the command printed more than %d MiB, and its result is not in what was kept", MaxOutput>>20)
	}
	return ""
}

// assertion is a finding as reports have it. Its step is the exchange that shows it best, by its
// place in shown.
func assertion(r *Rule, f Finding, v report.Verdict, shown []int) report.Assertion {
	a := report.Assertion{ID: r.ID, Kind: "rule", Level: r.Level, Verdict: v, Requirement: r.Requirement, Source: r.Source, Expected: f.Expected, Actual: f.Actual, Step: -1}
	if len(f.At) > 0 && f.State == Broken {
		a.Step = slices.Index(shown, f.At[len(f.At)-1])
	}
	if r.Clock != NoClock {
		a.Requirement += " (on " + r.Clock.words() + ")"
	}
	return a
}

func (c Clock) words() string {
	if c == Account {
		return "the account's clock"
	}
	return "wall time"
}

// steps are exchanges as reports have them.
func (e *Evidence) steps(shown []int) []report.Step {
	out := make([]report.Step, 0, len(shown))
	for _, i := range shown {
		one := &e.Exchanges[i]
		address := url.URL{Scheme: "http", Host: one.Host, Path: one.Path, RawQuery: one.Query.Encode()}
		if one.Host == "" {
			address.Scheme = ""
		}
		step := report.Step{
			Name: one.ID, Operation: one.Operation, Method: one.Method, URL: address.String(), Status: one.Status,
			RequestBody: clip(one.RequestBody, shownBody), ResponseBody: clip(one.ResponseBody, shownBody), Seconds: one.Took.Seconds(),
		}
		// Fingerprints are legible so.
		step.URL = strings.NewReplacer("%5Bsecret+", "[secret ", "%5Bsecret%20", "[secret ", "%5D", "]").Replace(step.URL)
		if one.Status == 0 {
			step.Failure = "no answer was sent"
		}
		if one.Fault.Name != "" {
			step.Name += strings.TrimRight(" (on purpose: "+one.Fault.Kind+" "+one.Fault.Where, " ") + ")"
		}
		step.Started = one.Wall.UTC()
		step.RequestHeaders, step.ResponseHeaders = shownHeaders(one.RequestHeader), shownHeaders(one.ResponseHeader)
		out = append(out, step)
	}
	return out
}

func shownHeaders(h http.Header) map[string]string {
	if len(h) == 0 {
		return nil
	}
	out := make(map[string]string, len(h))
	for name, values := range h {
		out[name] = clip(strings.Join(values, ", "), shownBytes)
	}
	return out
}

// judgeCase applies the rules to what a command did in a case.
func judgeCase(c Case, e *Evidence, level string) report.Result {
	result := report.Result{ID: "client/" + c.ID, Title: c.Title, Level: levelOf(c.Outcome), Tags: []string{c.Task}}
	shown := e.judged()
	shown = shown[:min(shownSteps, len(shown))]
	result.Steps = e.steps(shown)
	if e.Ended.Status == notImplemented && !e.Ended.TimedOut && len(e.Ended.Leaked) == 0 {
		result.Verdict, result.Reason = report.Skip, "the client does not implement "+c.Task
		return result
	}
	// A client that reports success without sending a request has shown nothing, whatever it
	// printed. One that should fail may have failed for any reason.
	idle := len(e.judged()) == 0 && !e.Ended.TimedOut && (e.Ended.Status == 0 || c.End == Failed)
	var failed, warned, open []string
	proven := map[string]bool{}
	for _, rule := range Rules() {
		if rule.Scope == Outcomes && (rule.ID != c.Outcome || idle || e.Ended.TimedOut) {
			continue
		}
		finding := rule.Judge(e)
		if finding.State == Unseen {
			continue
		}
		v := verdict(finding, rule.Level, level)
		if why := e.openReason(&rule, finding); why != "" {
			v = report.Inconclusive
			open = append(open, rule.ID+": "+why)
		}
		proven[rule.ID] = true
		switch v {
		case report.Fail:
			failed = append(failed, rule.ID)
		case report.Warn:
			warned = append(warned, rule.ID)
		}
		result.Assertions = append(result.Assertions, assertion(&rule, finding, v, shown))
	}
	for _, need := range c.Needs {
		if !proven[need] {
			open = append(open, need+": nothing that the client did shows it")
		}
	}
	switch {
	case len(failed) > 0:
		result.Verdict, result.Reason = report.Fail, strings.Join(failed, ", ")
	case idle:
		result.Verdict, result.Reason = report.Inconclusive, fmt.Sprintf("the client asked for nothing, and exited with %d: that shows nothing", e.Ended.Status)
	case len(open) > 0:
		result.Verdict, result.Reason = report.Inconclusive, strings.Join(open, "; ")
	case len(warned) > 0:
		result.Verdict, result.Reason = report.Warn, strings.Join(warned, ", ")
	default:
		result.Verdict = report.Pass
	}
	return result
}

func levelOf(id string) string {
	if rule := Find(id); rule != nil {
		return rule.Level
	}
	return "MUST"
}

// judgeTraffic applies the traffic rules, with a result for each.
func judgeTraffic(e *Evidence, level string) []report.Result {
	var results []report.Result
	for _, rule := range Rules() {
		if rule.Scope != Anywhere {
			continue
		}
		results = append(results, judgeRule(&rule, e, level))
	}
	return results
}

func judgeRule(rule *Rule, e *Evidence, level string) report.Result {
	result := report.Result{ID: "client/traffic/" + rule.ID, Title: rule.Requirement, Level: rule.Level}
	finding := rule.Judge(e)
	shown := finding.At
	if finding.State == Broken {
		shown = shown[max(0, len(shown)-citedSteps):]
	} else {
		shown = shown[:min(1, len(shown))]
	}
	result.Steps = e.steps(shown)
	why := e.openReason(rule, finding)
	switch {
	case len(e.judged()) == 0:
		result.Verdict, result.Reason = report.Inconclusive, "there is no exchange to judge"
	case finding.State == Unseen && why == "":
		result.Verdict, result.Reason = report.Skip, "nothing was seen that the rule applies to"
	case why != "":
		result.Verdict, result.Reason = report.Inconclusive, why
	default:
		result.Verdict = verdict(finding, rule.Level, level)
		if finding.State == Broken {
			result.Reason = finding.Actual
		}
	}
	if finding.State != Unseen {
		v := result.Verdict
		result.Assertions = []report.Assertion{assertion(rule, finding, v, shown)}
	}
	return result
}
