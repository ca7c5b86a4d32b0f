package check

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"oauthmock/scenarios"
)

// Match checks a value against a matcher, with variables replaced. It returns in words what was
// expected and not met; "" means that all was met. A value that was not found meets `exists: false`
// and nothing else.
func Match(m scenarios.Matcher, value any, found bool) string {
	if m.Has("exists") && m.Exists != nil {
		switch {
		case !*m.Exists && found:
			return "nothing there"
		case !*m.Exists:
			return ""
		case !found:
			return "to be there"
		}
	}
	if !found {
		return "a value that is there: " + describe(m)
	}
	var missed []string
	miss := func(format string, args ...any) { missed = append(missed, fmt.Sprintf(format, args...)) }
	matchValue(m, value, miss)
	matchOrder(m, value, miss)
	matchSize(m, value, miss)
	matchParts(m, value, miss)
	return strings.Join(missed, "; ")
}

type misser func(format string, args ...any)

func matchValue(m scenarios.Matcher, value any, miss misser) {
	if m.Has("equals") {
		want, ok := m.Equals, true
		if m.Has("plus") {
			want, ok = moved(m.Equals, m.Plus)
		}
		switch {
		case !ok:
			miss("%s plus %s, which cannot be added", Render(m.Equals), Render(m.Plus))
		case m.Has("within"):
			if !near(value, want, m.Within) {
				miss("%s, give or take %s", Render(want), Render(m.Within))
			}
		case m.Has("plus"):
			if sign, ordered := order(value, want); !ordered || sign != 0 {
				miss("%s", Render(want))
			}
		case !Equal(value, want):
			miss("%s", Render(want))
		}
	}
	if m.Has("not") && Equal(value, m.Not) {
		miss("anything but %s", Render(m.Not))
	}
	if m.Has("oneOf") && !contains(m.OneOf, value) {
		miss("one of %s", Render(m.OneOf))
	}
	if m.Has("matches") {
		pattern, err := regexp.Compile(`^(?:` + m.Matches + `)$`)
		text, ok := value.(string)
		if err != nil || !ok || !pattern.MatchString(text) {
			miss("text that matches %s", m.Matches)
		}
	}
	if m.Has("type") {
		if got := typeOf(value); got != m.Type && (m.Type != "number" || got != "integer") {
			miss("type %s", m.Type)
		}
	}
	if m.Has("format") && !hasFormat(value, m.Format) {
		miss("format %s", m.Format)
	}
}

func matchOrder(m scenarios.Matcher, value any, miss misser) {
	compare := func(key, words string, bound any, ok func(sign int) bool) {
		if !m.Has(key) {
			return
		}
		if m.Has("plus") {
			shifted, can := moved(bound, m.Plus)
			if !can {
				miss("%s plus %s, which cannot be added", Render(bound), Render(m.Plus))
				return
			}
			bound = shifted
		}
		if sign, ordered := order(value, bound); !ordered || !ok(sign) {
			miss("%s %s", words, Render(bound))
		}
	}
	compare("gt", "more than", m.Gt, func(sign int) bool { return sign > 0 })
	compare("gte", "at least", m.Gte, func(sign int) bool { return sign >= 0 })
	compare("lt", "less than", m.Lt, func(sign int) bool { return sign < 0 })
	compare("lte", "at most", m.Lte, func(sign int) bool { return sign <= 0 })
	if m.Has("sorted") {
		list, ok := value.([]any)
		if !ok {
			miss("a list in %s order", m.Sorted)
			return
		}
		for i := 1; i < len(list); i++ {
			sign := arrange(list[i-1], list[i])
			if m.Sorted == "ascending" && sign > 0 || m.Sorted == "descending" && sign < 0 {
				miss("%s order, also of %s and %s (places %d and %d)", m.Sorted, Render(list[i-1]), Render(list[i]), i-1, i)
				return
			}
		}
	}
}

// arrange orders any two values: numbers as numbers, timestamps as times, otherwise as text.
func arrange(a, b any) int {
	if sign, ok := order(a, b); ok {
		return sign
	}
	return strings.Compare(scenarios.Text(a), scenarios.Text(b))
}

func matchSize(m scenarios.Matcher, value any, miss misser) {
	if !m.Has("length") && !m.Has("minLength") && !m.Has("maxLength") {
		return
	}
	var size int
	switch v := value.(type) {
	case string:
		size = utf8.RuneCountInString(v)
	case []any:
		size = len(v)
	case map[string]any:
		size = len(v)
	default:
		miss("something that has a length")
		return
	}
	check := func(key, words string, bound any, ok func(sign int) bool) {
		if !m.Has(key) {
			return
		}
		bound = shifted(m, bound)
		limit, isNumber := decimal(bound)
		if !isNumber || !ok(new(big.Rat).SetInt64(int64(size)).Cmp(limit)) {
			miss("%s %s (it is %d)", words, Render(bound), size)
		}
	}
	check("length", "length", m.Length, func(sign int) bool { return sign == 0 })
	check("minLength", "length at least", m.MinLength, func(sign int) bool { return sign >= 0 })
	check("maxLength", "length at most", m.MaxLength, func(sign int) bool { return sign <= 0 })
}

// shifted is a length or a sum moved by plus; what cannot be moved is nothing, which no value
// equals.
func shifted(m scenarios.Matcher, bound any) any {
	if !m.Has("plus") {
		return bound
	}
	number, _ := moved(bound, m.Plus)
	return number
}

func matchParts(m scenarios.Matcher, value any, miss misser) {
	if m.Has("contains") && !holds(value, m.Contains) {
		miss("to contain %s", Render(m.Contains))
	}
	if m.Has("containsNot") && (!canHold(value) || holds(value, m.ContainsNot)) {
		miss("a list or text without %s", Render(m.ContainsNot))
	}
	list, isList := value.([]any)
	if !isList {
		for _, key := range []string{"sameElements", "unique", "sum", "each"} {
			if m.Has(key) {
				miss("a list (for %s)", key)
			}
		}
		return
	}
	if m.Has("sameElements") {
		if want, ok := m.SameElements.([]any); !ok || !sameElements(list, want) {
			miss("the elements of %s in any order", Render(m.SameElements))
		}
	}
	if m.Has("unique") {
		for i, one := range list {
			if contains(list[:i], one) {
				miss("nothing twice, as %s is", Render(one))
				break
			}
		}
	}
	if m.Has("sum") {
		sum, ok := total(list)
		bound := shifted(m, summed(m.Sum))
		want, isNumber := decimal(bound)
		if !ok || !isNumber || sum.Cmp(want) != 0 {
			got := "no numbers"
			if ok {
				got = string(rational(sum))
			}
			miss("the sum %s (it is %s)", Render(bound), got)
		}
	}
	if m.Has("each") && m.Each != nil {
		for i, one := range list {
			if missed := Match(*m.Each, one, true); missed != "" {
				miss("each element %s; [%d] is %s", missed, i, Render(one))
				break
			}
		}
	}
}

// summed is the sum of a list, and any other value as it is.
func summed(value any) any {
	list, isList := value.([]any)
	if !isList {
		return value
	}
	sum, ok := total(list)
	if !ok {
		return value
	}
	return rational(sum)
}

// total is the sum of a list of numbers, and of lists of them.
func total(list []any) (*big.Rat, bool) {
	sum := new(big.Rat)
	for _, one := range list {
		if part, isList := one.([]any); isList {
			number, ok := total(part)
			if !ok {
				return nil, false
			}
			sum.Add(sum, number)
			continue
		}
		number, ok := decimal(one)
		if !ok {
			return nil, false
		}
		sum.Add(sum, number)
	}
	return sum, true
}

func contains(list []any, value any) bool {
	return slices.ContainsFunc(list, func(one any) bool { return Equal(one, value) })
}

func canHold(value any) bool {
	switch value.(type) {
	case string, []any:
		return true
	}
	return false
}

func holds(value, part any) bool {
	switch v := value.(type) {
	case string:
		text, ok := part.(string)
		return ok && strings.Contains(v, text)
	case []any:
		return contains(v, part)
	}
	return false
}

func sameElements(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, one := range a {
		i := slices.IndexFunc(rest, func(other any) bool { return Equal(one, other) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// describe is a matcher in words, for reports.
func describe(m scenarios.Matcher) string {
	var parts []string
	add := func(key, words string, value any) {
		if m.Has(key) {
			if text, ok := value.(string); ok && (key == "matches" || key == "type" || key == "format" || key == "sorted") {
				parts = append(parts, words+text)
			} else {
				parts = append(parts, words+Render(value))
			}
		}
	}
	add("equals", "", m.Equals)
	add("plus", "plus ", m.Plus)
	add("within", "give or take ", m.Within)
	add("not", "not ", m.Not)
	add("oneOf", "one of ", m.OneOf)
	add("matches", "text that matches ", m.Matches)
	add("type", "type ", m.Type)
	add("format", "format ", m.Format)
	add("length", "length ", m.Length)
	add("minLength", "length at least ", m.MinLength)
	add("maxLength", "length at most ", m.MaxLength)
	add("gt", "more than ", m.Gt)
	add("gte", "at least ", m.Gte)
	add("lt", "less than ", m.Lt)
	add("lte", "at most ", m.Lte)
	add("contains", "containing ", m.Contains)
	add("containsNot", "without ", m.ContainsNot)
	add("sameElements", "the elements of ", m.SameElements)
	add("sorted", "sorted ", m.Sorted)
	add("sum", "sum ", m.Sum)
	if m.Unique {
		parts = append(parts, "nothing twice")
	}
	if m.Has("exists") && m.Exists != nil {
		parts = append(parts, map[bool]string{true: "there", false: "not there"}[*m.Exists])
	}
	if m.Each != nil {
		parts = append(parts, "each "+describe(*m.Each))
	}
	return strings.Join(parts, ", ")
}
