package admin

import (
	"encoding/json"
	"fmt"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/release"
)

// harDocument renders the journal as an HTTP archive, HAR 1.2, which browsers' tools open. Missing
// entries are mentioned in its comment, and for programs in "_dropped". All entries belong to one
// page, which viewers require; it comes after them, because it starts with the first.
func harDocument(redactor *journal.Redactor) document {
	version, _ := json.Marshal(release.Version()) // a string always renders
	pages := "[]"
	return document{
		before: fmt.Sprintf(`{"log":{"version":"1.2","creator":{"name":"oauthmock","version":%s},"entries":[`, version),
		item: func(e *exchange.Exchange) any {
			entry := redactor.ShowHAR(e)
			if pages == "[]" {
				pages = fmt.Sprintf(`[{"startedDateTime":%q,"id":%q,"title":"what oauthmock was asked","pageTimings":{}}]`, entry.Started, entry.Page)
			}
			return entry
		},
		after: func(dropped uint64) string {
			comment := ""
			if dropped > 0 {
				comment = fmt.Sprintf(`"comment":"%d older entries were dropped for want of room",`, dropped)
			}
			return fmt.Sprintf(`],"pages":%s,%s"_dropped":%d}}`, pages, comment, dropped)
		},
	}
}
