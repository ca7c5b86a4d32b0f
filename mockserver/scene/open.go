package scene

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// Folder holds the development scenarios. Their names are their IDs without it.
const Folder = "development"

// Place locates a scenario: a built-in one, or one in a file.
type Place struct {
	// File is the path of a file; empty for a built-in scenario.
	File string
	// ID selects the scenario; it may be empty for a file with one scenario.
	ID string
}

// Names returns the names of the development scenarios, sorted.
func Names() []string {
	files, _ := fs.Glob(scenarios.Embedded(), Folder+"/*.yaml") // the pattern is well-formed
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return files
}

// Locate interprets the value of --scenario: a development scenario by its name ("rate-limited"),
// any built-in scenario by its ID ("v2/wallet/…"), otherwise a file, from which FILE#ID selects
// one. A file with the name of a scenario is reached as ./rate-limited.
func Locate(nameOrFile string) Place {
	if slices.Contains(Names(), nameOrFile) {
		return Place{ID: Folder + "/" + nameOrFile}
	}
	folder, _, below := strings.Cut(nameOrFile, "/")
	if below && !strings.ContainsAny(nameOrFile, ".#") { // IDs have neither
		if info, err := fs.Stat(scenarios.Embedded(), folder); err == nil && info.IsDir() {
			return Place{ID: nameOrFile}
		}
	}
	if there, err := os.Stat(nameOrFile); err == nil && !there.IsDir() {
		return Place{File: nameOrFile} // in a folder such as C#
	}
	file, id, found := cutLast(nameOrFile, "#")
	if found && file == "" {
		return Place{File: nameOrFile} // no file has that name
	}
	return Place{File: file, ID: id}
}

// cutLast is strings.Cut at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if at := strings.LastIndex(text, separator); at >= 0 {
		return text[:at], text[at+len(separator):], true
	}
	return text, "", false
}

// Open reads the scenario.
func (p Place) Open() (*scenarios.Scenario, error) {
	if p.File != "" {
		return p.openFile()
	}
	all, err := scenarios.LoadEmbedded(p.ID) // only its file: reading all takes longer than a start
	if err != nil {
		return nil, err
	}
	if all == nil {
		return nil, fmt.Errorf("the suite has no scenario %q: oauthconform list prints their ids; to develop against there are %s", p.ID, strings.Join(Names(), ", "))
	}
	return choose(all, p.ID, "the program")
}

func (p Place) openFile() (*scenarios.Scenario, error) {
	all, err := scenarios.LoadFile(p.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is neither a scenario nor a file named %q: to develop against there are %s; the suite's own go by their ids, as oauthconform list prints them",
			p.File, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return choose(all, p.ID, p.File)
}

// choose selects a scenario of a file.
func choose(all []scenarios.Scenario, id, where string) (*scenarios.Scenario, error) {
	if id == "" && len(all) == 1 {
		return &all[0], nil
	}
	var ids []string
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
		ids = append(ids, all[i].ID)
	}
	const most = 10
	listed := strings.Join(ids[:min(most, len(ids))], ", ")
	if len(ids) > most {
		listed += ", …"
	}
	if id == "" {
		return nil, fmt.Errorf("%s holds %d scenarios: choose one as %s#ID, of %s", where, len(all), where, listed)
	}
	return nil, fmt.Errorf("%s holds no scenario %q; there are %s", where, id, listed)
}
