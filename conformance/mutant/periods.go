package mutant

import (
	"fmt"
	"strings"
)

// periods are lies about which days the statistics of a date cover.
func periods() []Mutant {
	paths := []struct{ operation, path, name string }{
		{"stats.total", "/stats", "total"}, {"stats.ips", "/stats/ips", "ips"},
		{"stats.apis", "/stats/apis", "apis"}, {"stats.api", "/stats/apis/", "api"},
	}
	widened := []struct {
		what    string
		written int // how long the date is
		kept    int // how much of it counts
	}{
		{"a day is answered as its month", len("2006-01-02"), len("2006-01")},
		{"a day is answered as its year", len("2006-01-02"), len("2006")},
		{"a month is answered as its year", len("2006-01"), len("2006")},
		{"a year is answered as all time", len("2006"), 0},
	}
	var all []Mutant
	for _, of := range paths {
		for _, wider := range widened {
			name := fmt.Sprintf("periods/%s-%s", strings.ReplaceAll(strings.Replace(wider.what, " is answered", "", 1), " ", "-"), of.name)
			all = append(all, Mutant{Name: name, What: "in GET " + of.path + " " + wider.what, Scenarios: []string{"v2/stats/dates/periods"},
				Lie: on(of.operation, func(x *Exchange) {
					if date := x.Query.Get("date"); len(date) == wider.written {
						path := of.path
						if strings.HasSuffix(path, "/") {
							path += x.ID
						}
						x.Answer.JSON = x.Ask("GET", path+"?date="+date[:wider.kept], nil).JSON
					}
				})})
		}
	}
	return all
}
