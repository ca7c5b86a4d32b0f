package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// shortest is the length in bytes below which a secret is refused: replacing "abc" everywhere would shred every text
// without hiding anything. It is also how many leading bytes of a form the index is keyed by, so no form is shorter.
const shortest = 6

// longEnough is the length from which a form is replaced even in the suite's own words (titles, requirements, ids).
// A target may hand out "string" or "token.create" as a token; that must not rewrite the ids that a report is read by.
const longEnough = 16

// Redactor replaces secrets by their names, in every form in which a target or a library may send them back: as they
// are, in upper or lower case, escaped for URLs, JSON, HTML and shells, in hexadecimal, and in base64 at any alignment.
// The zero value is not ready; see NewRedactor. All methods are safe for concurrent use. Learning a secret is cheap,
// and the time for a text does not grow with the number of secrets.
type Redactor struct {
	mu sync.RWMutex
	// forms holds what to look for, by its first bytes, each list longest first.
	forms map[string][]form
	names map[string]bool
	// longestName bounds the search for a name's end, so that a body of a million dollar signs costs nothing.
	longestName int
	parent      *Redactor
}

type form struct{ text, name string }

// NewRedactor returns a Redactor that knows no secrets.
func NewRedactor() *Redactor {
	return &Redactor{forms: map[string][]form{}, names: map[string]bool{}}
}

// Child returns a Redactor for a part of a run. What it learns its parent learns too, under the name "${ANOTHER_…}", and
// its texts are also free of what the parent knows: a target may answer one scenario with the secrets of another.
func (r *Redactor) Child() *Redactor {
	child := NewRedactor()
	child.parent = r
	return child
}

// Add registers a secret under a name; "TOKEN_1" and "${TOKEN_1}" are the same name, and the second is what texts get.
// A secret that is known already keeps its first name. It answers false, and registers nothing, for a secret shorter
// than six bytes.
func (r *Redactor) Add(name, secret string) bool {
	if len(secret) < shortest {
		return false
	}
	if !strings.HasPrefix(name, "${") {
		name = "${" + name + "}"
	}
	forms := formsOf(secret)
	r.learn(name, name, forms)
	if r.parent != nil {
		r.parent.learn("${ANOTHER_"+name[len("${"):], name, forms)
	}
	return true
}

// learn registers the forms of a secret under a name, and makes a second name one that stays in texts.
func (r *Redactor) learn(name, alsoKept string, forms []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kept := range []string{name, alsoKept} {
		r.names[kept] = true
		r.longestName = max(r.longestName, len(kept))
	}
	for _, text := range forms {
		r.insert(form{text: text, name: name})
	}
}

func (r *Redactor) insert(f form) {
	key := f.text[:shortest]
	list := r.forms[key]
	at := len(list)
	for i, other := range list {
		if other.text == f.text {
			return
		}
		if at == len(list) && len(other.text) < len(f.text) {
			at = i
		}
	}
	// A new slice each time: nobody who reads the old one may see it move.
	grown := make([]form, 0, len(list)+1)
	grown = append(append(append(grown, list[:at]...), f), list[at:]...)
	r.forms[key] = grown
}

// Text returns s with every registered secret replaced by its name. Where secrets overlap, the whole stretch is
// replaced by the name of the one that begins first. Names already in the text stay, so redacting twice is harmless.
func (r *Redactor) Text(s string) string {
	return r.replace(s, shortest)
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
	if len(r.forms) == 0 || len(s) < shortest {
		return s
	}
	var out strings.Builder
	from := 0
	for i := 0; i+shortest <= len(s); {
		if skip := r.nameAt(s[i:]); skip > 0 {
			i += skip
			continue
		}
		found, ok := r.match(s[i:], atLeast)
		if !ok {
			i++
			continue
		}
		end := i + len(found.text)
		for j := i + 1; j < end && j+shortest <= len(s); j++ {
			if other, ok := r.match(s[j:], atLeast); ok {
				end = max(end, j+len(other.text))
			}
		}
		out.WriteString(s[from:i])
		out.WriteString(found.name)
		from, i = end, end
	}
	if from == 0 {
		return s
	}
	out.WriteString(s[from:])
	return out.String()
}

// match returns the longest form that s begins with.
func (r *Redactor) match(s string, atLeast int) (form, bool) {
	if len(s) < shortest {
		return form{}, false
	}
	for _, f := range r.forms[s[:shortest]] {
		if len(f.text) >= atLeast && strings.HasPrefix(s, f.text) {
			return f, true
		}
	}
	return form{}, false
}

// nameAt returns the length of the registered name that s begins with, or 0.
func (r *Redactor) nameAt(s string) int {
	if s[0] != '$' {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), r.longestName)], '}')
	if end < 0 || !r.names[s[:end+1]] {
		return 0
	}
	return end + 1
}

// Report redacts every text of a report in place, as a last net below the redaction of each piece of evidence. In the
// suite's own words (ids, titles, requirements, names) only long secrets are replaced, so that a target which hands out
// an ordinary word as a token cannot rename assertions.
func (r *Redactor) Report(report *Report) {
	r.walk(reflect.ValueOf(report).Elem(), false)
}

// ownWords are the fields that are filled from scenario files and published documents, not by the target.
func ownWords(field string) bool {
	switch field {
	case "ID", "Title", "Level", "Requirement", "Source", "File", "Tags", "Operation", "Method", "Version", "Coverage", "TokenShape":
		return true
	}
	return false
}

// walk goes by reflection, so that a member added to the report later is redacted without anyone thinking of it.
func (r *Redactor) walk(v reflect.Value, own bool) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[Verdict]() {
			v.SetString(r.word(v.String(), own))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.walk(v.Elem(), own)
		}
	case reflect.Struct:
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

// formsOf lists the texts that give a secret away, without doubles.
func formsOf(secret string) []string {
	plain := []string{secret, strings.ToLower(secret), strings.ToUpper(secret)}
	encoded := append(base64Forms(secret), strings.ToUpper(hex.EncodeToString([]byte(secret))), hex.EncodeToString([]byte(secret)))
	var all []string
	for _, text := range plain {
		all = append(all, escapedForms(text)...)
	}
	for _, text := range encoded {
		// "/", "+" and "=" of base64 are escaped in URLs, and "/" by some JSON encoders.
		all = append(all, text, url.QueryEscape(text), strings.ReplaceAll(text, "/", `\/`))
	}
	seen := make(map[string]bool, len(all))
	unique := all[:0]
	for _, text := range all {
		if len(text) >= shortest && !seen[text] {
			seen[text] = true
			unique = append(unique, text)
		}
	}
	return unique
}

func escapedForms(s string) []string {
	var byUnicode, byPercent strings.Builder
	for _, unit := range s {
		fmt.Fprintf(&byUnicode, `\u%04x`, unit)
	}
	for i := range len(s) {
		fmt.Fprintf(&byPercent, "%%%02X", s[i])
	}
	query := url.QueryEscape(s)
	return []string{
		s,
		url.PathEscape(s), query, strings.ReplaceAll(query, "+", "%20"), lowerEscapes(query), byPercent.String(), lowerEscapes(byPercent.String()),
		jsonForm(s, true), jsonForm(s, false), strings.ReplaceAll(s, "/", `\/`), byUnicode.String(),
		html.EscapeString(s),
		trimQuotes(strconv.Quote(s)), trimQuotes(strconv.QuoteToASCII(s)),
		strings.ReplaceAll(s, `'`, `'\''`),
	}
}

// base64Forms encodes the secret as it looks inside longer text: whatever stands before it shifts it by zero, one or two
// bytes, and the characters at both ends mix with the neighbours. What is left in the middle is the same every time.
func base64Forms(secret string) []string {
	var all []string
	for shift := range 3 {
		padded := append(make([]byte, shift), secret...)
		first := (shift*8 + 5) / 6
		last := len(padded) * 8 / 6
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			whole := encoding.EncodeToString(padded)
			all = append(all, whole[first:last])
			if shift == 0 {
				all = append(all, whole, strings.TrimRight(whole, "="))
			}
		}
	}
	return all
}

func jsonForm(s string, escapeHTML bool) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(s); err != nil {
		return s
	}
	return trimQuotes(strings.TrimSuffix(out.String(), "\n"))
}

func trimQuotes(s string) string { return s[1 : len(s)-1] }

// lowerEscapes writes %2F as %2f: both are allowed in URLs.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}
