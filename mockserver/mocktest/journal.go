package mocktest

import (
	"fmt"
	"strings"
	"unicode"

	"oauthmock/mockserver/journal"
)

// Requests returns the recorded requests and answers, oldest first, with secrets as fingerprints.
// An entry must match all filters; one of Kind journal.KindCallback asks for the callbacks that
// were sent.
func (m *Mock) Requests(filters ...journal.Filter) []journal.Entry {
	m.tb.Helper()
	return m.requests(m.tb, "", filters)
}

// Requests returns the recorded requests of this account; see Mock.Requests.
func (a *Account) Requests(filters ...journal.Filter) []journal.Entry {
	a.tb.Helper()
	return a.mock.requests(a.tb, a.ID, filters)
}

// requests returns the entries of an account, or of all accounts if the ID is empty.
func (m *Mock) requests(tb TB, account string, filters []journal.Filter) []journal.Entry {
	tb.Helper()
	all := journal.Filter{Account: account, Kind: journal.AnyKind}
	if len(filters) == 0 {
		all.Kind = journal.KindRequest
	}
	entries, dropped := m.server.Journal().Select(all)
	out := []journal.Entry{}
next:
	for _, e := range entries {
		for _, f := range filters {
			if !f.Match(e) {
				continue next
			}
		}
		out = append(out, m.server.Redactor().Show(e))
	}
	if dropped > 0 {
		tb.Logf("mocktest: the journal dropped %d requests for want of room (mockserver.WithJournal gives it more)", dropped)
	}
	return out
}

// maxLogged bounds how many requests the log of a failed test shows: the newest.
const maxLogged = 50

// logRequests logs the newest requests of an account, or of all accounts, for a test that failed.
// It leaves out requests that it has logged before.
func (m *Mock) logRequests(tb TB, account string) {
	tb.Helper()
	entries, dropped := m.server.Journal().Select(journal.Filter{Account: account})
	m.mu.Lock()
	var text strings.Builder
	count := 0
	for _, e := range entries[max(0, len(entries)-maxLogged):] {
		shown := m.server.Redactor().Show(e)
		if m.logged[shown.ID] {
			continue
		}
		m.logged[shown.ID] = true
		count++
		text.WriteString(transcript(shown))
	}
	m.mu.Unlock()
	subject := "the mock received"
	if account != "" {
		subject = "account " + account + " sent"
	}
	switch {
	case len(entries) == 0 && dropped == 0:
		tb.Logf("%s no requests", subject)
	case count > 0:
		tb.Logf("%s %d requests; the newest:\n%s", subject, uint64(len(entries))+dropped, text.String())
	}
}

// transcript renders an entry in a few lines.
func transcript(e journal.Entry) string {
	var out strings.Builder
	fmt.Fprintf(&out, "  #%s %s %s → %d", e.ID, e.Request.Method, oneLine(e.Request.URI), e.Response.Status)
	if e.Operation != "" {
		fmt.Fprintf(&out, " (%s)", e.Operation)
	}
	if e.Refusal != nil {
		fmt.Fprintf(&out, " because %s", e.Refusal.Reason)
	}
	fmt.Fprintf(&out, "\n     at %s, auth %s", e.At.Format("2006-01-02T15:04:05Z"), e.Auth)
	if e.Credential != "" {
		fmt.Fprintf(&out, " %s", e.Credential)
	}
	if e.Account != "" {
		fmt.Fprintf(&out, ", account %s", e.Account)
	}
	out.WriteByte('\n')
	if e.Request.BodyError != "" {
		fmt.Fprintf(&out, "     > (%s)\n", oneLine(e.Request.BodyError))
	}
	if e.Request.Body != "" {
		fmt.Fprintf(&out, "     > %s\n", oneLine(e.Request.Body))
	}
	if e.Response.Body != "" {
		fmt.Fprintf(&out, "     < %s\n", oneLine(e.Response.Body))
	}
	return out.String()
}

// maxLine bounds the text that oneLine returns, in bytes.
const maxLine = 500

// oneLine returns text on one line, without characters that a terminal would interpret.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return '�'
		}
		return r
	}, text)
	if len(text) > maxLine {
		return strings.ToValidUTF8(text[:maxLine], "") + "…"
	}
	return text
}
