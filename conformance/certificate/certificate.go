package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	attestation "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// PredicateType of the statement.
const PredicateType = "https://in-toto.io/attestation/test-result/v0.1"

// The results of a certificate.
const (
	Passed = "PASSED"
	Failed = "FAILED"
)

// Certificate is the content of a statement.
type Certificate struct {
	// Subject is the name of the report, and Digest its SHA-256 in hexadecimal digits.
	Subject, Digest string
	// Result is Passed or Failed.
	Result string
	// Sets are the requirement sets that counted, by name, with their digests.
	Sets []Counted
	// Passed and Missed are the required scenarios, by id. What was missed failed, was skipped, was
	// inconclusive, or was not run.
	Passed, Missed []string
	// Conditions of the run: target, seed, level, time, TLS, proxy, versions, known failures.
	Conditions []Condition
}

// Counted is a requirement set that counted.
type Counted struct {
	Name, Digest, Document string
	Passed, Total          int
}

// Condition is a fact about a run.
type Condition struct{ Name, Value string }

// RequirementsFact is the name of a run's fact that lists the sets that counted.
const RequirementsFact = "requirements"

// ErrPartial is the error of [Of] for the report of a filtered run: it has no certificate.
var ErrPartial = errors.New("the run was filtered, and proves nothing about the whole contract: run it without the filter")

// Sets returns the requirement sets that count for a report: those by name, or those that counted
// in the run, or the newest one of each surface that was judged, without those that need a control
// API.
func Sets(r report.Report, names []string) ([]*scenarios.RequirementSet, error) {
	for _, fact := range r.About {
		if len(names) == 0 && fact.Name == RequirementsFact {
			names = strings.Split(fact.Text, ", ")
		}
	}
	if len(names) == 0 {
		newest := map[string]string{}
		for _, name := range scenarios.RequirementSets() { // in alphabetical order: later editions come later
			surface, _, _ := strings.Cut(name, "-")
			if !strings.HasSuffix(name, "-control") && judged(r, surface) {
				newest[surface] = name
			}
		}
		for _, name := range newest {
			names = append(names, name)
		}
		slices.Sort(names)
	}
	if len(names) == 0 {
		return nil, errors.New("the report judges no surface that has a requirement set")
	}
	var sets []*scenarios.RequirementSet
	for _, name := range names {
		set, err := scenarios.Requirements(name)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// judged reports whether a scenario of a surface was run.
func judged(r report.Report, surface string) bool {
	return slices.ContainsFunc(r.Results, func(result report.Result) bool {
		return strings.HasPrefix(result.ID, surface+"/") && result.Verdict != report.Skip
	})
}

// Of derives the certificate of a report. text is the report as it was written, of which the digest
// is computed.
func Of(name string, text []byte, r report.Report, sets []*scenarios.RequirementSet, suite string) (Certificate, error) {
	if len(r.Filtered) > 0 {
		return Certificate{}, fmt.Errorf("%w (%s)", ErrPartial, strings.Join(r.Filtered, ", "))
	}
	sum := sha256.Sum256(text)
	c := Certificate{Subject: name, Digest: hex.EncodeToString(sum[:]), Result: Passed}
	verdicts := make(map[string]report.Verdict, len(r.Results))
	for _, result := range r.Results {
		verdicts[result.ID] = result.Verdict
	}
	for _, set := range sets {
		counted := Counted{Name: set.Name, Digest: set.Digest(), Document: set.Document, Total: len(set.Requirements)}
		for id := range set.Requirements {
			if v := verdicts[id]; v == report.Pass || v == report.Warn {
				counted.Passed++
				c.Passed = append(c.Passed, id)
			} else {
				c.Missed = append(c.Missed, id)
			}
		}
		c.Sets = append(c.Sets, counted)
	}
	slices.Sort(c.Passed)
	slices.Sort(c.Missed)
	if len(c.Missed) > 0 || r.Stopped != "" {
		c.Result = Failed
	}
	c.Conditions = conditions(r, suite)
	return c, nil
}

// conditions returns what matters when two certificates are compared.
func conditions(r report.Report, suite string) []Condition {
	out := []Condition{
		{"target", r.Target}, {"seed", strconv.FormatUint(r.Seed, 10)}, {"level", r.Level}, {"started", r.Started.UTC().Format(time.RFC3339)},
		{"suite", suite}, {"report format", r.Version}, {"scenarios", strconv.Itoa(r.Summary.Scenarios)}, {"requests", strconv.Itoa(r.Summary.Requests)},
		{"skipped", strconv.Itoa(r.Summary.Skipped)}, {"inconclusive", strconv.Itoa(r.Summary.Inconclusive)},
		{"known failures", strconv.Itoa(r.Summary.XFailed + r.Summary.XPassed)}, {"left behind", strconv.Itoa(len(r.Leftovers))},
	}
	if r.TokenShape != "" {
		out = append(out, Condition{"token shape", r.TokenShape})
	}
	if r.SuccessEnvelope != "" {
		out = append(out, Condition{"success envelope", r.SuccessEnvelope})
	}
	if r.Stopped != "" {
		out = append(out, Condition{"stopped", r.Stopped})
	}
	tls, proxy := "verified where it was used", "none"
	if c := r.Connection; c != nil {
		if c.Insecure {
			tls = "NOT VERIFIED (--insecure)"
		}
		if c.Proxy != "" {
			proxy = c.Proxy
		}
	}
	return append(out, Condition{"TLS", tls}, Condition{"proxy", proxy})
}

// Statement writes the certificate as an in-toto Statement in JSON.
func (c Certificate) Statement() ([]byte, error) {
	result := &testresult.TestResult{Result: c.Result, PassedTests: c.Passed, FailedTests: c.Missed}
	for _, set := range c.Sets {
		facts, err := structpb.NewStruct(map[string]any{"document": set.Document, "passed": set.Passed, "total": set.Total})
		if err != nil {
			return nil, err
		}
		result.Configuration = append(result.Configuration, &attestation.ResourceDescriptor{
			Name: "requirements/" + set.Name, Digest: map[string]string{"sha256": set.Digest}, Annotations: facts,
		})
	}
	run := map[string]any{}
	for _, condition := range c.Conditions {
		run[condition.Name] = condition.Value
	}
	facts, err := structpb.NewStruct(run)
	if err != nil {
		return nil, err
	}
	result.Configuration = append(result.Configuration, &attestation.ResourceDescriptor{Name: "run", Annotations: facts})
	text, err := protojson.Marshal(result)
	if err != nil {
		return nil, err
	}
	predicate := &structpb.Struct{}
	if err := protojson.Unmarshal(text, predicate); err != nil {
		return nil, err
	}
	statement := &attestation.Statement{
		Type: attestation.StatementTypeUri, PredicateType: PredicateType, Predicate: predicate,
		Subject: []*attestation.ResourceDescriptor{{Name: c.Subject, Digest: map[string]string{"sha256": c.Digest}}},
	}
	if err := statement.Validate(); err != nil {
		return nil, err
	}
	if text, err = protojson.Marshal(statement); err != nil {
		return nil, err
	}
	return indented(text)
}

// indented is JSON with lines, always the same for the same values, which protojson's own is not.
func indented(text []byte) ([]byte, error) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(v, "", "  ")
	return append(out, '\n'), err
}

// Read reads a statement.
func Read(text []byte) (Certificate, error) {
	statement := &attestation.Statement{}
	if err := protojson.Unmarshal(text, statement); err != nil {
		return Certificate{}, fmt.Errorf("it is no in-toto Statement: %w", err)
	}
	if err := statement.Validate(); err != nil {
		return Certificate{}, fmt.Errorf("it is no in-toto Statement: %w", err)
	}
	if statement.PredicateType != PredicateType {
		return Certificate{}, fmt.Errorf("its predicate is %q, not %q", statement.PredicateType, PredicateType)
	}
	if len(statement.Subject) != 1 || statement.Subject[0].GetDigest()["sha256"] == "" {
		return Certificate{}, errors.New("it is not about one report, by its SHA-256")
	}
	inner, err := protojson.Marshal(statement.Predicate)
	if err != nil {
		return Certificate{}, err
	}
	result := &testresult.TestResult{}
	if err := protojson.Unmarshal(inner, result); err != nil {
		return Certificate{}, fmt.Errorf("its predicate is no test result: %w", err)
	}
	c := Certificate{
		Subject: statement.Subject[0].Name, Digest: statement.Subject[0].GetDigest()["sha256"], Result: result.Result,
		Passed: result.PassedTests, Missed: result.FailedTests,
	}
	for _, descriptor := range result.Configuration {
		facts := descriptor.GetAnnotations().GetFields()
		if name, ok := strings.CutPrefix(descriptor.Name, "requirements/"); ok {
			c.Sets = append(c.Sets, Counted{
				Name: name, Digest: descriptor.GetDigest()["sha256"], Document: facts["document"].GetStringValue(),
				Passed: int(facts["passed"].GetNumberValue()), Total: int(facts["total"].GetNumberValue()),
			})
			continue
		}
		for name, value := range facts {
			c.Conditions = append(c.Conditions, Condition{name, value.GetStringValue()})
		}
	}
	slices.SortFunc(c.Conditions, func(a, b Condition) int { return strings.Compare(a.Name, b.Name) })
	return c, nil
}

// Condition returns a fact about the run by its name, or "".
func (c Certificate) Condition(name string) string {
	for _, condition := range c.Conditions {
		if condition.Name == name {
			return condition.Value
		}
	}
	return ""
}

// Consistent returns what a certificate says against itself, or against the requirement sets of
// this program; nothing where it is consistent.
func (c Certificate) Consistent() (wrong []string) {
	passed, total := 0, 0
	for _, counted := range c.Sets {
		passed, total = passed+counted.Passed, total+counted.Total
		set, err := scenarios.Requirements(counted.Name)
		switch {
		case err != nil:
			wrong = append(wrong, err.Error())
			continue
		case set.Digest() != counted.Digest:
			wrong = append(wrong, fmt.Sprintf("the requirement set %s is not the one that this program has (SHA-256 %s, here %s)", counted.Name, counted.Digest, set.Digest()))
		}
		for id := range set.Requirements {
			if !slices.Contains(c.Passed, id) && !slices.Contains(c.Missed, id) {
				wrong = append(wrong, fmt.Sprintf("it does not tell of %s, which %s requires", id, counted.Name))
			}
		}
	}
	if len(c.Sets) == 0 {
		wrong = append(wrong, "no requirement set counted")
	}
	if passed != len(c.Passed) || total != len(c.Passed)+len(c.Missed) {
		wrong = append(wrong, "its numbers do not agree with what it lists")
	}
	should := Passed
	if len(c.Missed) > 0 || c.Condition("stopped") != "" {
		should = Failed
	}
	if c.Result != should {
		wrong = append(wrong, fmt.Sprintf("it says %s, and %d requirements were missed", c.Result, len(c.Missed)))
	}
	slices.Sort(wrong)
	return wrong
}

// badgeText is the result in few characters.
func badgeText(c Certificate) string {
	return fmt.Sprintf("%s %d/%d", strings.ToLower(c.Result), len(c.Passed), len(c.Passed)+len(c.Missed))
}
