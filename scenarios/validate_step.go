package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ohler55/ojg/jp"
)

func (v *validator) step(step *Step) {
	if strings.TrimSpace(step.Name) == "" {
		v.problem(step.Line, "a step needs a name, in words; assertions are named after it")
	}
	if strings.ContainsAny(step.Name, "/[]") || step.Name != strings.TrimSpace(step.Name) {
		v.problem(step.LineOf("name"), `step name %q must not hold "/", "[", "]", or start or end with a space: these separate the parts of assertion ids`, step.Name)
	}
	kinds := slices.DeleteFunc([]string{"call", "follow", "authorize", "wait", "receive", "control", "compare"}, func(kind string) bool { return !step.Has(kind) })
	if len(kinds) != 1 {
		v.problem(step.Line, "step %q must have exactly one of call, follow, authorize, wait, receive, control and compare; it has %s", step.Name, orNone(kinds))
	}
	if step.As != "" {
		if !slices.Contains(v.names.accounts, step.As) {
			v.problem(step.LineOf("as"), "as: no account %q under given.accounts%s", step.As, didYouMean(step.As, v.names.accounts))
		} else {
			v.names.known[step.As].used = true
		}
	}
	if !step.Has("call") {
		for _, key := range []string{"auth", "path", "query", "rawQuery", "headers", "body", "rawBody", "form", "cookies", "charset", "matrix", "repeat", "concurrent", "outcomes", "walk", "expect"} {
			if step.Has(key) && !(step.Has("follow") && slices.Contains([]string{"auth", "headers", "cookies", "expect"}, key)) &&
				!(step.Has("receive") && key == "expect") && !(step.Has("authorize") && slices.Contains([]string{"headers", "matrix", "repeat", "expect"}, key)) {
				v.problem(step.LineOf(key), "step %q: %q belongs to a call", step.Name, key)
			}
		}
		if step.Has("browser") && !step.Has("follow") && !step.Has("authorize") {
			v.problem(step.LineOf("browser"), "step %q: a browser sends a request; it belongs to call, follow and authorize", step.Name)
		}
	}
	matrix := sortedKeys(step.Matrix)
	for _, key := range matrix {
		if len(step.Matrix[key]) == 0 {
			v.problem(step.LineOf("matrix"), "matrix: %q has no values", key)
		}
		for _, value := range step.Matrix[key] {
			v.texts(step.LineOf("matrix"), value)
		}
		v.names.define(v, key, step.LineOf("matrix"), true)
	}
	switch {
	case step.Has("call"):
		v.call(step)
	case step.Follow != nil:
		v.follow(step)
	case step.Authorize != nil:
		v.authorize(step)
	case step.Has("wait"):
		v.wait(step)
	case step.Has("receive"):
		v.receive(step)
	case step.Control != nil:
		v.control(step)
	case step.Has("compare"):
		v.compare(step)
	}
	for _, key := range matrix {
		v.names.forget(v, key)
	}
	v.captures(step.LineOf("capture"), step.Capture)
}

func (v *validator) call(step *Step) {
	call, ok := ResolveCall(v.operations, step.Call)
	if !ok {
		v.problem(step.LineOf("call"), "%s", v.misread(step.Call))
	}
	v.texts(step.LineOf("call"), step.Call)
	if ok {
		v.path(step, call)
	}
	if step.Has("query") && step.Has("rawQuery") {
		v.problem(step.LineOf("rawQuery"), "query and rawQuery exclude one another")
	}
	bodies := slices.DeleteFunc([]string{"body", "rawBody", "form"}, func(key string) bool { return !step.Has(key) })
	if len(bodies) > 1 {
		v.problem(step.LineOf(bodies[1]), "%s exclude one another", strings.Join(bodies, " and "))
	}
	v.form(step)
	v.query(step.LineOf("query"), step.Query)
	v.charset(step)
	v.texts(step.LineOf("body"), step.Body)
	for key, text := range map[string]*string{"rawQuery": step.RawQuery, "rawBody": step.RawBody} {
		if text != nil {
			v.texts(step.LineOf(key), *text)
		}
	}
	v.sending(step)
	v.sent(step)
}

func (v *validator) charset(step *Step) {
	if !step.Has("charset") {
		return
	}
	line := step.LineOf("charset")
	switch {
	case step.Charset != "utf-8" && step.Charset != Latin1:
		v.problem(line, "unknown charset %q; it is utf-8 or %s", step.Charset, Latin1)
	case step.RawBody == nil:
		v.problem(line, "step %q: charset belongs to a rawBody", step.Name)
	default:
		if _, err := Encode(*step.RawBody, step.Charset); err != nil {
			v.problem(line, "rawBody: %v", err)
		}
	}
}

func (v *validator) path(step *Step, call Call) {
	var wanted []string
	if call.Alias {
		wanted = pathParameters(call.Path)
	} else if step.Has("path") {
		v.problem(step.LineOf("path"), "path: call %q is sent as written; put the value into it", step.Call)
		return
	}
	for _, name := range wanted {
		if _, ok := step.Path[name]; !ok {
			v.problem(step.LineOf("path"), "step %q: %s needs path: {%s: …}", step.Name, step.Call, name)
		}
	}
	for _, name := range sortedKeys(step.Path) {
		if !slices.Contains(wanted, name) {
			v.problem(step.LineOf("path"), "path: %s has no parameter %q%s", step.Call, name, didYouMean(name, wanted))
		}
		v.texts(step.LineOf("path"), step.Path[name])
	}
}

func (v *validator) auth(step *Step) {
	if step.Auth == nil {
		return
	}
	v.client(step)
	texts := []*string{step.Auth.Bearer, step.Auth.Raw}
	if c := step.Auth.Credentials; c != nil {
		texts = append(texts, c.Email, c.APIKey)
	}
	for _, text := range texts {
		if text != nil {
			v.texts(step.Auth.LineOf(""), *text)
		}
	}
}

// sending checks what makes a step more than one request.
func (v *validator) sending(step *Step) {
	many := slices.DeleteFunc([]string{"repeat", "concurrent", "walk"}, func(key string) bool { return !step.Has(key) })
	if len(many) > 1 {
		v.problem(step.LineOf(many[1]), "step %q: %s exclude one another", step.Name, strings.Join(many, " and "))
	}
	if step.Has("repeat") && (step.Repeat < 1 || step.Repeat > 1000) {
		v.problem(step.LineOf("repeat"), "repeat must be between 1 and 1000, not %d", step.Repeat)
	}
	if step.Has("concurrent") && (step.Concurrent < 2 || step.Concurrent > 200) {
		v.problem(step.LineOf("concurrent"), "concurrent must be between 2 and 200, not %d", step.Concurrent)
	}
	if step.Has("outcomes") && !step.Has("concurrent") {
		v.problem(step.LineOf("outcomes"), "outcomes belong to a step with concurrent; write expect instead")
	}
	for i := range step.Outcomes {
		v.outcome(step, &step.Outcomes[i])
	}
	if walk := step.Walk; walk != nil {
		if walk.Limit < 1 {
			v.problem(walk.LineOf("limit"), "walk: limit must be at least 1, not %d", walk.Limit)
		}
		if walk.Key == "" {
			v.problem(walk.LineOf("key"), "walk: key is missing; it names the member that tells items apart, such as id")
		}
		if walk.Has("max") && walk.Max < 1 {
			v.problem(walk.LineOf("max"), "walk: max must be at least 1, not %d", walk.Max)
		}
		if walk.Has("beyond") {
			v.texts(walk.LineOf("beyond"), walk.Beyond)
		}
		for _, key := range []string{"limit", "skip"} {
			if _, ok := step.Query[key]; ok || step.RawQuery != nil {
				v.problem(step.LineOf("query"), "a walk sets limit and skip itself; leave them out of query, and use no rawQuery")
				break
			}
		}
	}
}

func (v *validator) outcome(step *Step, outcome *Outcome) {
	v.asserts = true
	if outcome.Status < 100 || outcome.Status > 599 {
		v.problem(outcome.LineOf("status"), "outcomes: status must be an HTTP status such as 401, not %d", outcome.Status)
	}
	if n, err := strconv.Atoi(outcome.Count); err != nil || n < 0 || n > step.Concurrent {
		if !slices.Contains([]string{"rest", "some", "any"}, outcome.Count) {
			v.problem(outcome.LineOf("count"), `outcomes: count must be a number up to %d, "rest", "some" or "any", not %q`, step.Concurrent, outcome.Count)
		}
	}
	v.texts(outcome.LineOf("code"), outcome.Code)
	if outcome.Message != nil {
		v.texts(outcome.LineOf("message"), *outcome.Message)
	}
	v.captures(outcome.LineOf("capture"), outcome.Capture)
}

func (v *validator) control(step *Step) {
	control := step.Control
	actions := slices.DeleteFunc([]string{"advance", "clock", "credit", "rateLimit", "faults", "invariants"}, func(key string) bool { return !control.Has(key) })
	if len(actions) != 1 {
		v.problem(control.LineOf(""), "control must have exactly one of advance, clock, credit, rateLimit, faults and invariants; it has %s", orNone(actions))
		return
	}
	switch {
	case control.Has("advance"):
		v.duration(control.LineOf("advance"), "advance", control.Advance)
		v.texts(control.LineOf("advance"), control.Advance)
	case control.Clock != nil:
		v.clock(control.Clock)
		v.texts(control.LineOf("clock"), control.Clock.Now)
	case control.RateLimit != nil:
		v.rateLimit(control.RateLimit)
		v.texts(control.RateLimit.LineOf("scope"), control.RateLimit.Scope)
	case control.Has("invariants"):
		if !control.Invariants || len(step.Capture) == 0 {
			v.problem(control.LineOf("invariants"), "step %q: invariants asks, and says nothing by itself; write invariants: true, capture: {violations: $.violations}, and compare that with []", step.Name)
		}
	case control.Faults != nil:
		v.controlFaults(control)
	case control.Credit != nil:
		if !decimal().MatchString(control.Credit.Amount) && !hasVariables(control.Credit.Amount) {
			v.problem(control.Credit.LineOf("amount"), "credit: amount must be a decimal number with at most 4 places, such as 10.5 or -3, not %q", control.Credit.Amount)
		}
		v.texts(control.Credit.LineOf("amount"), control.Credit.Amount)
		v.texts(control.Credit.LineOf("description"), control.Credit.Description)
	}
}

// longestWait bounds how long a scenario makes a run wait.
const longestWait = 10 * time.Second

func (v *validator) wait(step *Step) {
	line := step.LineOf("wait")
	if d, err := time.ParseDuration(step.Wait); err != nil || d <= 0 || d > longestWait {
		v.problem(line, "wait must be a duration above 0 and up to %s, such as 3s, not %q", longestWait, step.Wait)
	}
	if len(step.Capture) > 0 {
		v.problem(line, "step %q: a wait has no answer to capture from", step.Name)
	}
}

func (v *validator) compare(step *Step) {
	if len(step.Compare) == 0 {
		v.problem(step.LineOf("compare"), "compare is empty; give it {value: ${x}, is: …, why: …}")
	}
	for i := range step.Compare {
		comparison := &step.Compare[i]
		v.asserts = true
		if !comparison.Has("value") {
			v.problem(comparison.LineOf(""), "compare: value is missing")
		}
		if strings.TrimSpace(comparison.Why) == "" {
			v.problem(comparison.LineOf("why"), "compare: why is missing; say in words what it shows, for the report")
		}
		if !comparison.Has("is") {
			v.problem(comparison.LineOf(""), "compare: is is missing")
		}
		v.level(comparison.LineOf("level"), comparison.Level)
		v.texts(comparison.LineOf("value"), comparison.Value)
		v.matcher(&comparison.Is, "is")
	}
}

func (v *validator) captures(line int, captures map[string]string) {
	for _, name := range sortedKeys(captures) {
		v.jsonPath(line, captures[name])
	}
	for _, name := range sortedKeys(captures) {
		v.names.define(v, name, line, true)
	}
}

// jsonPath checks a path; variables in it count as plain words.
func (v *validator) jsonPath(line int, path string) {
	v.texts(line, path)
	plain := reference().ReplaceAllString(path, "x")
	if !strings.HasPrefix(plain, "$") {
		v.problem(line, "JSONPath %q must start with $, the whole payload", path)
		return
	}
	if _, err := jp.ParseString(plain); err != nil {
		v.problem(line, "JSONPath %q: %v", path, err)
	}
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func listOf(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}
