// Package report holds what came out of a run: the events as they happen, the versioned report that
// they amount to, and its renderings for people (console, HTML, Markdown), for CI (JUnit,
// annotations) and for programs (JSON, events, HAR), one file each.
package report

import "time"

// Version of the JSON report. A newer minor version only adds members.
const Version = "1.1"

// Verdict of a scenario or an assertion.
type Verdict string

// The verdicts. FAIL and XPASS make a run fail; WARN, SKIP and XFAIL do not; INCONCLUSIVE and ERROR
// mean that nothing was proven.
const (
	Pass         Verdict = "PASS"
	Warn         Verdict = "WARN"
	Fail         Verdict = "FAIL"
	Skip         Verdict = "SKIP"
	XFail        Verdict = "XFAIL"
	XPass        Verdict = "XPASS"
	Inconclusive Verdict = "INCONCLUSIVE"
	Error        Verdict = "ERROR"
)

// Report is the outcome of a run.
type Report struct {
	Version  string   `json:"version"`
	Target   string   `json:"target"`
	Seed     uint64   `json:"seed"`
	Summary  Summary  `json:"summary"`
	Results  []Result `json:"results"`
	Coverage Coverage `json:"coverage"`
	// TokenShape is how the target sends single tokens: "both", "data", "flat", "mixed", or "" if
	// none was seen.
	TokenShape string `json:"tokenShape,omitempty"`
	// SuccessEnvelope is what successes hold beside their data: "full", "documented", "mixed", or
	// "" if none was seen that may differ.
	SuccessEnvelope string `json:"successEnvelope,omitempty"`
	// Level is "must", "should" or "observe": from where on a failed assertion fails the run.
	Level string `json:"level"`
	// Stopped is why nothing was judged: nothing answered, or nothing but 401. Every result is then
	// INCONCLUSIVE for this reason.
	Stopped string `json:"stopped,omitempty"`
	// Discovery is what was looked for at the target, and what was found.
	Discovery []Discovered `json:"discovery,omitempty"`
	// Connection is how the target was reached, where that was not the usual way.
	Connection *Connection `json:"connection,omitempty"`
	// Leftovers are what the run created and could not remove.
	Leftovers []Leftover `json:"leftovers,omitempty"`
	// Addresses are the base URLs of the surfaces by their names, without credentials.
	Addresses map[string]string `json:"addresses,omitempty"`
	// Filtered are the flags by which not all scenarios were chosen: "--id", "--tag", "--surface",
	// "--rerun-failed", "replay".
	Filtered []string `json:"filtered,omitempty"`
	// Started is when the run started, by the clock of this machine.
	Started time.Time `json:"started,omitzero"`
	// About is the first paragraph: what was asked, as whom, and what was left out.
	About []Fact `json:"about,omitempty"`
	// Requirements are the conditions of --require.
	Requirements []Requirement `json:"requirements,omitempty"`
	// Observations are the target's choices where the documents leave one, by name: they fail
	// nothing, and are compared by diff.
	Observations map[string]string `json:"observations,omitempty"`
	// Matrix has a cell for each answer that is documented or was seen.
	Matrix []Cell `json:"matrix,omitempty"`
}

// Discovered is one thing that was looked for at the target.
type Discovered struct {
	// What was looked for: "control API", "paid services", or the name of a surface.
	What  string    `json:"what"`
	State Discovery `json:"state"`
	// Detail in words: where it was found, or what answered in its place.
	Detail string `json:"detail"`
}

// Discovery is the result of a search.
type Discovery string

// What becomes of a search. Only Failed leaves open whether the target has what was looked for:
// then the run proves less than it seems to.
const (
	Found  Discovery = "found"
	Absent Discovery = "absent"
	Locked Discovery = "locked" // it is there, and wants credentials that were not given
	Failed Discovery = "failed" // no answer, or an inconclusive one
	Unused Discovery = "unused" // not looked for, because the caller asked to do without
)

// Connection is how the target was reached.
type Connection struct {
	// Insecure means that certificates were not verified: somebody in between may have answered.
	Insecure bool `json:"insecure,omitempty"`
	// CACertificate and ClientCertificate are the names of files.
	CACertificate     string `json:"caCertificate,omitempty"`
	ClientCertificate string `json:"clientCertificate,omitempty"`
	// Proxy is its address without credentials.
	Proxy string `json:"proxy,omitempty"`
}

// Fact is one thing that every report states at its beginning.
type Fact struct {
	Name string `json:"name"`
	Text string `json:"text"`
	// Loud facts are shown as warnings: certificates that were not checked, a part of the target
	// that could not be found.
	Loud bool `json:"loud,omitempty"`
}

// Leftover is something that a run made and could not remove.
type Leftover struct {
	Surface string `json:"surface"`
	// Kind is what it is: "token", "account", "fault".
	Kind string `json:"kind"`
	// ID is redacted like all output; the run journal has it in clear. It is "" if the answer that
	// contained it did not arrive.
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Requirement is a condition that the run must meet beside its verdicts: "refusals>=1.0".
type Requirement struct {
	// Of is operations, statuses, refusals, properties, parameters or must.
	Of      string  `json:"of"`
	AtLeast float64 `json:"atLeast"`
	Covered int     `json:"covered"`
	Total   int     `json:"total"`
	Met     bool    `json:"met"`
}

// Cell is one answer of an operation: how often it was seen, and how many of these exchanges failed
// an assertion.
type Cell struct {
	Surface   string `json:"surface"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
	// Code is that of a refusal as JSON writes it; "" for answers without one.
	Code string `json:"code,omitempty"`
	// Documented reports whether the corrected document has this answer.
	Documented bool `json:"documented"`
	Seen       int  `json:"seen"`
	Failed     int  `json:"failed"`
}

// Summary counts scenarios by verdict.
type Summary struct {
	Scenarios    int     `json:"scenarios"`
	Passed       int     `json:"passed"`
	Failed       int     `json:"failed"`
	Warned       int     `json:"warned"`
	Skipped      int     `json:"skipped"`
	XFailed      int     `json:"xfailed"`
	XPassed      int     `json:"xpassed"`
	Inconclusive int     `json:"inconclusive"`
	Errors       int     `json:"errors"`
	Requests     int     `json:"requests"`
	Seconds      float64 `json:"seconds"`
	// Must counts the MUST scenarios of those chosen whose surface has an address.
	Must Judged `json:"must"`
}

// Judged counts how many scenarios were executed, so that their verdict rests on what the target
// does.
type Judged struct {
	Executed int `json:"executed"`
	Total    int `json:"total"`
}

// Result is the outcome of one scenario.
type Result struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Level   string  `json:"level"`
	Verdict Verdict `json:"verdict"`
	// Reason in words, for every verdict but PASS.
	Reason     string      `json:"reason,omitempty"`
	File       string      `json:"file"`
	Line       int         `json:"line"`
	Assertions []Assertion `json:"assertions"`
	Steps      []Step      `json:"steps"`
	Seconds    float64     `json:"seconds"`
	Tags       []string    `json:"tags,omitempty"`
	// Script repeats a scenario that did not pass from nothing, up to the last exchange that
	// failed: a program for sh that takes secrets from its environment.
	Script string `json:"script,omitempty"`
}

// Assertion is one thing that was checked.
type Assertion struct {
	// ID is "<step>/<kind>" with a path where one kind checks several: "read again/data/$.name". It
	// is stable.
	ID string `json:"id"`
	// Kind of check: "http.status", "strict.schema", "data", … It is a part of the ID.
	Kind    string  `json:"kind"`
	Level   string  `json:"level"`
	Verdict Verdict `json:"verdict"`
	// Requirement in words, and its source in the contract.
	Requirement string `json:"requirement"`
	Source      string `json:"source"`
	// Expected and Actual are short renderings, redacted.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	// Differences name each entry that is missing, too many or other than expected, redacted; empty
	// where expected and actual say it all.
	Differences []string `json:"differences,omitempty"`
	// Places are JSONPaths of the response body where it is wrong.
	Places []string `json:"places,omitempty"`
	// Step is the index in Result.Steps of the exchange that was judged; -1 for none.
	Step int `json:"step"`
	// Line in the scenario file that asks for it; 0 for the suite's standing checks.
	Line int `json:"line,omitempty"`
}

// Step is one exchange with the target, as evidence. All texts are redacted and bounded.
type Step struct {
	Name      string `json:"name"`
	Operation string `json:"operation,omitempty"`
	// Surface and Route, the path with its parameters ("/tokens/{token}"), are the operation's.
	Surface string `json:"surface,omitempty"`
	Route   string `json:"route,omitempty"`
	Method  string `json:"method"`
	URL     string `json:"url"`
	Status  int    `json:"status"`
	// Curl repeats the request, with ${OAUTH_EMAIL}, ${OAUTH_API_KEY}, … instead of secrets.
	Curl string `json:"curl"`
	// RequestBody and ResponseBody are cut at 4096 bytes.
	RequestBody     string            `json:"requestBody,omitempty"`
	RequestHeaders  map[string]string `json:"requestHeaders,omitempty"`
	ResponseHeaders map[string]string `json:"responseHeaders,omitempty"`
	ResponseBody    string            `json:"responseBody,omitempty"`
	Seconds         float64           `json:"seconds"`
	// Failure in words when no answer came.
	Failure string `json:"failure,omitempty"`
	// Started is when the request was sent, by the clock of this machine.
	Started time.Time `json:"started,omitzero"`
}

// Coverage is how much of the published contract was met by at least one executed scenario.
type Coverage struct {
	Operations Covered `json:"operations"` // "token.create"
	Statuses   Covered `json:"statuses"`   // "POST /tokens 422"
	Refusals   Covered `json:"refusals"`   // "PATCH /tokens/{token} 401 130"
	Properties Covered `json:"properties"` // "GET /wallet 200 data.credit"
	Parameters Covered `json:"parameters"` // "GET /errors query skip"
}

// Covered counts one dimension of coverage; Missing is sorted.
type Covered struct {
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Missing []string `json:"missing"`
}
