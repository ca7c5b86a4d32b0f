package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
)

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// WriteHTML writes the report as one self-contained page: no further file, no server and, except
// for searching and copying, no JavaScript. The error is that of w.
func WriteHTML(w io.Writer, r Report) error {
	var text strings.Builder
	if err := document(newPage(r)).Render(context.Background(), &text); err != nil {
		return err
	}
	_, err := io.WriteString(w, Printable(text.String()))
	return err
}

// page is the data of the templates.
type page struct {
	Report
	Word     Verdict
	Why      string
	Counts   []count
	Meters   []meter
	Failures []causeView
	Warnings []causeView
	Apart    []group
	Statuses []int
	Matrix   []matrixRow
	Timing   []timingRow
	Rows     []resultRow
	Levels   []string
}

type count struct {
	Verdict Verdict
	N       int
}

// meter shows how much of something was covered.
type meter struct {
	Name string
	Covered
	// Wanted is the part that --require asks for; 0 for none.
	Wanted float64
}

// Percent is how much is covered, rounded down: 99.9 % is not all.
func (m meter) Percent() int {
	if m.Total == 0 {
		return 0
	}
	return 100 * m.Covered.Covered / m.Total
}

// group are scenarios of one verdict with one reason.
type group struct {
	Verdict Verdict
	Words   string
	Reasons []reason
}

type reason struct {
	Text string
	IDs  []string
}

type causeView struct {
	Cause
	Anchor    string
	Verdict   Verdict
	Exchanges []exchangeView
	Script    string
	// Open reports whether it is unfolded from the start.
	Open bool
}

// exchangeView is a place where a cause shows, with what was sent and what came back.
type exchangeView struct {
	Shown
	Request, Answer messageView
}

// messageView is a request or an answer in its parts.
type messageView struct {
	Head, Headers, Body []textLine
}

// HeadersWrong reports whether a header is marked.
func (m messageView) HeadersWrong() bool {
	return slices.ContainsFunc(m.Headers, func(line textLine) bool { return line.Mark != "" })
}

const (
	exchangesShown = 3
	causesOpen     = 3
	placesShown    = 200
)

type resultRow struct {
	*Result
	Anchor string
	Failed []*Assertion
	// Needle is the text that the search looks in.
	Needle string
}

type matrixRow struct {
	Place  string
	Cells  [][]Cell // by status
	Method string
}

type timingRow struct {
	Place               string
	Calls               int
	Median, Most, Worst float64
}

func newPage(r Report) page {
	p := page{Report: r, Levels: []string{"MUST", "SHOULD", "OBSERVE"}}
	p.Word, p.Why = Headline(r)
	p.counts()
	p.meters()
	p.Failures = views(r, Fail, causesOpen)
	p.Warnings = views(r, Warn, 0)
	for _, one := range []group{
		{Verdict: XPass, Words: "expected to fail, and passed"}, {Verdict: Error, Words: "the suite's own fault"}, {Verdict: Inconclusive, Words: "could not be judged"},
		{Verdict: XFail, Words: "known to fail, and did"}, {Verdict: Skip, Words: "left out"},
	} {
		if one.Reasons = reasonsOf(r, one.Verdict); len(one.Reasons) > 0 {
			p.Apart = append(p.Apart, one)
		}
	}
	p.matrix()
	p.timing()
	for i := range r.Results {
		p.Rows = append(p.Rows, newRow(&r.Results[i]))
	}
	slices.SortStableFunc(p.Rows, func(a, b resultRow) int { return cmp.Compare(rank(a.Verdict), rank(b.Verdict)) })
	return p
}

// rank puts what needs attention first.
func rank(v Verdict) int {
	i := slices.Index([]Verdict{Fail, XPass, Error, Inconclusive, Warn, XFail, Skip, Pass}, v)
	if i < 0 {
		return 2
	}
	return i
}

func (p *page) counts() {
	byVerdict := map[Verdict]int{}
	for _, result := range p.Results {
		byVerdict[known(result.Verdict)]++
	}
	for _, verdict := range []Verdict{Fail, XPass, Error, Inconclusive, Warn, XFail, Skip, Pass} {
		if byVerdict[verdict] > 0 {
			p.Counts = append(p.Counts, count{verdict, byVerdict[verdict]})
		}
	}
}

// known returns the verdict, or ERROR for an unknown one.
func known(v Verdict) Verdict {
	if v.unknown() {
		return Error
	}
	return v
}

func (p *page) meters() {
	all := []meter{
		{Name: "must", Covered: Covered{Covered: p.Summary.Must.Executed, Total: p.Summary.Must.Total}},
		{Name: "operations", Covered: p.Coverage.Operations}, {Name: "statuses", Covered: p.Coverage.Statuses},
		{Name: "refusals", Covered: p.Coverage.Refusals}, {Name: "properties", Covered: p.Coverage.Properties}, {Name: "parameters", Covered: p.Coverage.Parameters},
	}
	for _, one := range all {
		if one.Total == 0 {
			continue
		}
		for _, requirement := range p.Requirements {
			if requirement.Of == one.Name {
				one.Wanted = requirement.AtLeast
			}
		}
		if one.Name == "must" {
			one.Name = "MUSTs judged"
		}
		p.Meters = append(p.Meters, one)
	}
}

func views(r Report, verdict Verdict, open int) []causeView {
	var all []causeView
	for i, cause := range Causes(r, verdict) {
		view := causeView{Cause: cause, Anchor: fmt.Sprintf("%s-%d", strings.ToLower(string(verdict)), i+1), Verdict: verdict, Open: i < open}
		seen := map[*Step]bool{}
		for _, shown := range cause.Shown {
			step := shown.Exchange()
			if step == nil || seen[step] || len(view.Exchanges) == exchangesShown {
				continue
			}
			seen[step] = true
			var blamed []Assertion
			for _, other := range cause.Shown {
				if other.Exchange() == step {
					blamed = append(blamed, *other.Assertion)
				}
			}
			view.Exchanges = append(view.Exchanges, exchangeView{shown, requestView(*step), answerView(*step, blamed)})
		}
		for _, shown := range cause.Shown {
			if view.Script = shown.Result.Script; view.Script != "" {
				break
			}
		}
		all = append(all, view)
	}
	return all
}

func reasonsOf(r Report, verdict Verdict) []reason {
	var list []reason
	for _, result := range r.Results {
		if known(result.Verdict) != verdict {
			continue
		}
		text := cmp.Or(result.Reason, "no reason given")
		i := slices.IndexFunc(list, func(one reason) bool { return one.Text == text })
		if i < 0 {
			i = len(list)
			list = append(list, reason{Text: text})
		}
		list[i].IDs = append(list[i].IDs, result.ID)
	}
	slices.SortStableFunc(list, func(a, b reason) int { return cmp.Compare(len(b.IDs), len(a.IDs)) })
	return list
}

func (p *page) matrix() {
	for _, cell := range p.Report.Matrix {
		if !slices.Contains(p.Statuses, cell.Status) {
			p.Statuses = append(p.Statuses, cell.Status)
		}
	}
	slices.Sort(p.Statuses)
	at := map[string]int{}
	for _, cell := range p.Report.Matrix {
		place := cell.Method + " " + cell.Path
		if cell.Surface != "v2" {
			place = cell.Surface + " " + place
		}
		i, known := at[place]
		if !known {
			i = len(p.Matrix)
			at[place] = i
			p.Matrix = append(p.Matrix, matrixRow{Place: place, Method: cell.Method, Cells: make([][]Cell, len(p.Statuses))})
		}
		column := slices.Index(p.Statuses, cell.Status)
		p.Matrix[i].Cells[column] = append(p.Matrix[i].Cells[column], cell)
	}
}

// state of a cell as its class and in words.
func (c Cell) state() (class, words string) {
	switch {
	case c.Failed > 0:
		return "bad", fmt.Sprintf("%d of %d failed", c.Failed, c.Seen)
	case c.Seen > 0 && !c.Documented:
		return "odd", fmt.Sprintf("seen %d times, not documented", c.Seen)
	case c.Seen > 0:
		return "good", fmt.Sprintf("seen %d times", c.Seen)
	}
	return "none", "documented, never seen"
}

func (p *page) timing() {
	took := map[string][]float64{}
	for _, result := range p.Results {
		for _, step := range result.Steps {
			if step.Status != 0 && step.Route != "" {
				took[placeOf(step)] = append(took[placeOf(step)], step.Seconds*1000)
			}
		}
	}
	for _, place := range sorted(took) {
		all := took[place]
		slices.Sort(all)
		p.Timing = append(p.Timing, timingRow{Place: place, Calls: len(all), Median: all[len(all)/2], Most: all[len(all)*95/100], Worst: all[len(all)-1]})
	}
	slices.SortStableFunc(p.Timing, func(a, b timingRow) int { return cmp.Compare(b.Median, a.Median) })
}

func newRow(result *Result) resultRow {
	row := resultRow{Result: result, Anchor: anchor(result.ID), Needle: strings.ToLower(result.ID + " " + result.Title)}
	for i := range result.Assertions {
		if a := &result.Assertions[i]; blames(result.Verdict, a.Verdict) || result.Verdict == XFail && a.Verdict != Pass && a.Level != "OBSERVE" {
			row.Failed = append(row.Failed, a)
		}
	}
	return row
}

// anchor is an id that an address can name.
func anchor(id string) string {
	return "s-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, id)
}

// policy lets the page run its own script and style, and fetch nothing.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'", hashed(pageStyle), hashed(pageScript))
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}

// seconds is a duration for people.
func seconds(s float64) string {
	switch {
	case s < 1:
		return fmt.Sprintf("%.0f ms", s*1000)
	case s < 100:
		return fmt.Sprintf("%.1f s", s)
	}
	return (time.Duration(s) * time.Second).String()
}

// preformatted shows lines as they are, as HTML: a template would add white space.
func preformatted(lines []textLine, label string) string {
	var out strings.Builder
	out.WriteString(`<pre tabindex="0" role="group" aria-label="` + templ.EscapeString(label) + `">`)
	for i, line := range lines {
		if i > 0 && lines[i-1].Mark == "" {
			out.WriteByte('\n') // marked lines end by themselves
		}
		switch line.Mark {
		case "":
			out.WriteString(templ.EscapeString(line.Text))
		default:
			words := map[string]string{"wrong": "not as expected", "missing": "missing"}[line.Mark]
			out.WriteString(`<mark class="` + line.Mark + `" title="` + words + `">` + templ.EscapeString(line.Text) + "\n</mark>")
		}
	}
	out.WriteString("</pre>")
	return out.String()
}

func whereText(where []string) string {
	const most = 4
	if more := len(where) - most; more > 0 {
		return strings.Join(where[:most], " · ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(where, " · ")
}

func scenariosOf(g group) int {
	n := 0
	for _, one := range g.Reasons {
		n += len(one.IDs)
	}
	return n
}

func verbOf(n int) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

// signOf shows the state of a cell without colour.
func signOf(class string) string {
	return map[string]string{"good": "✓", "bad": "✗", "odd": "+", "none": "–"}[class]
}

// codeOr is the code of a refusal, the status of every other answer.
func codeOr(c Cell) string {
	if c.Code != "" {
		return c.Code
	}
	return fmt.Sprint(c.Status)
}
