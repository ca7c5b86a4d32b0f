package mockserver

import (
	"fmt"
	"strings"
	"unicode"

	"oauthmock/mockserver/journal"
)

// Requests are what was asked and answered, oldest first, secrets as fingerprints; filters, where there are some, must all match.
func (m *Mock) Requests(filters ...journal.Filter) []journal.Entry {
	m.tb.Helper()
	return m.requests(m.tb, "", filters)
}

// requests are the entries of an account, or of all.
func (m *Mock) requests(tb TB, of string, filters []journal.Filter) []journal.Entry {
	tb.Helper()
	entries, dropped := m.server.journal.Select(journal.Filter{Account: of})
	out := []journal.Entry{}
next:
	for _, e := range entries {
		for _, f := range filters {
			if !f.Match(e) {
				continue next
			}
		}
		out = append(out, m.redacted(e))
	}
	if dropped > 0 {
		tb.Logf("mockserver: the journal dropped %d requests for want of room (WithJournal gives it more)", dropped)
	}
	return out
}

// maxTold is how many requests are written to the log of a test that failed: the newest.
const maxTold = 50

// show writes the newest requests of an account, or of all, to the log of a test that failed, without those that were written before.
func (m *Mock) show(tb TB, of string) {
	tb.Helper()
	entries, dropped := m.server.journal.Select(journal.Filter{Account: of})
	m.mu.Lock()
	var text strings.Builder
	count := 0
	for _, e := range entries[max(0, len(entries)-maxTold):] {
		shown := m.redacted(e)
		if m.told[shown.ID] {
			continue
		}
		m.told[shown.ID] = true
		count++
		text.WriteString(transcript(shown))
	}
	m.mu.Unlock()
	whose := "the mock was asked"
	if of != "" {
		whose = "account " + of + " asked"
	}
	switch {
	case len(entries) == 0 && dropped == 0:
		tb.Logf("%s nothing", whose)
	case count > 0:
		tb.Logf("%s %d times; the newest requests:\n%s", whose, uint64(len(entries))+dropped, text.String())
	}
}

// transcript is an entry in a few lines.
func transcript(e journal.Entry) string {
	var out strings.Builder
	fmt.Fprintf(&out, "  #%s %s %s → %d", e.ID, e.Request.Method, line(e.Request.URI), e.Response.Status)
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
		fmt.Fprintf(&out, "     > (%s)\n", line(e.Request.BodyError))
	}
	if e.Request.Body != "" {
		fmt.Fprintf(&out, "     > %s\n", line(e.Request.Body))
	}
	if e.Response.Body != "" {
		fmt.Fprintf(&out, "     < %s\n", line(e.Response.Body))
	}
	return out.String()
}

// maxLine bounds what is shown of a text in one line, in bytes.
const maxLine = 500

// line is a text in one line that a terminal can show.
func line(text string) string {
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
