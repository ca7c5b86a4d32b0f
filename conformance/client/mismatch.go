package client

import (
	"fmt"
	"strings"
)

// mismatch compares how a command ended, and what it printed, with what a case demands.
func mismatch(c Case, ended Ended, values map[string]any) Mismatch {
	status := exitWords(ended.Status)
	switch {
	case c.End == Failed && ended.Status == 0:
		return Mismatch{"an exit status that says failed: any but 0 and 77", status}
	case c.End == Failed, c.End == Either && ended.Status != 0:
		return Mismatch{}
	case ended.Status != 0:
		return Mismatch{"exit status 0", status}
	}
	demanded := expandJSON(c.Prints, values)
	line := lastLine(ended.Stdout)
	printed, is := parse(line).(map[string]any)
	if !is {
		actual := "its last line is " + fmt.Sprintf("%q", clip(line, shownBytes))
		if line == "" {
			actual = "nothing is printed"
		}
		return Mismatch{"a JSON object as the last line of standard output: " + demanded, actual}
	}
	if why := differs(parse(demanded), printed, "$"); why != "" {
		return Mismatch{clip(demanded, shownBytes), why}
	}
	return Mismatch{}
}

func exitWords(status int) string {
	if status < 0 {
		return "the command was ended by a signal"
	}
	return fmt.Sprintf("exit status %d", status)
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// tail is the end of what was printed, in one line.
func tail(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	if len(words) > shownBytes {
		words = "…" + strings.ToValidUTF8(words[len(words)-shownBytes:], "")
	}
	return words
}
