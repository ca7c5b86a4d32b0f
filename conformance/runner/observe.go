package runner

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// observations are the target's choices where the documents leave one. They fail nothing, and
// distinguish two targets, or two releases of one. It is safe for concurrent use.
type observations struct {
	mu sync.Mutex
	// sets by name: of each the values that were seen.
	sets map[string]map[string]bool
	// most by name: the largest number that was seen.
	most map[string]int
}

// stamp finds how instants are spelt.
var stamp = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"`)

// note looks at the answers of a scenario that is over.
func (o *observations) note(evidence []*sent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sets == nil {
		o.sets, o.most = map[string]map[string]bool{}, map[string]int{}
	}
	for _, one := range evidence {
		if one.exchange == nil || one.operation == nil {
			continue
		}
		kind := "refusals"
		if one.exchange.Success() {
			kind = "successes"
		}
		surface := one.surface.Title
		for name := range one.exchange.Header {
			o.add(fmt.Sprintf("%s: headers of %s", surface, kind), name)
		}
		o.add(fmt.Sprintf("%s: Content-Type of %s", surface, kind), strings.Join(one.exchange.Header.Values("Content-Type"), ", "))
		for _, found := range stamp.FindAllStringSubmatch(string(one.exchange.Body), 50) {
			o.add(surface+": spelling of instants", spelling(found[1], found[2]))
		}
		o.noteList(one)
	}
}

// noteList records the default page size of a list.
func (o *observations) noteList(one *sent) {
	if one.method != http.MethodGet || !one.exchange.Success() || one.exchange.Query.Has("limit") || !asksForLimit(one) {
		return
	}
	payload, _ := one.exchange.Payload()
	if list, ok := payload.([]any); ok {
		name := fmt.Sprintf("%s: entries of GET %s without a limit, at most", one.surface.Title, one.operation.Path)
		o.most[name] = max(o.most[name], len(list))
	}
}

func asksForLimit(one *sent) bool {
	for _, parameter := range one.operation.Parameters {
		if parameter.Name == "limit" {
			return true
		}
	}
	return false
}

func spelling(fraction, offset string) string {
	text := "YYYY-MM-DDThh:mm:ss"
	if fraction != "" {
		text += ".s"
	}
	if offset == "" {
		offset = " without an offset"
	}
	return text + offset
}

// maxObserved bounds what a target can add to the report.
const maxObserved = 60

func (o *observations) add(name, value string) {
	if o.sets[name] == nil {
		o.sets[name] = map[string]bool{}
	}
	if len(o.sets[name]) < maxObserved {
		o.sets[name][value] = true
	}
}

// texts are all observations by name.
func (o *observations) texts() map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.sets)+len(o.most) == 0 {
		return nil
	}
	all := map[string]string{}
	for name, set := range o.sets {
		all[name] = strings.Join(slices.Sorted(maps.Keys(set)), " | ")
	}
	for name, number := range o.most {
		all[name] = fmt.Sprint(number)
	}
	return all
}
