package console

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

func text[N int | int64 | uint64](n N) string { return fmt.Sprint(n) }

// counted is a number with a noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// span is how long something takes, in its two largest units.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return fmt.Sprintf("%dd %dh", d/day, d%day/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dm", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%dm %ds", d/time.Minute, d%time.Minute/time.Second)
	}
}

func onOff(active bool) string {
	if active {
		return "active"
	}
	return "ended"
}

func renewing(auto bool) string {
	if auto {
		return ", then renewed"
	}
	return ""
}

func frozen(is bool) string {
	if is {
		return ", frozen"
	}
	return ""
}

func dueText(due *time.Time) string {
	if due == nil {
		return ""
	}
	return "; next at " + dateText(*due)
}

func named(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// graded is where an answer comes from.
func graded(grade, source string) string {
	out := ""
	if grade != "" {
		out += " (" + grade + ")"
	}
	if source != "" {
		out += ": " + source
	}
	return out
}

// limits describes what a token may be used for.
func limits(of map[string]any) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, fmt.Sprintf("%s %v", name, of[name]))
	}
	if len(out) == 0 {
		return ""
	}
	return "; at most " + strings.Join(out, ", ")
}

// ofAccount is the query that confines a call of the control API to an account.
func ofAccount(id string) string {
	if id == "" {
		return ""
	}
	return "?account=" + id
}

// inEnvironment returns the name of a scope in an environment.
func inEnvironment(scope, environment string) string {
	if environment != "sandbox" {
		return scope
	}
	method, place, _ := strings.Cut(scope, ":")
	if strings.HasPrefix(place, "*") {
		return scope
	}
	return method + ":test." + place
}

// hostKey is under which a page's context knows the host that it was asked of.
type hostKey struct{}

// hostOf is the host at which the mock was reached.
func hostOf(ctx context.Context) string {
	host, _ := ctx.Value(hostKey{}).(string)
	return host
}
