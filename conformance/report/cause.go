package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Cause is one defect and all its symptoms: a wrong code of one operation may fail forty
// assertions.
type Cause struct {
	// Title says in a few words what is wrong.
	Title string
	// Level of the gravest of its assertions.
	Level string
	// Where lists the operations, "GET /tokens/{token}", in the order in which they first showed
	// it.
	Where []string
	// Shown are all of its assertions, the most telling first.
	Shown []Shown
	// Scenarios is how many scenarios these are in.
	Scenarios int

	key string
}

// Shown is one assertion that shows a cause.
type Shown struct {
	Result    *Result
	Assertion *Assertion
}

// Exchange returns what the assertion judged; nil if it judged no single exchange.
func (s Shown) Exchange() *Step {
	if s.Assertion.Step < 0 || s.Assertion.Step >= len(s.Result.Steps) {
		return nil
	}
	return &s.Result.Steps[s.Assertion.Step]
}

// Causes groups the assertions of a verdict, and of scenarios of the same verdict, by defect: MUST
// before SHOULD before OBSERVE, and the most frequent first.
func Causes(r Report, verdict Verdict) []Cause {
	g := &grouping{at: map[string]int{}}
	for i := range r.Results {
		result := &r.Results[i]
		if result.Verdict != verdict {
			continue
		}
		bodies := map[int]any{}
		for j := range result.Assertions {
			if assertion := &result.Assertions[j]; blames(verdict, assertion.Verdict) {
				g.add(Shown{result, assertion}, bodies)
			}
		}
	}
	for i := range g.causes {
		g.causes[i].finish()
	}
	slices.SortStableFunc(g.causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(levelRank(a.Level), levelRank(b.Level)), cmp.Compare(b.Scenarios, a.Scenarios), cmp.Compare(len(b.Shown), len(a.Shown)))
	})
	return g.causes
}

func levelRank(level string) int {
	return slices.Index([]string{"MUST", "SHOULD", "OBSERVE"}, level)
}

func (c *Cause) finish() {
	slices.SortStableFunc(c.Shown, func(a, b Shown) int {
		return cmp.Or(cmp.Compare(levelRank(a.Assertion.Level), levelRank(b.Assertion.Level)), cmp.Compare(telling(b), telling(a)))
	})
	c.Level = c.Shown[0].Assertion.Level
	seen := map[*Result]bool{}
	for _, one := range c.Shown {
		seen[one.Result] = true
	}
	c.Scenarios = len(seen)
}

// telling ranks how much an assertion reveals of its cause: best is what a scenario expects of one
// exchange.
func telling(one Shown) int {
	rank := 0
	if one.Exchange() != nil {
		rank += 2
	}
	if one.Assertion.Line > 0 {
		rank++
	}
	return rank
}

type grouping struct {
	causes []Cause
	at     map[string]int
}

// add puts an assertion to its causes: one for each place of the body where it is wrong.
func (g *grouping) add(shown Shown, bodies map[int]any) {
	step := shown.Exchange()
	where := ""
	if step != nil {
		where = placeOf(*step)
	}
	put := func(key, title string) {
		i, known := g.at[key]
		if !known {
			i = len(g.causes)
			g.at[key] = i
			g.causes = append(g.causes, Cause{key: key, Title: title})
		}
		cause := &g.causes[i]
		if n := len(cause.Shown); n == 0 || cause.Shown[n-1] != shown {
			cause.Shown = append(cause.Shown, shown)
		}
		if where != "" && !slices.Contains(cause.Where, where) {
			cause.Where = append(cause.Where, where)
		}
	}
	a := shown.Assertion
	switch {
	case a.Kind == "rule":
		// Of a client: its answers are not to blame for what it did.
		put("rule "+a.ID, oneLine(a.Requirement, titleLimit))
	case step == nil:
		put(strings.Join([]string{"alone", shown.Result.ID, a.Kind, a.Requirement, general(a.Expected), general(a.Actual)}, " "), oneLine(a.Requirement, titleLimit))
	case step.Status >= 500 && a.Kind != "secret.leak" && step.Route == "":
		put(fmt.Sprintf("status %s %d", step.Method, step.Status), fmt.Sprintf("%s of what is not documented answers %d", step.Method, step.Status))
	case step.Status >= 500 && a.Kind != "secret.leak":
		put(fmt.Sprintf("status %s %d", where, step.Status), fmt.Sprintf("%s answers %d", where, step.Status))
	case len(a.Places) > 0:
		body, known := bodies[a.Step]
		if !known {
			body = decoded(step.ResponseBody)
			bodies[a.Step] = body
		}
		for _, place := range a.Places {
			key, title := placed(place, body, *a)
			put(key, title)
		}
	case a.Kind == "http.status":
		put("status "+where+" "+a.Expected+" "+general(a.Actual), fmt.Sprintf("%s answers %s, not %s", where, strings.TrimPrefix(a.Actual, "status "), strings.TrimPrefix(a.Expected, "status ")))
	case a.Line == 0:
		put("standing "+a.Kind+" "+general(a.Actual), standingTitle(*a))
	default:
		put("asked "+where+" "+pathOf(*a)+" "+general(a.Expected)+" "+general(a.Actual), oneLine(a.Requirement, titleLimit))
	}
}

const titleLimit = 140

// placeOf names what was called.
func placeOf(step Step) string {
	if step.Route != "" {
		place := step.Method + " " + step.Route
		if step.Surface != "" && step.Surface != "v2" {
			place = step.Surface + " " + place
		}
		return place
	}
	return step.Method + " " + pathOfURL(step.URL)
}

func pathOfURL(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			url = rest[i:]
		}
	}
	path, _, _ := strings.Cut(url, "?")
	return oneLine(path, titleLimit)
}

// pathOf returns the part of an answer that an assertion is about: the rest of its ID after step
// and kind.
func pathOf(a Assertion) string {
	_, path, _ := strings.Cut(a.ID, "/"+a.Kind)
	return a.Kind + path
}

var (
	indices  = regexp.MustCompile(`\[\d+\]`)
	variable = regexp.MustCompile(`\$\{[A-Z][A-Z0-9_]*\}|[0-9a-f]{12,}|\d+(?:\.\d+)?`)
)

// general is a text without what differs from one scenario to the next: numbers, ids and names of
// secrets.
func general(text string) string { return variable.ReplaceAllString(text, "#") }

// placed is the cause of a wrong member, by its place. The same member beside the envelope's data
// and below it counts as one.
func placed(place string, body any, a Assertion) (key, title string) {
	value, there, reached := at(place, body)
	name := indices.ReplaceAllString(reached, "[*]")
	for _, root := range []string{"$.data", "$"} {
		if rest, ok := strings.CutPrefix(name, root); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			name = strings.TrimPrefix(rest, ".")
			break
		}
	}
	shown := "`" + name + "`"
	if name == "" {
		shown = "the body"
		if strings.HasPrefix(place, "$.data") {
			shown = "`data`"
		}
	}
	switch {
	case body == nil:
		return "asked " + name + " " + general(a.Actual), oneLine(a.Requirement, titleLimit)
	case !there:
		return "missing " + name, shown + " is missing"
	}
	if text, ok := shortly(value); ok {
		return "value " + name + " " + general(text), shown + " is " + text
	}
	return "part " + name + " " + general(strings.Join(a.Differences, ";")), shown + " is not as it must be"
}

// shortly renders scalars; lists and objects have no short form.
func shortly(value any) (string, bool) {
	switch value.(type) {
	case []any, map[string]any:
		return "", false
	}
	text, err := json.Marshal(value)
	return oneLine(visibleText(text), 60), err == nil
}

func standingTitle(a Assertion) string {
	switch a.Kind {
	case "http.content-type":
		return "Content-Type is " + oneLine(a.Actual, 60)
	case "json.valid":
		return "A body is not JSON: " + oneLine(a.Actual, 60)
	}
	return oneLine(a.Requirement, titleLimit)
}

// decoded returns a body as JSON; nil if it is not JSON, for example because it was cut.
func decoded(body string) any {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// at follows a simple JSONPath, of names and indices, to a value, or to the first part of the path
// that is not there. What [*] leads to is taken as there.
func at(path string, value any) (found any, there bool, reached string) {
	reached = "$"
	for _, step := range steps(path) {
		switch v := value.(type) {
		case map[string]any:
			reached += "." + step
			if value, there = v[step]; !there {
				return nil, false, reached
			}
		case []any:
			if step == "*" {
				return v, true, path
			}
			reached += "[" + step + "]"
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false, reached
			}
			value = v[i]
		default:
			return value, true, reached
		}
	}
	return value, true, path
}

// steps are the names and indices of a simple JSONPath.
func steps(path string) []string {
	var list []string
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "$"), ".") {
		name, rest, _ := strings.Cut(part, "[")
		if name != "" {
			list = append(list, name)
		}
		for rest != "" {
			var index string
			index, rest, _ = strings.Cut(rest, "]")
			list = append(list, strings.Trim(index, `'"`))
			rest = strings.TrimPrefix(rest, "[")
		}
	}
	return list
}
