package explore

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"oauthmock/scenarios"
)

// draft is a scenario as it is written into a file.
type draft struct {
	ID          string         `yaml:"id"`
	Title       string         `yaml:"title"`
	Level       string         `yaml:"level"`
	Requirement string         `yaml:"requirement"`
	Source      string         `yaml:"source"`
	Tags        []string       `yaml:"tags,flow"`
	Needs       []string       `yaml:"needs,omitempty,flow"`
	Given       map[string]any `yaml:"given,omitempty,flow"`
	Steps       []*step        `yaml:"steps"`
}

// step is a step of a draft: a call, or an action of the control API, a wait or a comparison.
type step struct {
	Name       string            `yaml:"name"`
	Call       string            `yaml:"call,omitempty"`
	As         string            `yaml:"as,omitempty"`
	Auth       any               `yaml:"auth,omitempty,flow"`
	Path       map[string]string `yaml:"path,omitempty,flow"`
	Query      map[string]any    `yaml:"query,omitempty,flow"`
	RawQuery   *string           `yaml:"rawQuery,omitempty"`
	Headers    map[string]any    `yaml:"headers,omitempty,flow"`
	Body       any               `yaml:"body,omitempty,flow"`
	RawBody    *string           `yaml:"rawBody,omitempty"`
	Charset    string            `yaml:"charset,omitempty"`
	Form       map[string]any    `yaml:"form,omitempty,flow"`
	Repeat     int               `yaml:"repeat,omitempty"`
	Concurrent int               `yaml:"concurrent,omitempty"`
	Outcomes   []outcome         `yaml:"outcomes,omitempty"`
	Walk       map[string]any    `yaml:"walk,omitempty,flow"`
	Authorize  map[string]any    `yaml:"authorize,omitempty,flow"`
	Wait       string            `yaml:"wait,omitempty"`
	Receive    int               `yaml:"receive,omitempty"`
	Control    map[string]any    `yaml:"control,omitempty,flow"`
	Compare    []map[string]any  `yaml:"compare,omitempty"`
	Expect     *expect           `yaml:"expect,omitempty"`
	Capture    map[string]string `yaml:"capture,omitempty,flow"`
}

type outcome struct {
	Status int    `yaml:"status"`
	Code   any    `yaml:"code,omitempty"`
	Count  string `yaml:"count"`
}

// expect is what an answer must be. The values of data, body, items and headers are matchers.
type expect struct {
	Level    string         `yaml:"level,omitempty"`
	Status   []int          `yaml:"status,omitempty,flow"`
	Code     any            `yaml:"code,omitempty"`
	Message  string         `yaml:"message,omitempty"`
	Redirect map[string]any `yaml:"redirect,omitempty,flow"`
	Headers  map[string]any `yaml:"headers,omitempty,flow"`
	Empty    bool           `yaml:"empty,omitempty"`
	Data     map[string]any `yaml:"data,omitempty"`
	Body     map[string]any `yaml:"body,omitempty"`
	Items    map[string]any `yaml:"items,omitempty"`
}

// The levels of what is expected.
const (
	must    = "MUST"
	should  = "SHOULD"
	observe = "OBSERVE"
)

// money is an amount in ten-thousandths, written as a decimal number.
type money int

// MarshalYAML implements yaml.Marshaler.
func (m money) MarshalYAML() (any, error) {
	tag := "!!float"
	if m%10000 == 0 {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: m.String(), Tag: tag}, nil
}

// String returns the amount as shortly as can be: "0.08", "10", "-0.0095".
func (m money) String() string {
	text := fmt.Sprintf("%d.%04d", max(m, -m)/10000, max(m, -m)%10000)
	if text = strings.TrimSuffix(strings.TrimRight(text, "0"), "."); m < 0 {
		text = "-" + text
	}
	return text
}

// at gives a matcher a level of its own.
func at(level string, matcher map[string]any) map[string]any {
	matcher["level"] = level
	return matcher
}

func equals(value any) map[string]any { return map[string]any{"equals": value} }

var referred = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)`)

// prune takes away captures that nothing refers to, which a scenario file must not hold.
func (d *draft) prune() error {
	var text bytes.Buffer
	if err := yaml.NewEncoder(&text).Encode(d); err != nil {
		return err
	}
	used := map[string]bool{}
	for _, found := range referred.FindAllStringSubmatch(text.String(), -1) {
		used[found[1]] = true
	}
	for _, s := range d.Steps {
		for name := range s.Capture {
			if !used[name] {
				delete(s.Capture, name)
			}
		}
	}
	return nil
}

// write returns drafts as a scenario file.
func write(drafts ...*draft) ([]byte, error) {
	for _, d := range drafts {
		if err := d.prune(); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(struct {
		Version   yaml.Node `yaml:"version"`
		Scenarios []*draft  `yaml:"scenarios"`
	}{yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: scenarios.Version}, drafts})
	return out.Bytes(), err
}

// read returns drafts as scenarios, by way of the text that a file of them has.
func read(name string, drafts ...*draft) ([]scenarios.Scenario, error) {
	text, err := write(drafts...)
	if err != nil {
		return nil, err
	}
	list, err := scenarios.Parse(name, text)
	if err != nil {
		return nil, fmt.Errorf("explore: a sequence is no scenario: %w", err)
	}
	return list, nil
}

// numbered takes the numbers away that make the names of steps and variables differ.
var numbers = regexp.MustCompile(`\d+`)

func unnumbered(text string) string { return numbers.ReplaceAllString(text, "#") }

// only takes away what is expected beyond statuses, but for one place of one step.
func (d *draft) only(name, kind, path string) {
	keep := func(table map[string]any, own string, in *step) map[string]any {
		kept := map[string]any{}
		for one, matcher := range table {
			if in.Name == name && own == kind && one == path {
				kept[one] = matcher
			}
		}
		return kept
	}
	for _, s := range d.Steps {
		if s.Expect == nil {
			continue
		}
		e := *s.Expect
		e.Data, e.Body, e.Headers, e.Items = keep(e.Data, "data", s), keep(e.Body, "body", s), keep(e.Headers, "header", s), keep(e.Items, "items", s)
		if s.Name != name {
			e.Message, e.Code, e.Level = "", nil, ""
		}
		s.Expect = &e
	}
}

func quoted(n int) string { return strconv.Itoa(n) }
