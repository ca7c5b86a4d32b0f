package runner

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"oauthmock/conformance/report"
)

// The longest script: a failure that takes more requests to see has a loop for it.
const (
	maxScriptCalls = 120
	maxScriptText  = 1 << 16
)

// request is a call of the control API, or a pause, that a session made, for its script.
type request struct {
	// before is how many exchanges came first.
	before int
	method string
	// url, body and answer hold secrets.
	url    string
	body   []byte
	answer []byte
	// pause is set for a pause alone, in seconds.
	pause float64
}

// requestsKey is that of the context value which hears of every call of the control API.
type requestsKey struct{}

func withRequests(ctx context.Context, note func(request)) context.Context {
	return context.WithValue(ctx, requestsKey{}, note)
}

func noteRequest(ctx context.Context, one request) {
	if note, ok := ctx.Value(requestsKey{}).(func(request)); ok {
		note(one)
	}
}

// script repeats a scenario from nothing, up to the last exchange that failed. It returns "" where
// nothing failed, or where it would be too long to be read.
func (s *session) script(known *report.Redactor, assertions []report.Assertion) string {
	last := -1
	blamed := map[int][]report.Assertion{}
	for _, assertion := range assertions {
		if assertion.Verdict == report.Fail {
			at := assertion.Step
			if at < 0 {
				at = len(s.evidence) - 1
			}
			last = max(last, at)
			blamed[at] = append(blamed[at], assertion)
		}
	}
	if last < 0 || last >= len(s.evidence) {
		return ""
	}
	w := &scriptWriter{session: s, known: known, values: map[string]string{}, names: known.Beside(), defined: map[string]bool{}}
	w.nameSecrets(last)
	w.list(last, blamed)
	if len(w.parts) > maxScriptCalls {
		return ""
	}
	for i := range w.parts {
		// What is not a secret of its own, but too near to one to be shown, has a name too by now.
		w.parts[i].command = known.Text(w.parts[i].command)
	}
	text := known.Text(w.text())
	if len(text) > maxScriptText {
		return ""
	}
	return report.Printable(text)
}

type scriptWriter struct {
	*session
	// names turns what the script has variables for into these, known every other secret of the
	// scenario.
	names, known *report.Redactor
	// values of variables by their names.
	values  map[string]string
	order   []string
	defined map[string]bool
	parts   []scriptPart
}

// scriptPart is one call with its comment.
type scriptPart struct {
	comments []string
	command  string
	answer   string // "" for a pause
	times    int
	shown    bool
}

// name gives a text a name by which the script uses it. The first name wins.
func (w *scriptWriter) name(name, value string) {
	if value == "" || w.values[name] != "" || slices.ContainsFunc(w.order, func(other string) bool { return w.values[other] == value }) {
		return
	}
	if w.names.Add(name, value) {
		w.values[name] = value
		w.order = append(w.order, name)
	}
}

func (w *scriptWriter) nameSecrets(last int) {
	w.name("OAUTH_BASE_URL", w.base.String())
	for _, surface := range w.judgement.Surfaces() {
		if at := w.addresses.of(surface); at != nil && !strings.HasPrefix(at.String(), w.base.String()) {
			w.name("OAUTH_"+strings.ToUpper(noWord.ReplaceAllString(surface.Name, "_"))+"_BASE_URL", at.String())
		}
	}
	if w.control != nil && !strings.HasPrefix(w.control.base.String(), w.base.String()) {
		w.name("OAUTH_ADMIN_URL", w.control.base.String())
	}
	w.name("OAUTH_ADMIN_TOKEN", w.target.AdminToken)
	for _, name := range sortedNames(w.accounts) {
		a := w.accounts[name]
		email, key := w.credentialNames(a)
		suffix := w.suffix(a)
		w.name(email, a.Email)
		w.name(key, a.APIKey)
		w.name("OAUTH_BASIC"+suffix, basicCredential(a.Email, a.APIKey))
		w.name("ACCOUNT"+suffix, a.ID)
		for i, client := range a.Clients {
			more := suffix
			if i > 0 {
				more = fmt.Sprintf("%s_%d", suffix, i+1)
			}
			w.name("OAUTH_CLIENT_ID"+more, client.ID)
			w.name("OAUTH_CLIENT_SECRET"+more, client.Secret)
		}
		for _, user := range a.Users {
			w.name("OAUTH_PASSWORD"+suffix, user.Password)
		}
	}
	w.name("OAUTH_CLIENT_SECRET", w.target.ClientSecret)
	w.name("OAUTH_PASSWORD", w.target.Password)
	counts := map[string]int{}
	for _, sent := range w.evidence[:last+1] {
		for _, secret := range sent.secrets {
			before := len(w.order)
			w.name(fmt.Sprintf("%s_%d", secret.kind, counts[secret.kind]+1), secret.text)
			counts[secret.kind] += len(w.order) - before
		}
	}
	// What the scenario took from answers is other at the next time too, though nothing secret.
	for _, name := range sortedNames(w.vars) {
		if value, ok := w.vars[name].(string); ok && len(value) >= 12 && w.answered(value, last) {
			w.name("GOT_"+strings.ToUpper(noWord.ReplaceAllString(name, "_")), value)
		}
	}
}

// answered reports whether a text can be taken from an answer.
func (w *scriptWriter) answered(value string, last int) bool {
	return slices.ContainsFunc(w.evidence[:last+1], func(one *sent) bool { return extraction(rawAnswer(one), value) != "" })
}

// list returns the parts in the order of sending.
func (w *scriptWriter) list(last int, blamed map[int][]report.Assertion) {
	controls := w.asked
	for i, sent := range w.evidence[:last+1] {
		for len(controls) > 0 && controls[0].before <= i {
			w.control1(controls[0])
			controls = controls[1:]
		}
		part := scriptPart{command: w.command(sent), answer: rawAnswer(sent), times: 1, shown: len(blamed[i]) > 0}
		for _, assertion := range blamed[i] {
			part.comments = append(part.comments, fmt.Sprintf("%s %s", assertion.Level, assertion.Requirement),
				"expected "+assertion.Expected, "got      "+assertion.Actual)
		}
		if n := len(w.parts) - 1; n >= 0 && sent.method == http.MethodGet && !part.shown && !w.parts[n].shown && w.parts[n].command == part.command {
			w.parts[n].times++
			w.parts[n].answer = part.answer
			continue
		}
		part.comments = append([]string{fmt.Sprintf("%s: %s %s", sent.step, sent.method, w.placeOf(sent))}, part.comments...)
		w.parts = append(w.parts, part)
	}
}

func (w *scriptWriter) placeOf(sent *sent) string {
	if sent.operation != nil {
		return sent.operation.Path
	}
	return w.names.Text(sent.path)
}

func (w *scriptWriter) control1(one request) {
	if one.pause > 0 {
		w.parts = append(w.parts, scriptPart{command: fmt.Sprintf("sleep %.0f", one.pause+0.5), times: 1})
		return
	}
	words := []string{"curl", "-sS", "-i", "-o", `"$answer"`}
	if one.method != http.MethodGet {
		words = append(words, "-X", one.method)
	}
	words = append(words, quote(w.names.Text(one.url)))
	if w.target.AdminToken != "" {
		words = append(words, "-H", `"Authorization: Bearer ${OAUTH_ADMIN_TOKEN}"`)
	}
	if one.body != nil {
		words = append(words, "-H", "'Content-Type: application/json'", "--data-raw", quote(w.names.Text(string(one.body))))
	}
	w.parts = append(w.parts, scriptPart{comments: []string{"the control API"}, command: strings.Join(words, " "), answer: string(one.answer), times: 1})
}

// command sends an exchange; its answer goes to the file, from which it may be shown.
func (w *scriptWriter) command(sent *sent) string {
	words := w.curlWords(sent, w.names)
	words = slices.Insert(words, 2, "-i", "-o", `"$answer"`)
	before := ""
	switch body := sent.body(); {
	case body == nil:
	case printable(string(body)):
		words = append(words, "--data-raw", quote(w.names.Text(string(body))))
	default:
		before = "printf %b " + quote(escaped(w.names.Text(string(body)))) + " | "
		words = append(words, "--data-binary", "@-")
	}
	return before + strings.Join(words, " ")
}

var shellName = regexp.MustCompile(`\$\{([A-Z][A-Z0-9_]*)\}`)

// text is the whole script.
func (w *scriptWriter) text() string {
	var body strings.Builder
	used := map[string]bool{}
	for _, part := range w.parts {
		for _, found := range shellName.FindAllStringSubmatch(part.command, -1) {
			used[found[1]] = true
		}
	}
	for _, made := range w.made {
		used["ACCOUNT"+w.suffix(made)] = true
	}
	for _, name := range w.order { // a Basic credential is made of two others
		if suffix, ok := strings.CutPrefix(name, "OAUTH_BASIC"); ok && used[name] {
			used["OAUTH_EMAIL"+suffix], used["OAUTH_API_KEY"+suffix] = true, true
		}
	}
	var given []string
	define := func(name, how string) {
		fmt.Fprintf(&body, "%s=$(%s)\n", name, how)
		w.defined[name] = true
	}
	for _, part := range w.parts {
		for _, found := range shellName.FindAllStringSubmatch(part.command, -1) {
			name := found[1]
			if w.defined[name] {
				continue
			}
			w.defined[name] = true
			if suffix, ok := strings.CutPrefix(name, "OAUTH_BASIC"); ok {
				define(name, fmt.Sprintf(`printf %%s "$OAUTH_EMAIL%s:$OAUTH_API_KEY%s" | base64 | tr -d '\n'`, suffix, suffix))
				continue
			}
			given = append(given, name)
		}
		for _, comment := range part.comments {
			body.WriteString(commented(comment))
		}
		switch {
		case part.times > 1:
			fmt.Fprintf(&body, "n=0; while [ $n -lt %d ]; do\n  %s\n  n=$((n+1))\ndone\n", part.times, part.command)
		default:
			body.WriteString(part.command + "\n")
		}
		if part.shown {
			body.WriteString("cat \"$answer\"; echo\n")
		}
		for _, name := range w.order {
			if !used[name] || w.defined[name] {
				continue
			}
			if how := extraction(part.answer, w.values[name]); how != "" {
				define(name, how)
			}
		}
		body.WriteString("\n")
	}
	return w.head(given) + body.String() + w.cleaning()
}

func (w *scriptWriter) head(given []string) string {
	var out strings.Builder
	out.WriteString("#!/bin/sh\n" + commented(w.scenario.ID+": "+w.scenario.Title) + "# It needs curl, and nothing else.")
	if w.control != nil {
		out.WriteString(" The control API of the target makes the account.")
	}
	out.WriteString("\nset -eu\n")
	for _, name := range given {
		value := ""
		if strings.HasSuffix(name, "_URL") {
			value = w.values[name]
		}
		if value != "" {
			fmt.Fprintf(&out, ": \"${%s:=%s}\"\n", name, value)
		} else {
			fmt.Fprintf(&out, ": \"${%s:?set it: this script holds no secrets}\"\n", name)
		}
	}
	out.WriteString("answer=$(mktemp); trap 'rm -f \"$answer\"' EXIT\n")
	out.WriteString(scriptHelpers)
	return out.String()
}

// scriptHelpers take something from the last answer; each is given what it is called and which one
// it is.
const scriptHelpers = `member() { tr -d '\r\n' <"$answer" | grep -oE "\"$1\" *: *\"[^\"]*\"" | sed -n "$2p" | sed 's/^[^:]*: *"//; s/"$//'; }
query() { tr -d '\r' <"$answer" | grep -oE "[?&]$1=[^&\"' ]*" | sed -n "$2p" | sed 's/^[^=]*=//'; }
cookie() { tr -d '\r' <"$answer" | grep -iE "^set-cookie: *$1=" | sed -n "$2p" | sed 's/^[^=]*=//; s/;.*//'; }
field() { tr -d '\r\n' <"$answer" | grep -oE "name=\"$1\"[^>]*value=\"[^\"]*\"" | sed -n "$2p" | sed 's/.*value="//; s/"$//'; }

`

// cleaning removes what the script made.
func (w *scriptWriter) cleaning() string {
	var out strings.Builder
	out.WriteString("# What it made is removed; KEEP=1 keeps it.\n[ -n \"${KEEP:-}\" ] && exit\n")
	lines := 0
	if w.control == nil {
		for _, token := range slices.Backward(w.created) {
			undo := w.undoing(token)
			words := w.curlWords(&sent{call: undo}, w.names)
			text := w.known.Text(strings.Join(slices.Insert(words, 2, "-o", `"$answer"`), " "))
			if w.ready(text) {
				out.WriteString(text + "\n")
				lines++
			}
		}
	}
	for _, made := range w.made {
		text := "curl -sS -o \"$answer\" -X DELETE " + quote(w.names.Text(w.control.base.String()+"/accounts/"+made.ID))
		if w.target.AdminToken != "" {
			text += ` -H "Authorization: Bearer ${OAUTH_ADMIN_TOKEN}"`
		}
		if !w.ready(text) {
			continue
		}
		out.WriteString(text + "\n")
		lines++
	}
	if lines == 0 {
		return ""
	}
	return out.String()
}

// ready reports whether everything that a command uses has a value by then.
func (w *scriptWriter) ready(command string) bool {
	for _, found := range shellName.FindAllStringSubmatch(command, -1) {
		if !w.defined[found[1]] {
			return false
		}
	}
	return true
}

func commented(text string) string {
	return "# " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n# ") + "\n"
}

// rawAnswer is an answer as curl -i prints it.
func rawAnswer(s *sent) string {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d\n", s.status)
	for _, name := range sortedNames(s.answer.header) {
		for _, value := range s.answer.header[name] {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	out.WriteString("\n")
	out.Write(s.answer.body)
	return out.String()
}

// extractions are the helpers of the script, each with what it looks for.
var extractions = []struct {
	helper  string
	pattern *regexp.Regexp
}{
	{"member", regexp.MustCompile(`"([A-Za-z_][A-Za-z0-9_]*)" *: *"([^"]*)"`)},
	{"cookie", regexp.MustCompile(`(?im)^set-cookie: *([^=;\s]+)=([^;\r\n]*)`)},
	{"query", regexp.MustCompile(`[?&]([a-z_]+)=([^&"' \r\n]*)`)},
	{"field", regexp.MustCompile(`name="([a-z_]+)"[^>]*value="([^"]*)"`)},
}

// extraction is the command of the script that takes a text from an answer; "" where none of the
// helpers finds it.
func extraction(answer, value string) string {
	if answer == "" || !strings.Contains(answer, value) {
		return ""
	}
	for _, one := range extractions {
		counts := map[string]int{}
		text := answer
		if one.helper == "member" || one.helper == "field" {
			text = strings.NewReplacer("\r", "", "\n", "").Replace(answer)
		}
		for _, found := range one.pattern.FindAllStringSubmatch(text, -1) {
			counts[found[1]]++
			if found[2] == value {
				return fmt.Sprintf("%s %s %d", one.helper, found[1], counts[found[1]])
			}
		}
	}
	return ""
}
