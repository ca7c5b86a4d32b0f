package report

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (s Style) paint(color, text string) string {
	if !s.Color {
		return text
	}
	return color + text + plain
}

// verdict is the word of a verdict in its colour.
func (s Style) verdict(v Verdict) string {
	word := oneLine(string(v), 20)
	if v.unknown() {
		word = "ERROR"
	}
	switch v {
	case Pass:
		return s.paint(green, word)
	case Warn, Skip, XFail, Inconclusive:
		return s.paint(yellow, word)
	}
	return s.paint(red, word)
}

// Executed reports whether the target was asked, so that the verdict rests on what it does.
func (v Verdict) Executed() bool {
	switch v {
	case Pass, Warn, Fail, XFail, XPass:
		return true
	}
	return false
}

// unknown reports whether a verdict is none of the eight; it counts as ERROR everywhere.
func (v Verdict) unknown() bool {
	switch v {
	case Pass, Warn, Fail, Skip, XFail, XPass, Inconclusive, Error:
		return false
	}
	return true
}
