package report

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// shortest is the length in bytes below which a secret is refused: replacing "abc" everywhere would
// shred every text without hiding anything. It is also how many leading bytes of a form
// Redactor.lengths is keyed by, so no form is shorter.
const shortest = 6

// longEnough is the length from which a form is replaced even in the suite's own words (titles,
// requirements, ids). A target may hand out "string" or "token.create" as a token; that must not
// rewrite the ids that a report is read by.
const longEnough = 16

// Redactor replaces secrets by their names, in every form in which a target or a library may send
// them back: as they are, in upper or lower case, escaped for URLs, JSON, HTML and shells, also
// twice, in hexadecimal, in base64 at any alignment, and reversed. What a target takes to pieces,
// enciphers or hashes is not found. The zero value is not ready; see NewRedactor. All methods are
// safe for concurrent use. Learning a secret is cheap, and learning it again costs nothing; the
// time for a text does not grow with the number of secrets.
type Redactor struct {
	mu sync.RWMutex
	// named holds what to look for, with the name that takes its place.
	named map[string]string
	// lengths holds the lengths of what is looked for, by its first bytes; each list longest first.
	// Texts that begin alike, such as tokens of the same second, mostly have the same few lengths.
	lengths map[string][]int
	// starts has a bit for each pair of bytes that something to look for begins with. It rules out
	// most places of a text.
	starts [1 << 16 / 64]uint64
	// secrets holds the forms of each secret.
	secrets map[string][]string
	// names are those that stay in texts.
	names map[string]bool
	// longestName bounds the search for a name's end, so that a body of a million dollar signs
	// costs nothing.
	longestName int
	parent      *Redactor
	// beside is another that may have made the forms of a secret already.
	beside *Redactor
}

// NewRedactor returns a Redactor that knows no secrets.
func NewRedactor() *Redactor {
	return &Redactor{named: map[string]string{}, lengths: map[string][]int{}, secrets: map[string][]string{}, names: map[string]bool{}}
}

// Child returns a Redactor for a part of a run. What it learns its parent learns too, under the
// name "${ANOTHER_…}", and its texts are also free of what the parent knows: a target may answer
// one scenario with the secrets of another.
func (r *Redactor) Child() *Redactor {
	child := NewRedactor()
	child.parent = r
	return child
}

// Beside returns a Redactor that knows no secrets. It learns those that r knows in less time.
func (r *Redactor) Beside() *Redactor {
	other := NewRedactor()
	other.beside = r
	return other
}

// Add registers a secret under a name; "TOKEN_1" and "${TOKEN_1}" are the same name, and the second
// is what texts get. A known secret keeps its first name. Add returns false, and registers nothing,
// for a secret shorter than six bytes, and for the word password, without which reports of login
// forms would be unreadable.
func (r *Redactor) Add(name, secret string) bool {
	if len(secret) < shortest || strings.EqualFold(secret, "password") {
		return false
	}
	if !strings.HasPrefix(name, "${") {
		name = "${" + name + "}"
	}
	forms := r.formsOf(secret)
	if r.parent != nil {
		r.parent.learn(secret, forms, "${ANOTHER_"+name[len("${"):], name)
	}
	r.learn(secret, forms, name)
	return true
}

// formsOf returns the forms of a secret, cached.
func (r *Redactor) formsOf(secret string) []string {
	for known := r; known != nil; known = cmp.Or(known.parent, known.beside) {
		known.mu.RLock()
		forms := known.secrets[secret]
		known.mu.RUnlock()
		if forms != nil {
			return forms
		}
	}
	return formsOf(secret)
}

// learn registers a secret under a name, unless it has one, and makes this and other names stay in
// texts.
func (r *Redactor) learn(secret string, forms []string, name string, others ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kept := range append(others, name) {
		r.names[kept] = true
		r.longestName = max(r.longestName, len(kept))
	}
	if r.secrets[secret] != nil {
		return
	}
	r.secrets[secret] = forms
	for _, text := range forms {
		if _, known := r.named[text]; known {
			continue
		}
		r.named[text] = name
		pair := startOf(text)
		r.starts[pair/64] |= 1 << (pair % 64)
		start := text[:shortest]
		if lengths := r.lengths[start]; !slices.Contains(lengths, len(text)) {
			lengths = append(lengths, len(text))
			slices.SortFunc(lengths, func(a, b int) int { return b - a })
			r.lengths[start] = lengths
		}
	}
}

// Text returns s with every registered secret replaced by its name. Where secrets overlap, the
// whole stretch is replaced by the name of the one that begins first. Names already in the text
// stay, so redacting twice is harmless.
func (r *Redactor) Text(s string) string {
	return r.replace(s, shortest)
}

// Finds reports whether a text holds a secret, that is, whether Text would change it.
func (r *Redactor) Finds(s string) bool {
	for known := r; known != nil; known = known.parent {
		if _, found := known.first(s); found {
			return true
		}
	}
	return false
}

func (r *Redactor) first(s string) (stretch, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.next(s, 0, shortest)
}

func (r *Redactor) replace(s string, atLeast int) string {
	s = r.replaceOwn(s, atLeast)
	if r.parent != nil {
		s = r.parent.replace(s, atLeast)
	}
	return s
}

func (r *Redactor) replaceOwn(s string, atLeast int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out strings.Builder
	from := 0
	for {
		found, ok := r.next(s, from, atLeast)
		if !ok {
			break
		}
		out.WriteString(s[from:found.start])
		out.WriteString(found.name)
		from = found.end
	}
	if from == 0 {
		return s
	}
	out.WriteString(s[from:])
	return out.String()
}

// stretch is a part of a text that must not be shown, and the name that takes its place.
type stretch struct {
	start, end int
	name       string
}

// next finds the first secret of at least a length at or after a place, as far as others overlap
// it.
func (r *Redactor) next(s string, from, atLeast int) (stretch, bool) {
	for i := from; i+shortest <= len(s); i++ {
		if s[i] == '$' {
			if skip := r.nameAt(s[i:]); skip > 0 {
				i += skip - 1
				continue
			}
		}
		text := r.match(s[i:], atLeast)
		if text == "" {
			continue
		}
		end := i + len(text)
		for j := i + 1; j < end && j+shortest <= len(s); j++ {
			end = max(end, j+len(r.match(s[j:], atLeast)))
		}
		return stretch{start: i, end: end, name: r.named[text]}, true
	}
	return stretch{}, false
}

// match returns the longest form that s, of at least six bytes, begins with; "" if there is none.
func (r *Redactor) match(s string, atLeast int) string {
	if pair := startOf(s); r.starts[pair/64]&(1<<(pair%64)) == 0 {
		return ""
	}
	for _, length := range r.lengths[s[:shortest]] {
		if length < atLeast {
			break
		}
		if length > len(s) {
			continue
		}
		if _, known := r.named[s[:length]]; known {
			return s[:length]
		}
	}
	return ""
}

// startOf is the first two bytes as a number.
func startOf(s string) uint {
	return uint(s[0])<<8 | uint(s[1])
}

// nameAt returns the length of the registered name that s begins with, or 0.
func (r *Redactor) nameAt(s string) int {
	end := strings.IndexByte(s[:min(len(s), r.longestName)], '}')
	if end < 0 || !r.names[s[:end+1]] {
		return 0
	}
	return end + 1
}

// Report redacts every text of a report in place, as a last net below the redaction of each piece
// of evidence. In the suite's own words (ids, titles, requirements, names) only long secrets are
// replaced, so that a target which hands out an ordinary word as a token cannot rename assertions.
func (r *Redactor) Report(report *Report) {
	r.walk(reflect.ValueOf(report).Elem(), false)
}

// Result redacts every text of a result in place, as Report does.
func (r *Redactor) Result(result *Result) {
	r.walk(reflect.ValueOf(result).Elem(), false)
}

// Event redacts every text of an event; what it points to is copied.
func (r *Redactor) Event(event Event) Event {
	if event.Step != nil {
		step := *event.Step
		event.Step = &step
	}
	if event.Assertion != nil {
		assertion := *event.Assertion
		event.Assertion = &assertion
	}
	if event.Result != nil {
		result := *event.Result
		event.Result = &result
	}
	if event.Run != nil {
		run := *event.Run
		event.Run = &run
	}
	r.walk(reflect.ValueOf(&event).Elem(), false)
	return event
}

// ownWords are the fields that are filled from scenario files and published documents, not by the
// target.
func ownWords(field string) bool {
	switch field {
	case "ID", "Scenario", "Kind", "Surface", "Path", "Route", "What", "State", "Of", "Title", "Level", "Requirement", "Source", "File", "Tags", "Operation", "Method", "Version", "Coverage", "TokenShape", "SuccessEnvelope":
		return true
	}
	return false
}

// walk goes by reflection, so that a member added to the report later is redacted without anyone
// thinking of it.
func (r *Redactor) walk(v reflect.Value, own bool) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[Verdict]() && v.Type() != reflect.TypeFor[EventKind]() {
			// Results share what comes from scenario files, as tags, with results of runs at the
			// same time: those stay untouched.
			if text, shown := v.String(), r.word(v.String(), own); shown != text {
				v.SetString(shown)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.walk(v.Elem(), own)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			r.walk(v.Field(i), own || ownWords(v.Type().Field(i).Name))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			r.walk(v.Index(i), own)
		}
	case reflect.Map:
		r.walkMap(v, own)
	}
}

func (r *Redactor) walkMap(v reflect.Value, own bool) {
	if v.IsNil() || v.Type().Key().Kind() != reflect.String {
		return
	}
	fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
	for each := v.MapRange(); each.Next(); {
		key := reflect.New(v.Type().Key()).Elem()
		key.SetString(r.word(each.Key().String(), own))
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(each.Value())
		r.walk(value, own)
		fresh.SetMapIndex(key, value)
	}
	v.Set(fresh)
}

func (r *Redactor) word(s string, own bool) string {
	if own {
		return r.replace(s, longEnough)
	}
	return r.replace(s, shortest)
}
