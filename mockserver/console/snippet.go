package console

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// snippet is a request as a program in some language sends it again.
type snippet struct{ Language, Text string }

// secret matches what the journal shows instead of a credential.
var secret = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[secret [0-9a-f]{16}\]`) })

// credential returns the credentials of a request for a snippet.
func credential(e *entry) string {
	for _, f := range e.Request.fields() {
		if strings.EqualFold(f.Name, "Authorization") {
			kind, _, _ := strings.Cut(f.Value, " ")
			return strings.ToLower(kind)
		}
	}
	return ""
}

// carried are the header fields that a program sends itself: not those of the connection, and not
// the credentials.
func carried(e *entry) []header {
	left := []string{"authorization", "user-agent", "accept-encoding", "content-length", "connection", "host", "accept", "transfer-encoding", "cookie"}
	return slices.DeleteFunc(e.Request.fields(), func(f header) bool { return slices.Contains(left, strings.ToLower(f.Name)) })
}

// snippets writes a request as programs send it. The journal keeps no credential: they are read
// from the environment.
func snippets(e *entry, base string) []snippet {
	address := base + e.Request.URI
	if e.Kind == "callback" {
		return nil
	}
	return []snippet{{"curl", curl(e, address)}, {"Go", goCall(e, address)}, {"Node.js", nodeCall(e, address)}, {"Python", pythonCall(e, address)}}
}

// spliced writes a text in which credentials were replaced: the plain parts by one function, and in
// their place what the other writes.
func spliced(s string, plain func(string) string, hole, between string) string {
	var parts []string
	at := 0
	for _, place := range secret().FindAllStringIndex(s, -1) {
		if place[0] > at {
			parts = append(parts, plain(s[at:place[0]]))
		}
		parts = append(parts, hole)
		at = place[1]
	}
	if at < len(s) || len(parts) == 0 {
		parts = append(parts, plain(s[at:]))
	}
	return strings.Join(parts, between)
}

func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func curl(e *entry, address string) string {
	word := func(s string) string { return spliced(s, shell, `"$OAUTH_TOKEN"`, "") }
	lines := []string{"curl -i " + word(address)}
	if e.Request.Method != "GET" || e.Request.Body != "" {
		lines[0] = "curl -i -X " + shell(e.Request.Method) + " " + word(address)
	}
	switch credential(e) {
	case "basic":
		lines = append(lines, `-u "$OAUTH_EMAIL:$OAUTH_API_KEY"`)
	case "bearer":
		lines = append(lines, `-H "Authorization: Bearer $OAUTH_TOKEN"`)
	}
	for _, f := range carried(e) {
		lines = append(lines, "-H "+word(f.Name+": "+f.Value))
	}
	if e.Request.Body != "" {
		lines = append(lines, "--data-binary "+word(e.Request.Body))
	}
	return strings.Join(lines, " \\\n  ")
}

func goCall(e *entry, address string) string {
	word := func(s string) string { return spliced(s, strconv.Quote, `os.Getenv("OAUTH_TOKEN")`, " + ") }
	body := "nil"
	if e.Request.Body != "" {
		body = "strings.NewReader(" + word(e.Request.Body) + ")"
	}
	lines := []string{"request, err := http.NewRequest(" + strconv.Quote(e.Request.Method) + ", " + word(address) + ", " + body + ")", "if err != nil {", "\tlog.Fatal(err)", "}"}
	switch credential(e) {
	case "basic":
		lines = append(lines, `request.SetBasicAuth(os.Getenv("OAUTH_EMAIL"), os.Getenv("OAUTH_API_KEY"))`)
	case "bearer":
		lines = append(lines, `request.Header.Set("Authorization", "Bearer "+os.Getenv("OAUTH_TOKEN"))`)
	}
	for _, f := range carried(e) {
		lines = append(lines, "request.Header.Add("+strconv.Quote(f.Name)+", "+word(f.Value)+")")
	}
	return strings.Join(append(lines, "response, err := http.DefaultClient.Do(request)"), "\n")
}

// script quotes a text as JavaScript and Python both read it: JSON, which has no characters that
// end a line in either.
func script(s string) string {
	text, err := json.Marshal(s)
	if err != nil { // a text can be encoded
		return `""`
	}
	return string(text)
}

func nodeCall(e *entry, address string) string {
	word := func(s string) string { return spliced(s, script, "process.env.OAUTH_TOKEN", " + ") }
	lines := []string{"const response = await fetch(" + word(address) + ", {", "  method: " + script(e.Request.Method) + ",", "  headers: {"}
	switch credential(e) {
	case "basic":
		lines = append(lines, "    Authorization: 'Basic ' + btoa(`${process.env.OAUTH_EMAIL}:${process.env.OAUTH_API_KEY}`),")
	case "bearer":
		lines = append(lines, "    Authorization: `Bearer ${process.env.OAUTH_TOKEN}`,")
	}
	for _, f := range carried(e) {
		lines = append(lines, "    "+script(f.Name)+": "+word(f.Value)+",")
	}
	lines = append(lines, "  },")
	if e.Request.Body != "" {
		lines = append(lines, "  body: "+word(e.Request.Body)+",")
	}
	return strings.Join(append(lines, "});", "console.log(response.status, await response.text());"), "\n")
}

func pythonCall(e *entry, address string) string {
	word := func(s string) string { return spliced(s, script, `os.environ["OAUTH_TOKEN"]`, " + ") }
	lines := []string{"import os, requests", "", "response = requests.request(" + script(e.Request.Method) + ", " + word(address) + ","}
	var fields []string
	switch credential(e) {
	case "basic":
		lines = append(lines, `    auth=(os.environ["OAUTH_EMAIL"], os.environ["OAUTH_API_KEY"]),`)
	case "bearer":
		fields = append(fields, `"Authorization": "Bearer " + os.environ["OAUTH_TOKEN"]`)
	}
	for _, f := range carried(e) {
		fields = append(fields, script(f.Name)+": "+word(f.Value))
	}
	if len(fields) > 0 {
		lines = append(lines, "    headers={"+strings.Join(fields, ", ")+"},")
	}
	if e.Request.Body != "" {
		lines = append(lines, "    data="+word(e.Request.Body)+".encode(),")
	}
	return strings.Join(append(lines, ")", "print(response.status_code, response.text)"), "\n")
}
