package runner

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"
)

// journalVersion is that of the format. A newer minor version only adds members.
const journalVersion = "1.0"

// Journal keeps what a run makes on its target while it makes it, so that what a killed run left
// can be removed. It holds ids in clear, which for tokens are the tokens themselves, and no other
// credential. It is safe for concurrent use.
type Journal struct {
	mu     sync.Mutex
	w      io.Writer
	number int
	err    error
}

// NewJournal returns a journal that writes a line of JSON for each thing, at once and unbuffered.
func NewJournal(w io.Writer) *Journal { return &Journal{w: w} }

// Err returns the first error of the writer.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// journalLine is one line; exactly one member is set.
type journalLine struct {
	Run   *journalRun   `json:"run,omitempty"`
	Asked *journalEntry `json:"asked,omitempty"`
	Made  *journalEntry `json:"made,omitempty"`
	Gone  *journalEntry `json:"gone,omitempty"`
}

// journalRun is the first line: where the run makes things, and as whom.
type journalRun struct {
	Version   string            `json:"version"`
	Started   time.Time         `json:"started"`
	Addresses map[string]string `json:"addresses"`
	AdminURL  string            `json:"adminUrl,omitempty"`
	Email     string            `json:"email,omitempty"`
}

// journalEntry is one entry. A call that creates something is recorded before it is sent, with a
// number that its answer repeats.
type journalEntry struct {
	Number      int       `json:"number,omitempty"`
	Surface     string    `json:"surface,omitempty"`
	Kind        string    `json:"kind,omitempty"`
	ID          string    `json:"id,omitempty"`
	Environment string    `json:"environment,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

func (j *Journal) write(line journalLine) {
	if j == nil {
		return
	}
	text, err := json.Marshal(line)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.w.Write(append(text, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

// begin records the run.
func (j *Journal) begin(addresses map[string]*url.URL, adminURL, email string) {
	run := journalRun{Version: journalVersion, Started: time.Now().UTC(), Addresses: map[string]string{}, AdminURL: adminURL, Email: email}
	for name, base := range addresses {
		run.Addresses[name] = base.String()
	}
	j.write(journalLine{Run: &run})
}

// asked notes a call that is about to make something, and returns the number by which made or gone
// ends the doubt.
func (j *Journal) asked(surface, kind string) int {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	j.number++
	number := j.number
	j.mu.Unlock()
	j.write(journalLine{Asked: &journalEntry{Number: number, Surface: surface, Kind: kind, At: time.Now().UTC()}})
	return number
}

func (j *Journal) made(number int, surface, kind, id, environment string) {
	j.write(journalLine{Made: &journalEntry{Number: number, Surface: surface, Kind: kind, ID: id, Environment: environment}})
}

// gone notes that something is not there any more, or, by its number, that a call made nothing.
func (j *Journal) gone(number int, surface, kind, id string) {
	j.write(journalLine{Gone: &journalEntry{Number: number, Surface: surface, Kind: kind, ID: id}})
}

// maxJournal bounds what is read of a journal.
const maxJournal = 64 << 20

// Left is what a run left on its target, according to its journal.
type Left struct {
	run     journalRun
	entries []journalEntry
	// doubtful are the calls whose answers are not known.
	doubtful []journalEntry
}

// Count returns how many things are left, and how many calls may have left one besides.
func (l Left) Count() (known, doubtful int) { return len(l.entries), len(l.doubtful) }

// BaseURL returns the address of a surface that the run asked, and the name of that surface; v2
// where it asked several.
func (l Left) BaseURL() (address, surface string) {
	if address = l.run.Addresses["v2"]; address != "" {
		return address, "v2"
	}
	for _, name := range slices.Sorted(maps.Keys(l.run.Addresses)) {
		return l.run.Addresses[name], name
	}
	return "", ""
}

// ReadJournal reads what a run wrote. It ignores an unterminated last line, as a killed run leaves
// it. The error names the line that does not belong in a journal.
func ReadJournal(r io.Reader) (Left, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxJournal+1))
	if err != nil {
		return Left{}, err
	}
	if len(text) > maxJournal {
		return Left{}, fmt.Errorf("it is longer than %d MiB", maxJournal>>20)
	}
	var left Left
	lines := bufio.NewScanner(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]))
	lines.Buffer(nil, maxJournal)
	for n := 1; lines.Scan(); n++ {
		var line journalLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return left, fmt.Errorf("line %d is not a line of a run journal: %w", n, err)
		}
		if (n == 1) != (line.Run != nil) {
			return left, fmt.Errorf("line %d: a run journal begins with the line of its run, and has one of these", n)
		}
		left.read(line)
	}
	if left.run.Version == "" && len(text) > 0 {
		return left, fmt.Errorf("it is no run journal: the line of the run is missing")
	}
	return left, lines.Err()
}

func (l *Left) read(line journalLine) {
	number := func(n int) func(journalEntry) bool {
		return func(e journalEntry) bool { return n != 0 && e.Number == n }
	}
	switch {
	case line.Run != nil:
		l.run = *line.Run
	case line.Asked != nil:
		l.doubtful = append(l.doubtful, *line.Asked)
	case line.Made != nil:
		l.doubtful = slices.DeleteFunc(l.doubtful, number(line.Made.Number))
		l.entries = append(l.entries, *line.Made)
	case line.Gone != nil:
		l.doubtful = slices.DeleteFunc(l.doubtful, number(line.Gone.Number))
		l.entries = slices.DeleteFunc(l.entries, func(e journalEntry) bool {
			return cmp.Compare(e.ID, line.Gone.ID) == 0 && e.Kind == line.Gone.Kind && e.Surface == line.Gone.Surface
		})
	}
}
