package check

import (
	"fmt"
	"slices"
	"strings"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// The shapes in which a target sends a single token.
const (
	ShapeBoth = "both" // the envelope, with the token under data and the same members beside it
	ShapeData = "data" // the envelope alone
	ShapeFlat = "flat" // the token alone
)

// Shape says in which form an answer sends a single token; "" when it sends none.
func (e *Exchange) Shape() string {
	body, ok := e.value.(map[string]any)
	if !ok || !e.SingleToken() || !e.Success() {
		return ""
	}
	_, enveloped := body["data"].(map[string]any)
	_, bare := body["token"]
	switch {
	case enveloped && bare:
		return ShapeBoth
	case enveloped:
		return ShapeData
	case bare:
		return ShapeFlat
	}
	return ""
}

// envelope checks success, error and data against the status. A bare token has no envelope.
func envelope(e *Exchange) []Finding {
	body, ok := e.value.(map[string]any)
	if e.Shape() == ShapeFlat && ok {
		if _, has := body["success"]; !has {
			return nil
		}
	}
	f := Finding{Kind: "envelope.success", Level: scenarios.Should, Source: "GET /scopes/{id} 200 required, examples of refusals",
		Requirement: "`success` is true and `error` null on 2xx; else `success` is false and `data` null."}
	if e.Success() {
		f.Expected = "success: true, error: null"
		f.OK = ok && body["success"] == true && isNull(body, "error")
	} else {
		f.Expected = "success: false, data: null"
		f.OK = ok && body["success"] == false && isNull(body, "data")
	}
	f.Actual = typeOf(e.value)
	if ok {
		f.Actual = fmt.Sprintf("success: %s, error: %s, data: %s", member(body, "success"), member(body, "error"), typeOfMember(body, "data"))
	}
	return []Finding{f}
}

func member(body map[string]any, key string) string {
	value, ok := body[key]
	if !ok {
		return "missing"
	}
	return Render(value)
}

func typeOfMember(body map[string]any, key string) string {
	value, ok := body[key]
	if !ok {
		return "missing"
	}
	return typeOf(value)
}

// tokenShape checks that a single token comes in one of its forms, and that the two forms are equal when both are there.
func tokenShape(e *Exchange) []Finding {
	body, ok := e.value.(map[string]any)
	if !e.SingleToken() || !e.Success() || !ok {
		return nil
	}
	shape := e.Shape()
	f := Finding{Kind: "token.shape", Level: scenarios.Should, OK: shape != "", Source: e.Place() + " schema; overlay",
		Requirement: "A single token is sent under `data`, bare, or both; both are then equal.",
		Expected:    "a token under data, at the top level, or equal in both", Actual: shape}
	if shape == "" {
		f.Actual = "no token"
	}
	if shape == ShapeBoth {
		data, _ := body["data"].(map[string]any)
		var differ []string
		for key, value := range body {
			if slices.Contains([]string{"data", "success", "message", "error"}, key) {
				continue
			}
			if other, there := data[key]; !there || !Equal(value, other) {
				differ = append(differ, key)
			}
		}
		for key := range data {
			if _, there := body[key]; !there {
				differ = append(differ, key)
			}
		}
		slices.Sort(differ)
		if f.OK = len(differ) == 0; !f.OK {
			f.Actual = "both, but not equal in " + strings.Join(slices.Compact(differ), ", ")
		}
	}
	return []Finding{f}
}

// timestamps checks that the members which the document calls date-time are times on a real day, which the validator of
// the schemas does not see.
func (j *Judge) timestamps(e *Exchange) []Finding {
	f := Finding{Kind: "timestamp.calendar", Level: scenarios.Should, OK: true, Source: e.Place() + " format date-time, RFC 3339",
		Requirement: "Every date-time is a time with an offset on a day that the calendar has."}
	seen, wrong := 0, ""
	path, found := j.walkAnswer(e, func(member *outline, value any) bool {
		text, ok := value.(string)
		if member.format != "date-time" || !ok {
			return false
		}
		seen++
		_, err := spec.Timestamp(text)
		wrong = text
		return err != nil
	})
	if found {
		f.OK, f.Expected, f.Actual = false, "such as 2026-02-12T08:30:00+00:00", path+" is "+Render(wrong)
	}
	if seen == 0 {
		return nil
	}
	return []Finding{f}
}
