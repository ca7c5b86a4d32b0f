package runner

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
)

const (
	maxEvidence = 4096
	maxText     = 600
	// Of a scenario with more than a few exchanges those without a finding are shown by their
	// beginning alone.
	fewExchanges = 8
	maxAside     = 300
)

var (
	noWord = regexp.MustCompile(`[^A-Za-z0-9]`)
	// variable matches the names that replace secrets.
	variable = regexp.MustCompile(`\$\{[A-Z][A-Z0-9_]*\}`)
)

// redactor knows all secrets of the scenario's exchanges. It is created when all of them are known:
// a token that an answer shows late may be in the URL of an earlier request.
func (s *session) redactor() *report.Redactor {
	r := s.secrets.Child()
	r.Add("OAUTH_ADMIN_TOKEN", s.target.AdminToken)
	for _, name := range sortedNames(s.accounts) {
		suffix := ""
		if name != "" {
			suffix = "_" + strings.ToUpper(noWord.ReplaceAllString(name, "_"))
		}
		r.Add("OAUTH_API_KEY"+suffix, s.accounts[name].APIKey)
		r.Add("OAUTH_BASIC"+suffix, basicCredential(s.accounts[name].Email, s.accounts[name].APIKey))
		for _, client := range s.accounts[name].Clients {
			r.Add("OAUTH_CLIENT_SECRET"+suffix, client.Secret)
		}
	}
	r.Add("OAUTH_API_KEY", s.target.APIKey)
	r.Add("OAUTH_SANDBOX_API_KEY", s.target.SandboxAPIKey)
	r.Add("OAUTH_CLIENT_SECRET", s.target.ClientSecret)
	counts, noted := map[string]int{}, map[string]bool{}
	for _, sent := range s.evidence {
		for _, secret := range append(sent.call.secrets(), sent.secrets...) {
			if noted[secret.text] {
				continue
			}
			noted[secret.text] = true
			if r.Add(fmt.Sprintf("%s_%d", secret.kind, counts[secret.kind]+1), secret.text) {
				counts[secret.kind]++
			}
		}
	}
	return r
}

// secret is a text of an answer that must not be shown.
type secret struct {
	// kind is the beginning of its name in reports.
	kind string
	// key is that of the member that holds it.
	key, text string
}

// secretsOf lists the strings of a JSON value under telling keys, in a stable order. Elements
// belong to the key of their list.
func secretsOf(value any, key string, found []secret) []secret {
	switch v := value.(type) {
	case string:
		if kind := secretKind(key); kind != "" {
			found = append(found, secret{kind: kind, key: key, text: v})
		}
	case []any:
		for _, one := range v {
			found = secretsOf(one, key, found)
		}
	case map[string]any:
		for _, name := range sortedNames(v) {
			found = secretsOf(v[name], name, found)
		}
	}
	return found
}

// secretsIn lists the secrets that an answer shows: in members of its JSON, the query that it
// redirects with, hidden fields of its forms, and cookies.
func secretsIn(e *check.Exchange) []secret {
	value, _ := e.Value()
	if e.Page() != nil || e.Redirect() != nil {
		value, _ = e.Payload()
	}
	found := secretsOf(value, "", nil)
	if to := e.Redirect(); to != nil {
		for _, code := range to.Query()["code"] {
			found = append(found, secret{kind: "CODE", key: "code", text: code})
		}
	}
	for _, cookie := range (&http.Response{Header: e.Header}).Cookies() {
		found = append(found, secret{kind: "COOKIE", key: "cookie", text: cookie.Value})
	}
	return found
}

// secrets lists the secrets of a request: credentials of clients, and members of forms.
func (c *call) secrets() []secret {
	var found []secret
	if c.clientSecret != "" {
		found = append(found, secret{kind: "CLIENT_SECRET", text: c.clientSecret})
		if basic, ok := strings.CutPrefix(c.header.Get("Authorization"), "Basic "); ok {
			found = append(found, secret{kind: "CLIENT_BASIC", text: basic})
		}
	}
	if c.header.Get("Content-Type") != mediaForm {
		return found
	}
	form, _ := url.ParseQuery(string(c.body))
	for _, name := range sortedNames(form) {
		kind := secretKind(name)
		if name == "code" {
			kind = "CODE"
		}
		for _, value := range form[name] {
			if kind != "" {
				found = append(found, secret{kind: kind, key: name, text: value})
			}
		}
	}
	return found
}

func secretKind(key string) string {
	switch lower := strings.ToLower(key); {
	case lower == "token_type": // what it says is in every header
		return ""
	case strings.Contains(lower, "refresh"):
		return "REFRESH_TOKEN"
	case strings.Contains(lower, "token"):
		return "TOKEN"
	case strings.Contains(lower, "apikey"), strings.Contains(lower, "secret"), strings.Contains(lower, "password"), strings.Contains(lower, "verifier"):
		return "SECRET"
	}
	return ""
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// steps returns the exchanges as evidence, redacted before anything is cut. For a scenario that
// passed, bodies and headers are left out, because they would be most of a report.
func (s *session) steps(r *report.Redactor, verdict report.Verdict) []report.Step {
	steps := make([]report.Step, 0, len(s.evidence))
	blamed := map[int]bool{}
	for _, a := range s.ledger.order {
		blamed[a.Step] = blamed[a.Step] || a.Verdict != report.Pass
	}
	for i, sent := range s.evidence {
		step := report.Step{
			Name: sent.step, Method: sent.method, URL: r.Text(s.url(sent)), Status: sent.status,
			Curl: s.curl(sent, r), Seconds: sent.seconds, Failure: r.Text(sent.failure), Started: sent.started,
		}
		if sent.operation != nil {
			step.Operation, step.Surface, step.Route = sent.operation.Name, sent.surface.Name, sent.operation.Path
		}
		if verdict == report.Pass {
			steps = append(steps, step)
			continue
		}
		step.RequestBody = cut(r.Text(string(sent.body())), maxEvidence)
		if !blamed[i] && len(s.evidence) > fewExchanges {
			// Of many exchanges those that nothing is wrong with need no more than their beginning.
			step.ResponseBody = cut(r.Text(string(sent.answer.body)), maxAside)
			steps = append(steps, step)
			continue
		}
		step.RequestHeaders = headerTexts(r, sent.call.header)
		step.ResponseBody = cut(r.Text(string(sent.answer.body)), maxEvidence)
		step.ResponseHeaders = headerTexts(r, sent.answer.header)
		steps = append(steps, step)
	}
	return steps
}

// headerTexts are headers as evidence; nil if there are none.
func headerTexts(r *report.Redactor, header http.Header) map[string]string {
	if len(header) == 0 {
		return nil
	}
	texts := map[string]string{}
	for name, values := range header {
		texts[r.Text(name)] = cut(r.Text(strings.Join(values, ", ")), maxText)
	}
	return texts
}

// redacted are texts without secrets, cut; nil if there are none.
func redacted(r *report.Redactor, texts []string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, cut(r.Text(text), maxText))
	}
	return out
}

func (s *sent) body() []byte { return s.call.body }

func (s *session) url(sent *sent) string {
	text := sent.base.Scheme + "://" + sent.base.Host + sent.base.EscapedPath() + sent.path
	if sent.rawQuery != "" {
		text += "?" + sent.rawQuery
	}
	return text
}

// curl repeats a request, with variables instead of secrets.
func (s *session) curl(sent *sent, r *report.Redactor) string {
	parts := s.curlWords(sent, r)
	if body := string(sent.body()); printable(body) && sent.body() != nil {
		parts = append(parts, "--data-raw", quote(cut(r.Text(body), maxEvidence)))
	} else if sent.body() != nil {
		parts = append(parts, "--data-binary", "@<(printf %b "+quote(cut(escaped(r.Text(body)), maxEvidence))+")")
	}
	return strings.Join(parts, " ")
}

// credentialNames are the variables that hold an account's e-mail and key.
func (s *session) credentialNames(a *account) (email, key string) {
	if s.shared {
		if a.Environment == "sandbox" {
			return "OAUTH_EMAIL", "OAUTH_SANDBOX_API_KEY"
		}
		return "OAUTH_EMAIL", "OAUTH_API_KEY"
	}
	suffix := s.suffix(a)
	return "OAUTH_EMAIL" + suffix, "OAUTH_API_KEY" + suffix
}

// suffix distinguishes the variables of an account from those of the scenario's own.
func (s *session) suffix(a *account) string {
	for name, one := range s.accounts {
		if one == a && name != "" {
			return "_" + strings.ToUpper(noWord.ReplaceAllString(name, "_"))
		}
	}
	return ""
}

// curlWords are the command without the body.
func (s *session) curlWords(sent *sent, r *report.Redactor) []string {
	parts := []string{"curl", "-sS"}
	if sent.basic {
		email, key := s.credentialNames(sent.account)
		parts = append(parts, "-u", `"${`+email+"}:${"+key+`}"`)
	}
	user, asUser := userOf(sent.call.header)
	if asUser && !sent.basic {
		parts = append(parts, "-u", quote(r.Text(user)))
	}
	switch sent.method {
	case http.MethodGet:
	case http.MethodHead:
		parts = append(parts, "-I")
	default:
		parts = append(parts, "-X", sent.method)
	}
	url := s.url(sent)
	if strings.ContainsAny(url, "[]{}") {
		parts = append(parts, "-g")
	}
	if strings.Contains(url, "/.") {
		parts = append(parts, "--path-as-is")
	}
	parts = append(parts, quote(r.Text(url)))
	if sent.host != "" {
		parts = append(parts, "-H", quote("Host: "+r.Text(sent.host)))
	}
	for _, name := range sortedNames(sent.call.header) {
		if name == "Accept" || name == "User-Agent" || name == "Authorization" && (sent.basic || asUser) {
			continue
		}
		for _, value := range sent.call.header[name] {
			parts = append(parts, "-H", quote(name+": "+r.Text(value)))
		}
	}
	if sent.body() != nil && sent.call.header.Get("Content-Type") == "" {
		parts = append(parts, "-H", "'Content-Type:'") // curl would add one
	}
	return parts
}

// userOf returns the content of a Basic credential, if curl would make the same credential of it.
func userOf(header http.Header) (string, bool) {
	if len(header.Values("Authorization")) != 1 {
		return "", false
	}
	encoded, basic := strings.CutPrefix(header.Get("Authorization"), "Basic ")
	plain, err := base64.StdEncoding.DecodeString(encoded)
	user := string(plain)
	colon := strings.Contains(user, ":") && !strings.ContainsAny(user, "\r\n")
	return user, basic && err == nil && colon && printable(user) && base64.StdEncoding.EncodeToString(plain) == encoded
}

// printable reports whether a text can be an argument of a command: it is UTF-8 without NUL.
func printable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// escaped writes a text for printf's %b, with what cannot be an argument as \xNN.
func escaped(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1, r == 0:
			fmt.Fprintf(&out, `\x%02x`, text[0])
		case r == '\\':
			out.WriteString(`\\`)
		default:
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
	return out.String()
}

// quote makes one word for a shell. Single quotes, unless variables in it must be filled in.
func quote(text string) string {
	if !strings.Contains(text, "${") || !variable.MatchString(text) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`)
	var out strings.Builder
	at := 0
	for _, place := range variable.FindAllStringIndex(text, -1) {
		out.WriteString(escape.Replace(text[at:place[0]]))
		out.WriteString(text[place[0]:place[1]])
		at = place[1]
	}
	out.WriteString(escape.Replace(text[at:]))
	return `"` + out.String() + `"`
}

// cut shortens a text that was redacted, and not inside a letter.
func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	end := longest
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}

// assertions renders the ledger, redacted.
func (s *session) assertions(r *report.Redactor) []report.Assertion {
	list := make([]report.Assertion, 0, len(s.ledger.order))
	for _, a := range s.ledger.order {
		one := *a
		one.Expected, one.Actual = cut(r.Text(one.Expected), maxText), cut(r.Text(one.Actual), maxText)
		one.Differences, one.Places = redacted(r, one.Differences), redacted(r, one.Places)
		list = append(list, one)
	}
	return list
}
