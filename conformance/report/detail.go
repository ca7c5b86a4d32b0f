package report

import (
	"fmt"
	"strconv"
	"strings"
)

// labelled is one line about a failed assertion.
type labelled struct{ label, text string }

// The lengths, in characters, at which texts are cut for people. The JSON report holds more.
const (
	valueLimit  = 600
	answerLimit = 300
	namedLimit  = 120
)

// detail returns what was requested, what came, and how to see it again. Empty lines are left out.
func detail(result Result, assertion Assertion) []labelled {
	lines := []labelled{
		{"assertion", assertion.Level + " " + assertion.ID},
		{"requirement", assertion.Requirement},
		{"source", assertion.Source},
	}
	var step *Step
	if assertion.Step >= 0 && assertion.Step < len(result.Steps) {
		step = &result.Steps[assertion.Step]
		lines = append(lines, labelled{"step", stepLine(*step)})
	}
	expected, actual, named := assertion.Expected, assertion.Actual, differences(assertion)
	if len(named) > 0 { // then the whole values are only in the way
		expected, actual = oneLine(expected, namedLimit), oneLine(actual, namedLimit)
	}
	lines = append(lines, labelled{"expected", expected}, labelled{"actual", actual}, labelled{"differs", strings.Join(named, "; ")})
	if step != nil {
		lines = append(lines, labelled{"answer", answerLine(*step)})
	}
	lines = append(lines, labelled{"file", place(result, assertion)})
	kept := lines[:0]
	for _, line := range lines {
		if line.text = oneLine(line.text, valueLimit); line.text != "" {
			kept = append(kept, line)
		}
	}
	if step != nil && step.Curl != "" {
		// Not cut and not joined: it is there to be pasted.
		kept = append(kept, labelled{"curl", Printable(step.Curl)})
	}
	return kept
}

// differences are those of an assertion that do not only repeat what was there.
func differences(assertion Assertion) []string {
	if len(assertion.Differences) == 0 || strings.Join(assertion.Differences, "; ") == assertion.Actual {
		return nil
	}
	return assertion.Differences
}

func stepLine(step Step) string {
	text := fmt.Sprintf("%s: %s %s", step.Name, step.Method, step.URL)
	if step.Failure != "" {
		return text + " → no answer: " + step.Failure
	}
	return fmt.Sprintf("%s → %d in %.0f ms", text, step.Status, step.Seconds*1000)
}

func answerLine(step Step) string {
	if step.Status == 0 {
		return ""
	}
	body := oneLine(step.ResponseBody, answerLimit)
	if body == "" {
		body = "(no body)"
	}
	return strconv.Itoa(step.Status) + " " + body
}

// place returns the line that makes the assertion, or where the scenario starts.
func place(result Result, assertion Assertion) string {
	line := assertion.Line
	if line == 0 {
		line = result.Line
	}
	if result.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", result.File, line)
}
